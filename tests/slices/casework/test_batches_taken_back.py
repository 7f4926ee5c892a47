"""A yes that nothing followed is taken back, case by case, with the reason; whatever somebody went on with stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import signed_in
from tests.slices.casework.test_batches import begun, do, page_of, steps, three

from keguan.casework import services
from keguan.casework.desks import batches
from keguan.casework.models import Alarm, Batch, Case, Task
from keguan.engine.decision import Command
from keguan.engine.taking_back import TAKE_BACK
from keguan.kernel import clock
from keguan.kernel.clock import clock_at
from keguan.kernel.ids import new_key
from keguan.kernel.problems import Refusal
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[w.World]:
    of = cases.opened()
    with clock_at(w.moment("2026-03-03")):
        yield of


def endorsed(of: w.World) -> tuple[Client, Batch, list[str]]:
    """Three applications that the research office has endorsed as one batch."""
    numbers = three(of)
    host = signed_in(of.people["host"])
    batch = begun(host, *numbers)
    do(host, batch, "choose", verb="endorse", reason="材料属实")
    do(host, batch, "confirm")
    assert steps(*numbers) == ["recommend"] * 3
    return host, batch, numbers


def back(host: Client, batch: Batch, because: str = "漏看了查重结果") -> Any:
    return do(host, batch, "take-back", undone_because=because)


def asked(of: w.World, number: str, who: str, step: str = "recommend", **content: Any) -> Any:
    return services.act(number, Command(TAKE_BACK, step, {"reason": "看错了"} | content), of.actor(who), new_key())


def test_cases_that_nobody_went_on_from_return_to_the_desk_with_the_reason(world: w.World) -> None:
    host, batch, numbers = endorsed(world)
    assert "收回这一批" in page_of(host, batch)
    assert back(host, batch).status_code == 303
    assert steps(*numbers) == ["endorse"] * 3
    assert set(batch.lines.values_list("state", flat=True)) == {"undone"}
    assert {task.step for task in Task.objects.filter(case__number__in=numbers)} == {"endorse"}
    said = page_of(host, batch)
    assert "漏看了查重结果" in said
    assert "收回这一批" not in said
    traced = Event.objects.filter(case_number=numbers[0], tag="case:take-back:accepted").get()
    assert "漏看了查重结果" in str(traced.payload)
    assert "收回了上一环节的同意" in host.get(reverse("case", args=[numbers[0]])).content.decode()


def test_an_office_gains_no_time_by_taking_back_and_what_is_over_stays(world: w.World) -> None:
    numbers = three(world)
    before = {case.number: case.due_at for case in Case.objects.filter(number__in=numbers)}
    alarms = {(one.case_id, one.purpose, one.at) for one in Alarm.objects.filter(step="endorse")}
    with clock_at(w.moment("2026-03-05")):
        host = signed_in(world.people["host"])
        batch = begun(host, *numbers)
        do(host, batch, "choose", verb="endorse", reason="材料属实")
        do(host, batch, "confirm")
        back(host, batch)
    assert {case.number: case.due_at for case in Case.objects.filter(number__in=numbers)} == before
    assert set(Task.objects.filter(case__number__in=numbers).values_list("due_at", flat=True)) == set(before.values())
    latest = {(one.case_id, one.purpose, one.at) for one in Alarm.objects.filter(step="endorse", attempt=2)}
    assert latest == alarms
    due = before[numbers[0]]
    assert due is not None
    with clock_at(due - timedelta(seconds=1)):
        world.act(numbers[0], "endorse", "host")
    with clock_at(due):
        answer = asked(world, numbers[0], "host")
    assert isinstance(answer, Refusal)
    assert {one.code for one in answer.problems} == {"taking_back.too_late"}


def test_what_somebody_went_on_from_stays_and_says_why(world: w.World) -> None:
    host, batch, numbers = endorsed(world)
    world.act(numbers[0], "endorse", "authority", rank=1)
    world.act(numbers[1], "return", "authority", reason="指标不清")
    back(host, batch)
    assert steps(*numbers) == ["screen", "apply", "endorse"]
    assert sorted(batch.lines.values_list("state", flat=True)) == ["done", "done", "undone"]
    assert page_of(host, batch).count("此后已有办理") == 2


def test_what_was_taken_back_is_handled_anew(world: w.World) -> None:
    host, batch, numbers = endorsed(world)
    back(host, batch)
    again = begun(host, *numbers)
    do(host, again, "choose", verb="endorse", reason="已核对")
    do(host, again, "confirm")
    assert steps(*numbers) == ["recommend"] * 3
    back(host, batch)
    assert steps(*numbers) == ["recommend"] * 3, "the first batch has nothing left to take back"


def test_a_recommendation_that_is_taken_back_gives_its_rank_free(world: w.World) -> None:
    number = cases.case(world, at="screen", rank=1).number
    assert not isinstance(asked(world, number, "authority", "screen"), Refusal)
    assert (Case.objects.get(number=number).step, Case.objects.get(number=number).recommended_rank) == (
        "recommend",
        None,
    )
    assert not isinstance(world.act(number, "endorse", "authority", rank=1), Refusal)


def test_a_reason_is_owed_and_what_was_typed_stays(world: w.World) -> None:
    host, batch, numbers = endorsed(world)
    assert back(host, batch, "  ").status_code == 422
    assert steps(*numbers) == ["recommend"] * 3


def test_a_return_is_told_and_stands(world: w.World) -> None:
    numbers = three(world)
    host = signed_in(world.people["host"])
    batch = begun(host, *numbers)
    do(host, batch, "choose", verb="return", reason="请补充")
    do(host, batch, "confirm")
    assert "收回这一批" not in page_of(host, batch)
    back(host, batch)
    assert steps(*numbers) == ["apply"] * 3


@pytest.mark.parametrize("who", ["applicant", "authority", "officer", "member"])
def test_nobody_takes_back_what_another_body_said(world: w.World, who: str) -> None:
    number = cases.case(world, at="recommend").number
    answer = asked(world, number, who)
    assert isinstance(answer, Refusal)
    assert {one.code for one in answer.problems} == {"right.missing"}


def test_what_has_begun_or_taken_effect_is_not_taken_back(world: w.World) -> None:
    number = cases.case(world, at="review").number
    with clock_at(w.moment("2026-04-11")):
        world.act(number, "assign", "officer", experts=world.experts[:1])
        answer = asked(world, number, "officer", "review")
    assert isinstance(answer, Refusal)
    assert {one.code for one in answer.problems} == {"taking_back.went_on"}
    fresh = cases.case(world).number
    answer = asked(world, fresh, "applicant", "apply")
    assert isinstance(answer, Refusal)
    assert {one.code for one in answer.problems} == {"taking_back.nothing"}


def test_a_pass_is_taken_back_before_the_panel_is_filled(world: w.World) -> None:
    number = cases.case(world, at="review").number
    with clock_at(w.moment("2026-04-11")):
        assert not isinstance(asked(world, number, "officer", "review"), Refusal)
        case = Case.objects.get(number=number)
        assert (case.step, case.step_kind) == ("screen", "screen")
        assert signed_in(world.people["officer"]).get(reverse("case", args=[number])).status_code == 200


def test_a_long_taking_back_that_broke_off_is_gone_on_with_by_the_job_and_not_by_the_page(
    world: w.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, batch, numbers = endorsed(world)
    Batch.objects.update(state="undoing", undone_because="看错了", beat_at=clock.now() - timedelta(hours=1))
    with monkeypatch.context() as patch:
        patch.setattr(batches, "AT_ONCE", 1)
        assert do(host, batch, "resume").status_code == 303
    assert steps(*numbers) == ["recommend"] * 3, "nobody waits for thousands of cases"
    assert ProcrastinateJob.objects.filter(task_name=batches.JOB, args={"batch": batch.pk}).exists()
    do(host, batch, "resume")
    assert steps(*numbers) == ["endorse"] * 3
