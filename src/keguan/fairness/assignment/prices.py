"""Bounds that cross: each costs a toll that rises while a panel breaks it, until what is left is small enough to solve.

Whatever the tolls, the flow with tolls plus what they bring in is an upper bound for every plan that keeps to the
bounds (Lagrangian relaxation), so that the gap is known. Panels that still break a bound are made anew by a programme.
Source: M. L. Fisher, The Lagrangian relaxation method for solving integer programming problems, 1981.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from keguan.fairness.assignment import flows, programs
from keguan.fairness.assignment.problems import Family, Problem
from keguan.fairness.assignment.terms import Marks, Whole

ROUNDS = 8
SMALL = 20_000
"""So many pairs are solved to the end in one programme."""
CASES = 300
"""So many panels are made anew at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What was chosen, and that no plan as full as this is worth more than `upper`."""

    chosen: Marks
    upper: int


def find(problem: Problem, weight: Whole, aims: Sequence[Whole] = ()) -> Found:
    """The best plan: proven where bounds nest or the problem is small, otherwise as near as the gap says.

    aims: what the weight consists of, the first before the second, where it is too large a number for a programme.
    """
    aims = aims or [weight]
    flow = flows.begin(problem, weight)
    flows.best(problem, weight, flow)
    if not any(over(family, flow.chosen).any() for family in problem.crossing):
        return _found(problem, weight, flow.chosen, flow.upper, flow)
    if problem.pairs <= SMALL:
        pairs, proven = programs.solve(problem, programs.whole(problem), aims)
        if proven:
            chosen = _marks(problem, pairs)
            return Found(chosen, int(weight[chosen].sum()))
    tolls = [np.zeros(len(family.most), np.int64) for family in problem.crossing]
    upper = flow.upper
    for _ in range(ROUNDS if len(aims) == 1 else 0):
        _adjust(problem, tolled(problem, weight, tolls), tolls, flow)
        reduced = tolled(problem, weight, tolls)
        flow.tried |= flows.gains(problem, reduced, flow) > 0
        flows.improve(problem, reduced, flow)
        brought = sum(int(toll @ family.most) for toll, family in zip(tolls, problem.crossing, strict=True))
        upper = min(upper, flow.upper + brought)
    chosen = _mended(problem, aims, tolls, flow)
    return _found(problem, weight, chosen, upper, flow)


def over(family: Family, chosen: Marks) -> Marks:
    """Marks the groups of which more are chosen than may be."""
    label = family.label[chosen]
    counted: Whole = np.bincount(label[label >= 0], minlength=len(family.most))
    return counted > family.most


def tolled(problem: Problem, weight: Whole, tolls: list[Whole]) -> Whole:
    """Weights less what the groups of each pair cost."""
    reduced = weight.copy()
    for toll, family in zip(tolls, problem.crossing, strict=True):
        member = family.label >= 0
        reduced[member] -= toll[family.label[member]]
    return reduced


def _found(problem: Problem, weight: Whole, chosen: Marks, upper: int, flow: flows.Flow) -> Found:
    """The upper bound counts empty seats and idle experts as costs; a plan that has them is compared without these."""
    load = np.bincount(problem.expert[chosen], minlength=problem.experts)
    idle = int(np.maximum(problem.low - load, 0).sum())
    empty = int(problem.size.sum()) - int(chosen.sum())
    return Found(chosen, upper + empty * flow.empty_price + idle * flow.idle_price)


def _adjust(problem: Problem, reduced: Whole, tolls: list[Whole], flow: flows.Flow) -> None:
    """Raise the toll of a group that has too many to where an outsider is as good; lower it where there is room."""
    gain = flows.gains(problem, reduced, flow)
    nobody = -(flow.empty_price + flow.price[: problem.cases] - flow.price[-1])
    for toll, family in zip(tolls, problem.crossing, strict=True):
        groups, member = len(toll), family.label >= 0
        counted = np.bincount(family.label[member & flow.chosen], minlength=groups)
        too_many, room = counted > family.most, (counted < family.most) & (toll > 0)
        full = np.zeros(problem.pairs, bool)
        full[member] = too_many[family.label[member]]
        outsider = nobody.copy()
        one = ~flow.chosen & ~full
        np.maximum.at(outsider, problem.case[one], gain[one])
        worst = np.full(groups, np.iinfo(np.int64).max // 4)
        one = flow.chosen & full
        np.minimum.at(worst, family.label[one], gain[one])
        toll[too_many] += np.maximum(worst[too_many] - outsider[family.case[too_many]], 0) + 1
        weakest = np.full(problem.cases, np.iinfo(np.int64).max // 4)
        one = flow.chosen & ~member
        np.minimum.at(weakest, problem.case[one], gain[one])
        waiting = np.full(groups, -(1 << 40))
        one = ~flow.chosen & member
        np.maximum.at(waiting, family.label[one], gain[one])
        fall = np.maximum(weakest[family.case[room]] - waiting[room], 0)
        toll[room] -= np.minimum(toll[room], fall)


def _mended(problem: Problem, aims: Sequence[Whole], tolls: list[Whole], flow: flows.Flow) -> Marks:
    """Make the panels anew that break a bound, or leave room where a toll was asked, a few hundred at a time."""
    anew = np.zeros(problem.cases, bool)
    for toll, family in zip(tolls, problem.crossing, strict=True):
        label = family.label[flow.chosen]
        counted = np.bincount(label[label >= 0], minlength=len(toll))
        anew[family.case[(counted > family.most) | ((counted < family.most) & (toll > 0))]] = True
    chosen = flow.chosen & ~anew[problem.case]
    remake(problem, aims, chosen, np.flatnonzero(anew))
    return chosen


def remake(problem: Problem, aims: Sequence[Whole], chosen: Marks, cases: Whole) -> None:
    """Choose the panels of these cases again, with what all the others leave over."""
    first = np.searchsorted(problem.case, np.arange(problem.cases + 1))
    load = np.bincount(problem.expert[chosen], minlength=problem.experts)
    for at in range(0, len(cases), CASES):
        few = cases[at : at + CASES]
        pairs = np.concatenate([np.arange(first[one], first[one + 1]) for one in few])
        old = pairs[chosen[pairs]]
        load -= np.bincount(problem.expert[old], minlength=problem.experts)
        chosen[old] = False
        free = pairs[(problem.high > load)[problem.expert[pairs]]]
        part = programs.Part(free, problem.size, np.maximum(problem.low - load, 0), problem.high - load)
        new, _ = programs.solve(problem, part, [aim[free] for aim in aims])
        chosen[new] = True
        load += np.bincount(problem.expert[new], minlength=problem.experts)


def _marks(problem: Problem, pairs: Whole) -> Marks:
    marks = np.zeros(problem.pairs, bool)
    marks[pairs] = True
    return marks
