"""Whose scores are high because the work is good, and whose because the reviewer is generous: for reading, never for deciding.

The additive model: total = case + reviewer + error, by least squares. Between reviewers who have no case in common, not even
by way of others, it says nothing, and neither does this module.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Any, Final

from keguan.fairness.scores import Score

if TYPE_CHECKING:
    from numpy.typing import NDArray

OUTLYING: Final = 3.0
"""So many standard errors away from what all others lead one to expect is an outlier."""
LEAST_POINTS: Final = 10.0
"""However small the error, fewer points than this are no outlier."""
LEAST_SPARE: Final = 6
"""With fewer scores than this to spare, beyond one for each case and each reviewer, what is an error is a guess."""
CHANCE: Final = 0.05
"""How rarely chance alone may give as wide a spread before it is called disagreement: one case in twenty is, by chance."""


def groups(scores: Iterable[Score]) -> tuple[frozenset[Hashable], ...]:
    """The cases that can be compared with one another, by way of reviewers who scored more than one; the largest first."""
    above: dict[tuple[str, Hashable], tuple[str, Hashable]] = {}

    def root(of: tuple[str, Hashable]) -> tuple[str, Hashable]:
        while above.setdefault(of, of) != of:
            above[of] = above[above[of]]
            of = above[of]
        return of

    cases = []
    for one in scores:
        above[root(("case", one.case))] = root(("reviewer", one.reviewer))
        cases.append(one.case)
    found: dict[tuple[str, Hashable], set[Hashable]] = {}
    for case in cases:
        found.setdefault(root(("case", case)), set()).add(case)
    return tuple(sorted((frozenset(one) for one in found.values()), key=lambda one: -len(one)))


# ------------------------------------------------------------------------------------------- standardising


def standardised(scores: Iterable[Score]) -> dict[Hashable, float | None]:
    """Each case's mean after every reviewer's totals are moved and stretched to the mean and spread of all totals.

    A reviewer who gave one case, or the same total to all, has no spread to go by and is left out; None where nobody is left.
    """
    all_scores = tuple(scores)
    if not all_scores:
        return {}
    totals = [one.total for one in all_scores]
    centre, spread = fmean(totals), pstdev(totals)
    found: dict[Hashable, list[float]] = {one.case: [] for one in all_scores}
    mine: dict[Hashable, list[int]] = {}
    for one in all_scores:
        mine.setdefault(one.reviewer, []).append(one.total)
    for one in all_scores:
        given = mine[one.reviewer]
        if own := pstdev(given):
            found[one.case].append(centre + spread * (one.total - fmean(given)) / own)
    return {case: fmean(values) if values else None for case, values in found.items()}


# ----------------------------------------------------------------------------------------- the additive model


@dataclass(frozen=True, slots=True)
class Additive:
    """cases: what each is worth with an average reviewer, in points. reviewers: by how much each scores above the average of
    them (below zero: stricter). left_out: for each score in the order given, its distance from what all other scores lead one
    to expect, None where the others say nothing about it; certain: the same in standard errors of that expectation, from the
    others alone. deviation: the spread of the errors, None without any to spare."""

    cases: Mapping[Hashable, float]
    reviewers: Mapping[Hashable, float]
    left_out: tuple[float | None, ...]
    certain: tuple[float | None, ...]
    deviation: float | None


@dataclass(frozen=True, slots=True)
class NotComparable:
    """The scores fall into groups of cases without a reviewer in common: between them nothing can be said."""

    groups: tuple[frozenset[Hashable], ...]


def additive(scores: Sequence[Score]) -> Additive | NotComparable:
    """The additive model of these scores, or that they cannot be compared. Raises ValueError without scores."""
    if not scores:
        raise ValueError("no scores")
    apart = groups(scores)
    return _fitted(scores) if len(apart) == 1 else NotComparable(apart)


def _fitted(scores: Sequence[Score]) -> Additive:
    """Cases are eliminated first: what is left is one small symmetric system in the reviewers, the first of whom is the zero."""
    import numpy as np  # a fifth of a second that only this page pays

    cases = {case: at for at, case in enumerate(dict.fromkeys(one.case for one in scores))}
    reviewers = {who: at for at, who in enumerate(dict.fromkeys(one.reviewer for one in scores))}
    row = np.array([cases[one.case] for one in scores])
    column = np.array([reviewers[one.reviewer] for one in scores])
    total = np.array([float(one.total) for one in scores])
    met = np.zeros((len(cases), len(reviewers)))
    np.add.at(met, (row, column), 1.0)
    count = met.sum(axis=1)
    means = np.bincount(row, total) / count
    reduced = np.diag(met.sum(axis=0)) - met.T @ (met / count[:, None])
    inverse = np.zeros_like(reduced)
    if len(reviewers) > 1:
        inverse[1:, 1:] = np.linalg.inv(reduced[1:, 1:])
    leaning = inverse @ (np.bincount(column, total) - met.T @ means)
    worth = means - (met @ leaning) / count
    errors = total - worth[row] - leaning[column]
    average = float(leaning.mean())
    spare = len(scores) - len(cases) - len(reviewers) + 1
    squares = float(errors @ errors)
    leverage = _leverage(met, count, inverse, row, column)
    left_out, certain = _left_out(errors, leverage, squares, spare)
    return Additive(
        cases={case: float(worth[at]) + average for case, at in cases.items()},
        reviewers={who: float(leaning[at]) - average for who, at in reviewers.items()},
        left_out=left_out,
        certain=certain,
        deviation=sqrt(squares / spare) if spare > 0 else None,
    )


def _leverage(
    met: NDArray[Any], count: NDArray[Any], inverse: NDArray[Any], row: NDArray[Any], column: NDArray[Any]
) -> NDArray[Any]:
    """How much each score pulls its own expectation, 0 to 1; at 1 nothing else says anything about it."""
    share = met / count[:, None]
    across = share @ inverse
    within = (across * share).sum(axis=1)
    pulled: NDArray[Any] = 1.0 / count[row] + inverse[column, column] - 2.0 * across[row, column] + within[row]
    return pulled


def _left_out(
    errors: NDArray[Any], leverage: NDArray[Any], squares: float, spare: int
) -> tuple[tuple[float | None, ...], tuple[float | None, ...]]:
    distances: list[float | None] = []
    certain: list[float | None] = []
    for error, pull in zip(map(float, errors), map(float, leverage), strict=True):
        free = 1 - pull
        distances.append(error / free if free > 1e-9 else None)
        if free <= 1e-9 or spare < 2:
            certain.append(None)
            continue
        of_others = (squares - error**2 / free) / (spare - 1)
        certain.append(error / sqrt(free * max(of_others, 1e-6)))
    return tuple(distances), tuple(certain)


# -------------------------------------------------------------------------------------- outliers, disagreement


@dataclass(frozen=True, slots=True)
class Outlier:
    """A total far from what all other scores of the round lead one to expect. points: how far, below zero: too low."""

    score: Score
    points: float


def outliers(scores: Sequence[Score]) -> tuple[Outlier, ...]:
    """The totals that stand out, the furthest first: beyond three standard errors and ten points. None where the scores
    fall into groups that cannot be compared, or are so few that no error can be told from a reviewer's own leaning."""
    model = additive(scores) if scores else None
    if not isinstance(model, Additive) or len(scores) - len(model.cases) - len(model.reviewers) + 1 < LEAST_SPARE:
        return ()
    found = [
        Outlier(score, points)
        for score, points, errors in zip(scores, model.left_out, model.certain, strict=True)
        if points is not None and errors is not None and abs(points) > LEAST_POINTS and abs(errors) > OUTLYING
    ]
    return tuple(sorted(found, key=lambda one: -abs(one.points)))


