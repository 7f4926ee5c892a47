"""An entry lives: confirmed each year, out of new panels when it is not, away for a while, left by its expert."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from tests import make

from keguan.casework.models import Message
from keguan.casework.reviewing.experts import remind
from keguan.doors.web.accounts.own_data import records
from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM
from keguan.kernel.clock import clock_at
from keguan.kernel.problems import Refused
from keguan.registers.experts import services
from keguan.registers.experts.absences import add_absence
from keguan.registers.experts.freshness import REMINDERS, is_stale
from keguan.registers.experts.models import Absence, Expert
from keguan.registers.experts.queries import left_out, pool, ready
from keguan.registers.parties.access import actor_for
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db
VERIFIED = datetime(2025, 3, 1, 4, tzinfo=UTC)


def on(days: int) -> datetime:
    """So many days before (or, below zero, after) the confirmation of what was verified then is owed."""
    return VERIFIED + timedelta(days=settings.EXPERT_REFRESH_DAYS - days)


@pytest.fixture
def expert() -> Expert:
    with clock_at(VERIFIED):
        made = make.expert(keywords=("棉花",))
        make.account(made.person)
    return made


@pytest.fixture
def browser(expert: Expert) -> Client:
    client = Client()
    client.force_login(expert.person.account)
    return client


def post(client: Client, name: str, pk: int, **typed: str) -> tuple[int, str]:
    answer = client.post(reverse(name, args=[pk]), typed)
    return answer.status_code, answer.content.decode()


def test_an_expert_is_reminded_once_at_each_of_the_three_days_even_if_the_job_missed_some(expert: Expert) -> None:
    told = []
    for days in (31, 30, 29, 8, 6, 5, 0, -1, -50):
        with clock_at(on(days)):
            told.append(remind())
    assert told == [0, 1, 0, 0, 1, 0, 1, 0, 0]
    assert set(Message.objects.values_list("person", "kind")) == {(expert.person_id, "expert")}
    with clock_at(on(0)):
        services.confirm(expert, actor_for(expert.person))
    with clock_at(on(0) + timedelta(days=settings.EXPERT_REFRESH_DAYS - REMINDERS[0])):
        assert remind() == 1


def test_an_entry_that_nobody_confirmed_stays_in_the_pool_and_out_of_new_panels(
    expert: Expert, browser: Client
) -> None:
    with clock_at(on(0)):
        assert list(ready()) == [expert]
    with clock_at(on(-1)):
        assert (list(pool()), list(ready()), left_out()["stale"]) == ([expert], [], 1)
        assert is_stale(expert)
        assert post(browser, "expert_confirm", expert.pk)[0] == 303
        assert list(ready()) == [expert]
        expert.refresh_from_db()
        assert (expert.confirmed_on, expert.reminded) == (clock.today(), None)
    assert Event.objects.filter(tag="experts:expert:confirmed", actor=expert.person_id).count() == 1


def test_correcting_ones_entry_confirms_it_and_an_officers_correction_does_not(expert: Expert, browser: Client) -> None:
    with clock_at(on(-1)):
        services.correct(expert, make.actor("officer"), max_load=3)
        assert list(ready()) == []
        typed = {"fields": "210", "keywords": "", "max_load": "4", "yearly_most": "12"}
        code, html = post(browser, "expert_correct", expert.pk, **typed | {"max_load": "0", "region_code": "65"})
        assert code == 422
        assert "1 至 100" in html
        assert 'href="#field-region_code"' in html
        for nowhere in ("999999", "123456", "658800"):
            code, html = post(browser, "expert_correct", expert.pk, **typed | {"region_code": nowhere})
            assert (code, "没有这个行政区划代码" in html) == (422, True), nowhere
        assert post(browser, "expert_correct", expert.pk, **typed)[0] == 303
        found = ready().get()
        assert (found.max_load, found.yearly_most, found.keywords) == (4, 12, [])


def test_whoever_is_not_the_expert_neither_confirms_nor_leaves_for_them(expert: Expert) -> None:
    other = Client()
    other.force_login(make.account(make.actor("registrar").person and make.person()))
    assert [post(other, name, expert.pk)[0] for name in ("expert_confirm", "expert_exit", "expert_correct")] == [
        403
    ] * 3


def test_days_away_keep_out_on_the_first_and_the_last_day_only(expert: Expert, browser: Client) -> None:
    today = date(2025, 6, 10)
    with clock_at(datetime(2025, 6, 1, tzinfo=UTC)):
        last = today + timedelta(days=3)
        assert post(browser, "absence_new", expert.pk, since=f"{today}", until=f"{last}", note="手术")[0] == 303
        page = reverse("expert", args=[expert.pk])
        assert "手术" in browser.get(page).content.decode(), "who wrote the note reads it"
        keeper = Client()
        keeper.force_login(make.account(make.duty("registrar").person))
        assert "手术" not in keeper.get(page).content.decode()
        code, html = post(browser, "absence_new", expert.pk, since=f"{last}", until="昨天")
        assert code == 422
        assert 'href="#field-until"' in html
        with pytest.raises(Refused) as refused:
            add_absence(expert, last, today, "", SYSTEM)
    assert [one.code for one in refused.value.refusal.problems] == ["absence.order"]
    for day, free in ((-1, True), (0, False), (3, False), (4, True)):
        with clock_at(datetime(2025, 6, 10, 4, tzinfo=UTC) + timedelta(days=day)):
            assert ready().exists() is free, day
    assert not Event.objects.filter(payload__contains="手术").exists()
    assert records(expert.person.account)["expert_absences"][0]["note"] == "手术"
    assert post(browser, "absence_drop", Absence.objects.get().pk)[0] == 303
    assert not Absence.objects.exists()


def test_an_expert_leaves_by_themself_without_a_reason_and_one_who_is_removed_is_told_why(
    expert: Expert, browser: Client
) -> None:
    assert post(browser, "expert_exit", expert.pk)[0] == 303
    expert.refresh_from_db()
    assert expert.status == "left"
    registrar, other = Client(), make.expert()
    registrar.force_login(make.account(make.duty("registrar").person))
    address = reverse("expert_move", args=[other.pk, "remove"])
    assert registrar.post(address).status_code == 422
    assert registrar.post(address, {"reason": "多次逾期不评"}).status_code == 303
    tags = Event.objects.filter(tag__in=["experts:expert:left", "experts:expert:removed"]).order_by("id")
    assert [tag.rsplit(":", 1)[-1] for tag in tags.values_list("tag", flat=True)] == ["left", "removed"]
    make.account(other.person)
    mine = Client()
    mine.force_login(other.person.account)
    assert "多次逾期不评" in mine.get(reverse("expert", args=[other.pk])).content.decode()
