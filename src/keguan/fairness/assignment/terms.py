"""What an assignment is asked for: who may review what and how well it fits, and the bounds of panels and loads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keguan.kernel.bilingual import Text

Whole = NDArray[np.int64]
Marks = NDArray[np.bool_]

UNIT = 10_000
"""Fits are weighed in whole ten-thousandths, so that an optimum is exact and provable."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Which expert may review which case, and how well the expertise fits: three arrays, one element per pair.

    cases, experts: how many there are, whether or not anybody is a candidate for them. case, expert: positions counted
    from 0. fit: 0 to 1; weighed in ten-thousandths. Who has to keep out of a case, or rests after the last round, is
    simply not a candidate.
    Raises ValueError if lengths differ, a pair stands twice, a position does not exist, or a fit is not within 0 and 1.
    """

    cases: int
    experts: int
    case: Whole
    expert: Whole
    fit: NDArray[np.float64]

    def __post_init__(self) -> None:
        case, expert = (np.asarray(one, dtype=np.int64) for one in (self.case, self.expert))
        fit = np.asarray(self.fit, dtype=np.float64)
        if not (case.ndim == 1 and case.shape == expert.shape == fit.shape):
            raise ValueError("case, expert and fit are arrays of one length")
        if np.any((case < 0) | (case >= self.cases) | (expert < 0) | (expert >= self.experts)):
            raise ValueError("a position is that of one of the cases and one of the experts")
        if not np.all((fit >= 0) & (fit <= 1)):
            raise ValueError("a fit lies between 0 and 1")
        for name, value in (("case", case), ("expert", expert), ("fit", fit)):
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        return len(self.case)


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """How many experts of a sort a full panel has, at least and at most: from outside the region, of a field, senior.

    code: stable, for machines. say: who is counted, in words ("experts from outside the region"). counts: one yes or no
    per pair of the candidates. least, most: a number, or one per case.
    Seats that are kept free for the sort stay empty rather than go to somebody else.
    """

    code: str
    say: Text
    counts: Marks
    least: int | Whole = 0
    most: int | Whole | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Terms:
    """The bounds of an assignment.

    size: seats of a panel, a number or one per case. most_load, least_load: panels per expert, a number or one per
    expert. held: panels that each expert sits on already, counted in the load. institution: one number per expert,
    negative where none is known. same_institution_most: experts of one institution in a panel. bounds: what else a
    panel has to have; bounds that nest in one another (the applicant's unit in its region) are named before others,
    wider ones first: they cost no time.
    """

    size: int | Whole
    most_load: int | Whole
    least_load: int | Whole = 0
    held: Whole | None = None
    institution: Whole | None = None
    same_institution_most: int | None = None
    bounds: tuple[Bound, ...] = field(default=())


def outside(candidates: Candidates, of_expert: Any, of_case: Any) -> Marks:
    """Marks the pairs whose expert is from elsewhere than the case: another unit, another region.

    of_expert, of_case: one number per expert and per case, negative where unknown. An expert of whom it is not known
    does not count as from elsewhere.
    """
    theirs, own = np.asarray(of_expert)[candidates.expert], np.asarray(of_case)[candidates.case]
    return np.asarray((theirs >= 0) & (theirs != own))


def in_same(candidates: Candidates, of_expert: Any, of_case: Any) -> Marks:
    """Marks the pairs whose expert has the case's own number: its field, its discipline. Negative means unknown."""
    theirs, own = np.asarray(of_expert)[candidates.expert], np.asarray(of_case)[candidates.case]
    return np.asarray((theirs >= 0) & (theirs == own))
