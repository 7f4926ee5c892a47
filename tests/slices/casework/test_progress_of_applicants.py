"""Research offices and authorities see how far their applicants are, and remind those who have not handed in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import signed_in

from keguan.casework.drafting import drafts
from keguan.casework.models import Case, Message
from keguan.kernel.clock import clock_at
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[w.World]:
    of = cases.opened()
    with clock_at(w.moment("2026-03-03")):
        yield of


def draft(world: w.World, **typed: Any) -> str:
    number = w.started(world)
    saved = drafts.save_draft(number, "proposal", typed, 0, world.actor("applicant"))
    assert isinstance(saved, drafts.Saved), saved
    return number


def page_of(world: w.World, who: str, query: str = "") -> str:
    assert world.round is not None
    answer = signed_in(world.people[who]).get(reverse("round_progress", args=[world.round.code]) + query)
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode())


def remind(world: w.World, who: str) -> Any:
    assert world.round is not None
    return signed_in(world.people[who]).post(reverse("progress_remind", args=[world.round.code]))


@pytest.mark.parametrize("who", ["host", "authority"])
def test_a_draft_shows_its_title_its_writer_and_its_sections_and_nothing_else_of_it(world: w.World, who: str) -> None:
    number = draft(world, title="棉花抗旱新品种选育", summary="只有申报人知道的摘要")
    page = page_of(world, who)
    assert number in page
    assert "棉花抗旱新品种选育" in page
    assert world.people["applicant"].name in page
    assert "已开始，未提交" in page
    assert "0 / 5" in page, "of its seven sections two need nothing"
    assert "只有申报人知道的摘要" not in page
    is_linked = f'href="{reverse("case", args=[number])}"' in page
    assert is_linked is (who == "host"), "an authority has no page of a draft"


def test_a_filled_section_counts_and_one_left_empty_that_needs_nothing_does_not(world: w.World) -> None:
    number = draft(world, title="甲")
    filled = w.proposal(world)
    assert "0 / 5" in page_of(world, "host")
    saved = drafts.save_draft(number, "proposal", filled, 1, world.actor("applicant"))
    assert isinstance(saved, drafts.Saved), saved
    assert "5 / 5" in page_of(world, "host")
    unwelcome = [{"expert": make.person().pk, "reason": "有过纠纷"}]
    saved = drafts.save_draft(number, "proposal", {"unwelcome": unwelcome}, 2, world.actor("applicant"))
    assert isinstance(saved, drafts.Saved), saved
    assert "6 / 6" in page_of(world, "host")


def test_other_institutions_and_other_people_see_nothing_of_it(world: w.World) -> None:
    assert world.round is not None
    draft(world, title="甲")
    elsewhere = make.person()
    make.duty("host", elsewhere, organisation=make.organisation())
    address = reverse("round_progress", args=[world.round.code])
    assert signed_in(elsewhere).get(address).status_code == 404
    assert signed_in(world.people["applicant"]).get(address).status_code == 403
    assert signed_in(world.people["officer"]).get(address).status_code == 403


def test_each_case_stands_where_it_is_and_the_quota_says_what_is_used(world: w.World) -> None:
    waiting = cases.case(world, at="endorse")
    other = make.person(employer=world.university, born=date(1981, 5, 1), title="senior", degree="doctor")
    world.people["other"] = other
    team = [{"member": make.person(employer=world.university).pk, "role": "lead", "months": 6}]
    recommended = cases.case(world, at="screen", rank=2, who="other", principal=other.pk, team=team)
    for who in ("host", "authority"):
        page = page_of(world, who)
        assert "在申报单位审核" in page
        assert "已推荐，办理中" in page
        assert f"推荐限额：{world.bureau.name}" in page
        assert "1 / 3" in page
    only = page_of(world, "authority", "?stage=host")
    assert waiting.number in only
    assert recommended.number not in only


def test_a_reminder_reaches_whoever_has_not_handed_in_once_a_day(world: w.World) -> None:
    number = draft(world, title="甲")
    cases.case(world, at="endorse")
    assert remind(world, "host").status_code == 303
    told = Message.objects.get(kind="reminder")
    assert (told.case.number, told.person_id) == (number, world.people["applicant"].pk)  # type: ignore[union-attr]
    event = Event.objects.get(tag="round:applicants:reminded")
    assert event.payload["cases"] == 1
    for who in ("host", "authority"):
        again = remind(world, who)
        assert again.status_code == 422
        assert "今天已经提醒过" in again.content.decode()
    with clock_at(w.moment("2026-03-04")):
        assert remind(world, "authority").status_code == 303
    assert Message.objects.filter(kind="reminder").count() == 2


def test_nobody_is_reminded_after_the_deadline(world: w.World) -> None:
    draft(world, title="甲")
    with clock_at(w.moment("2026-04-02")):
        assert remind(world, "host").status_code == 422
    assert not Message.objects.filter(kind="reminder").exists()


def test_thousands_of_cases_take_few_queries(world: w.World, django_assert_max_num_queries: Any) -> None:
    assert world.round is not None
    draft(world, title="甲")
    first = Case.objects.get()
    Case.objects.bulk_create(
        Case(
            number=f"65T{uuid4().hex[:12]}{n}", programme=first.programme, round=first.round, code=first.code,
            host=first.host, authority=first.authority, applicant=first.applicant, step="apply", step_kind="apply",
            created_at=first.created_at, changed_at=first.changed_at,
        )
        for n in range(2000)
    )  # fmt: skip
    client = signed_in(world.people["authority"])
    address = reverse("round_progress", args=[world.round.code])
    client.get(address)
    with django_assert_max_num_queries(12):
        page = client.get(address)
    assert len(page.content) < 160_000
    with django_assert_max_num_queries(12):
        assert client.get(reverse("progress")).status_code == 200
