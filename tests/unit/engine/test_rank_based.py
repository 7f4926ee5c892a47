"""Scores that need the whole round are computed where it is ranked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from tests.unit.engine.walks import opening, programmes

from keguan.engine.rounds import Entry, rank, with_places
from keguan.language.definition import Definition
from keguan.language.schema import Programme, Rank, Review

MONEY = 10_000_000


def _by_rank() -> tuple[Programme, Definition, Rank]:
    definition = programmes()["key-rd-project"]
    steps = tuple(
        replace(step, combine="rank_based") if isinstance(step, Review) else step for step in definition.programme.steps
    )
    programme = replace(definition.programme, steps=steps)
    step = programme.step("rank")
    assert isinstance(step, Rank)
    return programme, definition, step


def _entry(number: str, score: int, totals: dict[str, int]) -> Entry:
    names = {
        "review.score": Decimal(score),
        "proposal.asked": MONEY,
        "recommend.rank": 1,
        "param.merit_floor": Decimal(10),
    }
    return Entry(number, names, opening("key-rd-project") + timedelta(hours=len(number)), {"review": totals})


def test_a_strict_reviewers_favourite_is_not_lost() -> None:
    programme, _, _ = _by_rank()
    entries = [
        _entry("A", 70, {"strict": 70, "generous": 90}),
        _entry("B", 75, {"strict": 50, "generous": 100}),
        _entry("C", 65, {"strict": 60}),
    ]
    found = {one.number: one.names["review.score"] for one in with_places(programme, entries)}
    assert found == {"A": Decimal(50), "B": Decimal(50), "C": Decimal(50)}


def test_a_case_that_cannot_be_compared_is_ranked_last_and_says_so() -> None:
    programme, definition, step = _by_rank()
    entries = [_entry("A", 70, {"x": 70}), _entry("B", 80, {"x": 80}), _entry("C", 99, {"y": 99})]
    placed = with_places(programme, entries)
    assert "review.score" not in placed[2].names
    lines = rank(definition, step, placed, 3 * MONEY).lines
    assert [(line.number, line.why) for line in lines] == [("B", ""), ("A", "eligible"), ("C", "unknown")]


def test_other_combinations_are_left_as_the_panel_gave_them() -> None:
    definition = programmes()["key-rd-project"]
    entries = [_entry("A", 70, {"x": 1}), _entry("B", 80, {"x": 2})]
    assert with_places(definition.programme, entries) == entries
