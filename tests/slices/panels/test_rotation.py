"""Who reviewed in an earlier round of a programme rests: one rule for who is proposed, drawn, and assigned by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import signed_in

from keguan.casework.models import Case, Round, Seat
from keguan.casework.reviewing.recusal import recusals
from keguan.casework.rounds import services as rounds
from keguan.casework.services import Done
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import clock_at
from keguan.kernel.ids import new_key
from keguan.kernel.problems import Refusal
from keguan.language.definition import Definition
from keguan.language.loader import load_sources
from keguan.language.parameters import load_parameters
from keguan.language.prose import prose
from keguan.language.schema import Review
from keguan.panels.matching import services as matching
from keguan.panels.matching.making import Bounds
from keguan.panels.matching.models import Proposal, ProposedSeat
from keguan.registers.experts.models import Expert

pytestmark = pytest.mark.django_db
LAST_YEAR = w.moment("2025-11-20")


def resting_definition(days: int = 365) -> Definition:
    """The key R&D programme, whose reviewers rest so long."""
    found = dict(cases.definition().sources)
    bounds = "        same_field_least: 2\n"
    assert found["programme.yaml"].count(bounds) == 1
    found["programme.yaml"] = found["programme.yaml"].replace(bounds, f"        rest_days: {days}\n{bounds}")
    parameters = load_parameters(Path(settings.PARAMETERS))
    assert isinstance(parameters, Mapping)
    read = load_sources(found, parameters)
    assert isinstance(read, Definition), read
    return read


def seat_in(of_round: Round, expert: int, state: str = "final", at: Any = LAST_YEAR) -> Seat:
    """A seat that this expert had in the round."""
    case = cases.bare_case(of_round, submitted_at=at)
    return cases.bare_seat(case, Expert.objects.get(pk=expert), state=state, changed_at=at)


@pytest.fixture
def world() -> Any:
    """A case at review this April; in the programme's round of last November expert 0 had a seat."""
    of = w.world(experts_count=8)
    version = cases.bare_version(read=resting_definition())
    with clock_at(w.moment("2026-03-01", "12:00")):
        named = rounds.Terms(
            code="REST-2026", title=Text("轮换批次", "A round with rest"), opens=w.moment("2026-03-01"),
            closes=w.moment("2026-03-31", "18:00"), quota=9, budget_fen=150_000_000, grace_minutes=30,
        )  # fmt: skip
        assert isinstance(rounds.draft_round(version, named, of.actor("planner")), Round)
        published = rounds.publish_round("REST-2026", of.actor("publisher"))
        assert isinstance(published, Round), published
    of.round = published
    seat_in(cases.bare_round(version), of.experts[0])
    cases.case(of, at="review")
    with clock_at(w.moment("2026-04-12")):
        yield of


def the_case() -> Case:
    return Case.objects.select_related("memo", "programme", "round", "host").get(round__code="REST-2026", step="review")


def step_of(days: int = 365) -> Review:
    found = resting_definition(days).programme.step("review")
    assert isinstance(found, Review)
    return found


def codes(expert: int, days: int = 365) -> list[str]:
    step = step_of()
    step = replace(step, panel=replace(step.panel, rest_days=days))
    return [one.code for one in recusals(the_case(), step, [expert], {})[expert]]


def test_a_seat_of_an_earlier_round_of_the_programme_rests_so_long_and_says_until_when(world: w.World) -> None:
    rested, free, here, elsewhere, declined = world.experts[:5]
    seat_in(the_case().round, here, at=clock.now())  # type: ignore[arg-type]
    seat_in(cases.bare_round(cases.version("natural-science-fund")), elsewhere)
    seat_in(cases.bare_round(the_case().programme), declined, state="declined")
    (why,) = recusals(the_case(), step_of(), [rested], {})[rested]
    assert (why.code, why.may_override) == ("recusal.resting", True)
    assert "2026-11-20" in why.say.zh
    assert "until 2026-11-20" in why.say.en
    for expert in (free, here, elsewhere, declined):
        assert codes(expert) == [], expert
    assert codes(rested, days=0) == codes(rested, days=100) == [], "no rest, or it is over"
    seat_in(cases.bare_round(the_case().programme), rested, at=LAST_YEAR + timedelta(days=30))
    assert "2026-12-20" in recusals(the_case(), step_of(), [rested], {})[rested][0].say.zh, "the last seat counts"


def test_who_rests_is_not_proposed_and_the_desk_says_how_many_do(world: w.World) -> None:
    assert world.round is not None
    made = matching.ask(world.round, step_of(), Bounds(), world.actor("officer"), new_key())
    assert isinstance(made, Proposal), made
    assert set(ProposedSeat.objects.values_list("expert", flat=True)).isdisjoint(world.experts[:1])
    assert (made.pool, made.left_out["resting"]) == (7, 1)
    desk = signed_in(world.people["officer"]).get(reverse("panels", args=[world.round.code, "review"]))
    assert "轮换间隔内1名" in desk.content.decode()
    seat = ProposedSeat.objects.filter(case__proposal=made).order_by("pk")[0]
    answer = matching.replace(seat, world.experts[0], "只有此人熟悉", world.actor("officer"))
    assert isinstance(answer, Refusal), "a plan has nobody who rests"
    assert [(one.code, bool(one.fix)) for one in answer.problems] == [("recusal.resting", True)]


def test_the_officer_assigns_who_rests_with_a_reason_only(world: w.World) -> None:
    number, five = the_case().number, world.experts[:5]
    refused = world.act(number, "assign", "officer", experts=five)
    assert isinstance(refused, Refusal)
    assert [(one.code, one.value) for one in refused.problems] == [("recusal.resting", str(five[0]))]
    page = signed_in(world.people["officer"]).get(reverse("case", args=[number]), {"pool": 1}).content.decode()
    assert "在轮换间隔内。（至2026-11-20）" in page
    assert isinstance(world.act(number, "assign", "officer", experts=five, despite="全区只有这一位"), Done)
    assert Seat.objects.filter(case__number=number, holder__expert=five[0]).exists()


def test_the_programme_says_so_in_words() -> None:
    read = resting_definition(200)
    assert "200日内在本计划以前的批次评审过的轮空" in prose(read, "zh")
    assert "within 200 days rests" in prose(read, "en")
