"""One applicant may be let in after the deadline, for a written reason; nobody else comes in with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import signed_in

from keguan.casework import alarms
from keguan.casework.drafting import drafts, opening
from keguan.casework.models import Case, LateEntry
from keguan.casework.services import Done
from keguan.casework.situation import late
from keguan.kernel.clock import clock_at
from keguan.kernel.ids import new_key
from keguan.kernel.problems import Refusal
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db

UNTIL = w.moment("2026-04-07", "18:00")
AFTER = w.moment("2026-04-05")
"""The round closes on 31 March, 18:00, with half an hour of grace."""


@pytest.fixture
def world() -> w.World:
    return cases.opened()


@pytest.fixture
def number(world: w.World) -> str:
    with clock_at(w.moment("2026-03-02")):
        begun = w.started(world)
        assert isinstance(
            drafts.save_draft(begun, "proposal", {"title": "写到一半"}, 0, world.actor("applicant")), drafts.Saved
        )
        return begun


def codes(answer: Any) -> set[str]:
    return {problem.code for problem in answer.problems} if isinstance(answer, Refusal) else set()


def allowed(
    world: w.World, number: str, at: datetime, until: datetime = UNTIL, reason: str = "系统故障，见运维记录"
) -> Any:
    with clock_at(at):
        return late.allow_late(number, until, reason, world.actor("planner"))


def test_a_draft_that_is_let_in_lives_on_past_the_deadline_and_lapses_at_its_own(world: w.World, number: str) -> None:
    assert isinstance(allowed(world, number, w.moment("2026-03-31", "17:50")), LateEntry)
    with clock_at(AFTER):
        alarms.ring()
        answer = world.act(number, "submit", "applicant", values=w.proposal(world))
    assert isinstance(answer, Done), answer
    assert Event.objects.filter(case_number=number, tag="case:deadline:moved").count() == 1


def test_a_draft_that_nobody_handed_in_lapses_when_the_exception_ends(world: w.World, number: str) -> None:
    assert isinstance(allowed(world, number, w.moment("2026-03-31", "17:50")), LateEntry)
    with clock_at(AFTER):
        alarms.ring()
        assert Case.objects.get(number=number).end == ""
    with clock_at(w.moment("2026-04-07", "19:00")):
        alarms.ring()
        assert Case.objects.get(number=number).end != ""


def test_who_lapsed_already_begins_anew_and_others_do_not(world: w.World, number: str) -> None:
    assert world.round is not None
    with clock_at(AFTER):
        alarms.ring()
        assert Case.objects.get(number=number).end != ""
    assert isinstance(allowed(world, number, AFTER), LateEntry)
    with clock_at(AFTER):
        applicant, other = world.actor("applicant"), world.actor("member")
        assert codes(opening.start(world.round.code, other, world.university.pk, new_key())) == {"apply.closed"}
        begun = opening.start(world.round.code, applicant, world.university.pk, new_key())
        assert isinstance(begun, Done), begun
        assert isinstance(world.act(begun.number, "submit", "applicant", values=w.proposal(world)), Done)
    with clock_at(w.moment("2026-04-08")):
        assert codes(opening.start(world.round.code, applicant, world.university.pk, new_key())) == {"apply.closed"}


@pytest.mark.parametrize(
    ("until", "reason", "code"),
    [
        (w.moment("2026-03-20"), "系统故障", "late.until"),
        (w.moment("2026-06-30"), "系统故障", "late.until"),
        (UNTIL, "  ", "reason.missing"),
    ],
)
def test_an_exception_has_a_reason_and_bounds(
    world: w.World, number: str, until: datetime, reason: str, code: str
) -> None:
    assert codes(allowed(world, number, w.moment("2026-03-31"), until, reason)) == {code}
    assert not LateEntry.objects.exists()


def test_only_planning_allows_it_by_a_page_that_says_so_to_the_applicant(world: w.World, number: str) -> None:
    assert world.round is not None
    address = reverse("round_late", args=[world.round.code])
    sent = {"number": number, "until": "2026-04-07 18:00", "reason": "系统故障"}
    with clock_at(w.moment("2026-03-31")):
        assert signed_in(world.people["officer"]).post(address, sent).status_code == 403
        planner = signed_in(world.people["planner"])
        wrong = planner.post(address, sent | {"number": "65ZDYF2026999999X", "until": "下周"})
        assert wrong.status_code == 422
        assert "本批次没有这个办件" in wrong.content.decode()
        assert planner.post(address, sent).status_code == 303
    assert world.people["applicant"].messages.filter(zh__contains="延后至 2026-04-07 18:00").exists()
