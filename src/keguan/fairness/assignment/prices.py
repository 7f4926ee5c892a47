"""Bounds that cross: each costs a toll that rises while a panel breaks it, until what is left is small enough to solve.

Whatever the tolls, the flow with tolls plus what they bring in is an upper bound for every plan that keeps to the
bounds (Lagrangian relaxation), so that the gap is known. Panels that still break a bound are made anew by a programme.
Source: M. L. Fisher, The Lagrangian relaxation method for solving integer programming problems, 1981.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from keguan.fairness.assignment import flows, programs, splits
from keguan.fairness.assignment.problems import NONE, Family, Problem
from keguan.fairness.assignment.terms import Marks, Whole

ROUNDS = 5
SPLITS = 5
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
    if not _breaks(problem, flow.chosen).any():
        return _found(problem, weight, flow.chosen, flow.upper, flow)
    if problem.pairs <= SMALL:
        pairs, proven = programs.solve(problem, programs.whole(problem), aims)
        if proven:
            chosen = _marks(problem, pairs)
            return Found(chosen, int(weight[chosen].sum()))
    upper = flow.upper
    tolls = [np.zeros(len(family.most), np.int64) for family in problem.families]
    for _ in range(ROUNDS if len(aims) == 1 else 0):
        _adjust(problem, tolled(problem, weight, tolls), tolls, flow)
        reduced = tolled(problem, weight, tolls)
        flow.tried |= flows.gains(problem, reduced, flow) > 0
        flows.improve(problem, reduced, flow)
        brought = sum(int(toll @ family.most) for toll, family in zip(tolls, problem.families, strict=True))
        upper = min(upper, flow.upper + brought)
    hard = _breaks(problem, flow.chosen)
    for toll, family in zip(tolls, problem.families, strict=True):
        hard[family.case[toll > 0]] = True
    chosen = _kept(problem, weight, aims, tolls, flow, hard)
    return _found(problem, weight, chosen, upper, flow)


def _kept(
    problem: Problem, weight: Whole, aims: Sequence[Whole], tolls: list[Whole], flow: flows.Flow, hard: Marks
) -> Marks:
    """A plan within every bound: those of hard cases are split so that they nest, until no other case breaks one."""
    asked = flow.price[-2 - problem.experts : -2]
    within, broken = flow, _breaks(problem, flow.chosen)
    taken = splits.panels(problem, tolled(problem, weight, tolls) + asked[problem.expert], broken)
    taken |= flow.chosen & (hard & ~broken)[problem.case]
    for _ in range(SPLITS):
        nested = splits.split(problem, taken, hard)
        within = flows.moved(problem, nested, flow)
        within.tried |= taken
        for _ in range(2):
            if flows.improve(nested, weight, within):
                break
        broken = _breaks(problem, within.chosen)
        if not broken.any():
            return within.chosen
        asked = within.price[-2 - problem.experts : -2]
        taken |= splits.panels(problem, weight + asked[problem.expert], broken & ~hard)
        hard = hard | broken
    chosen = within.chosen & ~broken[problem.case]
    remake(problem, aims, chosen, np.flatnonzero(broken))
    return chosen


def counted(family: Family, chosen: Marks) -> Whole:
    """How many are chosen of each group."""
    label = family.label[chosen]
    number: Whole = np.bincount(label[label >= 0], minlength=len(family.most))
    return number


def _breaks(problem: Problem, chosen: Marks) -> Marks:
    """Marks the cases whose panel breaks a bound."""
    broken = np.zeros(problem.cases, bool)
    for family in problem.families:
        broken[family.case[counted(family, chosen) > family.most]] = True
    return broken


def tolled(problem: Problem, weight: Whole, tolls: list[Whole]) -> Whole:
    """Weights less what the groups of each pair cost."""
    reduced = weight.copy()
    for toll, family in zip(tolls, problem.families, strict=True):
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
    for toll, family, node in zip(tolls, problem.families, problem.nodes, strict=True):
        groups, member, number = len(toll), family.label >= 0, counted(family, flow.chosen)
        too_many, room = number > family.most, (number < family.most) & (toll > 0) & (node == NONE)
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
