"""Assignments against an exact oracle: another solver, every rule written once more, over everything at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keguan.fairness.assignment import Bound, Candidates, Plan, Terms, assign, in_same, outside, repair
from keguan.kernel.bilingual import Text

FAR = Text("外地区专家", "experts from outside the region")
OLD = Text("资深专家", "senior experts")
OWN = Text("本领域专家", "experts of the field")


@dataclass
class World:
    """A small round: what `assign` is given, in the plainest shape for the oracle."""

    candidates: Candidates
    terms: Terms

    def pairs(self) -> list[tuple[int, int, int]]:
        """Case, expert and fit in ten-thousandths of every candidate."""
        one = self.candidates
        return list(
            zip(one.case.tolist(), one.expert.tolist(), np.rint(one.fit * 10_000).astype(int).tolist(), strict=True)
        )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Rounds with few cases and experts, tight and contradictory ones among them."""
    cases, experts = draw(st.integers(1, 5)), draw(st.integers(1, 7))
    everybody = [(c, e) for c in range(cases) for e in range(experts)]
    held = sorted(draw(st.sets(st.sampled_from(everybody), min_size=1)))
    fits = draw(st.lists(st.integers(0, 100), min_size=len(held), max_size=len(held)))
    candidates = Candidates(
        cases,
        experts,
        np.array([c for c, _ in held]),
        np.array([e for _, e in held]),
        np.array(fits) / 100,
    )

    def numbers(most: int, count: int, least: int = 0) -> np.ndarray:
        return np.array(draw(st.lists(st.integers(least, most), min_size=count, max_size=count)))

    size = numbers(3, cases, 1)
    high = numbers(3, experts)
    region, senior, field = numbers(2, experts, -1), numbers(1, experts).astype(bool), numbers(1, experts)
    bounds = []
    if draw(st.booleans()):
        bounds.append(
            Bound("far", FAR, outside(candidates, region, numbers(2, cases)), np.minimum(numbers(2, cases), size))
        )
    if draw(st.booleans()):
        bounds.append(Bound("own", OWN, in_same(candidates, field, numbers(1, cases)), np.minimum(1, size)))
    if draw(st.booleans()):
        bounds.append(
            Bound("old", OLD, senior[candidates.expert], np.minimum(numbers(2, cases), size), numbers(2, cases))
        )
    terms = Terms(
        size=size,
        most_load=high,
        least_load=np.minimum(numbers(2, experts), high),
        held=numbers(1, experts) if draw(st.booleans()) else None,
        institution=numbers(2, experts, -1) if draw(st.booleans()) else None,
        same_institution_most=draw(st.sampled_from([None, 1, 2])),
        bounds=tuple(bounds),
    )
    return World(candidates, terms)


def each(value: object, at: int) -> int:
    """The number of one case or expert, if there is one for all or one for each."""
    return int(value if isinstance(value, int) else value[at])  # type: ignore[index]


def oracle(world: World, before: set[tuple[int, int]] = frozenset()) -> tuple[int, int, int, int]:  # type: ignore[assignment]
    """Empty seats, idle panels, pairs given up and fit of the best plan, each after the one before it, by CP-SAT."""
    from ortools.sat.python import cp_model

    terms, pairs = world.terms, world.pairs()
    model = cp_model.CpModel()
    take = [model.new_bool_var("") for _ in pairs]
    for case in range(world.candidates.cases):
        mine = [at for at, (c, _, _) in enumerate(pairs) if c == case]
        size = each(terms.size, case)
        model.add(sum(take[at] for at in mine) <= size)
        for bound in terms.bounds:
            rest = [take[at] for at in mine if not bound.counts[at]]
            if each(bound.least, case) > 0:
                model.add(sum(rest) <= size - each(bound.least, case))
            if bound.most is not None:
                model.add(sum(take[at] for at in mine if bound.counts[at]) <= each(bound.most, case))
        if terms.institution is not None and terms.same_institution_most is not None:
            for one in {int(i) for i in terms.institution if i >= 0}:
                same = [take[at] for at in mine if terms.institution[pairs[at][1]] == one]
                model.add(sum(same) <= terms.same_institution_most)
    idle = []
    for expert in range(world.candidates.experts):
        load = sum(take[at] for at, (_, e, _) in enumerate(pairs) if e == expert)
        on = 0 if terms.held is None else int(terms.held[expert])
        room = max(each(terms.most_load, expert) - on, 0)
        model.add(load <= room)
        short = model.new_int_var(0, 10, "")
        model.add(short + load >= min(max(each(terms.least_load, expert) - on, 0), room))
        idle.append(short)
    fit = sum(one * w for one, (_, _, w) in zip(take, pairs, strict=True))
    kept = sum(one for one, (c, e, _) in zip(take, pairs, strict=True) if (c, e) in before)
    model.maximize(sum(take) * 10**11 - sum(idle) * 10**9 + kept * 10**7 + fit)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model) == cp_model.OPTIMAL
    taken = [solver.value(one) for one in take]
    seats = sum(each(terms.size, c) for c in range(world.candidates.cases))
    still = sum((c, e) in before for c, e, _ in pairs)
    stays = sum(t for t, (c, e, _) in zip(taken, pairs, strict=True) if (c, e) in before)
    worth = sum(t * w for t, (_, _, w) in zip(taken, pairs, strict=True))
    return seats - sum(taken), sum(solver.value(one) for one in idle), still - stays, worth


