"""Slots of a meeting: never without a quorum, each item once, and the best order by an exhaustive search of small ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keguan.fairness.ballots import Rule, Share
from keguan.fairness.ordering import propose
from keguan.fairness.schedule import UNPLACED, Away, Panel, Session, Slot, Turn, cost_of, cut, errands, overlapping

NINE = datetime(2026, 4, 12, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MEMBERS = frozenset(range(1, 6))
RULE = Rule(Share(Fraction(2, 3)), Share(Fraction(1, 2), above=True))


def slots_of(*counts: int) -> list[Slot]:
    """Sessions of so many slots of twenty minutes, an hour apart."""
    sessions, begins = [], NINE
    for n in counts:
        sessions.append(Session(begins, begins + 20 * n * MINUTE, "201"))
        begins = sessions[-1].ends + 60 * MINUTE
    return cut(sessions, 20 * MINUTE)


people = st.frozensets(st.sampled_from(sorted(MEMBERS)), max_size=3)
turns = st.lists(st.tuples(people, st.sampled_from([0, 7, 8])), min_size=1, max_size=5).map(
    lambda rows: [Turn(key, out, host) for key, (out, host) in enumerate(rows, start=11)]
)
absences = st.lists(
    st.builds(
        lambda person, begins, length: Away(person, NINE + begins * MINUTE, NINE + (begins + length) * MINUTE),
        st.sampled_from(sorted(MEMBERS)),
        st.integers(0, 150),
        st.integers(5, 90),
    ),
    max_size=4,
).map(tuple)


def cheapest(asked: Sequence[Turn], slots: Sequence[Slot], panel: Panel) -> int:
    """The least cost of all orders, by trying every one."""
    best = UNPLACED * len(asked)
    for n in range(1, min(len(asked), len(slots)) + 1):
        for chosen in combinations(asked, n):
            for places in permutations(range(len(slots)), n):
                if all(panel.quorum(one, slots[at]).is_met for one, at in zip(chosen, places, strict=True)):
                    placed = {one.key: at for one, at in zip(chosen, places, strict=True)}
                    best = min(best, cost_of(placed, asked, slots, panel))
    return best


@settings(deadline=None, max_examples=30)
@given(turns, absences, st.sampled_from([(2,), (2, 2), (3, 1), (1, 1, 2)]))
def test_an_order_holds_every_bound_and_none_is_better(
    asked: list[Turn], away: tuple[Away, ...], counts: tuple[int, ...]
) -> None:
    slots, panel = slots_of(*counts), Panel(MEMBERS, away, RULE)
    found = propose(asked, slots, panel)
    assert sorted([*found.placed, *(one.key for one in found.unplaced)]) == [one.key for one in asked], "each item once"
    assert len(set(found.placed.values())) == len(found.placed), "one item in a slot"
    for turn in asked:
        if turn.key in found.placed:
            slot = slots[found.placed[turn.key]]
            there = MEMBERS - turn.out - panel.away_in(slot)
            assert len(there) >= max(3, -(-2 * len(MEMBERS - turn.out) // 3)), "a quorum of who may vote"
    assert all(one.why.zh and one.why.en for one in found.unplaced)
    assert found.is_best
    assert cost_of(found.placed, asked, slots, panel) == cheapest(asked, slots, panel)
    assert found.errands == errands(found.placed, asked, slots)


def test_who_must_leave_for_several_items_leaves_once() -> None:
    asked = [Turn(1), Turn(2, frozenset({4})), Turn(3), Turn(4, frozenset({4})), Turn(5), Turn(6, frozenset({4}))]
    found = propose(asked, slots_of(6), Panel(MEMBERS, (), RULE))
    assert found.errands == 1
    assert len(found.placed) == 6


def test_an_item_is_heard_while_those_away_must_leave_for_it_anyway() -> None:
    away = (Away(4, NINE, NINE + 15 * MINUTE),)
    found = propose([Turn(1), Turn(2, frozenset({4}))], slots_of(2), Panel(MEMBERS, away, RULE))
    assert found.placed == {2: 0, 1: 1}


@pytest.mark.parametrize(
    ("asked", "counts", "away", "said"),
    [
        ([Turn(1, frozenset({1, 2, 3}))], (3,), (), "回避后只剩2人可以表决，至少需3人"),
        ([Turn(1)], (2,), tuple(Away(n, NINE, NINE + 60 * MINUTE) for n in (1, 2)), "可表决的5人中到3人，至少需4人"),
        ([Turn(1), Turn(2), Turn(3)], (2,), (), "2个时段，3个议项"),
        ([Turn(1)], (), (), "还没有时段"),
        (
            [Turn(1, frozenset({3})), Turn(2, frozenset({3}))],
            (1, 1),
            (Away(1, NINE, NINE + 10 * MINUTE), Away(2, NINE, NINE + 10 * MINUTE)),
            "只有1个时段够法定人数",
        ),
    ],
)
def test_what_cannot_be_placed_is_told_in_words(
    asked: list[Turn], counts: tuple[int, ...], away: tuple[Away, ...], said: str
) -> None:
    found = propose(asked, slots_of(*counts), Panel(MEMBERS, away, RULE))
    assert said in " ".join(one.why.zh for one in found.unplaced)


def test_sessions_are_cut_into_slots_with_pauses_between() -> None:
    slots = cut([Session(NINE, NINE + 70 * MINUTE, "201")], 20 * MINUTE, 5 * MINUTE)
    assert [(one.begins - NINE) / MINUTE for one in slots] == [0, 25, 50]
    assert overlapping([Session(NINE, NINE + 60 * MINUTE), Session(NINE + 59 * MINUTE, NINE + 90 * MINUTE)])
    assert overlapping([Session(NINE, NINE + 60 * MINUTE), Session(NINE + 60 * MINUTE, NINE + 90 * MINUTE)]) is None
