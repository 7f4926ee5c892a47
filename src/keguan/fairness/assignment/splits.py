"""Bounds that cross, made to nest where they bind: a group is shared out among the nodes that it crosses.

A panel that keeps every bound, chosen at the prices of the day, says how many each share may have. The shares keep the
bound whatever the flow then does, so that a flow over them is a plan.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from keguan.fairness.assignment import programs
from keguan.fairness.assignment.problems import Problem
from keguan.fairness.assignment.terms import Marks, Whole

STUCK = 400
"""So many panels that greed could not fill are solved by a programme, one by one."""


def panels(problem: Problem, worth: Whole, cases: Marks) -> Marks:
    """For each of these cases a panel within its own bounds that is worth much, as if experts had time for all.

    worth: per pair, its fit less the price of the expert.
    """
    taken = greedy(problem, worth, cases)
    seated = np.bincount(problem.case[taken], minlength=problem.cases)
    _unstick(problem, worth, taken, np.flatnonzero(cases & (seated < problem.size)))
    return taken


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


def _unstick(problem: Problem, worth: Whole, taken: Marks, cases: Whole) -> None:
    many, none = np.full(problem.experts, problem.cases), np.zeros(problem.experts, np.int64)
    first = np.searchsorted(problem.case, np.arange(problem.cases + 1))
    for case in cases[:STUCK]:
        pairs = np.arange(first[case], first[case + 1])
        best, _ = programs.solve(problem, programs.Part(pairs, problem.size, none, many), [worth[pairs]])
        taken[pairs] = False
        taken[best] = True


def split(problem: Problem, taken: Marks, cases: Marks) -> Problem:
    """The problem with every bound of these cases as nodes, in shares that allow the panels taken.

    What a panel does not use of a bound goes to the largest share.
    """
    mine = np.flatnonzero(cases[problem.case])
    node = problem.case[mine].copy()
    parents, mosts = [problem.group_parent], [problem.group_most]
    made = problem.cases + len(problem.group_most)
    for family in sorted(problem.families, key=lambda one: -float((one.label >= 0).sum()) / len(one.most)):
        label = family.label[mine]
        member = np.flatnonzero(label >= 0)
        if not len(member):
            continue
        key = label[member] * (made + 1) + node[member]
        _, head, share, size = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
        group = label[member][head]
        most = np.bincount(share, weights=taken[mine[member]], minlength=len(head)).astype(np.int64)
        used = np.bincount(group, weights=most, minlength=len(family.most)).astype(np.int64)
        # The largest share of each group is the last of it in this order.
        by_size = np.lexsort((size, group))
        last = by_size[np.r_[group[by_size][1:] != group[by_size][:-1], True]]
        most[last] += (family.most - used)[group[last]]
        parents.append(node[member][head])
        mosts.append(most)
        node[member] = made + share
        made += len(head)
    parent = problem.parent.copy()
    parent[mine] = node
    return replace(problem, parent=parent, group_parent=np.concatenate(parents), group_most=np.concatenate(mosts))
