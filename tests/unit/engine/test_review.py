"""Who is asked at a review knows by when: the step's own date, whoever is asked and however late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.engine.walks import Walk, opening, programmes

from keguan.engine.decision import SYSTEM, Acting, Ask, Command, Decided, Wake
from keguan.engine.machine import decide
from keguan.engine.moves import Move
from keguan.engine.state import StepState, evolve_all
from keguan.engine.steps import review
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.schema import Draw, Name, Review, Stratum

DUE = opening("key-rd-project") + timedelta(days=60)


def test_where_reviewers_are_drawn_nobody_is_assigned_by_hand() -> None:
    walk = Walk(programmes()["key-rd-project"], opening("key-rd-project"))
    there = StepState(entered=walk.now, due=DUE, memo={"seats": {}, "totals": {}})
    walk.state = replace(walk.state, step="review", steps={"review": there})
    step = walk.definition.programme.step("review")
    assert isinstance(step, Review)
    strata = (Stratum(stratum=Name("all"), title=Text("同行", "Peers"), seats=step.panel.size),)
    step = replace(step, panel=replace(step.panel, draw=Draw(strata=strata, reserves=2, load=5)))
    situation = walk.situation(SYSTEM)
    assert "assign" not in [verb.name for verb in review.verbs(step) if review.offers(situation, step, verb)]
    for drawn, code in ((None, "review.drawn_only"), ([102], "review.drawn_only"), ([101], "")):
        known = {"recusals": {101: ()}} | ({"drawn": drawn} if drawn else {})
        command = Command("assign", "review", {"experts": [101], "draw": {"draw": "R1.review.1"}})
        answer = review.decide(replace(situation, facts=known), step, command)
        assert [one.code for one in getattr(answer, "problems", ())] == ([code] if code else [])


def test_who_is_invited_with_less_than_half_of_the_time_left_gets_the_programmes_days_from_then() -> None:
    walk = Walk(programmes()["key-rd-project"], opening("key-rd-project"))
    there = StepState(entered=walk.now, due=DUE, memo={"seats": {}, "totals": {}})
    walk.state = replace(walk.state, step="review", steps={"review": there})
    command = Command("assign", "review", {"experts": [101]})
    step = walk.definition.programme.step("review")
    assert isinstance(step, Review)
    for days, is_anew in ((-20, False), (-3, True), (3, True)):
        situation = replace(
            walk.situation(Acting(person=1, roles=frozenset({"officer"}))),
            now=DUE + timedelta(days=days),
            facts={"recusals": {101: ()}},
        )
        answer = decide(situation, command)
        assert isinstance(answer, Decided)
        due = evolve_all(walk.state, answer.events).current.due
        assert due is not None
        assert due == (review.due_from(situation, step) if is_anew else DUE)
        assert due > situation.now
        assert {one.due for one in answer.effects if isinstance(one, Ask)} == {due}
        assert [one.at for one in answer.effects if isinstance(one, Wake) and one.purpose == "due"] == [due] * is_anew


@pytest.mark.parametrize(
    ("command", "seat", "asked"),
    [
        (Command("assign", "review", {"experts": [101]}), "", "expert"),
        (Command("release", "review", {"seat": "1", "reason": "逾期未评"}), "", "officer"),
        (Command("decline", "review", {"reason": "时间冲突"}), "1", "officer"),
    ],
)
def test_whoever_is_asked_at_a_review_is_told_by_when(command: Command, seat: str, asked: str) -> None:
    walk = Walk(programmes()["key-rd-project"], opening("key-rd-project"))
    memo = {"seats": {"1": "accepted"}, "totals": {}}
    there = StepState(entered=walk.now, due=DUE, memo=memo)
    walk.state = replace(walk.state, step="review", steps={"review": there})
    step = walk.definition.programme.step("review")
    assert isinstance(step, Review)
    acting = Acting(person=101, roles=frozenset({"expert"}), seat=seat) if seat else SYSTEM
    move = review.decide(walk.situation(acting), step, command)
    assert isinstance(move, Move)
    assert [(one.role, one.due) for one in move.effects if isinstance(one, Ask)] == [(asked, DUE)]


def test_a_rubric_may_owe_a_comment_of_some_length_and_a_reason_at_either_end() -> None:
    walk = Walk(programmes()["key-rd-project"], opening("key-rd-project"))
    there = StepState(entered=walk.now, due=DUE, memo={"seats": {"1": "accepted"}, "totals": {}})
    walk.state = replace(walk.state, step="review", steps={"review": there})
    programme = walk.definition.programme
    step = programme.step("review")
    assert isinstance(step, Review)
    strict = replace(programme.rubric(step.rubric), comment=True, comment_least=10, comment_at_ends=True)
    rubrics = tuple(strict if one.rubric == strict.rubric else one for one in programme.rubrics)
    definition = Definition(replace(programme, rubrics=rubrics), walk.definition.sources)
    situation = replace(
        walk.situation(Acting(person=101, roles=frozenset({"expert"}), seat="1")), definition=definition
    )
    first, second, *others = strict.criteria
    inside = {one.criterion: 1 for one in others}

    def refused(comment: str, low: int, high: int, **remarks: str) -> list[tuple[str, str]]:
        scores = {first.criterion: low, second.criterion: high, **inside}
        content = {"scores": scores, "comment": comment, "comments": remarks}
        answer = review.decide(situation, step, Command("score", "review", content))
        return [(one.code, one.where) for one in getattr(answer, "problems", ())]

    assert refused("一" * 10, 1, second.points - 1) == []
    assert refused("一" * 9, 1, second.points - 1) == [("review.comment_short", "comment")]
    ends = [("review.end_unexplained", f"comments.{one.criterion}") for one in (first, second)]
    assert refused("一" * 10, 0, second.points) == ends
    assert refused("一" * 10, 0, second.points, **{first.criterion: "没有基础"}) == ends[1:]
