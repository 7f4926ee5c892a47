"""Bounds that cross, with shares of experts allowed: nearly the best plan, and a bound that none can pass.

PDLP of OR-tools solves the linear relaxation over a part of the pairs, to a few digits; pairs that are better than its
prices are taken in and it is solved again from where it stood. Prices need not be exact: rounded to whole numbers, any
prices at all give an upper bound (weak duality), these give one within some hundred-thousandths.
Source: D. Applegate et al., Practical large-scale linear programming using primal-dual hybrid gradient, 2021.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keguan.fairness.assignment.problems import Problem
from keguan.fairness.assignment.terms import UNIT, Marks, Whole

FINE = 100
"""Prices are whole hundredths of what fits are weighed in."""
ROUNDS = 4
NEAR_ENOUGH = 1e-5
ITERATIONS = 5_000

Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """What the relaxation says. share: of each pair, 0 to 1. gain: how much better each pair is than its prices, in the
    units of weights. upper: no plan is worth more, less its empty seats and idle panels at the prices of these."""

    share: Real
    gain: Real
    upper: int


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The rows of the programme: one per case, per expert, per expert who is owed panels, then per group.

    label: per pair and kind of row, which one it is in, -1 for none. least, most: per row.
    """

    label: list[Whole]
    least: Real
    most: Real
    owed: Whole


def solve(problem: Problem, weight: Whole, tried: Marks, empty_price: int, idle_price: int) -> Relaxed:
    """The relaxation over all pairs, begun with those tried. weight: at most some thousand times UNIT."""
    rows = _rows(problem)
    prices = np.zeros(len(rows.most))
    share, slack = np.zeros(problem.pairs), np.zeros(problem.cases + len(rows.owed))
    costs = np.concatenate([np.full(problem.cases, empty_price), np.full(len(rows.owed), idle_price)])
    gain, upper = _proven(problem, rows, weight, costs, prices)
    tried = tried.copy()
    for _ in range(ROUNDS):
        pairs = np.flatnonzero(tried)
        start = np.concatenate([share[pairs], slack])
        found, prices = _pdlp(problem, rows, weight, pairs, costs, start, prices)
        share[pairs], slack = found[: len(pairs)], found[len(pairs) :]
        gain, bound = _proven(problem, rows, weight, costs, prices)
        upper = min(upper, bound)
        better = (gain > FINE) & ~tried
        if not better.any():
            break
        tried |= better
    return Relaxed(share, gain / FINE, upper)


def _rows(problem: Problem) -> _Rows:
    owed = np.flatnonzero(problem.low > 0)
    owing = np.full(problem.experts, -1)
    owing[owed] = np.arange(len(owed))
    label = [problem.case, problem.expert, owing[problem.expert], *(one.label for one in problem.families)]
    most = [problem.size, problem.high, np.full(len(owed), np.inf), *(one.most for one in problem.families)]
    size = [problem.cases, problem.experts, len(owed), *(len(one.most) for one in problem.families)]
    first = np.cumsum([0, *size])
    least = np.full(first[-1], -np.inf)
    least[: problem.cases] = problem.size
    least[first[2] : first[3]] = problem.low[owed]
    label = [np.where(one >= 0, one + at, -1) for one, at in zip(label, first, strict=False)]
    return _Rows(label, least, np.concatenate(most).astype(float), owed)


def _pdlp(
    problem: Problem, rows: _Rows, weight: Whole, pairs: Whole, costs: Whole, start: Real, prices: Real
) -> tuple[Real, Real]:
    """Shares of these pairs and what stays empty and idle; and the price of each row, in the units of fits."""
    from ortools.pdlp import solvers_pb2
    from ortools.pdlp.python import pdlp

    asked: Any = pdlp.QuadraticProgram()
    asked.objective_vector = np.concatenate([-weight[pairs], costs]) / UNIT
    asked.constraint_matrix = _matrix(problem, rows, pairs)
    asked.constraint_lower_bounds, asked.constraint_upper_bounds = rows.least, rows.most
    asked.variable_lower_bounds = np.zeros(len(start))
    asked.variable_upper_bounds = np.concatenate([np.ones(len(pairs)), problem.size, problem.low[rows.owed]])
    how = solvers_pb2.PrimalDualHybridGradientParams()
    how.termination_criteria.iteration_limit = ITERATIONS
    how.termination_criteria.simple_optimality_criteria.eps_optimal_absolute = 0
    how.termination_criteria.simple_optimality_criteria.eps_optimal_relative = NEAR_ENOUGH
    begun = pdlp.PrimalAndDualSolution()
    begun.primal_solution, begun.dual_solution = start, -prices
    answer = pdlp.primal_dual_hybrid_gradient(asked, how, begun)
    return np.asarray(answer.primal_solution), -np.asarray(answer.dual_solution)


def _matrix(problem: Problem, rows: _Rows, pairs: Whole):  # type: ignore[no-untyped-def]
    from scipy import sparse

    column, extra = np.arange(len(pairs)), problem.cases + len(rows.owed)
    # What stays empty belongs to its case, what is idle to the row of its expert.
    row = [np.arange(problem.cases), problem.cases + problem.experts + np.arange(len(rows.owed))]
    at = [len(pairs) + np.arange(extra)]
    for label in rows.label:
        mine = label[pairs]
        row.append(mine[mine >= 0])
        at.append(column[mine >= 0])
    rows_at, columns_at = np.concatenate(row), np.concatenate(at)
    return sparse.csc_matrix((np.ones(len(rows_at)), (rows_at, columns_at)), shape=(len(rows.most), len(pairs) + extra))


def _proven(problem: Problem, rows: _Rows, weight: Whole, costs: Whole, prices: Real) -> tuple[Whole, int]:
    """How much better than its prices each pair is, in whole hundredths, and what no plan is worth more than."""
    price = np.rint(prices * (UNIT * FINE)).astype(np.int64)
    # A most has no price below nothing, a least none above.
    price = np.where(rows.least == -np.inf, np.maximum(price, 0), price)
    price = np.where(rows.most == np.inf, np.minimum(price, 0), price)
    gain = weight * FINE
    for label in rows.label:
        member = label >= 0
        gain[member] -= price[label[member]]
    limit = np.where(rows.most == np.inf, rows.least, rows.most).astype(np.int64)
    owed = problem.cases + problem.experts + np.arange(len(rows.owed))
    room = np.concatenate([problem.size, problem.low[rows.owed]])
    slack = -costs * FINE - price[np.concatenate([np.arange(problem.cases), owed])]
    upper = int(price @ limit) + int(np.maximum(gain, 0).sum()) + int(room @ np.maximum(slack, 0))
    return gain, upper // FINE
