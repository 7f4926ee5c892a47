"""Rounds: terms that no table could hold are refused in words, and a ranking waits for everybody who may still come."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from tests import make
from tests.make import cases
from tests.make import world as w

from keguan.casework.drafting import drafts, opening
from keguan.casework.models import Case, Ranking, Round
from keguan.casework.pages.rounds.rounds import ROUNDS, rounds_for, status_of
from keguan.casework.rounds import services as rounds
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import clock_at
from keguan.kernel.problems import Problem, Refusal

pytestmark = pytest.mark.django_db


def codes(answer: Any) -> set[str]:
    """The codes of a refusal's problems."""
    assert isinstance(answer, Refusal), answer
    return {problem.code for problem in answer.problems}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": "批次一"}, "round.code"),
        ({"code": "ab"}, "round.code"),
        ({"code": "A" * 41}, "round.code"),
        ({"budget_fen": 2**63}, "round.terms"),
        ({"quota": 2**31}, "round.terms"),
        ({"kind": "secret"}, "round.kind"),
    ],
)
def test_terms_that_no_round_can_have_are_refused_in_words(changes: dict[str, Any], code: str) -> None:
    world = w.world(experts_count=0)
    terms = rounds.Terms("GOOD-1", Text("批次", "Round"), w.moment("2026-03-01"), w.moment("2026-03-31"))
    answer = rounds.draft_round(cases.version(), replace(terms, **changes), world.actor("planner"))
    assert codes(answer) == {code}


def test_a_round_that_is_over_already_is_not_published() -> None:
    world = w.world(experts_count=0)
    terms = rounds.Terms("LATE-1", Text("批次", "Round"), w.moment("2026-03-01"), w.moment("2026-03-31"))
    assert isinstance(rounds.draft_round(cases.version(), terms, world.actor("planner")), Round)
    with clock_at(w.moment("2026-03-31", "18:00")):
        assert codes(rounds.publish_round("LATE-1", world.actor("publisher"))) == {"round.over"}
    with clock_at(w.moment("2026-03-30")):
        assert isinstance(rounds.publish_round("LATE-1", world.actor("publisher")), Round)


def test_a_ranking_waits_until_the_grace_is_over() -> None:
    world = cases.opened()
    cases.case(world, at="scored")
    late = cases.case(world).number
    with clock_at(w.moment("2026-03-30")):
        assert isinstance(
            drafts.save_draft(late, "proposal", {"title": "写到一半"}, 0, world.actor("applicant")), drafts.Saved
        )
    assert world.round is not None
    with clock_at(w.moment("2026-03-31", "18:10")):
        answer = rounds.adopt_ranking(world.round.code, "rank", world.actor("officer"), "r")
        assert codes(answer) == {"rank.too_early"}
        assert "还有1项未到排序环节，其中1项已开始填写、尚未提交" in answer.problems[0].say.zh
    with clock_at(w.moment("2026-03-31", "18:31")):
        assert isinstance(rounds.adopt_ranking(world.round.code, "rank", world.actor("officer"), "r"), Ranking)


def test_the_order_of_a_round_costs_no_query_for_each_case() -> None:
    world = cases.opened()
    asked = []
    for rank in (1, 2):
        world.people["applicant"] = make.person(employer=world.university, title="senior", degree="doctor")
        world.people["member"] = make.person(employer=world.university)
        cases.case(world, at="scored", rank=rank)
        assert world.round is not None
        with clock_at(w.moment("2026-04-12")), CaptureQueriesContext(connection) as queries:
            ranked = rounds.preview_ranking(world.round, "rank")
        asked.append((len(ranked.lines), len(queries)))
    (one, few), (two, more) = asked
    assert (one, two) == (1, 2)
    assert few == more, "the second costs nothing more"


def test_a_round_that_is_ranked_is_not_opened_again() -> None:
    world = cases.opened()
    cases.case(world, at="scored")
    assert world.round is not None
    with clock_at(w.moment("2026-04-12")):
        assert isinstance(rounds.adopt_ranking(world.round.code, "rank", world.actor("officer"), "r"), Ranking)
        answer = rounds.extend_round(world.round.code, w.moment("2026-05-01"), "补报", world.actor("planner"))
        assert codes(answer) == {"round.ranked"}
        answer = rounds.extend_round(world.round.code, w.moment("2026-02-01"), " ", world.actor("planner"))
    assert codes(answer) == {"round.ranked", "round.earlier", "reason.missing"}, "all at once"


