"""What is done to registers by pages: by whom it may be done, what it leaves, and that a refusal keeps what was typed."""

from __future__ import annotations

from argparse import Namespace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests import make
from tests.slices.casework.page_cast import signed_in
from tests.slices.web.forms import done, refused

from keguan.casework.models import Message
from keguan.doors.cli import registrar as command
from keguan.kernel import clock
from keguan.kernel.problems import Refused
from keguan.registers.experts.models import Expert
from keguan.registers.integrity.models import Sanction
from keguan.registers.parties.models import Account, Duty, Kinship, Person
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db
PASSWORD = "棉花地里的四只灰雁和两只鹤 4"


@pytest.fixture
def registrar() -> Client:
    person = make.person("名录员")
    make.duty("registrar", person)
    return signed_in(person)


@pytest.fixture
def watcher() -> Client:
    person = make.person("监督员")
    make.duty("supervision", person)
    return signed_in(person)


def test_a_registrar_gives_a_duty_for_an_organisation_and_ends_it(registrar: Client) -> None:
    person, university = make.person("古丽"), make.organisation("天河大学")
    address = reverse("duty_new", args=[person.pk])
    said = refused(registrar, address, role="host", organisation="没有的大学", since="2026-13-40")
    for place in ("organisation", "since"):
        assert f'href="#field-{place}"' in said
    assert 'value="没有的大学"' in said
    assert 'value="2026-13-40"' in said
    assert not Duty.objects.filter(person=person).exists()
    said = done(registrar, address, role="host", organisation="天河大学")
    assert "已授予：古丽" in said
    duty = Duty.objects.get(person=person)
    assert (duty.role, duty.organisation, duty.since, duty.until) == ("host", university, clock.today(), None)
    assert reverse("duty_end", args=[duty.pk]) in said
    Duty.objects.filter(pk=duty.pk).update(since=clock.today() - timedelta(days=30))
    assert "已结束" in done(registrar, reverse("duty_end", args=[duty.pk]))
    assert Duty.objects.get(pk=duty.pk).until == clock.today() - timedelta(days=1)
    assert set(Event.objects.filter(tag__startswith="parties:duty").values_list("tag", flat=True)) >= {
        "parties:duty:granted", "parties:duty:ended",
    }  # fmt: skip


def test_an_organisation_is_also_found_by_its_credit_code(registrar: Client) -> None:
    person, firm = make.person(), make.organisation()
    done(registrar, reverse("duty_new", args=[person.pk]), role="host", organisation=str(firm.uscc))
    assert Duty.objects.get(person=person).organisation == firm


def test_nobody_plans_what_they_run_and_nobody_gives_themselves_a_duty(registrar: Client) -> None:
    officer = make.person()
    make.duty("officer", officer)
    said = refused(registrar, reverse("duty_new", args=[officer.pk]), role="planning")
    assert 'id="problems"' in said
    own = Person.objects.get(name="名录员")
    refused(registrar, reverse("duty_new", args=[own.pk]), role="officer")
    assert not Duty.objects.filter(person=own, role="officer").exists()


def test_an_account_is_opened_signs_in_changes_its_password_and_is_locked(registrar: Client) -> None:
    person = make.person("买买提")
    address = reverse("account_new", args=[person.pk])
    said = refused(registrar, address, username="maimaiti", password="short")
    assert 'value="maimaiti"' in said
    assert 'value="short"' not in said
    done(registrar, address, username="maimaiti", password=PASSWORD)
    reader = Client()
    signed = reader.post(reverse("sign_in"), {"username": "maimaiti", "password": PASSWORD})
    assert signed.status_code == 302
    change = reverse("password_change")
    assert "现在的密码不对" in refused(reader, change, old="x", new=PASSWORD + "5", again=PASSWORD + "6")
    said = done(reader, change, old=PASSWORD, new=PASSWORD + "5", again=PASSWORD + "5")
    assert "密码已修改" in said, "and the session goes on"
    own = Person.objects.get(name="名录员")
    assert registrar.post(reverse("account_lock", args=[own.pk]), {"reason": "误点"}).status_code == 403
    done(registrar, reverse("account_lock", args=[person.pk]), reason="离职")
    assert not Account.objects.get(person=person).is_active
    assert reader.get(reverse("my_cases")).status_code == 302


def test_one_declares_ones_own_relations_and_nobody_elses() -> None:
    one, other = make.person("张三"), make.person("李四")
    client = signed_in(one)
    address = reverse("kin_new", args=[one.pk])
    assert "名录中没有" in refused(client, address, name="王无此人", relation="sibling")
    done(client, address, name="李四", relation="sibling")
    assert Kinship.objects.get().relative == other
    assert client.get(reverse("kin_new", args=[other.pk])).status_code == 403