@dataclass(frozen=True, slots=True)
class Disagreement:
    """How far a case's totals lie apart. spread: highest less lowest, in points. chance: how often reviewers who differ as
    these do on all other cases would differ at least so much on this one, 0 to 1."""

    spread: int
    chance: float

    @property
    def is_wide(self) -> bool:
        """Whether chance hardly explains it."""
        return self.chance < CHANCE


def disagreement(scores: Iterable[Score]) -> dict[Hashable, Disagreement | None]:
    """How far each case's totals lie apart, against what chance among the reviewers of all other cases gives.

    The F test of its variance against the pooled one of the others; None where either has nothing to go by.
    """
    from scipy.special import fdtrc

    totals: dict[Hashable, list[int]] = {}
    for one in scores:
        totals.setdefault(one.case, []).append(one.total)
    squares = {case: sum((total - fmean(found)) ** 2 for total in found) for case, found in totals.items()}
    all_squares, all_spare = sum(squares.values()), sum(len(found) - 1 for found in totals.values())
    told: dict[Hashable, Disagreement | None] = {}
    for case, found in totals.items():
        spare, others = len(found) - 1, all_spare - len(found) + 1
        of_others = all_squares - squares[case]
        if spare < 1 or others < 1:
            told[case] = None
            continue
        ratio = (squares[case] / spare) / (of_others / others) if of_others > 1e-9 else float("inf")
        chance = float(fdtrc(spare, others, ratio)) if squares[case] else 1.0
        told[case] = Disagreement(max(found) - min(found), chance)
    return told
