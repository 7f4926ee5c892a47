"""The words by which a work is told to be near an application: whole ones, and those that tell something."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from keguan.texts.variants import plain
from keguan.texts.words import PAIR, RUNS, STOP_WORDS, words

SHOWN: Final = 5
LONGEST: Final = 8
"""Characters of one shared piece; a longer one is a phrase and is told by its words."""
EVERYWHERE: Final = frozenset(
    [
        "技术", "方法", "系统", "应用", "开发", "关键", "项目", "分析", "设计", "体系", "模型", "方面", "推广",
        "示范", "集成", "建设", "服务", "管理", "评价", "提升", "优化", "构建", "创新", "发展", "平台", "研发",
        "产业", "产业化", "能力", "水平", "效果", "特征", "规律", "过程", "策略", "对策", "现状", "趋势",
        "综合", "高效", "模式", "任务", "内容", "目标", "指标", "成果", "区域", "工作", "实施", "推进", "支撑",
        "保障", "重点", "重大", "推广应用", "system", "model", "design", "development", "management",
        "evaluation",
    ]
)  # fmt: skip
"""Words of no field: as a reason why two texts are alike they tell nobody anything."""
_ENDINGS: Final = frozenset("法例期区市县率性度式型化器机仪剂")
"""Characters that end a word; one that begins a piece belongs to what stands before it."""
COMMON: Final = 0.1
"""What more than this share of all works say is told only where nothing rarer is shared."""


def shared_words(terms: Sequence[str], text: str = "", share: Callable[[str], float] = lambda term: 0.0) -> list[str]:
    """The words that two texts share, as a person would call them, those that counted most first.

    terms: the shared terms, words and pairs of characters, those that counted most first. text: of the work. What the
    dictionary cut apart and both texts have is one piece (物联网, not 联网); a piece inside a longer one is left out, and so
    is a single character and what everybody says. share: of all works, how many say a term.
    """
    pieces = list(_pieces(text, {one.removeprefix(PAIR) for one in terms if one.startswith(PAIR)}))
    found: dict[str, float] = {}
    for term in sorted(terms, key=lambda one: one.startswith(PAIR)):
        word = term.removeprefix(PAIR)
        if not _tells(word) or (term.startswith(PAIR) and found):
            continue
        # A pair that is part of no piece is where two words that tell nothing meet (系统评价: 统评).
        alone = [] if term.startswith(PAIR) and text else [word]
        for one in [one for one in pieces if word in one] or alone:
            found[one] = min(found.get(one, 1.0), share(term))
    told = [one for one in found if one.isascii() or not any(one != other and one in other for other in found)]
    rare = [one for one in told if found[one] <= COMMON]
    return (rare or told)[:SHOWN]


def _tells(word: str) -> bool:
    return len(word) > 1 and word not in STOP_WORDS and word not in EVERYWHERE


def _pieces(text: str, pairs: set[str]) -> Iterator[str]:
    """The stretches of whole Chinese words of which every pair is shared, cut at what tells nothing."""
    for chinese, _ in RUNS.findall(plain(text)):
        shared = [chinese[at : at + 2] in pairs for at in range(len(chinese) - 1)]
        if not any(shared):
            continue
        piece, at = "", 0
        for word in words(chinese):
            is_whole = all(shared[at : at + len(word) - 1]) and (len(word) == 1 or _tells(word))
            if piece and not (is_whole and shared[at - 1]):
                yield from _as_piece(piece)
                piece = ""
            if is_whole and word not in (STOP_WORDS if piece else STOP_WORDS | _ENDINGS):
                piece += word
            elif piece:
                yield from _as_piece(piece)
                piece = ""
            at += len(word)
        yield from _as_piece(piece)


def _as_piece(piece: str) -> Iterator[str]:
    if 1 < len(piece) <= LONGEST:
        yield piece