def test_a_sanction_is_entered_by_the_supervision_and_lifted(watcher: Client, registrar: Client) -> None:
    firm = make.organisation("失信公司")
    address = reverse("sanction_organisation", args=[firm.pk])
    assert registrar.get(address).status_code == 403
    assert address in watcher.get(reverse("organisation", args=[firm.pk])).content.decode()
    typed = {"kind": "criticism", "severity": "minor", "source": "科监〔2026〕7号", "decided_by": "科技厅"}
    said = refused(watcher, address, **typed)
    assert 'href="#field-since"' in said
    assert 'value="科监〔2026〕7号"' in said
    assert 'href="#field-until"' in refused(watcher, address, **typed, since="2026年3月1日")
    for when, said_when in (
        ({"for_life": "yes"}, "自 2026-03-01 起，终身"),
        ({"until": "2027-02-28"}, "自 2026-03-01 至 2027-02-28（含当日）"),
    ):
        said = refused(watcher, address, **typed, since="2026年3月1日", **when)
        assert f"将登记对失信公司的惩戒：通报批评（较轻），{said_when}，依据 科监〔2026〕7号" in said
    assert not Sanction.objects.exists()
    keeper = make.person()
    make.duty("administrator", keeper, organisation=firm)
    sure = said.partition('name="sure" value="')[2].partition('"')[0]
    done(watcher, address, **typed, since="2026年3月1日", until="2027-02-28", sure=sure)
    found = Sanction.objects.get(organisation=firm)
    assert (found.since.isoformat(), str(found.until)) == ("2026-03-01", "2027-02-28")
    done(watcher, reverse("sanction_lift", args=[found.pk]), reason="已整改，科监〔2026〕9号", on="2026-06-01")
    assert str(Sanction.objects.get().lifted_on) == "2026-06-01"
    told = Message.objects.filter(kind="sanction", person=keeper).order_by("pk").values_list("zh", flat=True)
    assert list(told) == [
        "已登记对失信公司的惩戒：通报批评，自 2026-03-01 至 2027-02-28（含当日），依据 科监〔2026〕7号。",
        "对失信公司的惩戒自 2026-06-01 起解除（通报批评，依据 科监〔2026〕7号）。",
    ]
    assert "失信公司" in signed_in(keeper).get(reverse("sanctions")).content.decode(), "where the message leads"


def test_a_person_hears_of_a_sanction_against_them() -> None:
    person, other = make.person(), make.person()
    make.sanction(person=person.pk)
    (told,) = Message.objects.filter(kind="sanction")
    assert told.person_id == person.pk != other.pk
    assert "A sanction against you was entered: Barred from applying" in told.en


def test_a_person_is_nominated_verified_suspended_and_leaves_the_pool(registrar: Client) -> None:
    person = make.person("新专家")
    address = reverse("expert_new", args=[person.pk])
    refused(registrar, address, fields="不是代码", max_load="1000")
    done(registrar, address, fields="210，520", keywords="棉花, 滴灌", max_load="６")
    expert = Expert.objects.get(person=person)
    assert (expert.status, expert.max_load, expert.keywords) == ("candidate", 6, ["棉花", "滴灌"])
    states = []
    for move, typed in (
        ("verify", {}),
        ("suspend", {"reason": "出国"}),
        ("verify", {}),
        ("remove", {"reason": "退休"}),
    ):
        done(registrar, reverse("expert_move", args=[expert.pk, move]), **typed)
        states.append(Expert.objects.get(pk=expert.pk).status)
    assert states == ["active", "suspended", "active", "left"]
    own = Person.objects.get(name="名录员").pk
    seen = Event.objects.filter(tag="db:expert:status").values_list("actor", "request_id")
    assert {actor for actor, _ in seen} == {own}, "what the tables saw names who did it"
    assert all(request for _, request in seen)
    refused(registrar, reverse("expert_move", args=[expert.pk, "verify"]))


@pytest.mark.parametrize("name", ["duty_new", "account_new", "account_lock", "sanction_person", "expert_new"])
def test_none_of_it_is_for_people_without_the_duty(name: str) -> None:
    target, reader = make.person(), make.person()
    make.account(target)
    address = reverse(name, args=[target.pk])
    assert Client().get(address).status_code == 302
    client = signed_in(reader)
    assert client.get(address).status_code == 403
    assert client.post(address, {}).status_code == 403


def test_the_first_registrar_is_made_by_a_command_and_then_gives_others_their_duties(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = Namespace(username="first", name="第一人")
    monkeypatch.setenv("KEGUAN_REGISTRAR_PASSWORD", "short")
    with pytest.raises(Refused):
        command.run(asked)
    assert not Person.objects.filter(name="第一人").exists(), "all or nothing"
    monkeypatch.setenv("KEGUAN_REGISTRAR_PASSWORD", PASSWORD)
    assert command.run(asked) == 0
    client = Client()
    assert client.post(reverse("sign_in"), {"username": "first", "password": PASSWORD}).status_code == 302
    other = make.person()
    done(client, reverse("duty_new", args=[other.pk]), role="planning")
    assert Duty.objects.filter(person=other, role="planning").exists()