def broken(world: World, plan: Plan) -> list[str]:
    """Every bound that the plan breaks."""
    terms, pairs, found = world.terms, world.pairs(), []
    chosen = [(at, *pairs[at][:2]) for at in plan.chosen.tolist()]
    for case in range(world.candidates.cases):
        mine = [(at, e) for at, c, e in chosen if c == case]
        size = each(terms.size, case)
        if len(mine) > size:
            found.append(f"case {case}: more than its seats")
        for bound in terms.bounds:
            counted = sum(bool(bound.counts[at]) for at, _ in mine)
            if len(mine) - counted > size - each(bound.least, case) and each(bound.least, case):
                found.append(f"case {case}: the seats of {bound.code} are taken by others")
            if bound.most is not None and counted > each(bound.most, case):
                found.append(f"case {case}: too many of {bound.code}")
        if terms.institution is not None and terms.same_institution_most is not None:
            theirs = [int(terms.institution[e]) for _, e in mine if terms.institution[e] >= 0]
            if any(theirs.count(one) > terms.same_institution_most for one in theirs):
                found.append(f"case {case}: too many of one institution")
    for expert in range(world.candidates.experts):
        on = 0 if terms.held is None else int(terms.held[expert])
        load = sum(e == expert for _, _, e in chosen)
        if load and load + on > each(terms.most_load, expert):
            found.append(f"expert {expert}: too many panels")
    return found


def without(terms: Terms, codes: set[str]) -> Terms:
    """The terms without the bounds of these codes."""
    if "most_load" in codes:
        terms = replace(terms, most_load=10**6, held=None)
    if "least_load" in codes:
        terms = replace(terms, least_load=0)
    if "same_institution_most" in codes:
        terms = replace(terms, same_institution_most=None)
    return replace(terms, bounds=tuple(one for one in terms.bounds if one.code not in codes))


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_the_plan_keeps_every_bound_and_is_worth_what_the_oracle_finds(world: World) -> None:
    plan = assign(world.candidates, world.terms)
    assert broken(world, plan) == []
    empty, idle, _, worth = oracle(world)
    assert (plan.missing, plan.idle, round(plan.value * 10_000)) == (empty, idle, worth)
    assert round(plan.upper * 10_000) == worth
    assert plan.proven


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_the_plan_is_the_best_though_few_pairs_were_tried_at_first(world: World) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keguan.fairness.assignment.flows.SPARE", 0)
        plan = assign(world.candidates, world.terms)
    assert broken(world, plan) == []
    empty, idle, _, worth = oracle(world)
    assert (plan.missing, plan.idle, round(plan.value * 10_000)) == (empty, idle, worth)
    assert plan.proven