def test_nobody_adopts_a_ranking_with_a_case_of_their_own_in_it() -> None:
    world = cases.opened()
    number = cases.case(world, at="scored").number
    make.duty("officer", world.people["member"])
    assert world.round is not None
    with clock_at(w.moment("2026-04-12")):
        assert world.people["member"].pk in Case.objects.get(number=number).members
        answer = rounds.adopt_ranking(world.round.code, "rank", world.actor("member"), "r")
        assert codes(answer) == {"right.own_case"}
        assert isinstance(rounds.adopt_ranking(world.round.code, "rank", world.actor("officer"), "r"), Ranking)


def test_an_organisation_that_cannot_get_a_case_is_named_not_left_out() -> None:
    world = w.world(experts_count=0)
    with clock_at(w.moment("2026-03-02")):
        terms = rounds.Terms(
            "ASSIGNED-1", Text("批次", "Round"), w.moment("2026-03-01"), w.moment("2026-03-31"), kind="assigned"
        )
        assert isinstance(rounds.draft_round(cases.version(), terms, world.actor("planner")), Round)
        assert isinstance(rounds.publish_round("ASSIGNED-1", world.actor("publisher")), Round)
        answer = opening.assign("ASSIGNED-1", [world.university.pk, 999_999_999], world.actor("planner"))
        assert codes(answer) == {"round.subject"}
        assert not Case.objects.filter(round__code="ASSIGNED-1").exists()
        assert opening.assign("ASSIGNED-1", [world.university.pk], world.actor("planner")) == 1


def test_a_ranking_whose_cases_cannot_go_on_is_refused_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    world = cases.opened()
    number = cases.case(world, at="scored").number
    said = Refusal((Problem("workdays.unknown_year", Text("年份未知", "Unknown year")),))
    monkeypatch.setattr(rounds.services, "act", lambda *given, **named: said)
    assert world.round is not None
    with clock_at(w.moment("2026-04-12")):
        answer = rounds.adopt_ranking(world.round.code, "rank", world.actor("officer"), "r")
    assert codes(answer) == {"workdays.unknown_year"}
    assert not Ranking.objects.exists()
    assert Case.objects.get(number=number).step == "rank"


def test_the_states_one_narrows_rounds_by_are_those_that_the_list_shows() -> None:
    world, of = w.world(experts_count=0), cases.version()
    for code, status, opens, closes in (
        ("DRAFT-1", "draft", "2026-03-01", "2026-03-31"),
        ("DRAFT-2", "draft", "2025-03-01", "2025-03-31"),
        ("SOON-1", "published", "2026-03-21", "2026-04-30"),
        ("OPEN-1", "published", "2026-03-20", "2026-03-31"),
        ("OPEN-2", "published", "2026-03-01", "2026-03-20"),
        ("PAST-1", "published", "2026-03-01", "2026-03-19"),
        ("PAST-2", "closed", "2026-03-01", "2026-03-31"),
    ):
        cases.bare_round(of, code=code, status=status, opens=w.moment(opens), closes=w.moment(closes))
    planner = world.actor("planner")
    found: dict[str, list[str]] = {}
    with clock_at(w.moment("2026-03-20")):
        (state,) = ROUNDS.filters
        for choice in state.offered() or ():
            asked = QueryDict(f"status={choice.value}")
            rows = ROUNDS.listing(asked, rounds_for(planner)).rows
            assert {status_of(one).text for one in rows} <= {choice.text}
            found[choice.value] = [one.code for one in rows]
    assert {state: sorted(codes) for state, codes in found.items()} == {
        "draft": ["DRAFT-1", "DRAFT-2"],
        "open": ["OPEN-1", "OPEN-2"],
        "soon": ["SOON-1"],
        "closed": ["PAST-1", "PAST-2"],
    }
