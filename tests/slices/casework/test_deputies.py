"""A duty is handed to a colleague from day to day: the deputy acts for its holder, the trace says so, and it ends by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import signed_in

from keguan.casework.desks.deputies import hand_to_deputy
from keguan.casework.models import Case
from keguan.casework.services import Done
from keguan.kernel.actors import HeldDuty
from keguan.kernel.clock import clock_at
from keguan.kernel.problems import Refusal, Refused
from keguan.registers.parties import services
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.models import Duty, Person
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[w.World]:
    of = cases.opened()
    of.people["deputy"] = make.person(employer=of.university)
    with clock_at(w.moment("2026-03-03")):
        yield of


def duty_of(world: w.World, who: str = "host") -> Duty:
    return Duty.objects.get(person=world.people[who])


def handed(world: w.World, who: str = "host", to: str = "deputy", **changes: Any) -> Duty:
    given = {"since": date(2026, 3, 3), "until": date(2026, 3, 10), "reason": "出差"} | changes
    return hand_to_deputy(world.actor(who), duty_of(world, who), world.people[to], **given)


def refused(world: w.World, **changes: Any) -> set[str]:
    with pytest.raises(Refused) as caught:
        handed(world, **changes)
    return {one.code for one in caught.value.refusal.problems}


def test_a_deputy_acts_on_these_days_both_included_and_the_trace_says_for_whom(world: w.World) -> None:
    number = cases.case(world, at="endorse").number
    made = handed(world)
    for day, holds in (("2026-03-02", False), ("2026-03-03", True), ("2026-03-10", True), ("2026-03-11", False)):
        with clock_at(w.moment(day, "23:50")):
            assert world.actor("deputy").holds("host", organisation=world.university.pk) is holds, day
    assert isinstance(world.act(number, "endorse", "deputy", note="材料属实"), Done)
    event = Event.objects.get(tag="case:endorse:accepted")
    assert (event.actor, event.payload["for"]) == (world.people["deputy"].pk, world.people["host"].pk)
    page = signed_in(world.people["host"]).get(reverse("case", args=[number])).content.decode()
    assert f"{world.people['deputy'].name}（代{world.people['host'].name}）" in page
    assert Event.objects.get(tag="parties:duty:delegated").payload["until"] == {"$date": made.until.isoformat()}


def test_whoever_holds_the_duty_acts_for_nobody_else(world: w.World) -> None:
    number = cases.case(world, at="endorse").number
    handed(world)
    assert isinstance(world.act(number, "endorse", "host", note="材料属实"), Done)
    assert "for" not in Event.objects.get(tag="case:endorse:accepted").payload
    assert HeldDuty("host", world.university.pk) in world.actor("deputy").duties, "as any other duty"


def test_everything_that_speaks_against_it_is_said_at_once(world: w.World) -> None:
    world.people["stranger"] = make.person(employer=make.organisation())
    codes = refused(world, to="stranger", since=date(2026, 3, 1), until=date(2026, 2, 1), reason=" ")
    assert codes == {"deputy.elsewhere", "deputy.past", "deputy.reason", "duty.dates"}
    assert refused(world, to="host") == {"deputy.own", "duty.held"}
    assert refused(world, who="committee") >= {"deputy.role"}
    services.end_duty(world.actor("host"), duty_of(world), last_day=date(2026, 3, 8))
    assert refused(world) == {"deputy.beyond"}
    assert not Duty.objects.filter(delegated_from__isnull=False).exists()


def test_there_is_no_chain_and_nobody_hands_on_what_is_not_theirs(world: w.World) -> None:
    made = handed(world)
    world.people["third"] = make.person(employer=world.university)
    with pytest.raises(Refused) as caught:
        hand_to_deputy(
            world.actor("deputy"), made, world.people["third"],
            since=date(2026, 3, 4), until=date(2026, 3, 5), reason="出差",
        )  # fmt: skip
    assert {one.code for one in caught.value.refusal.problems} == {"deputy.chain"}
    assert signed_in(world.people["deputy"]).get(reverse("deputies")).status_code == 403
    with pytest.raises(Refused):
        hand_to_deputy(
            world.actor("authority"), duty_of(world), world.people["third"],
            since=date(2026, 3, 4), until=date(2026, 3, 5), reason="出差",
        )  # fmt: skip


def test_nobody_deputises_at_a_desk_where_a_running_case_is_their_own(world: w.World) -> None:
    cases.case(world, at="endorse")
    assert refused(world, to="member") == {"deputy.own_case"}
    assert not Duty.objects.filter(person=world.people["member"]).exists(), "nothing of it stays"


def test_it_ends_with_the_duty_that_it_came_from(world: w.World) -> None:
    made = handed(world)
    services.end_duty(world.actor("authority"), duty_of(world), last_day=date(2026, 3, 5))
    made.refresh_from_db()
    assert made.until == date(2026, 3, 5)
    with clock_at(w.moment("2026-03-06")):
        assert not world.actor("deputy").holds("host")


def test_it_is_handed_over_and_taken_back_on_pages(world: w.World) -> None:
    client = signed_in(world.people["host"])
    page = client.get(reverse("deputies")).content.decode()
    assert "依托单位科研管理人员" in page
    sent = {"duty": duty_of(world).pk, "deputy": world.people["deputy"].name, "since": "2026-03-03"}
    lacking = client.post(reverse("deputies"), sent)
    assert lacking.status_code == 422
    assert lacking.content.decode().count("请填写") >= 2
    done = client.post(reverse("deputies"), {**sent, "until": "2026-03-10", "reason": "出差"})
    assert done.status_code == 303, done.content.decode()
    made = Duty.objects.get(delegated_from__isnull=False)
    deputy = signed_in(world.people["deputy"]).get(reverse("todo")).content.decode()
    assert "依托单位科研管理人员（代理）" in deputy
    end = reverse("deputy_end", args=[made.pk])
    assert end in client.get(reverse("deputies")).content.decode()
    assert signed_in(world.people["authority"]).post(end).status_code == 404
    assert client.post(end).status_code == 303
    assert not world.actor("deputy").holds("host")
    assert Duty.objects.filter(pk=made.pk).exists(), "the entry stays on record"


def test_whoever_works_elsewhere_is_in_the_register_and_no_colleague(world: w.World) -> None:
    client, address = signed_in(world.people["host"]), reverse("deputies")
    sent = {"duty": duty_of(world).pk, "since": "2026-03-03", "until": "2026-03-10", "reason": "出差"}
    stranger = make.person("买买提·外单位", employer=make.organisation())
    said = client.post(address, {**sent, "deputy": stranger.name}).content.decode()
    assert "名录中有此人，但不是同一单位的人员" in said
    assert "名录中没有" not in said
    assert "名录中没有" in client.post(address, {**sent, "deputy": "王无此人"}).content.decode()
    english = client.post(address + "?lang=en", {**sent, "deputy": stranger.name}).content.decode()
    assert "in the register, but works elsewhere" in english


def test_a_refusal_names_duties_as_people_do(world: w.World) -> None:
    client, address = signed_in(world.people["host"]), reverse("deputies")
    sent = {"duty": duty_of(world).pk, "since": "2026-03-03", "until": "2026-03-10", "reason": "出差"}
    make.duty("host", world.people["deputy"], organisation=world.university)
    said = client.post(address, {**sent, "deputy": world.people["deputy"].name}).content.decode()
    found = said.partition("<dt>所填</dt><dd>")[2].partition("</dd>")[0]
    assert found == "依托单位科研管理人员"


def test_who_decides_on_the_same_cases_becomes_a_deputy_only_when_that_is_meant(world: w.World) -> None:
    client, address = signed_in(world.people["authority"]), reverse("deputies")
    duty, member = duty_of(world, "authority"), world.people["committee"]
    Person.objects.filter(pk=member.pk).update(employer=duty.organisation)
    sent = {"duty": duty.pk, "deputy": member.name, "since": "2026-03-03", "until": "2026-03-10", "reason": "出差"}
    asked = client.post(address, sent)
    assert asked.status_code == 422
    said = asked.content.decode()
    assert 'id="asked"' in said
    assert "“评审委员会委员”" in said
    assert not Duty.objects.filter(delegated_from__isnull=False).exists(), "who is only asked has done nothing"
    assert not Event.objects.filter(tag="parties:duty:delegated").exists()
    sure = said.partition('name="sure" value="')[2].partition('"')[0]
    other = make.person(employer=duty.organisation)
    make.duty("planning", other)
    assert 'id="asked"' in client.post(address, {**sent, "deputy": other.name, "sure": sure}).content.decode()
    assert client.post(address, {**sent, "sure": sure}).status_code == 303
    assert Duty.objects.get(delegated_from__isnull=False).person == member


def test_whoever_held_it_before_or_after_is_not_asked_about(world: w.World) -> None:
    client, address = signed_in(world.people["authority"]), reverse("deputies")
    duty, deputy = duty_of(world, "authority"), world.people["deputy"]
    Person.objects.filter(pk=deputy.pk).update(employer=duty.organisation)
    make.duty("committee", deputy, since=date(2025, 1, 1), until=date(2026, 3, 2))
    make.duty("administrator", deputy, organisation=duty.organisation)
    sent = {"duty": duty.pk, "deputy": deputy.name, "since": "2026-03-03", "until": "2026-03-10", "reason": "出差"}
    assert client.post(address, sent).status_code == 303


def test_an_officers_deputy_works_where_the_officer_works(world: w.World) -> None:
    assert isinstance(world.people["officer"], Person)
    assert refused(world, who="officer") == {"deputy.elsewhere"}
    agency = make.organisation(kind="institute")
    for who in ("officer", "deputy"):
        Person.objects.filter(pk=world.people[who].pk).update(employer=agency)
        world.people[who].refresh_from_db()
    handed(world, who="officer")
    assert actor_for(world.people["deputy"]).deputises("officer") == world.people["officer"].pk


def test_planning_and_running_stay_apart_for_deputies_too(world: w.World) -> None:
    agency = make.organisation(kind="institute")
    for who in ("officer", "planner"):
        Person.objects.filter(pk=world.people[who].pk).update(employer=agency)
        world.people[who].refresh_from_db()
    assert refused(world, who="officer", to="planner") == {"duty.separation"}


def test_a_deputy_is_kept_from_a_case_that_becomes_their_own(world: w.World) -> None:
    number = cases.case(world, at="endorse").number
    handed(world)
    Case.objects.filter(number=number).update(members=[world.people["deputy"].pk])
    answer = world.act(number, "endorse", "deputy", note="材料属实")
    assert isinstance(answer, Refusal)
    assert {one.code for one in answer.problems} == {"right.own_case"}
