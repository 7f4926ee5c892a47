"""Whoever holds a duty hears once a day how much waits for it, where something new came: by a message, and the daily mail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import signed_in

from keguan.casework.desks.arriving import tell_desks
from keguan.casework.models import Case, Message, Task
from keguan.kernel.clock import clock_at

pytestmark = pytest.mark.django_db

MORNING = w.moment("2026-03-17", "07:40")
DAY = timedelta(days=1)


@pytest.fixture
def world() -> w.World:
    return cases.opened()


def came(world: w.World, *, days: int = 0, **given: object) -> Task:
    """A case comes to the desk of the research office of the university, so many days before this morning."""
    assert world.round is not None
    case = cases.bare_case(
        world.round, step="endorse", step_kind="endorse", host=world.university, title="棉花育种", **given
    )
    return Task.objects.create(
        case=case, round=world.round, step="endorse", role="host", organisation=world.university,
        code=world.round.programme.code, opened_at=MORNING - days * DAY - timedelta(hours=12),
    )  # fmt: skip


def told() -> dict[int, str]:
    return dict(Message.objects.filter(kind="desk").values_list("person", "en"))


def test_a_research_office_hears_in_the_morning_what_came_and_how_much_waits(world: w.World) -> None:
    elsewhere, gone, deputy = make.person(), make.person(), make.person()
    make.duty("host", elsewhere, organisation=make.organisation("北疆大学", kind="university"))
    make.duty("host", gone, organisation=world.university, until=MORNING.date() - DAY)
    make.duty("host", deputy, organisation=world.university)
    for days in (20, 1, 0):
        came(world, days=days)
    with clock_at(MORNING):
        assert tell_desks() == 2
    said = "Cases that wait for your duties: 3, of them newly come: 2."
    assert told() == {world.people["host"].pk: said, deputy.pk: said}
    line = Message.objects.filter(kind="desk")[0]
    assert line.case is None
    assert "棉花" not in line.zh
    page = signed_in(world.people["host"]).get(reverse("messages")).content.decode()
    assert f'<a href="{reverse("todo")}">{line.zh.split("，")[0]}' in page


def test_nobody_is_told_twice_of_the_same_and_nobody_of_nothing(world: w.World) -> None:
    with clock_at(MORNING):
        assert tell_desks() == 0
        task = came(world)
        assert tell_desks() == 1
    with clock_at(MORNING + DAY):
        assert tell_desks() == 0, "nothing new"
    came(world, days=-2)
    task.delete()
    with clock_at(MORNING + 2 * DAY):
        assert tell_desks() == 1
    newest = Message.objects.filter(kind="desk").latest("pk")
    assert newest.en == "Cases that wait for your duties: 1, of them newly come: 1."


def test_what_a_colleague_must_decide_is_not_counted(world: w.World) -> None:
    came(world, applicant=world.people["host"])
    with clock_at(MORNING):
        assert tell_desks() == 0, "their own case"
    Case.objects.update(applicant=None, members=[])
    with clock_at(MORNING):
        assert tell_desks() == 1


def test_a_case_pushed_to_an_institution_comes_to_its_research_office(world: w.World) -> None:
    task = came(world)
    Task.objects.filter(pk=task.pk).update(role="applicant", organisation=None)
    with clock_at(MORNING):
        assert tell_desks() == 1
    assert set(told()) == {world.people["host"].pk}
