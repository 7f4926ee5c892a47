"""The words of a text in Chinese and English, as matching, similarity and search compare them."""

from __future__ import annotations

import re
from typing import Final

from keguan.texts.variants import plain

_HAN: Final = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
RUNS: Final = re.compile(rf"([{_HAN}]+)|([^\W_{_HAN}]+(?:\.\d+)*)")
"""A run of Chinese characters, which has to be cut, or a word of any other script; PM2.5 is one word."""

PAIR: Final = "_"
"""What a pair of characters among `terms` begins with; no word does."""

_LINKS: Final = (
    "的 了 和 与 及 或 而 并 且 以 之 其 于 在 对 从 到 由 为 是 有 被 把 将 向 至 则 等 也 又 还 但 即 若 如 因 所 该 此 这 那 各 某 每 "
    "上 下 中 内 外 间 前 后 里 个 种 类 型 性 化 不 非 可 能 会 要 应 已 未 更 最 很 较 越 再 就 都 只 仅 "
    "我们 本文 他们 它们 以及 及其 其中 其他 以上 以下 之间 之中 之一 通过 经过 对于 关于 由于 因此 因而 所以 但是 然而 而且 并且 如果 虽然 "
    "不同 主要 进行 具有 存在 实现 采用 利用 使用 运用 结合 根据 针对 围绕 为了 从而 以便 同时 此外 进而 可以 能够 需要 得到 给出 提出 "
    "a an the of and or in on at to for from by with without into onto over under between among via as is are was were be "
    "been being has have had do does did this that these those it its their our we they which who what when where while "
    "than then also not no such can may more most other some any each both using use used based toward towards"
)
_TITLES: Final = (
    "研究 基于 面向 若干 问题 关键 技术 方法 机制 机理 理论 应用 分析 影响 作用 视角 下 实证 探讨 探索 初探 浅析 浅谈 试论 为例 新 新型 "
    "我国 中国 项目 课题 工程 示范 开发 及 相关 有关 study studies research analysis method approach application project "
    "mechanism theory technology key problem effect novel new"
)
"""What nearly every project's title says; sharing it makes no two projects alike."""


def words(text: str) -> list[str]:
    """The words of a text in reading order, in one form: half width, small letters, simplified characters, no plurals.

    Chinese is cut by its dictionary; other scripts at what is no letter and no digit. Punctuation is left out.
    """
    # Imported on first use: its dictionary takes time to load.
    from rjieba import cut

    found: list[str] = []
    for chinese, other in RUNS.findall(plain(text)):
        if chinese:
            found += cut(chinese)
        else:
            found.append(singular(other))
    return found


def terms(text: str) -> list[str]:
    """The words of a text and, each marked by PAIR, the pairs of neighbouring Chinese characters: what `affinity` compares.

    Pairs let 农田水利 meet 水利工程 however the dictionary cuts them; measured in docs/reference/performance.md, “Matching”.
    """
    return words(text) + [
        PAIR + chinese[at : at + 2] for chinese, _ in RUNS.findall(plain(text)) for at in range(len(chinese) - 1)
    ]


def singular(word: str) -> str:
    """An English word without its plural ending; anything else as it is.

    Source: Harman, How effective is suffixing?, JASIS 42(1), 1991 (the “S stemmer”).
    """
    if len(word) < 4 or word[-1] != "s" or not word.isascii():
        return word
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    if word.endswith("es") and not word.endswith(("aes", "ees", "oes")):
        return word[:-1]
    return word if word.endswith(("us", "ss", "is")) else word[:-1]


STOP_WORDS: Final = frozenset(singular(word) for word in (_LINKS + " " + _TITLES).split())
"""Links (的, of) and what all titles of projects say (研究, 基于): never a reason why two texts are alike."""
