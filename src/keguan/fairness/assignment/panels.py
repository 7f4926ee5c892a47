"""Panels case by case, as if experts had time for all: a first guess, and a sign of what can be filled."""

from __future__ import annotations

import numpy as np

from keguan.fairness.assignment.problems import Problem
from keguan.fairness.assignment.terms import Marks, Whole


def greedy(problem: Problem, worth: Whole, cases: Marks) -> Marks:
    """For each of these cases the best pair that its bounds still allow, again and again; some may get stuck."""
    mine = np.flatnonzero(cases[problem.case])
    order = mine[np.lexsort((-worth[mine], problem.case[mine]))]
    case = problem.case[order]
    first = np.flatnonzero(np.r_[True, case[1:] != case[:-1]]) if len(case) else np.zeros(0, np.int64)
    rank = np.arange(len(order)) - np.repeat(first, np.diff(np.r_[first, len(order)]))
    taken, seated = np.zeros(problem.pairs, bool), np.zeros(problem.cases, np.int64)
    counted = [np.zeros(len(family.most), np.int64) for family in problem.families]
    # Every case gives its best pair that still fits, all cases at once.
    by_rank = order[np.argsort(rank, kind="stable")]
    ends = np.cumsum(np.bincount(rank))
    for start, end in zip(np.r_[0, ends][:-1], ends, strict=True):
        pairs = by_rank[start:end]
        pairs = pairs[seated[problem.case[pairs]] < problem.size[problem.case[pairs]]]
        for family, count in zip(problem.families, counted, strict=True):
            label = family.label[pairs]
            pairs = pairs[(label < 0) | (count[label] < family.most[label])]
        taken[pairs] = True
        seated[problem.case[pairs]] += 1
        for family, count in zip(problem.families, counted, strict=True):
            label = family.label[pairs]
            count[label[label >= 0]] += 1
    return taken
