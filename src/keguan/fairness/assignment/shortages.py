"""Why seats stay empty: the bound that is responsible, found by leaving bounds out one after another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import combinations

import numpy as np

from keguan.fairness.assignment.panels import greedy
from keguan.fairness.assignment.plans import Shortage
from keguan.fairness.assignment.problems import NONE, Problem
from keguan.fairness.assignment.searching import remake
from keguan.fairness.assignment.terms import Bound, Marks, Terms, Whole
from keguan.kernel.bilingual import Text

Sorts = tuple[tuple[int, tuple[int, ...]], ...]
"""Candidates of one case by the groups they are in: how many, and which groups."""

ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def explained(problem: Problem, terms: Terms, chosen: Marks) -> tuple[Shortage, ...]:
    """Every reason for an empty seat or an idle expert; the most seats first. Nothing if nothing is missing."""
    count = np.bincount(problem.case[chosen], minlength=problem.cases)
    empty = problem.size - count
    if not np.any(empty > 0):
        return tuple(_idle(problem, chosen))
    first = np.searchsorted(problem.case, np.arange(problem.cases + 1))
    reasons: dict[tuple[str, int], dict[int, int]] = defaultdict(dict)
    bound: dict[int, tuple[str, int]] = {}
    crowded: dict[int, int] = {}
    easy = greedy(problem, np.zeros(problem.pairs, np.int64), empty > 0)
    easily = np.bincount(problem.case[easy], minlength=problem.cases)
    for case in np.flatnonzero(empty > 0).tolist():
        if easily[case] == problem.size[case]:
            crowded[case] = int(empty[case])
            continue
        alone = list(_alone(problem, np.arange(first[case], first[case + 1]), int(problem.size[case])))
        for code, missing in alone:
            if code == "candidates":
                reasons[code, 0][case] = missing
            else:
                bound[case] = code, missing
        crowded[case] = int(empty[case]) - sum(missing for _, missing in alone)
    still = _still_empty(problem, chosen, bound, crowded)
    for case, (code, missing) in bound.items():
        found = _found(problem, terms, code, np.flatnonzero(chosen[first[case] : first[case + 1]]) + first[case])
        for why, seats in ((code, missing - still[case]), (f"{code}+most_load", still[case])):
            if seats > 0:
                reasons[why, found if why == code else 0][case] = seats
    reasons["most_load", 0] = {case: seats for case, seats in crowded.items() if seats > 0}
    told = [_told(problem, terms, chosen, code, found, short) for (code, found), short in reasons.items() if short]
    return tuple(sorted(told, key=lambda one: -one.missing)) + tuple(_idle(problem, chosen))


def _alone(problem: Problem, pairs: Whole, size: int) -> Iterator[tuple[str, int]]:
    """What keeps the case from its seats even if every expert had time, and how many of them."""
    if len(pairs) < size:
        yield "candidates", size - len(pairs)
    wanted = min(size, len(pairs))
    reach, codes = _reach(problem, pairs, size, frozenset())
    if reach == wanted:
        return
    for number in range(1, len(codes) + 1):
        for left_out in combinations(codes, number):
            if _reach(problem, pairs, size, frozenset(left_out))[0] == wanted:
                yield "+".join(left_out), wanted - reach
                return


def _still_empty(
    problem: Problem, chosen: Marks, bound: dict[int, tuple[str, int]], crowded: dict[int, int]
) -> dict[int, int]:
    """Seats that stay empty even without the bound that is responsible, because experts have no time left."""
    cases = np.array(sorted(bound), np.int64)
    families = []
    for family in problem.families:
        freed = np.array([case for case, (code, _) in bound.items() if family.code in code.split("+")], np.int64)
        families.append(replace(family, label=np.where(np.isin(problem.case, freed), NONE, family.label)))
    anew = chosen.copy()
    remake(replace(problem, families=families), [np.zeros(problem.pairs, np.int64)], anew, cases)
    seats = np.bincount(problem.case[anew], minlength=problem.cases)
    offered = np.minimum(np.bincount(problem.case, minlength=problem.cases), problem.size)
    return {
        case: min(missing, max(0, int(offered[case] - seats[case]) - crowded[case]))
        for case, (_, missing) in bound.items()
    }


def _reach(problem: Problem, pairs: Whole, size: int, without: frozenset[str]) -> tuple[int, list[str]]:
    """The largest panel that the bounds allow without some of them, and the codes of the bounds there are."""
    families = [one for one in problem.families if one.code not in without and (one.label[pairs] >= 0).any()]
    most: list[int] = []
    member = np.zeros((len(families), len(pairs)), np.int64)
    for at, family in enumerate(families):
        groups, place = np.unique(family.label[pairs], return_inverse=True)
        shift = len(most) - int(groups[0] < 0)
        member[at] = np.where(family.label[pairs] >= 0, place + shift, -1)
        most += family.most[groups[groups >= 0]].tolist()
    sorts, counts = np.unique(member.T, axis=0, return_counts=True)
    same = tuple(
        (min(int(n), size), tuple(g for g in row.tolist() if g >= 0)) for row, n in zip(sorts, counts, strict=True)
    )
    return _largest(same, tuple(most), size), list(dict.fromkeys(one.code for one in families))


@lru_cache(maxsize=4096)
def _largest(sorts: Sorts, most: tuple[int, ...], size: int) -> int:
    """The largest number up to `size` that can be taken from the sorts with at most so many of each group."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    if not most:
        return min(size, sum(n for n, _ in sorts))
    rows = np.zeros((len(most) + 1, len(sorts)))
    rows[-1] = 1
    for at, (_, groups) in enumerate(sorts):
        rows[list(groups), at] = 1
    answer = milp(
        -np.ones(len(sorts)),
        integrality=np.ones(len(sorts)),
        bounds=Bounds(0, np.array([n for n, _ in sorts])),
        constraints=LinearConstraint(rows, -np.inf, np.array([*most, size])),
    )
    return round(-float(answer.fun))


