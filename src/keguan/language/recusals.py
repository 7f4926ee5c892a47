"""The relations that keep an expert out of a review, by the names that programmes choose them by.

A name alone (`kin`), or with a window in years (`coauthor_3y`): so long after it ended a relation still counts. What
rests on an event (a shared work, a shared project) or leaves a tie for life (adviser and student) counts for ever where
no window stands; everything else only on the days on which it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from keguan.kernel.bilingual import Text

KINDS: Final[Mapping[str, Text]] = {
    "kin": Text("近亲属等关系", "near relations"),
    "same_institution": Text("同一法人单位", "the same legal entity"),
    "own_application": Text("本批次自己有相近申报", "an own similar application in the round"),
    "named_by_applicant": Text("申报人提出不宜评审的专家", "reviewers whom the applicant named as unsuitable"),
    "adviser": Text("师生关系", "adviser and student"),
    "coauthor": Text("合作发表成果", "shared works"),
    "coproject": Text("共同承担项目", "shared projects"),
    "coaward": Text("共同获奖", "shared prizes"),
    "advice": Text("持股或有偿顾问关系", "shareholding or paid advice"),
    "nominator": Text("提名人", "who nominated"),
    "dispute": Text("有争议、纠纷", "a dispute"),
    "declared": Text("任一方声明的其他利害关系", "another interest that either side declared"),
}
"""Every kind there is, in the order in which they are told."""

WINDOWED: Final = frozenset({"same_institution", "adviser", "coauthor", "coproject", "coaward", "advice", "nominator"})
"""Kinds that may have a window."""
LASTING: Final = frozenset({"adviser", "coauthor", "coproject", "coaward", "advice"})
"""Kinds that count for ever where no window stands."""
LONGEST_YEARS: Final = 20

_WINDOW = re.compile(r"(?P<kind>[a-z_]+?)_(?P<years>[1-9][0-9]?)y")


@dataclass(frozen=True, slots=True)
class Avoidance:
    """A relation as a programme names it. years: so long after its end it counts, None where no window stands."""

    kind: str
    years: int | None = None

    @property
    def said(self) -> Text:
        """The relation in words, with its window."""
        if self.years is None:
            return KINDS[self.kind]
        said = (
            Text("近{n}年{what}", "{what} within {n} years")
            if self.years > 1
            else Text("近1年{what}", "{what} within a year")
        )
        return said.filled(n=self.years, what=KINDS[self.kind])


def avoidance(word: str) -> Avoidance | None:
    """What a name means, None where it means nothing: an unknown kind, or a window where there can be none."""
    if word in KINDS:
        return Avoidance(word)
    found = _WINDOW.fullmatch(word)
    if found is None or found["kind"] not in WINDOWED or int(found["years"]) > LONGEST_YEARS:
        return None
    return Avoidance(found["kind"], int(found["years"]))


def avoided_by(words: Iterable[str]) -> tuple[Avoidance, ...]:
    """What a programme avoids, in its order; words that mean nothing are left out, for the checker refuses them."""
    return tuple(one for one in map(avoidance, words) if one is not None)


OWED_BY_MEMBERS: Final = ("kin", "same_institution")
"""What keeps a member of a deciding body out whatever the programme says, beside a case of their own (国家自然科学基金条例 第20条)."""


def avoided_by_members(words: Iterable[str]) -> tuple[Avoidance, ...]:
    """What keeps a member of a body out whose vote avoids this: what always does first, in the window that the words name."""
    kinds = {one.kind: one for one in avoided_by((*OWED_BY_MEMBERS, *words))}
    return tuple(kinds.values())


def known_words() -> tuple[str, ...]:
    """Names to suggest: every kind, and the usual window of those that may have one."""
    return (*KINDS, *(f"{kind}_3y" for kind in KINDS if kind in WINDOWED))
