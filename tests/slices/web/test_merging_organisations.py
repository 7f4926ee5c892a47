"""An organisation goes into another by page: what runs passes over, what is over stays, seen before it is done."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import fields_on
from tests.slices.web import people

import keguan
from keguan.casework.models import Case, Message, Task
from keguan.doors.web.merging_bodies import WORDS
from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM
from keguan.kernel.clock import clock_at
from keguan.kernel.problems import Refused
from keguan.registers.funds import services as funds
from keguan.registers.organisations import merging
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.merging import relations_to
from keguan.registers.parties.models import Duty, Employment
from keguan.registers.projects.models import Project
from keguan.registers.trace.models import Event, Personal

pytestmark = pytest.mark.django_db
DAY = w.moment("2026-03-20")


@pytest.fixture
def world() -> Any:
    """A university with two applications on its way into another; one of them is over."""
    of = cases.opened(w.world(experts_count=0))
    with clock_at(DAY):
        yield of


def keeper() -> Any:
    person = make.person()
    make.duty("registrar", person)
    return actor_for(person)


def merged(of: w.World, into: Organisation, reason: str = "兵编发〔2026〕1号") -> merging.Passing:
    return merging.merge(keeper(), of.university, into, reason=reason)


def test_every_relation_to_an_organisation_passes_or_stays_by_decision() -> None:
    known = merging.claimed | merging.STAYS | merging.BY_THE_REGISTER
    assert set(relations_to(Organisation)) == known


def test_whatever_passes_is_named_in_words() -> None:
    counted: set[str] = set()
    for file in Path(keguan.__file__).parent.rglob("bodies.py"):
        text = file.read_text("utf-8")
        counted |= set(re.findall(r'passing\.count\("([a-z_.]+)"', text))
        counted |= {f".{column}" for column in re.findall(r'passing\.point\(.*, "([a-z]+)"\)', text)}
    assert len(counted) > 5
    assert [one for one in counted if not any(known.endswith(one) for known in WORDS)] == []


def test_what_runs_passes_over_and_what_is_over_stays(world: w.World) -> None:
    into = make.organisation("天山大学", kind="university", under=world.bureau)
    runs, over = (Case.objects.get(pk=cases.case(world, at=at).pk) for at in ("endorse", "apply"))
    Case.objects.filter(pk=over.pk).update(step="", step_kind="", end="withdrawn")
    due, paid = make.payment(payee=world.university.pk), make.payment(payee=world.university.pk)
    funds.record_paid(paid, SYSTEM, on=clock.today(), voucher="JZ-1")
    sanction = make.sanction(organisation=world.university.pk)
    project, done = (make.project(host=world.university.pk) for _ in range(2))
    Project.objects.filter(pk=done.pk).update(status="finished")
    passed = merged(world, into).passed
    assert passed["casework.case.host"] == 1
    assert set(passed) <= set(WORDS)
    for row, name, where in (
        (runs, "host", into), (over, "host", world.university), (due, "payee", into), (paid, "payee", world.university),
        (sanction, "organisation", into), (project, "host", into), (done, "host", world.university),
    ):  # fmt: skip
        row.refresh_from_db()
        assert getattr(row, name) == where, (row, name)
    assert set(Task.objects.filter(case=runs, role="host").values_list("organisation", flat=True)) == {into.pk}
    gone = Organisation.objects.get(pk=world.university.pk)
    assert (gone.status, gone.successor) == ("merged", into)


def test_people_work_there_and_hold_their_duties_there_from_that_day_on(world: w.World) -> None:
    into = make.organisation("天山大学", kind="university", under=world.bureau)
    already = make.person(employer=into)
    make.duty("host", already, organisation=into)
    make.duty("host", already, organisation=world.university)
    with clock_at(w.moment("2026-03-03")):
        case = cases.case(world, at="endorse")
        _pass_over(world, into, case.number)


def _pass_over(world: w.World, into: Organisation, number: str) -> None:
    already = Duty.objects.get(organisation=into).person
    host = world.people["host"]
    merged(world, into)
    host.refresh_from_db()
    assert host.employer == into
    today = clock.today()
    old, new = Duty.objects.filter(person=host, role="host").order_by("pk")
    assert (old.organisation, old.until) == (world.university, today - timedelta(days=1))
    assert (new.organisation, new.since, new.until) == (into, today, None)
    assert Duty.objects.filter(person=already, role="host", until=None).count() == 1, "nobody holds a duty twice"
    assert Employment.objects.filter(person=host, organisation=into, until=None).exists()
    done = world.act(number, "endorse", "host", note="材料属实")
    assert not hasattr(done, "problems"), "whoever held the office there acts on what passed over"
    assert Message.objects.filter(person=world.people["applicant"], kind="entry").count() == 1


def test_it_is_all_or_nothing(world: w.World) -> None:
    into = make.organisation("天山大学", kind="university")
    bureau, other = world.bureau, make.organisation("北疆市科技局", kind="bureau")
    case = cases.case(world, at="screen", rank=1)
    world.people["second"] = make.person(employer=world.university, title="senior", degree="doctor")
    team = [{"member": make.person(employer=world.university).pk, "role": "lead", "months": 6}]
    twin = cases.case(world, at="screen", rank=2, who="second", principal=world.people["second"].pk, team=team)
    Case.objects.filter(pk=twin.pk).update(authority=other, recommended_rank=1)
    with pytest.raises(Refused) as refused:
        merging.merge(keeper(), bureau, other, reason="机构改革")
    assert [one.code for one in refused.value.refusal.problems] == ["merge.ranks"]
    assert Organisation.objects.get(pk=bureau.pk).status == "active"
    assert Case.objects.get(pk=case.pk).authority == bureau
    with pytest.raises(Refused):
        merged(world, into, reason=" ")
    with pytest.raises(Refused):
        merging.merge(keeper(), into, into, reason="x")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_registrar_sees_what_would_pass_before_it_does(client: Client, world: w.World, language: str) -> None:
    people.person("名录员", "registrar", username="zhou.wu")
    into = make.organisation("天山大学", kind="university", under=world.bureau)
    cases.case(world, at="endorse")
    client.cookies["lang"] = language
    client.post("/sign-in/", {"username": "zhou.wu", "password": people.PASSWORD})
    address = reverse("organisation_merge", args=[world.university.pk])
    again = client.get(address)
    assert again["Location"].startswith("/me/again/"), "nothing asked again who it is"
    client.post(again["Location"], {"password": people.PASSWORD})
    sent = {name: values[-1] for name, values in fields_on(client.get(address).content.decode(), "").items()}
    assert client.post(address, sent | {"into": "没有的大学", "reason": "x"}).status_code == 422
    asked = client.post(address, sent | {"into": into.name, "reason": "兵编发〔2026〕1号"})
    page = asked.content.decode()
    assert ("在办办件（申报单位） 1" if language == "zh" else "running cases as host: 1") in page
    assert Organisation.objects.get(pk=world.university.pk).status == "active", "nothing is done before the second yes"
    sure = {name: values[-1] for name, values in fields_on(page, "").items()}
    assert client.post(address, sure)["Location"] == reverse("organisation", args=[into.pk])
    assert Organisation.objects.get(pk=world.university.pk).successor == into
    event = Event.objects.get(tag="organisations:organisation:passed_on")
    assert event.payload["passed"]["casework.case.host"] == 1
    assert Personal.objects.get(event=event, field="reason").value == "兵编发〔2026〕1号"


def test_only_a_registrar_merges(client: Client) -> None:
    client.force_login(people.person("李二", "officer"))
    university = make.organisation("天河大学", kind="university")
    assert client.get(reverse("organisation_merge", args=[university.pk])).status_code == 403
