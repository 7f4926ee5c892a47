"""Entries of people by pages: entered by hand but nobody twice, corrected for a reason that they read, and what is one's own to
change."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from tests import make
from tests.slices.casework.page_cast import fields_on, signed_in
from tests.slices.web.forms import done, refused

from keguan.casework.models import Message
from keguan.registers.parties.models import Person
from keguan.registers.trace.models import Event, Personal

pytestmark = pytest.mark.django_db
IDENTITY = "11010519491231002X"


@pytest.fixture
def registrar() -> Client:
    keeper = make.person("名录员")
    make.duty("registrar", keeper)
    return signed_in(keeper)


def typed(client: Client, address: str) -> dict[str, str]:
    page = client.get(address)
    assert page.status_code == 200
    return {name: values[-1] for name, values in fields_on(page.content.decode(), "").items()}


def test_a_person_is_entered_by_hand_with_an_employer_and_a_document(registrar: Client) -> None:
    university = make.organisation("天河大学", kind="university")
    address = reverse("person_new")
    said = refused(registrar, address, name="", born="1980-13-01", employer="没有的大学", title="senior")
    for place in ("name", "born", "employer"):
        assert f'href="#field-{place}"' in said
    assert not Person.objects.filter(origin="", name="").exists()
    said = done(
        registrar, address, name="艾力·斯木吐拉", employer="天河大学", id_kind="resident", id_number=IDENTITY,
        born="1980-05-01", title="senior", degree="doctor", phone="0991-1000", email="aili@example.cn",
    )  # fmt: skip
    assert "已登记：艾力·斯木吐拉" in said
    made = Person.objects.get(name="艾力·斯木吐拉")
    assert (made.employer, made.born, made.title, made.degree) == (university, date(1980, 5, 1), "senior", "doctor")
    assert made.id_ending == "002X"
    event = Event.objects.filter(tag="parties:person:registered").latest("pk")
    assert event.payload["person"] == made.pk


def test_nobody_is_entered_twice_and_a_namesake_is_asked_about(registrar: Client) -> None:
    address = reverse("person_new")
    known = make.person("王敏", id_number=IDENTITY)
    said = refused(registrar, address, name="王小敏", id_kind="resident", id_number=IDENTITY.lower())
    assert "名录中已有持此证件的人员：王敏" in said
    assert IDENTITY.lower() not in "".join(str(value) for value in Event.objects.values_list("payload", flat=True))
    asked = registrar.post(address, {"name": "王 敏", "id_kind": "resident"})
    assert asked.status_code in (200, 422)
    page = asked.content.decode()
    assert "名录中已有同名人员：王敏" in page
    assert Person.objects.filter(normal_name=known.normal_name).count() == 1, "nothing is done before the second yes"
    again = {name: values[-1] for name, values in fields_on(page, "").items()}
    assert "已登记：王敏" in done(registrar, address, **again)
    assert Person.objects.filter(normal_name=known.normal_name).count() == 2


def test_the_registrar_corrects_an_entry_for_a_reason_and_the_person_reads_it(registrar: Client) -> None:
    person = make.person("王敏", id_number=IDENTITY, email="own@example.cn")
    make.account(person)
    before = person.id_commitment
    address = reverse("person_correct", args=[person.pk])
    shown = typed(registrar, address)
    assert "email" not in shown, "an address that somebody confirmed is theirs"
    assert 'href="#field-reason"' in refused(registrar, address, **shown | {"name": "王敏慧"})
    assert "没有任何变化" in refused(registrar, address, **shown | {"reason": "核对"})
    assert 'href="#field-name"' in refused(registrar, address, **shown | {"name": "·", "reason": "更名"})
    assert not Message.objects.exists()
    said = done(registrar, address, **shown | {"name": "王敏慧", "degree": "doctor", "reason": "持户口簿更名"})
    assert "已更正，本人会收到消息" in said
    person.refresh_from_db()
    assert (person.name, person.degree, person.id_commitment) == ("王敏慧", "doctor", before)
    event = Event.objects.get(tag="parties:person:corrected")
    assert sorted(event.payload["fields"]) == ["degree", "name"]
    values = dict(Personal.objects.filter(event=event).values_list("field", "value"))
    assert values["before"]["name"] == "王敏"
    assert values["reason"] == "持户口簿更名"
    (told,) = Message.objects.filter(person=person, kind="entry")
    assert "姓名、学位" in told.zh
    assert "name, degree" in told.en
    assert "持户口簿更名" in told.zh
    stale = registrar.post(address, shown | {"name": "王慧", "reason": "更名"})
    assert stale.status_code == 409
    assert Person.objects.get(pk=person.pk).name == "王敏慧"


def test_whoever_has_no_account_gets_an_address_from_the_registrar(registrar: Client) -> None:
    person = make.person("王敏")
    address = reverse("person_correct", args=[person.pk])
    done(registrar, address, **typed(registrar, address) | {"email": "new@example.cn", "reason": "补充"})
    assert Person.objects.get(pk=person.pk).email == "new@example.cn"


def test_nobody_corrects_their_own_entry_as_its_keeper_nor_anybody_without_the_duty(registrar: Client) -> None:
    keeper, other = Person.objects.get(name="名录员"), make.person("王敏")
    assert registrar.get(reverse("person_correct", args=[keeper.pk])).status_code == 403
    outsider = signed_in(other)
    for address in (reverse("person_correct", args=[keeper.pk]), reverse("person_new")):
        assert outsider.get(address).status_code == 403
        assert outsider.post(address, {"name": "x", "reason": "x"}).status_code == 403


@pytest.mark.parametrize("language", ["zh", "en"])
def test_one_changes_ones_own_telephone_not_ones_title_and_is_told_who_corrects_the_rest(language: str) -> None:
    person = make.person("王敏", born=date(1980, 5, 1), degree="doctor")
    browser = signed_in(person)
    assert reverse("own_entry") in browser.get(reverse("person", args=[person.pk])).content.decode()
    address = reverse("own_entry")
    page = browser.get(address, {"lang": language}).content.decode()
    assert ("由其写明理由更正" if language == "zh" else "corrects them with a reason") in page
    shown = typed(browser, address)
    assert set(shown) >= {"phone", "revision"}
    assert "title" not in shown
    done(browser, address, **shown | {"title": "senior", "phone": "0991-2000", "name": "王慧", "degree": "none"})
    person.refresh_from_db()
    assert (person.title, person.phone, person.name, person.degree) == ("none", "0991-2000", "王敏", "doctor")
    event = Event.objects.get(tag="parties:person:corrected")
    assert event.actor == person.pk
    assert not Message.objects.exists(), "nobody is told of their own deed"


def test_a_registrar_finds_anybody_from_where_people_are_looked_after(registrar: Client) -> None:
    university = make.organisation("天河大学", kind="university")
    person = make.person("艾力·斯木吐拉", employer=university)
    make.person("王敏")
    home = reverse("members_home")
    start = registrar.get(home).content.decode()
    for name in ("person_new", "organisation_new", "duplicates"):
        assert reverse(name) in start
    by_person = registrar.get(home, {"q": "力•斯"}).content.decode()
    assert reverse("person", args=[person.pk]) in by_person
    assert reverse("members", args=[university.pk]) in by_person
    assert "王敏" not in by_person
    by_house = registrar.get(home, {"q": "天河"}).content.decode()
    assert reverse("members", args=[university.pk]) in by_house
    assert reverse("person", args=[person.pk]) in by_house
    assert "没有找到" in registrar.get(home, {"q": "没有这个"}).content.decode()


def test_an_administrator_of_one_house_still_comes_straight_to_it() -> None:
    university = make.organisation("天河大学", kind="university")
    administrator = make.person(employer=university)
    make.duty("administrator", administrator, organisation=university)
    answer = signed_in(administrator).get(reverse("members_home"))
    assert answer["Location"] == reverse("members", args=[university.pk])
