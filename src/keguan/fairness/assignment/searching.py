"""The best plan: by flow where bounds nest, otherwise from the linear relaxation, whose loose ends are solved whole.

The relaxation leaves one case in ten or fewer with shares of experts; all others are settled. The loose cases are
solved together by a whole-number programme over what the others leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from keguan.fairness.assignment import flows, panels, programs, relaxations
from keguan.fairness.assignment.problems import Family, Problem
from keguan.fairness.assignment.terms import UNIT, Marks, Whole

SMALL = 20_000
"""So many pairs are solved to the end in one programme."""
TOGETHER = 20_000
"""About so many pairs of loose cases are solved at a time."""
SETTLED = 0.01
"""A pair whose share is so near to nothing or one is settled."""
NEAR = 0.05
"""Pairs that fall short of their prices by more, in fit, are not tried for a loose case at first."""


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
        return _found(problem, flow.chosen, flow.upper, flow.empty_price, flow.idle_price)
    if problem.pairs <= SMALL:
        pairs, proven = programs.solve(problem, programs.whole(problem), aims)
        if proven:
            chosen = _marks(problem, pairs)
            return Found(chosen, int(weight[chosen].sum()))
    # An earlier aim is eased to some fits: the relaxation has few digits.
    eased = sum((aim * (4 * UNIT) for aim in aims[:-1]), aims[-1])
    scale = max(1, int(weight.max(initial=0)) // max(UNIT, int(eased.max(initial=0))))
    empty_price, idle_price = flow.empty_price // scale, flow.idle_price // scale
    tried = flow.tried | panels.greedy(problem, flows.gains(problem, weight, flow), np.ones(problem.cases, bool))
    relaxed = relaxations.solve(problem, eased, tried, empty_price, idle_price)
    chosen = _settled(problem, aims, relaxed)
    found = _found(problem, chosen, flow.upper, flow.empty_price, flow.idle_price)
    if len(aims) == 1:
        nearer = _found(problem, chosen, relaxed.upper, empty_price, idle_price)
        return Found(chosen, min(found.upper, nearer.upper))
    return found


def _settled(problem: Problem, aims: Sequence[Whole], relaxed: relaxations.Relaxed) -> Marks:
    """A plan within every bound: what the relaxation settles, then the loose cases."""
    chosen = relaxed.share > 0.5
    loose = _breaks(problem, chosen)
    loose[problem.case[np.abs(relaxed.share - chosen) > SETTLED]] = True
    loose |= np.bincount(problem.case[chosen], minlength=problem.cases) != problem.size
    over = np.bincount(problem.expert[chosen & ~loose[problem.case]], minlength=problem.experts) > problem.high
    loose[problem.case[chosen & over[problem.expert]]] = True
    chosen &= ~loose[problem.case]
    near = (relaxed.gain > -NEAR * UNIT) | (relaxed.share > SETTLED)
    remake(problem, aims, chosen, np.flatnonzero(loose), near)
    wanting = np.bincount(problem.case[chosen], minlength=problem.cases) < problem.size
    remake(problem, aims, chosen, np.flatnonzero(loose & wanting))
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


def _found(problem: Problem, chosen: Marks, upper: int, empty_price: int, idle_price: int) -> Found:
    """The upper bound counts empty seats and idle experts as costs; a plan that has them is compared without these."""
    load = np.bincount(problem.expert[chosen], minlength=problem.experts)
    idle = int(np.maximum(problem.low - load, 0).sum())
    empty = int(problem.size.sum()) - int(chosen.sum())
    return Found(chosen, upper + empty * empty_price + idle * idle_price)


def remake(problem: Problem, aims: Sequence[Whole], chosen: Marks, cases: Whole, tried: Marks | None = None) -> None:
    """Choose the panels of these cases again, with what all the others leave over. tried: the pairs to choose from."""
    of_case = np.bincount(problem.case if tried is None else problem.case[tried], minlength=problem.cases)
    first = np.searchsorted(problem.case, np.arange(problem.cases + 1))
    load = np.bincount(problem.expert[chosen], minlength=problem.experts)
    batch = np.cumsum(of_case[cases]) // TOGETHER
    for at in np.unique(batch):
        few = cases[batch == at]
        pairs = np.concatenate([np.arange(first[one], first[one + 1]) for one in few])
        old = pairs[chosen[pairs]]
        load -= np.bincount(problem.expert[old], minlength=problem.experts)
        chosen[old] = False
        free = pairs[(problem.high > load)[problem.expert[pairs]]]
        if tried is not None:
            free = free[tried[free]]
        part = programs.Part(free, problem.size, np.maximum(problem.low - load, 0), problem.high - load)
        new, _ = programs.solve(problem, part, [aim[free] for aim in aims])
        chosen[new] = True
        load += np.bincount(problem.expert[new], minlength=problem.experts)


def _marks(problem: Problem, pairs: Whole) -> Marks:
    marks = np.zeros(problem.pairs, bool)
    marks[pairs] = True
    return marks
