"""Organisations are kept by pages: entered once, corrected, renamed, put under another, closed; by the registrar alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests import make
from tests.slices.casework.page_cast import signed_in
from tests.slices.web.forms import done, refused

from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM
from keguan.registers.organisations import queries, services
from keguan.registers.organisations.models import Organisation, Parent
from keguan.registers.parties.models import Person
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def registrar() -> Client:
    person = make.person("名录员")
    make.duty("registrar", person)
    return signed_in(person)


def page_of(organisation: Organisation) -> str:
    return reverse("organisation", args=[organisation.pk])


def test_an_organisation_is_entered_with_its_code_and_the_trace_names_who_did_it(registrar: Client) -> None:
    assert reverse("organisation_new") in registrar.get(reverse("organisations")).content.decode()
    code = make.uscc()
    said = done(
        registrar,
        reverse("organisation_new"),
        name="塔里木大学",
        kind="university",
        uscc=f" {code[:8]}-{code[8:]}",
        region_code="６５９００２",
        founded="1958年10月25日",
    )
    assert "已登记：塔里木大学" in said
    made = Organisation.objects.get(name="塔里木大学")
    assert (made.uscc, made.region_code, made.founded) == (code, "659002", date(1958, 10, 25))
    event = Event.objects.get(tag="organisations:organisation:registered", on_behalf_of=made.pk)
    assert event.actor == Person.objects.get(name="名录员").pk
    assert event.request_id


def test_a_bad_entry_comes_back_with_all_its_problems_and_all_that_was_typed(registrar: Client) -> None:
    said = refused(registrar, reverse("organisation_new"), name="甲公司", uscc="91110108551385082X", region_code="99")
    assert 'href="#field-kind"' in said
    said = refused(
        registrar, reverse("organisation_new"), name="甲公司", kind="enterprise", uscc="91110108551385082X", region_code="99"
    )  # fmt: skip
    for place in ("uscc", "region_code"):
        assert f'href="#field-{place}"' in said
    assert 'value="91110108551385082X"' in said
    english = registrar.post(reverse("organisation_new") + "?lang=en", {"name": "甲公司", "kind": "shop"})
    assert "Choose the kind of organisation" in english.content.decode()


def test_what_is_in_the_register_already_is_refused_and_shown(registrar: Client) -> None:
    known = make.organisation("石河子大学")
    for typed in ({"name": "另一所大学", "uscc": str(known.uscc)}, {"name": "石河子 大学", "uscc": ""}):
        said = refused(registrar, reverse("organisation_new"), kind="university", **typed)
        assert f'href="{page_of(known)}"' in said
    services.rename(SYSTEM, known, "石河子绿洲大学")
    said = refused(registrar, reverse("organisation_new"), kind="university", name="石河子绿洲大学")
    assert f'href="{page_of(known)}"' in said
    assert Organisation.objects.count() == 1


def test_a_code_beside_a_namesake_without_one_asks_whether_they_are_the_same(registrar: Client) -> None:
    listed = services.host_from_name(SYSTEM, "阿拉尔棉花研究所")
    typed = {"name": "阿拉尔棉花研究所", "kind": "institute", "uscc": make.uscc()}
    assert 'name="apart"' not in registrar.get(reverse("organisation_new")).content.decode()
    said = refused(registrar, reverse("organisation_new"), **typed)
    assert 'href="#field-apart"' in said
    assert 'name="apart"' in said
    assert f'href="{page_of(listed)}"' in said
    done(registrar, reverse("organisation_new"), **typed, apart="yes")
    assert Organisation.objects.filter(name="阿拉尔棉花研究所").count() == 2


def test_an_entry_known_by_its_name_alone_is_given_its_code(registrar: Client) -> None:
    listed, other = services.host_from_name(SYSTEM, "阿拉尔棉花研究所"), make.organisation()
    address = reverse("organisation_correct", args=[listed.pk])
    assert 'name="revision"' in registrar.get(address).content.decode()
    typed = {"kind": "institute", "region_code": "659002", "revision": "0"}
    said = refused(registrar, address, **typed, uscc=str(other.uscc))
    assert other.name in said
    code = make.uscc()
    done(registrar, address, **typed, uscc=code)
    listed.refresh_from_db()
    assert (listed.uscc, listed.kind, listed.region_code) == (code, "institute", "659002")
    event = Event.objects.get(tag="organisations:organisation:corrected")
    assert event.payload["changed"]["uscc"] == [None, code]
    stale = registrar.post(address, typed)
    assert stale.status_code == 409, "somebody changed it since the page was opened"


def test_a_renamed_organisation_keeps_its_former_name_and_is_found_by_it(registrar: Client) -> None:
    found = make.organisation("乌鲁木齐第一机床厂")
    address = reverse("organisation_rename", args=[found.pk])
    ahead = (clock.today() + timedelta(days=1)).isoformat()
    assert "更名日期尚未到来" in refused(registrar, address, name="天山机床股份公司", on=ahead)
    assert "与现名称相同" in refused(registrar, address, name="乌鲁木齐第一机床厂")
    said = done(registrar, address, name="天山机床股份公司", on="2020-05-01")
    assert "曾用名乌鲁木齐第一机床厂保留" in said
    assert "2020-04-30" in said
    assert queries.find("乌鲁木齐第一机床厂") == Organisation.objects.get(name="天山机床股份公司")
    assert Event.objects.get(tag="organisations:organisation:renamed").payload["after"] == "天山机床股份公司"


@pytest.mark.parametrize("hierarchy", ["administrative", "xpcc"])
def test_an_organisation_is_put_under_another_and_never_in_a_circle(registrar: Client, hierarchy: str) -> None:
    above, below = make.organisation("上级部门", kind="department"), make.organisation("下级大学")
    address = reverse("parent_new", args=[below.pk])
    typed = {"hierarchy": hierarchy, "since": "2010-01-01"}
    assert "名录中没有" in refused(registrar, address, **typed, parent="无此部门")
    said = done(registrar, address, **typed, parent=str(above.uscc))
    link = Parent.objects.get(child=below)
    assert (link.parent, link.hierarchy, link.since, link.until) == (above, hierarchy, date(2010, 1, 1), None)
    assert reverse("parent_end", args=[link.pk]) in said
    assert "不能作为其上级" in refused(registrar, reverse("parent_new", args=[above.pk]), **typed, parent="下级大学")
    assert "现有上级为“上级部门”" in refused(registrar, address, **typed, parent=make.organisation("另一部门").name)
    end = reverse("parent_end", args=[link.pk])
    assert "终止日期不在隶属期间内" in refused(registrar, end, last_day="2009-01-01")
    said = done(registrar, end, last_day="2020-12-31")
    assert end not in said, "what has ended is not ended again"
    done(registrar, address, hierarchy=hierarchy, parent="另一部门", since="2021-01-01", until="2021-12-31")
    assert Parent.objects.filter(child=below).count() == 2
    tags = Event.objects.filter(tag__startswith="organisations:organisation:").values_list("tag", flat=True)
    assert [tag.rsplit(":", 1)[-1] for tag in tags if "tached" in tag] == ["attached", "detached", "attached"]


def test_a_closed_organisation_stays_on_record_and_nothing_more_is_done_to_it(registrar: Client) -> None:
    found = make.organisation("停办研究所")
    address = reverse("organisation_close", args=[found.pk])
    assert 'href="#field-reason"' in refused(registrar, address)
    said = done(registrar, address, reason="机构撤销，编办〔2026〕3号")
    assert Organisation.objects.get().status == "closed"
    assert reverse("organisation_rename", args=[found.pk]) not in said
    assert registrar.get(address).status_code == 404


@pytest.mark.parametrize("role", ["officer", "supervision", "finance", ""])
def test_nobody_but_the_registrar_keeps_organisations(role: str) -> None:
    child = make.organisation(under=make.organisation())
    person = make.person()
    if role:
        make.duty(role, person)
    client = signed_in(person)
    on_it = ("organisation_correct", "organisation_rename", "parent_new", "organisation_close")
    addresses = [reverse("organisation_new"), reverse("parent_end", args=[Parent.objects.get().pk])]
    addresses += [reverse(name, args=[child.pk]) for name in on_it]
    shown = client.get(page_of(child)).content.decode() + client.get(reverse("organisations")).content.decode()
    for address in addresses:
        assert Client().get(address).status_code == 302
        assert client.get(address).status_code == 403
        assert client.post(address, {"reason": "x", "name": "x"}).status_code == 403
        assert address not in shown
    assert Organisation.objects.get(pk=child.pk).status == "active"
