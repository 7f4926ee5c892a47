"""The plan itself: from candidates and terms to who reviews what."""

from __future__ import annotations

import numpy as np

from keguan.fairness.assignment import searching
from keguan.fairness.assignment.plans import Plan
from keguan.fairness.assignment.problems import Problem, pose
from keguan.fairness.assignment.shortages import explained
from keguan.fairness.assignment.terms import UNIT, Candidates, Marks, Terms


def assign(candidates: Candidates, terms: Terms, *, fixed: Marks | None = None) -> Plan:
    """Who reviews what with the most fit in sum, within every bound, with a proof of how good it is.

    First as many seats as possible are filled, then least loads met, then fit counts. What cannot be filled stays
    empty and is explained. fixed: pairs that stay whatever the bounds say (an expert accepted, an officer chose).
    Raises ValueError for terms that do not belong to the candidates.
    """
    problem = pose(candidates, terms, fixed)
    found = searching.find(problem, problem.weight)
    return planned(candidates, terms, problem, found, fixed)


def planned(
    candidates: Candidates, terms: Terms, problem: Problem, found: searching.Found, fixed: Marks | None
) -> Plan:
    """The plan that was found, with what is missing in words."""
    held = np.zeros(0, np.int64) if fixed is None else np.flatnonzero(fixed)
    extra = int(np.rint(candidates.fit[held] * UNIT).astype(np.int64).sum())
    chosen = found.chosen
    load = np.bincount(problem.expert[chosen], minlength=problem.experts)
    return Plan(
        candidates=candidates,
        chosen=np.sort(np.concatenate([problem.order[chosen], held])),
        value=(int(problem.weight[chosen].sum()) + extra) / UNIT,
        upper=(found.upper + extra) / UNIT,
        seats=int(chosen.sum()) + len(held),
        missing=int(problem.size.sum() - chosen.sum()),
        idle=int(np.maximum(problem.low - load, 0).sum()),
        shortages=explained(problem, terms, chosen),
    )