@settings(max_examples=40, deadline=None)
@given(worlds(), st.sampled_from([0, 9]))
def test_the_upper_bound_of_the_relaxation_is_never_below_the_oracle(world: World, spare: int) -> None:
    """The road that large rounds with crossing bounds take, taken by small ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keguan.fairness.assignment.searching.SMALL", 0)
        patch.setattr("keguan.fairness.assignment.flows.SPARE", spare)
        plan = assign(world.candidates, world.terms)
    assert broken(world, plan) == []
    empty, idle, _, worth = oracle(world)
    assert (plan.missing, plan.idle) >= (empty, idle)
    if (plan.missing, plan.idle) == (empty, idle):
        assert round(plan.value * 10_000) <= worth <= round(plan.upper * 10_000)


def test_bounds_that_all_cross_leave_less_than_a_thousandth_open(monkeypatch: pytest.MonkeyPatch) -> None:
    world = crossing(cases=300, experts=120, near=30)
    monkeypatch.setattr("keguan.fairness.assignment.searching.SMALL", 0)
    plan = assign(world.candidates, world.terms)
    assert broken(world, plan) == []
    assert plan.missing == 0
    assert plan.gap < 0.001


def test_a_repair_among_bounds_that_cross_gives_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    world = crossing(cases=300, experts=120, near=30)
    monkeypatch.setattr("keguan.fairness.assignment.searching.SMALL", 0)
    before = assign(world.candidates, world.terms)
    left = np.setdiff1d(np.arange(len(world.candidates)), before.chosen[::100])
    after = kept(world, left)
    mended = repair(after.candidates, after.terms, before.pairs())
    assert broken(after, mended.plan) == []
    assert (mended.plan.missing, mended.dropped, mended.least_dropped) == (0, 0, 0)
    assert len(mended.gone) == len(mended.added) == len(before.chosen[::100])


def crossing(*, cases: int, experts: int, near: int) -> World:
    """Panels of five, loads a fifth above the mean, and four bounds none of which lies within another."""
    chance = np.random.default_rng(3)
    case = np.repeat(np.arange(cases), near)
    expert = np.concatenate([np.sort(chance.choice(experts, near, replace=False)) for _ in range(cases)])
    candidates = Candidates(cases, experts, case, expert, np.rint(chance.random(len(case)) * 10_000) / 10_000)
    regions, fields = chance.integers(6, size=experts), chance.integers(4, size=experts)
    senior = (chance.random(experts) < 0.3)[expert]
    bounds = (
        Bound("far", FAR, outside(candidates, regions, chance.integers(6, size=cases)), 3),
        Bound("own", OWN, in_same(candidates, fields, chance.integers(4, size=cases)), 1),
        Bound("old", OLD, senior, 1, 2),
    )
    most_load = -(-6 * 5 * cases // (5 * experts))
    institution = chance.integers(experts // 4, size=experts)
    terms = Terms(size=5, most_load=most_load, institution=institution, same_institution_most=1, bounds=bounds)
    return World(candidates, terms)


def kept(world: World, left: np.ndarray) -> World:
    """The same round with these candidates only."""
    one = world.candidates
    fewer = Candidates(one.cases, one.experts, one.case[left], one.expert[left], one.fit[left])
    bounds = tuple(replace(bound, counts=bound.counts[left]) for bound in world.terms.bounds)
    return World(fewer, replace(world.terms, bounds=bounds))


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_shortages_are_true(world: World) -> None:
    """They add up to what is missing, and nothing is missing any more without the bounds that they name."""
    plan = assign(world.candidates, world.terms)
    seats = [one for one in plan.shortages if one.code != "least_load"]
    assert sum(one.missing for one in seats) == plan.missing
    assert sum(one.missing for one in plan.shortages if one.code == "least_load") == plan.idle
    nobody = sum(one.missing for one in seats if one.code == "candidates")
    codes = {code for one in seats for code in one.code.split("+")}
    assert assign(world.candidates, without(world.terms, codes)).missing == nobody
    for one in plan.shortages:
        assert one.say.zh
        assert "{" not in str(one.say)


@settings(max_examples=60, deadline=None)
@given(worlds(), st.data())
def test_a_repair_changes_no_more_than_it_must(world: World, data: st.DataObject) -> None:
    before = assign(world.candidates, world.terms).pairs()
    refused = data.draw(st.sets(st.sampled_from(before))) if before else set()
    left = [at for at, (c, e, _) in enumerate(world.pairs()) if (c, e) not in refused]
    after = kept(world, np.array(left, np.int64))
    mended = repair(after.candidates, after.terms, before)
    assert broken(after, mended.plan) == []
    empty, idle, dropped, worth = oracle(after, set(before))
    assert (mended.plan.missing, mended.plan.idle, mended.dropped, mended.least_dropped) == (
        empty,
        idle,
        dropped,
        dropped,
    )
    assert round(mended.plan.value * 10_000) == worth
    assert set(mended.gone) == set(before) - set(mended.plan.pairs())
    assert set(mended.added) == set(mended.plan.pairs()) - set(before)


@settings(max_examples=60, deadline=None)
@given(worlds(), st.data())
def test_what_is_fixed_stays(world: World, data: st.DataObject) -> None:
    number = len(world.candidates)
    fixed = np.array(data.draw(st.lists(st.booleans(), min_size=number, max_size=number)))
    plan = assign(world.candidates, world.terms, fixed=fixed)
    assert set(np.flatnonzero(fixed).tolist()) <= set(plan.chosen.tolist())
    # Whatever is fixed, what was added to it breaks no bound that was not broken by it alone.
    alone = Plan(world.candidates, np.flatnonzero(fixed), 0, 0, 0, 0, 0)
    assert set(broken(world, plan)) <= set(broken(world, alone))


def everybody(cases: int, experts: int) -> Candidates:
    """Every expert suits every case equally well."""
    case, expert = np.divmod(np.arange(cases * experts), experts)
    return Candidates(cases, experts, case, expert, np.full(cases * experts, 0.5))


def test_a_shortage_names_the_expert_who_cannot_be_found() -> None:
    round_ = everybody(4, 6)
    far = outside(round_, np.array([1, 1, 0, 0, 0, 0]), np.zeros(4, int))
    (short,) = assign(round_, Terms(size=5, most_load=9, bounds=(Bound("far", FAR, far, 3),))).shortages
    assert short.code == "far"
    assert short.cases == (0, 1, 2, 3)
    assert short.say.en == "no third one of the experts from outside the region (cases: 4); seats that stay empty: 4"
    assert short.say.zh == "4 个办件找不到第 3 名外地区专家，空缺 4 席"


def test_strata_that_contradict_each_other_are_both_named() -> None:
    round_ = everybody(1, 6)
    old = np.array([1, 1, 1, 0, 0, 0], bool)
    bounds = (Bound("old", OLD, old, 2), Bound("young", Text("青年专家", "young experts"), ~old, 2))
    (short,) = assign(round_, Terms(size=3, most_load=9, bounds=bounds)).shortages
    assert short.code == "old"
    assert assign(round_, Terms(size=3, most_load=9, bounds=bounds[1:])).missing == 0


def test_when_everyone_in_a_field_keeps_out_the_field_is_named() -> None:
    far, near = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 1, 2, 0, 1, 2])
    round_ = Candidates(2, 3, far, near, np.full(6, 0.5))
    own = in_same(round_, np.array([7, 7, 7]), np.array([7, 8]))
    plan = assign(round_, Terms(size=3, most_load=2, bounds=(Bound("own", OWN, own, 1),)))
    assert [(one.code, one.cases, one.missing) for one in plan.shortages] == [("own", (1,), 1)]
    assert "第 1 名本领域专家" in plan.shortages[0].say.zh


def test_experts_at_their_most_load_are_named() -> None:
    plan = assign(everybody(4, 3), Terms(size=2, most_load=2))
    (short,) = plan.shortages
    assert (short.code, short.missing, short.experts) == ("most_load", 2, (0, 1, 2))


@pytest.mark.parametrize(
    ("case", "expert", "fit"),
    [([0, 0], [1, 1], [0.5, 0.5]), ([0], [9], [0.5]), ([-1], [0], [0.5]), ([0], [0], [1.5]), ([0], [0], [np.nan])],
)
def test_candidates_that_make_no_sense_are_refused(case: list[int], expert: list[int], fit: list[float]) -> None:
    with pytest.raises(ValueError, match=r"pair|position|fit"):
        assign(Candidates(2, 2, np.array(case), np.array(expert), np.array(fit)), Terms(size=1, most_load=1))


def test_a_bound_above_the_seats_is_refused() -> None:
    round_ = everybody(1, 6)
    with pytest.raises(ValueError, match="more than a panel has seats"):
        assign(round_, Terms(size=3, most_load=9, bounds=(Bound("far", FAR, np.ones(6, bool), 4),)))
