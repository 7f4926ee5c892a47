"""Scores read together: how totals combine into one score, and what each combination is open to.

What decides is exact: whole points in, fractions out. What only informs (calibration, outliers, disagreement) is floating
point, and says where nothing can be said. A total lies between 0 and 100; reviewers and cases are opaque names.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

HALF: Final = Fraction(1, 2)
TRIMMED_FROM: Final = 5
"""A trimmed mean leaves out one highest and one lowest total where there are at least so many."""


@dataclass(frozen=True, slots=True)
class Score:
    """What one reviewer gave one case in total, 0 to 100."""

    case: Hashable
    reviewer: Hashable
    total: int


# ----------------------------------------------------------------------------------------------- one case


def mean(totals: Sequence[int]) -> Fraction:
    """The plain mean. Raises ZeroDivisionError without totals."""
    return Fraction(sum(totals), len(totals))


def trimmed_mean(totals: Sequence[int]) -> Fraction:
    """The mean without one highest and one lowest total, where there are at least five; otherwise the plain mean."""
    ordered = sorted(totals)
    return mean(ordered[1:-1] if len(ordered) >= TRIMMED_FROM else ordered)


def median(totals: Sequence[int]) -> Fraction:
    """The middle total, or the mean of the two in the middle."""
    ordered = sorted(totals)
    middle = len(ordered) // 2
    return mean(ordered[middle : middle + 1] if len(ordered) % 2 else ordered[middle - 1 : middle + 1])


BY_CASE: Final[Mapping[str, Callable[[Sequence[int]], Fraction]]] = {
    "mean": mean,
    "trimmed_mean": trimmed_mean,
    "median": median,
}
"""Combinations that look at one case alone."""

RANK_BASED: Final = "rank_based"
"""The combination that looks at the whole round: see `by_rank`."""


def combined(how: str, totals: Sequence[int]) -> int:
    """The panel's score in whole hundredths, half up, from each seat's total (0 to 100).

    how: a name in `BY_CASE`. `rank_based` needs the whole round: until that is ranked, the plain mean stands in for it.
    """
    return hundredths(BY_CASE.get(how, mean)(totals))


def hundredths(score: Fraction) -> int:
    """A score in whole hundredths, half up."""
    return int(score * 100 + HALF)


# ---------------------------------------------------------------------------------------------- the round


def by_rank(scores: Iterable[Score]) -> dict[Hashable, Fraction | None]:
    """Each case's mean place in its reviewers' own rankings: 100 is always first, 0 always last; ties share their places.

    So a reviewer who is strict or generous, or who uses the scale narrowly, weighs as much as any other. A reviewer of a
    single case ranks nothing and is left out; a case that only such reviewers scored is None: it cannot be compared.
    """
    return {case: _mean_place(found.values()) for case, found in _places(scores).items()}


def _places(scores: Iterable[Score]) -> dict[Hashable, dict[Hashable, Fraction]]:
    """Where each reviewer puts each case, by case; nothing of who scored one case alone."""
    all_scores = tuple(scores)
    places: dict[Hashable, dict[Hashable, Fraction]] = {one.case: {} for one in all_scores}
    for reviewer, mine in _by_reviewer(all_scores).items():
        if len(mine) < 2:
            continue
        totals = sorted(one.total for one in mine)
        for one in mine:
            below = bisect_left(totals, one.total)
            level = bisect_right(totals, one.total) - below - 1
            places[one.case][reviewer] = 100 * (below + level * HALF) / (len(mine) - 1)
    return places


def _mean_place(found: Collection[Fraction]) -> Fraction | None:
    return sum(found, Fraction()) / len(found) if found else None


def by_case(scores: Iterable[Score], how: str) -> dict[Hashable, Fraction | None]:
    """Each case's score under a combination: a name in `BY_CASE`, or `rank_based`."""
    all_scores = tuple(scores)
    if how == RANK_BASED:
        return by_rank(all_scores)
    totals: dict[Hashable, list[int]] = {}
    for one in all_scores:
        totals.setdefault(one.case, []).append(one.total)
    return {case: BY_CASE[how](found) for case, found in totals.items()}


def without_each(scores: Iterable[Score], how: str) -> Iterator[tuple[Hashable, dict[Hashable, Fraction | None]]]:
    """For each reviewer, the new scores of their cases as if they had given none; those of all other cases stay as they are.

    The same as `by_case` of the other scores on these cases, for all reviewers at once; None for a case that nobody else
    scored, or that cannot be compared any more. how: a name in `BY_CASE`, or `rank_based`.
    """
    all_scores = tuple(scores)
    on_case: dict[Hashable, list[Score]] = {}
    for one in all_scores:
        on_case.setdefault(one.case, []).append(one)
    places = _places(all_scores) if how == RANK_BASED else {}
    for reviewer, mine in _by_reviewer(all_scores).items():
        found: dict[Hashable, Fraction | None] = {}
        for case in (one.case for one in mine):
            if how == RANK_BASED:
                found[case] = _mean_place([place for who, place in places[case].items() if who != reviewer])
            else:
                left = [one.total for one in on_case[case] if one.reviewer != reviewer]
                found[case] = BY_CASE[how](left) if left else None
        yield reviewer, found


def _by_reviewer(scores: Iterable[Score]) -> dict[Hashable, list[Score]]:
    found: dict[Hashable, list[Score]] = {}
    for one in scores:
        found.setdefault(one.reviewer, []).append(one)
    return found


# ---------------------------------------------------------------------------------------------- non-consensus


@dataclass(frozen=True, slots=True)
class NonConsensus:
    """When a case is one that reviewers see quite differently: at least one total of `top`, and `spread` points between the
    highest and the lowest. A way in for what is unusual (非共识), never a score."""

    top: int
    spread: int

    def holds(self, totals: Sequence[int]) -> bool:
        """Whether these totals are so."""
        return bool(totals) and max(totals) >= self.top and max(totals) - min(totals) >= self.spread
