"""A plan mended after refusals: what still can stand, stands."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from keguan.fairness.assignment import searching
from keguan.fairness.assignment.making import planned
from keguan.fairness.assignment.plans import Repaired
from keguan.fairness.assignment.problems import pose
from keguan.fairness.assignment.terms import UNIT, Candidates, Marks, Terms


def repair(
    candidates: Candidates,
    terms: Terms,
    before: Collection[tuple[int, int]],
    *,
    fixed: Marks | None = None,
) -> Repaired:
    """The plan nearest to an earlier one: as many seats filled as can be, then the fewest pairs given up, then fit.

    before: case and expert of every seat of the earlier plan. Who refused, or has to keep out since, is no candidate of
    the case any more. fixed: pairs that stay whatever the bounds say.
    """
    problem = pose(candidates, terms, fixed)
    old = np.array(sorted(before), dtype=np.int64).reshape(-1, 2)
    key = old[:, 0] * candidates.experts + old[:, 1]
    stood = np.isin(candidates.case * candidates.experts + candidates.expert, key)
    standing = stood[problem.order]
    # One pair kept is worth more than all the fit there can be.
    kept_worth = UNIT * (int(problem.size.sum()) + 1)
    found = searching.find(problem, problem.weight + kept_worth * standing, [standing.astype(np.int64), problem.weight])
    kept = int((found.chosen & standing).sum())
    most_kept = max(kept, min(found.upper // kept_worth, int(standing.sum())))
    found = searching.Found(found.chosen, found.upper - kept * kept_worth)
    plan = planned(candidates, terms, problem, found, fixed)
    now, earlier = set(plan.pairs()), set(before)
    return Repaired(
        plan=plan,
        gone=tuple(sorted(earlier - now)),
        added=tuple(sorted(now - earlier)),
        dropped=int(standing.sum()) - kept,
        least_dropped=int(standing.sum()) - most_kept,
    )
