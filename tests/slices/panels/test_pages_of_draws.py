"""The desk of a round's draws and what the public sees, page by page, by everybody who may and may not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import signed_in
from tests.slices.panels import drawing
from tests.slices.panels.drawing import AFTER, PREPARED, SIGNATURE, VALUE

from keguan.casework.models import Case, SeatHolder
from keguan.casework.services import Done
from keguan.kernel.clock import clock_at
from keguan.panels.draws import preparing
from keguan.panels.draws.jobs import prepare_list
from keguan.panels.draws.models import Draw
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db
DESK = ("DRAW-2026", "review")


@pytest.fixture
def world(db: None) -> w.World:
    return drawing.world()


@pytest.fixture
def case(world: w.World) -> Case:
    return cases.case(world, at="review")


@pytest.fixture
def officer(world: w.World) -> Client:
    return signed_in(world.people["officer"])


def at(name: str, number: int = 1) -> str:
    return reverse(name, args=[*DESK, number])


def told(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_draw_by_pages_from_its_list_to_its_seats(case: Case, officer: Client, world: w.World) -> None:
    with clock_at(PREPARED):
        page = told(officer.get(reverse("round", args=["DRAW-2026"])))
        assert reverse("draws", args=DESK) in page
        assert reverse("draws", args=DESK) in told(officer.get(reverse("case", args=[case.number])))
        assert officer.post(reverse("draw_prepare", args=DESK), {"cases": "", "reason": ""}).headers["Location"] == at(
            "draw"
        )
        assert case.number in told(officer.get(at("draw")))
        assert Client().get(reverse("announced_draw", args=["DRAW-2026.review.1"])).status_code == 404
        form = {"source": "drand", "public_at": "2026-04-12 10:00", "unrevealed": "without"}
        answer = officer.post(at("draw_fix"), form | {"public_at": "2026-04-11 09:00"})
        assert answer.status_code == 422
        assert "2026-04-11 09:00" in told(answer)
        assert officer.post(at("draw_fix"), form).status_code == 303
        draw = Draw.objects.get()
        public = told(Client().get(reverse("announced_draw", args=[draw.name])))
        assert draw.digest in public
        early = officer.post(at("draw_enter"), {"value": VALUE, "signature": SIGNATURE})
        assert early.status_code == 422
    with clock_at(AFTER):
        wrong = officer.post(at("draw_enter"), {"value": VALUE, "signature": "ac" * 48})
        assert wrong.status_code == 422
        assert "ac" * 48 in told(wrong)
        assert officer.post(at("draw_enter"), {"value": VALUE, "signature": SIGNATURE}).status_code == 303
        assert SeatHolder.objects.filter(seat__case=case).count() == 5
        assert officer.post(at("draw_settle"), {}).status_code == 303
        assert officer.post(at("draw_void"), {"reason": "不满意"}).status_code == 422
        assert officer.post(at("draw_publish"), {}).status_code == 422
        names = [drawing.holder(one).name for one in SeatHolder.objects.values_list("expert", flat=True)]
        assert not [name for name in names if name in told(officer.get(at("draw")))]
        people = told(officer.get(at("draw_people")))
        assert [name for name in names if name in people] == names
        assert Event.objects.filter(tag="read:reviewers:opened", payload__key=draw.name).count() == 1
        assert Client().get(reverse("draw_file", args=[draw.name])).status_code == 404


def test_a_seat_that_was_left_is_told_as_empty_and_leads_to_its_reserve(
    case: Case, officer: Client, world: w.World
) -> None:
    draw = drawing.drawn(world)
    settle = reverse("draw_settle", args=[*DESK, 1])
    with clock_at(AFTER):
        assert "席待邀请或递补" not in told(officer.get(at("draw")))
        leaver = draw.chairs.filter(state="drawn").order_by("pk").values_list("place__expert", flat=True)[0]
        assert isinstance(world.act(case.number, "decline", drawing.as_expert(leaver), reason="时间冲突"), Done)
        page = told(officer.get(at("draw")))
        assert "1 席待邀请或递补" in page
        assert f'class="button" href="{settle}"' in page
        assert page.count("有空缺") == 1
        assert "空缺的席位在那里按次序邀请、递补" in told(officer.get(reverse("case", args=[case.number])))
        assert officer.post(settle, {}).status_code == 303
        page = told(officer.get(at("draw")))
        assert "席待邀请或递补" not in page
        assert "有空缺" not in page


def test_a_reserve_who_gets_a_seat_late_has_the_time_that_the_others_had(
    case: Case, officer: Client, world: w.World
) -> None:
    draw = drawing.drawn(world)
    first = Case.objects.get(pk=case.pk).due_at
    assert first is not None
    leaver = draw.chairs.filter(state="drawn").order_by("pk").values_list("place__expert", flat=True)[0]
    with clock_at(first - timedelta(hours=10)):
        assert isinstance(world.act(case.number, "decline", drawing.as_expert(leaver), reason="时间冲突"), Done)
        assert signed_in(world.people["officer"]).post(at("draw_settle"), {}).status_code == 303
    found = Case.objects.get(pk=case.pk)
    assert found.due_at is not None
    assert found.due_at > first + timedelta(days=14)
    assert set(found.tasks.filter(role="expert").values_list("due_at", flat=True)) == {found.due_at}
    assert list(found.alarms.filter(step="review", purpose="due").values_list("at", flat=True)) == [found.due_at]


def test_what_is_wrong_with_a_form_is_told_all_at_once_and_nothing_typed_is_lost(case: Case, officer: Client) -> None:
    with clock_at(PREPARED):
        answer = officer.post(reverse("draw_prepare", args=DESK), {"cases": f"{case.number}\n65XXX", "reason": ""})
        assert answer.status_code == 422
        assert "65XXX" in told(answer)
        officer.post(reverse("draw_prepare", args=DESK), {})
        answer = officer.post(
            at("draw_fix"),
            {"source": "lottery", "public_at": "morgen", "outcomes": "viele", "commitments": "supervision 12"},
        )
        assert answer.status_code == 422
        page = told(answer)
        assert [word for word in ("morgen", "viele", "supervision 12") if word not in page] == []
    assert Draw.objects.get().state == "prepared"


def test_only_those_who_run_or_watch_open_the_desk(case: Case, world: w.World) -> None:
    drawing.drawn(world)
    statuses: dict[str, list[int]] = {}
    for who in ("officer", "supervisor", "planner", "committee", "applicant", "host"):
        client = signed_in(world.people[who])
        with clock_at(AFTER):
            asked = [client.get(at(name)) for name in ("draw", "draw_people", "draw_settle")]
            statuses[who] = [client.get(reverse("draws", args=DESK)).status_code, *(one.status_code for one in asked)]
    assert statuses == {
        "officer": [200] * 4,
        "supervisor": [200, 200, 200, 403],
        **dict.fromkeys(("planner", "committee", "applicant", "host"), [403] * 4),
    }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_stays_within_its_budget(
    case: Case, officer: Client, world: w.World, language: str, django_assert_max_num_queries: Any
) -> None:
    drawing.drawn(world)
    addresses = [reverse("draws", args=DESK), reverse("draw_prepare", args=DESK), reverse("announced_draws")]
    addresses += [at(name) for name in ("draw", "draw_people", "draw_settle", "draw_publish")]
    addresses += [reverse("announced_draw", args=["DRAW-2026.review.1"])]
    officer.cookies["lang"] = language
    with clock_at(AFTER):
        for address in addresses:
            with django_assert_max_num_queries(12):
                assert officer.get(address).status_code == 200, address


def test_a_long_list_is_prepared_by_a_job_and_its_page_tells_how_it_stands(
    case: Case, officer: Client, world: w.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "AT_ONCE", 0)
    prepare, desk = reverse("draw_prepare", args=DESK), reverse("draws", args=DESK)
    with clock_at(PREPARED):
        assert officer.post(prepare, {"cases": "65XXX", "reason": ""}).status_code == 422, "refused at once"
        assert officer.post(prepare, {"cases": "", "reason": ""})["Location"] == desk
        page = officer.get(desk)
        assert "正在准备名单" in told(page)
        assert page["Refresh"]
        assert prepare not in told(page)
        assert "名单正在准备" in told(officer.post(prepare, {"cases": "", "reason": ""}))
        assert not Draw.objects.exists()
        job = ProcrastinateJob.objects.get(task_name=preparing.JOB)
        prepare_list(**job.args)
        assert case.number in told(officer.get(at("draw")))
        ended(job.pk, "succeeded")
        page = officer.get(desk)
        assert "正在准备名单" not in told(page)
        assert prepare in told(page)


@pytest.mark.parametrize("left", ["failed", "doing"])
def test_a_list_whose_job_broke_off_is_prepared_again(
    case: Case, officer: Client, world: w.World, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    monkeypatch.setattr(preparing, "AT_ONCE", 0)
    prepare, desk = reverse("draw_prepare", args=DESK), reverse("draws", args=DESK)
    officer.post(prepare, {"cases": "", "reason": ""})
    # "doing", and no worker: it went down in the middle.
    ended(ProcrastinateJob.objects.get(task_name=preparing.JOB).pk, left)
    page = told(officer.get(desk))
    assert "上一次准备名单没有完成" in page
    assert prepare in page
    monkeypatch.setattr(preparing, "AT_ONCE", 30)
    assert officer.post(prepare, {"cases": "", "reason": ""})["Location"] == at("draw")
    assert "上一次准备名单没有完成" not in told(officer.get(desk)), "there is a list since"


def ended(job: int, status: str) -> None:
    """As the worker leaves a job."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job])
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status, attempts = 1 WHERE id = %s",
            [status, job],
        )
