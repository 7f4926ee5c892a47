"""An office that nobody holds is told of before an application waits for it, on the case, and to whoever can mend it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import signed_in

from keguan.casework.drafting.drafts import save_draft
from keguan.casework.models import Case, Message
from keguan.casework.services import Done
from keguan.kernel.clock import clock_at
from keguan.registers.parties.models import Duty, Person

pytestmark = pytest.mark.django_db

WARNED = {"zh": "现在没有可以办理的", "en": "nobody can do it"}
HERE = {"zh": "现在没有可以办理本环节的", "en": "Nobody can act as"}


@pytest.fixture
def world() -> Iterator[w.World]:
    made = cases.opened()
    with clock_at(w.moment("2026-03-02")):
        yield made


def empty_office(of: w.World, role: str = "host") -> None:
    Duty.objects.filter(role=role).update(until=date(2026, 3, 1))


def seen(who: Person, name: str, *args: Any, **asked: Any) -> str:
    return signed_in(who).get(reverse(name, args=args), asked).content.decode()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("role", ["host", "authority"])
def test_before_applying_one_is_warned_of_an_office_that_nobody_holds_and_not_kept_from_it(
    world: w.World, role: str, language: str
) -> None:
    assert world.round is not None
    one, code = world.people["applicant"], world.round.code
    asked = {"host": world.university.pk, "lang": language}
    for name in ("call_check", "apply"):
        assert WARNED[language] not in seen(one, name, code, **asked)
    empty_office(world, role)
    for name in ("call_check", "apply"):
        said = seen(one, name, code, **asked)
        assert said.count(WARNED[language]) == 1, name
        assert (world.university if role == "host" else world.bureau).name in said
        assert ("名录管理员登记" if language == "zh" else "the registrar") in said
    assert w.started(world)


def test_a_deputy_holds_the_office_and_the_applicant_does_not(world: w.World) -> None:
    assert world.round is not None
    one, code = world.people["applicant"], world.round.code
    empty_office(world)
    make.duty("host", one, organisation=world.university)
    assert WARNED["zh"] in seen(one, "call_check", code, host=world.university.pk)
    duty = make.duty("host", organisation=world.university)
    deputy = make.duty("host", organisation=world.university)
    Duty.objects.filter(pk=deputy.pk).update(delegated_from=duty, until=date(2026, 4, 1), reason="出差")
    Duty.objects.filter(pk=duty.pk).update(until=date(2026, 3, 1))
    assert WARNED["zh"] not in seen(one, "call_check", code, host=world.university.pk)


def test_where_no_authority_is_recorded_above_one_is_told_so(world: w.World) -> None:
    assert world.round is not None
    alone = make.organisation("独立研究所", kind="institute")
    one = make.person(employer=alone)
    make.duty("host", organisation=alone)
    assert "没有登记推荐单位" in seen(one, "call_check", world.round.code, host=alone.pk)


def test_the_last_look_before_handing_in_warns_too(world: w.World) -> None:
    number = w.started(world)
    save_draft(number, "proposal", w.proposal(world), 0, world.actor("applicant"))
    one = world.people["applicant"]
    assert WARNED["zh"] not in seen(one, "case_submit", number, "proposal")
    empty_office(world)
    said = seen(one, "case_submit", number, "proposal")
    assert WARNED["zh"] in said
    assert 'name="confirmed"' in said, "one may hand in all the same"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_case_says_that_nobody_can_act_where_it_stands(
    world: w.World, language: str, django_assert_max_num_queries: Any
) -> None:
    case = cases.case(world, at="endorse")
    browser: Client = signed_in(world.people["applicant"])
    address = reverse("case", args=[case.number])
    assert HERE[language] not in browser.get(address, {"lang": language}).content.decode()
    empty_office(world)
    with django_assert_max_num_queries(12):
        said = browser.get(address, {"lang": language}).content.decode()
    assert HERE[language] in said.partition('id="now"')[2].partition("</section>")[0]


def test_registrars_and_administrators_hear_of_it_once_a_day_for_each_organisation_and_role(world: w.World) -> None:
    registrar, administrator, stranger = make.person(), make.person(), make.person()
    make.duty("registrar", registrar)
    make.duty("administrator", administrator, organisation=world.university)
    make.duty("administrator", stranger, organisation=make.organisation("别的大学"))

    def handed_in(who: str) -> str:
        number = w.started(world, who)
        team = [{"member": make.person().pk, "role": "lead", "months": 6}]
        given = w.proposal(world, principal=world.people[who].pk, team=team)
        answer = world.act(number, "submit", who, values=given)
        assert isinstance(answer, Done), answer
        return number

    def told() -> list[tuple[int, str]]:
        return list(Message.objects.filter(kind="vacant").order_by("person", "pk").values_list("person", "zh"))

    held = cases.case(world, at="endorse")
    assert not told(), "somebody holds it"
    assert Case.objects.get(pk=held.pk).step == "endorse"
    empty_office(world)
    for who in ("second", "third"):
        world.people[who] = make.person(
            employer=world.university, born=date(1980, 5, 1), title="senior", degree="doctor"
        )
        handed_in(who)
    assert [one for one, _ in told()] == sorted([registrar.pk, administrator.pk])
    assert all("天河大学" in zh and "依托单位科研管理人员" in zh and "{" not in zh for _, zh in told())
    with clock_at(w.moment("2026-03-03")):
        world.people["fourth"] = make.person(
            employer=world.university, born=date(1980, 5, 1), title="senior", degree="doctor"
        )
        handed_in("fourth")
        assert len(told()) == 4
    assert not Message.objects.filter(kind="vacant", case__isnull=False).exists()


def test_the_message_leads_registrars_and_administrators_to_a_page_of_theirs(world: w.World) -> None:
    registrar = make.person()
    make.duty("registrar", registrar)
    empty_office(world)
    cases.case(world, at="endorse")
    assert Message.objects.filter(kind="vacant", person=registrar).count() == 1
    browser = signed_in(registrar)
    assert f'href="{reverse("members_home")}"' in browser.get(reverse("messages")).content.decode()
    assert browser.get(reverse("members_home")).status_code == 200
