"""The terms as a solver needs them: whole weights, seats still open, and every bound as "at most so many of these".

"At least two from outside" is the same as "at most three of the others" in a panel of five; a panel that is not full
keeps the seats free. Groups that nest in one another become nodes of the flow; those that cross are not in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from keguan.fairness.assignment.terms import UNIT, Candidates, Marks, Terms, Whole

NONE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """Groups of one bound, none of which share a pair. label: the group of each pair, or NONE. most, case: per group."""

    code: str
    label: Whole
    most: Whole
    case: Whole


@dataclass(slots=True, eq=False)
class Problem:
    """An assignment to be solved. Pairs are in the order of cases; `order` leads back to the candidates.

    parent: the node from which a pair is reached, a case (its position) or a group of the flow (cases + its position).
    group_parent, group_most: per group of the flow.
    """

    cases: int
    experts: int
    order: Whole
    case: Whole
    expert: Whole
    weight: Whole
    size: Whole
    low: Whole
    high: Whole
    families: list[Family]
    parent: Whole
    group_parent: Whole
    group_most: Whole

    @property
    def pairs(self) -> int:
        """How many pairs there are."""
        return len(self.case)


def pose(candidates: Candidates, terms: Terms, fixed: Marks | None = None) -> Problem:
    """The problem that candidates and terms pose. fixed: pairs that stay whatever; seats and loads they take are gone.

    Raises ValueError if a pair stands twice.
    """
    case, expert = candidates.case, candidates.expert
    order = np.lexsort((expert, case))
    if np.any((np.diff(case[order]) == 0) & (np.diff(expert[order]) == 0)):
        raise ValueError("a pair of case and expert stands twice")
    size = _each(terms.size, candidates.cases)
    high, low = _each(terms.most_load, candidates.experts), _each(terms.least_load, candidates.experts)
    held = np.zeros(candidates.experts, np.int64) if terms.held is None else terms.held
    if fixed is not None and fixed.any():
        held = held + np.bincount(expert[fixed], minlength=candidates.experts)
        order = order[~fixed[order]]
    families = list(_families(candidates, terms, size, order, fixed))
    if fixed is not None:
        size = np.maximum(size - np.bincount(case[fixed], minlength=candidates.cases), 0)
    high = np.maximum(high - held, 0)
    problem = Problem(
        cases=candidates.cases,
        experts=candidates.experts,
        order=order,
        case=case[order],
        expert=expert[order],
        weight=np.rint(candidates.fit[order] * UNIT).astype(np.int64),
        size=size,
        low=np.minimum(np.maximum(low - held, 0), high),
        high=high,
        families=families,
        parent=case[order],
        group_parent=np.zeros(0, np.int64),
        group_most=np.zeros(0, np.int64),
    )
    _nest(problem)
    return problem


def _each(value: int | Whole, number: int) -> Whole:
    given = np.asarray(value, dtype=np.int64)
    if given.ndim and given.shape != (number,):
        raise ValueError(f"one number for all, or {number} of them")
    if np.any(given < 0):
        raise ValueError("sizes, loads and bounds are not negative")
    return np.broadcast_to(given, (number,)).copy()


def _families(candidates: Candidates, terms: Terms, size: Whole, order: Whole, fixed: Marks | None) -> Iterator[Family]:
    """Every bound as groups with a most; groups that cannot bind are left out."""
    case = candidates.case
    for bound in terms.bounds:
        counts = np.asarray(bound.counts, dtype=bool)
        if counts.shape != case.shape:
            raise ValueError(f"{bound.code}: one yes or no per pair of the candidates")
        least = _each(bound.least, candidates.cases)
        if np.any(least > size):
            raise ValueError(f"{bound.code}: at least more than a panel has seats")
        # A bound that nobody states binds nobody.
        others = np.where(least > 0, size - least, np.iinfo(np.int64).max)
        yield from _family(bound.code, np.where(counts, NONE, case), others, case, order, fixed)
        if bound.most is not None:
            most = _each(bound.most, candidates.cases)
            yield from _family(bound.code, np.where(counts, case, NONE), most, case, order, fixed)
    if terms.institution is not None and terms.same_institution_most is not None:
        theirs = np.asarray(terms.institution, dtype=np.int64)[candidates.expert]
        width = int(theirs.max(initial=0)) + 1
        key = np.where(theirs >= 0, case * width + theirs, NONE)
        yield from _family("same_institution_most", key, terms.same_institution_most, case, order, fixed)


def _family(
    code: str, key: Whole, most: int | Whole, case: Whole, order: Whole, fixed: Marks | None
) -> Iterator[Family]:
    """Groups by key. most: one number, or one per key. Fixed pairs take their places first."""
    open_ = key[order]
    keys, label, count = np.unique(open_, return_inverse=True, return_counts=True)
    allowed = np.full(len(keys), most) if isinstance(most, int) else most[np.maximum(keys, 0)]
    if fixed is not None and fixed.any():
        taken, times = np.unique(key[fixed], return_counts=True)
        at = np.searchsorted(taken, keys).clip(max=len(taken) - 1)
        allowed = np.maximum(allowed - np.where(taken[at] == keys, times[at], 0), 0)
    binds = (keys >= 0) & (count > allowed)
    if not binds.any():
        return
    renamed = np.where(binds, np.cumsum(binds) - 1, NONE)[label]
    of_case = np.zeros(int(binds.sum()), np.int64)
    of_case[renamed[renamed >= 0]] = case[order][renamed >= 0]
    yield Family(code, renamed, allowed[binds], of_case)


def _nest(problem: Problem) -> None:
    """Make nodes of the groups whose members are all reached from one node; the rest cross."""
    node, made = problem.case.copy(), problem.cases
    parents, mosts = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for family in problem.families:
        member = np.flatnonzero(family.label >= 0)
        label, groups = family.label[member], len(family.most)
        low, high = np.full(groups, np.iinfo(np.int64).max), np.full(groups, NONE)
        np.minimum.at(low, label, node[member])
        np.maximum.at(high, label, node[member])
        nests = low == high
        number = np.full(groups, NONE)
        number[nests] = made + np.arange(int(nests.sum()))
        inside = nests[label]
        node[member[inside]] = number[label[inside]]
        parents.append(low[nests])
        mosts.append(family.most[nests])
        made += int(nests.sum())
    problem.parent = node
    problem.group_parent, problem.group_most = np.concatenate(parents), np.concatenate(mosts)