def _found(problem: Problem, terms: Terms, code: str, chosen: Whole) -> int:
    """How many experts of the sort that is missing the panel has."""
    bound = _bound(terms, code)
    return int(bound.counts[problem.order[chosen]].sum()) if bound else 0


def _bound(terms: Terms, code: str) -> Bound | None:
    return next((one for one in terms.bounds if one.code == code), None)


def _told(problem: Problem, terms: Terms, chosen: Marks, code: str, found: int, short: dict[int, int]) -> Shortage:
    cases, missing = tuple(short), sum(short.values())
    experts: tuple[int, ...] = ()
    bound = _bound(terms, code)
    if code == "most_load":
        load = np.bincount(problem.expert[chosen], minlength=problem.experts)
        mine = np.unique(problem.expert[np.isin(problem.case, cases) & ~chosen])
        experts = tuple(mine[load[mine] >= problem.high[mine]].tolist())
        say = LOAD
    elif code == "candidates":
        say = CANDIDATES
    elif bound is not None and np.any(bound.least):
        say = NO_SUCH.filled(
            nth=Text(f"第 {found + 1} 名", ORDINALS[found + 1] if found < 10 else f"{found + 1}th"),
            who=bound.say,
            n="{n}",
            seats="{seats}",
            experts="{experts}",
        )
    else:
        say = TOGETHER.filled(what=_names(terms, code), n="{n}", seats="{seats}", experts="{experts}")
    return Shortage(code, say.filled(n=len(cases), seats=missing, experts=len(experts)), cases, experts, missing)


def _names(terms: Terms, code: str) -> Text:
    named = [one.say if (one := _bound(terms, part)) else NAMES[part] for part in code.split("+")]
    return Text("、".join(one.zh for one in named), " and ".join(f"“{one.en}”" for one in named))


def _idle(problem: Problem, chosen: Marks) -> Iterator[Shortage]:
    load = np.bincount(problem.expert[chosen], minlength=problem.experts)
    short = np.flatnonzero(load < problem.low)
    if len(short):
        missing = int((problem.low - load)[short].sum())
        say = IDLE.filled(n=len(short), panels=missing)
        yield Shortage("least_load", say, experts=tuple(short.tolist()), missing=missing)


LOAD = Text(
    "{n} 个办件空缺 {seats} 席：尚可评审的候选专家有 {experts} 名已达评审件数上限",
    "seats that stay empty: {seats} (cases: {n}); of their remaining candidates, so many sit on as many panels as they may: {experts}",
)
CANDIDATES = Text(
    "{n} 个办件的候选专家少于席位，空缺 {seats} 席",
    "fewer candidates than seats (cases: {n}); seats that stay empty: {seats}",
)
NO_SUCH = Text(
    "{n} 个办件找不到{nth}{who}，空缺 {seats} 席",
    "no {nth} one of the {who} (cases: {n}); seats that stay empty: {seats}",
)
TOGETHER = Text(
    "因“{what}”的限制，{n} 个办件空缺 {seats} 席",
    "seats that stay empty because of the bound on {what}: {seats} (cases: {n})",
)
NAMES = {
    "same_institution_most": Text("同一法人单位的专家", "experts of one legal entity"),
    "most_load": Text("每名专家的评审件数", "panels per expert"),
}
IDLE = Text(
    "{n} 名专家达不到最少评审件数，共差 {panels} 件：可评的办件不够",
    "experts who stay below their least load: {n}, in all by so many panels: {panels}; too few cases are left for them",
)
