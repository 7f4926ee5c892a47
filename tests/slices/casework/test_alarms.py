"""Alarms ring for the step they were set for, once, and move with the deadline."""

from __future__ import annotations

import pytest
from tests.make import cases
from tests.make import world as w

from keguan.casework import alarms
from keguan.casework.models import Alarm, Case, Message, Round
from keguan.casework.rounds import services as rounds
from keguan.casework.services import Done
from keguan.kernel.clock import clock_at
from keguan.kernel.problems import Refusal

pytestmark = pytest.mark.django_db

CLOSES = w.moment("2026-03-31", "18:00")


@pytest.fixture
def world() -> w.World:
    """A world with a key R&D round open until 31 March, 18:00, with half an hour of grace."""
    return cases.opened()


def returned(world: w.World, day: str) -> str:
    """An application that the host sent back on this day."""
    with clock_at(w.moment("2026-03-25")):
        number = w.started(world)
        assert isinstance(world.act(number, "submit", "applicant", values=w.proposal(world)), Done)
    with clock_at(w.moment(day)):
        assert isinstance(world.act(number, "return", "host", reason="预算表有误", places=[]), Done)
    return number


def test_an_alarm_of_an_earlier_coming_to_the_step_is_dropped(world: w.World) -> None:
    number = returned(world, "2026-03-30")
    with clock_at(w.moment("2026-03-31", "18:31")):
        rung = alarms.ring()
    assert (rung.acted, rung.refused) == (0, 0)
    assert list(
        Alarm.objects.filter(case__number=number, step="apply", purpose="due").values_list("attempt", flat=True)
    ) == [2]


def test_nobody_is_reminded_of_an_earlier_deadline(world: w.World) -> None:
    number = returned(world, "2026-03-26")
    before = Message.objects.filter(case__number=number).count()
    with clock_at(w.moment("2026-03-28", "18:01")):
        assert alarms.ring().reminded == 0
    assert Message.objects.filter(case__number=number).count() == before


def test_two_workers_who_take_the_same_reminder_send_it_once(world: w.World) -> None:
    number = cases.case(world).number
    with clock_at(w.moment("2026-03-29")):
        first, second = alarms._take(9), alarms._take(9)
        for alarm in (*first, *second):
            alarms._one(alarm)
    assert len(first) == len(second) == 1
    assert Message.objects.filter(case__number=number).count() == 1


def test_the_reminder_moves_with_an_extended_deadline(world: w.World) -> None:
    number = cases.case(world).number
    assert world.round is not None
    with clock_at(w.moment("2026-03-20")):
        later = w.moment("2026-04-15", "18:00")
        assert isinstance(rounds.extend_round(world.round.code, later, "系统故障", world.actor("planner")), Round)
    told = Message.objects.filter(case__number=number).count()
    with clock_at(w.moment("2026-03-29")):
        assert alarms.ring().reminded == 0
    with clock_at(w.moment("2026-04-13")):
        assert alarms.ring().reminded == 1
    assert Message.objects.filter(case__number=number).count() == told + 1


def test_after_an_extension_the_draft_is_due_at_the_new_deadline_whatever_happens_beside_it(world: w.World) -> None:
    from uuid import uuid4

    from keguan.casework import sides

    w.version("withdraw")
    number = cases.case(world).number
    assert world.round is not None
    later = w.moment("2026-04-15", "18:00")
    with clock_at(w.moment("2026-03-20")):
        assert isinstance(rounds.extend_round(world.round.code, later, "系统故障", world.actor("planner")), Round)
        assert isinstance(sides.open_side(number, "withdraw", world.actor("applicant"), uuid4().hex), Done)
    assert Case.objects.get(number=number).due_at == later


def test_a_step_that_lapses_is_over_at_its_deadline_even_before_the_alarm_rings(world: w.World) -> None:
    number = cases.case(world, at="endorse").number
    due = Case.objects.get(number=number).due_at
    assert due is not None
    with clock_at(due + w.timedelta(seconds=30)):
        answer = world.act(number, "endorse", "host", note="迟了")
        assert isinstance(answer, Refusal)
        assert {one.code for one in answer.problems} == {"step.over"}
        assert alarms.ring().acted == 1
    assert Case.objects.get(number=number).end == "not_endorsed"
