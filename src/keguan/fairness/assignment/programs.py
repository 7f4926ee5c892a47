"""Small parts solved to the end as whole-number programmes (HiGHS by SciPy), with every bound at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from keguan.fairness.assignment.problems import Problem
from keguan.fairness.assignment.terms import Whole

SECONDS = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The pairs that may change, and what the rest leaves for them. size: per case; low, high: per expert."""

    pairs: Whole
    size: Whole
    low: Whole
    high: Whole


def solve(problem: Problem, part: Part, aims: Sequence[Whole]) -> tuple[Whole, bool]:
    """The best choice of pairs in the part: first in seats, then in least loads, then by each aim in turn.

    aims: weights of the part's pairs, to be as large as possible. Returns positions of pairs, and whether it is proven.
    """
    from scipy import optimize, sparse

    case, case_at = np.unique(problem.case[part.pairs], return_inverse=True)
    expert, expert_at = np.unique(problem.expert[part.pairs], return_inverse=True)
    owed = np.flatnonzero(part.low[expert] > 0)
    n, cases, owing = len(part.pairs), len(case), len(owed)
    if not n:
        return part.pairs, True
    column = np.arange(n)
    rows = [_row(case_at, column, cases, n), _row(expert_at, column, len(expert), n)]
    most = [part.size[case], part.high[expert]]
    for family in problem.families:
        label = family.label[part.pairs]
        groups, group_at = np.unique(label[label >= 0], return_inverse=True)
        rows.append(_row(group_at, column[label >= 0], len(groups), n))
        most.append(family.most[groups])
    of_expert = sparse.csr_array(rows[1])[owed]
    # One column more per expert with a least load: the panels that the expert stays short of.
    above = sparse.vstack(rows).tocsr()
    above = sparse.hstack([above, sparse.csr_array((above.shape[0], owing))]).tocsr()
    short = sparse.hstack([of_expert, sparse.eye_array(owing)]).tocsr()
    limits = [optimize.LinearConstraint(above, -np.inf, np.concatenate(most))]
    if owing:
        limits.append(optimize.LinearConstraint(short, part.low[expert][owed], np.inf))
    ends = optimize.Bounds(0, np.concatenate([np.ones(n), part.low[expert][owed]]))
    costs = [np.concatenate([-np.ones(n), np.zeros(owing)])]
    if owing:
        costs.append(np.concatenate([np.zeros(n), np.ones(owing)]))
    costs += [np.concatenate([-aim, np.zeros(owing)]) for aim in aims]
    chosen, proven = np.zeros(n, bool), True
    for cost in costs:
        answer = optimize.milp(
            cost,
            integrality=np.ones(n + owing),
            bounds=ends,
            constraints=limits,
            options={"mip_rel_gap": 0.0, "time_limit": SECONDS},
        )
        if answer.x is None:
            return part.pairs[chosen], False
        proven &= answer.status == 0
        whole = np.rint(answer.x)
        chosen = whole[:n] > 0
        reached = float(cost @ whole)
        limits.append(optimize.LinearConstraint(sparse.csr_array(cost[None, :]), -np.inf, reached))
    return part.pairs[chosen], bool(proven)


def whole(problem: Problem) -> Part:
    """Everything may change."""
    return Part(np.arange(problem.pairs), problem.size, problem.low, problem.high)


def _row(row: Whole, column: Whole, rows: int, columns: int):  # type: ignore[no-untyped-def]
    from scipy import sparse

    return sparse.csr_array((np.ones(len(row)), (row, column)), shape=(rows, columns))
