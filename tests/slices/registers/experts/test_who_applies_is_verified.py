"""People enter themselves as experts, and nobody is asked before it is settled who they are."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from tests import make

from keguan.casework.models import Message
from keguan.kernel.actors import SYSTEM
from keguan.kernel.problems import Refused
from keguan.registers.experts import services
from keguan.registers.experts.models import Expert, Work
from keguan.registers.experts.queries import left_out, ready
from keguan.registers.parties import merging
from keguan.registers.parties import services as parties
from keguan.registers.parties.alike import alike, in_question, tell_apart
from keguan.registers.parties.merging import merge
from keguan.registers.parties.models import Person, TwoPeople
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db

TYPED = {
    "fields": "210, 520.20",
    "keywords": "滴灌，棉花",
    "region_code": "659001",
    "max_load": "5",
    "yearly_most": "",
    "orcid": "https://orcid.org/0000-0002-1825-0097",
    "works": "干旱区滴灌制度研究，2021\n棉花水肥一体化\n",
}


def browser(of: Person) -> Client:
    client = Client()
    client.force_login(make.account(of))
    return client


def identified(name: str | None = None) -> Person:
    return make.person(name, id_kind="passport", id_number="KG0000001")


def move(client: Client, expert: Expert, what: str, **typed: str) -> int:
    return client.post(reverse("expert_move", args=[expert.pk, what]), typed).status_code


def test_a_person_applies_is_returned_applies_again_and_is_accepted_by_the_registrar() -> None:
    person, registrar = identified("申某"), make.duty("registrar").person
    mine, desk = browser(person), browser(registrar)
    assert mine.post(reverse("expert_apply"), TYPED).status_code == 303
    expert = Expert.objects.get()
    assert (expert.status, expert.max_load, expert.region_code) == ("applied", 5, "659001")
    assert list(Work.objects.order_by("pk").values_list("title", "year")) == [
        ("干旱区滴灌制度研究", 2021),
        ("棉花水肥一体化", None),
    ]
    assert Person.objects.get(pk=person.pk).orcid == "0000-0002-1825-0097"
    assert not ready().exists()
    assert Message.objects.filter(person=registrar, kind="expert").count() == 1
    assert move(desk, expert, "return") == 422
    assert move(desk, expert, "return", reason="请补充近五年成果") == 303
    assert "请补充近五年成果" in mine.get(reverse("expert_apply")).content.decode()
    assert mine.post(reverse("expert_apply"), TYPED).status_code == 303
    assert Work.objects.count() == 2
    assert move(mine, expert, "verify") == 403
    assert move(desk, expert, "verify") == 303
    assert list(ready()) == [expert]
    assert Message.objects.filter(person=person, kind="expert").count() == 2
    tags = Event.objects.filter(tag__startswith="experts:expert:").order_by("id").values_list("tag", flat=True)
    done = [tag.rsplit(":", 1)[-1] for tag in tags if "work" not in tag]
    assert done == ["applied", "returned", "applied", "verified"]


def test_who_applied_waits_in_the_to_do_of_the_registrar_alone() -> None:
    registrar, officer = browser(make.duty("registrar").person), browser(make.duty("officer").person)
    waits = f'<a href="{reverse("experts")}?status=applied">核实申请入库的专家（1名）</a>'
    assert browser(identified()).post(reverse("expert_apply"), TYPED).status_code == 303
    assert waits in registrar.get(reverse("todo")).content.decode()
    assert waits not in officer.get(reverse("todo")).content.decode()
    assert move(registrar, Expert.objects.get(), "verify") == 303
    assert waits not in registrar.get(reverse("todo")).content.decode()


def test_who_has_no_identity_document_reads_it_before_filling_in_the_form() -> None:
    said = "没有登记身份证件"
    assert said in browser(make.person()).get(reverse("expert_apply")).content.decode()
    assert said not in browser(identified()).get(reverse("expert_apply")).content.decode()


def test_all_that_is_wrong_with_an_application_is_said_at_once_and_nothing_typed_is_lost() -> None:
    answer = browser(make.person()).post(
        reverse("expert_apply"), TYPED | {"orcid": "0000-0002-1825-0098", "fields": "210, 999", "works": "一项成果"}
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    assert all(said in html for said in ("没有登记身份证件", "最后一位为校验位", "999", "一项成果", "滴灌，棉花"))
    assert not Expert.objects.exists()


def test_disciplines_are_ticked_and_finer_ones_typed() -> None:
    person = make.person()
    parties.identify_person(SYSTEM, person, id_kind="passport", id_number="KG0000009")
    mine = browser(person)
    ticked = TYPED | {"disciplines": ["gbt13745:2009:210", "gbt13745:2009:220"], "fields": "520.20"}
    wrong = mine.post(reverse("expert_apply"), ticked | {"max_load": "很多"}).content.decode()
    assert len(re.findall(r'value="(gbt13745:2009:210|gbt13745:2009:220)" checked', wrong)) == 2, (
        "what was ticked stays"
    )
    assert mine.post(reverse("expert_apply"), ticked).status_code == 303
    assert set(Expert.objects.get().fields) == {"gbt13745:2009:210", "gbt13745:2009:220", "gbt13745:2009:52020"}
    page = mine.get(reverse("expert_apply")).content.decode()
    assert re.findall(r'name="disciplines" value="([^"]*)" checked', page) == ["gbt13745:2009:210", "gbt13745:2009:220"]
    assert 'name="fields" value="52020"' in page
    neither = mine.post(reverse("expert_apply"), TYPED | {"fields": ""})
    assert neither.status_code == 422
    assert "请至少填一个学科代码" in neither.content.decode()


def test_nobody_verifies_an_entry_of_their_own() -> None:
    registrar = make.duty("registrar").person
    parties.identify_person(SYSTEM, registrar, id_kind="passport", id_number="KG0000002")
    mine = browser(registrar)
    assert mine.post(reverse("expert_apply"), TYPED).status_code == 303
    assert move(mine, Expert.objects.get(), "verify") == 422
    assert Expert.objects.get().status == "applied"


@pytest.mark.parametrize(
    ("one", "other", "whys"),
    [
        ({"email": "a@x.cn"}, {"email": "A@X.cn", "name": "别名"}, ("email",)),
        ({"phone": "139"}, {"phone": "139", "name": "别名"}, ("phone",)),
        ({"born": date(1970, 1, 1)}, {"born": date(1970, 1, 1)}, ("born",)),
        ({"employer": True}, {"employer": True}, ("employer",)),
        ({"employer": True, "born": date(1970, 1, 1)}, {"employer": True, "born": date(1971, 1, 1)}, None),
        ({"email": "a@x.cn", "id_number": "E1234567"}, {"email": "a@x.cn", "id_number": "E7654321"}, None),
        ({}, {}, None),
    ],
)
def test_what_two_entries_share_makes_them_alike_and_what_tells_them_apart_does_not(
    one: dict[str, object], other: dict[str, object], whys: tuple[str, ...] | None
) -> None:
    employer = make.organisation()
    made = []
    for given in (one, other):
        whole = {"name": "王芳", "id_kind": "passport"} | given
        made.append(make.person(**whole | ({"employer": employer} if given.get("employer") else {})))  # type: ignore[arg-type]
    found = alike([made[1].pk])
    assert [(pair.one, pair.other, pair.whys) for pair in found] == ([(made[0].pk, made[1].pk, whys)] if whys else [])
    assert [(pair.one, pair.other) for pair in alike()] == [(pair.one, pair.other) for pair in found]
    assert in_question([made[0].pk]) == ({made[0].pk} if whys else set())


def test_verification_and_panels_wait_until_two_entries_are_merged_or_told_apart() -> None:
    employer, registrar = make.organisation("天河大学"), make.actor("registrar")
    settled, doubled = make.expert(make.person("王芳", employer=employer)), make.person("王芳", employer=employer)
    assert (list(ready()), left_out()["question"]) == ([], 1)
    expert = make.expert(doubled, verified=False)
    with pytest.raises(Refused) as refused:
        services.verify(expert, SYSTEM)
    (problem,) = refused.value.refusal.problems
    assert all(f"王芳 · 天河大学 · {one}" in problem.say.zh for one in (settled.person_id, doubled.pk))
    assert problem.fix is not None
    assert registrar.person is not None
    desk = browser(Person.objects.get(pk=registrar.person))
    apart = reverse("person_apart", args=[doubled.pk, settled.person_id])
    assert apart.replace(f"{doubled.pk}/apart/{settled.person_id}", f"{settled.person_id}/apart/{doubled.pk}") in (
        desk.get(reverse("duplicates")).content.decode()
    )
    assert desk.post(apart, {"reason": ""}).status_code == 422
    assert desk.post(apart, {"reason": "证件不同，电话核实"}).status_code == 303
    assert services.verify(expert, SYSTEM).status == "active"
    assert {one.pk for one in ready()} == {settled.pk, expert.pk}
    assert Event.objects.filter(tag="parties:people:told-apart", actor=registrar.person).count() == 1
    third = make.person("王芳", employer=employer)
    assert len(alike()) == 2
    merge(registrar, settled.person, third, reason="同一人")
    assert alike() == []
    assert TwoPeople.objects.count() == 1


@pytest.mark.parametrize("few", [merging.FEW_PEOPLE, 0])
def test_what_is_settled_leaves_the_list_at_once_in_a_register_of_any_size(
    few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "FEW_PEOPLE", few)
    cache.clear()
    registrar = make.actor("registrar")
    one, other, third = (make.person("王芳", email="w@x.cn") for _ in range(3))

    def listed() -> list[tuple[int, int]]:
        return [(first.pk, second.pk) for first, second, _ in merging.suspects()]

    assert listed() == [(one.pk, other.pk), (one.pk, third.pk), (other.pk, third.pk)]
    tell_apart(registrar, one, other, reason="两人")
    assert listed() == [(one.pk, third.pk), (other.pk, third.pk)]
    merge(registrar, one, third, reason="同一人")
    assert listed() == []


def test_a_finding_follows_a_merge_and_a_second_one_is_refused() -> None:
    registrar = make.actor("registrar")
    one, other, third = (make.person("王芳", email="w@x.cn") for _ in range(3))
    tell_apart(registrar, one, other, reason="两人")
    with pytest.raises(Refused) as refused:
        tell_apart(registrar, other, one, reason="")
    assert [problem.code for problem in refused.value.refusal.problems] == ["apart.reason", "apart.again"]
    merge(registrar, third, other, reason="同一人")
    row = TwoPeople.objects.get()
    assert (row.one_id, row.other_id) == (one.pk, third.pk)
    assert alike() == []
