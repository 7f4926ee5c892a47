"""Comments that say another thing than the score: a plain rule with its words written out, for a person to look at.

It never changes a score. Words are searched as they stand, the longest first, so that 不可行 is not read as 可行.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

HIGH: Final = Fraction(4, 5)
LOW: Final = Fraction(3, 5)
"""From four fifths of the points on, and below three fifths, a comment that only says the opposite is shown."""

PRAISE: Final = (
    "创新性强", "可行", "扎实", "优秀", "突出", "领先", "合理", "明确", "先进", "建议资助", "建议立项", "同意立项",
    "excellent", "outstanding", "convincing", "feasible", "novel", "sound", "recommend funding", "well argued",
)  # fmt: skip
BLAME: Final = (
    "不可行", "不合理", "不明确", "不清楚", "不清", "不足", "不建议", "不同意", "不扎实", "不突出", "不先进", "不具可行性",
    "缺乏", "薄弱", "陈旧", "笼统", "重复已有", "较差", "偏高", "没有创新", "缺少", "难以",
    "infeasible", "not feasible", "unconvincing", "not convincing", "weak", "vague", "unclear", "lacks", "insufficient",
    "not novel", "unsound", "not sound", "not recommended", "do not recommend",
)  # fmt: skip
_WORDS: Final = re.compile(
    "|".join(
        rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word)
        for word in sorted((*PRAISE, *BLAME), key=len, reverse=True)
    ),
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Anchored:
    """A wording of the rubric, and the points it stands for, both ends included; given: what the reviewer gave there."""

    wording: str
    least: int
    most: int
    given: int


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A comment that does not go with its score. kind: `praise_low` (only praise, few points), `blame_high` (only faults, many
    points) or `anchor` (the rubric's own wording for other points). words: what was found."""

    kind: str
    words: tuple[str, ...]


def contradictions(
    comment: str, total: int, most: int = 100, anchors: Iterable[Anchored] = ()
) -> tuple[Contradiction, ...]:
    """What in a comment does not go with the points given; () where nothing does."""
    found = _words_in(comment)
    praise = tuple(word for word in found if word in PRAISE)
    blame = tuple(word for word in found if word in BLAME)
    share = Fraction(total, most)
    told: list[Contradiction] = []
    if praise and not blame and share < LOW:
        told.append(Contradiction("praise_low", praise))
    if blame and not praise and share >= HIGH:
        told.append(Contradiction("blame_high", blame))
    told += [
        Contradiction("anchor", (one.wording,))
        for one in anchors
        if one.wording in comment and not one.least <= one.given <= one.most
    ]
    return tuple(told)


def _words_in(comment: str) -> Sequence[str]:
    return tuple(dict.fromkeys(found[0].lower() for found in _WORDS.finditer(comment)))
