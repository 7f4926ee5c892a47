"""People are entered as they write themselves, found in any spelling, and their values stay out of the trace."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import make

from keguan.kernel.actors import NOBODY, SYSTEM
from keguan.kernel.canonical import commitment
from keguan.kernel.problems import Conflict, Refused
from keguan.registers.parties import queries, rights, services
from keguan.registers.parties.access import actor_for, actor_of
from keguan.registers.parties.models import Account, Kinship, Person
from keguan.registers.trace.models import Event, Personal
from keguan.registers.trace.sentences import told

pytestmark = pytest.mark.django_db

IDENTITY = "11010519491231002X"


def _codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.refusal.problems]


@pytest.mark.parametrize("dot", ["·", "•", "・", "‧", "∙", ".", "．", " · ", "・・"])
def test_any_dot_finds_the_same_person(dot: str) -> None:
    made = make.person("艾力·斯木吐拉")
    assert queries.people_named(f"艾力{dot}斯木吐拉") == [made]
    assert list(queries.people(SYSTEM, f"力{dot}斯")) == [made]
    other = make.person(f"艾力{dot}斯木吐拉")
    assert (other.name, other.normal_name) == (made.name, made.normal_name)


def test_a_bad_entry_is_refused_with_all_its_problems_and_repeats_no_identity_number() -> None:
    with pytest.raises(Refused) as refused:
        services.register_person(
            SYSTEM,
            name="·",
            title="boss",
            degree="guru",
            email="a@b",
            born=date(2999, 1, 1),
            id_number="110105194912310021",
        )
    assert _codes(refused) == [f"person.{field}" for field in ("name", "title", "degree", "email", "born", "id_number")]
    assert "110105194912310021" not in repr(refused.value)
    assert not Person.objects.exists()


def test_personal_values_go_behind_commitments_and_the_identity_number_nowhere() -> None:
    made = make.person("艾力·斯木吐拉", email="aili@example.cn", born=date(1980, 2, 29), id_number=IDENTITY.lower())
    event = Event.objects.get()
    clear = json.dumps(event.payload, ensure_ascii=False)
    assert not any(value in clear for value in ("艾力", "aili", "1980-02-29", IDENTITY))
    assert set(Personal.objects.values_list("field", flat=True)) == {"name", "email", "born"}
    assert made.id_commitment == commitment(IDENTITY, bytes(made.id_salt))
    stored = json.dumps(list(Person.objects.values()) + list(Personal.objects.values()), default=str)
    assert IDENTITY not in stored
    assert "艾力" not in told(event).zh


def test_a_correction_traces_both_states_and_refuses_a_stale_page() -> None:
    made = make.person("王敏", email="w@example.cn")
    again = services.correct_person(SYSTEM, made, revision=0, name="王 敏慧", email="w@example.cn")
    assert (again.name, again.normal_name, again.revision) == ("王敏慧", "王敏慧", 1)
    event = Event.objects.get(tag="parties:person:corrected")
    assert event.payload["fields"] == ["name"]
    values = dict(Personal.objects.filter(event=event).values_list("field", "value"))
    assert values == {"before": {"name": "王敏"}, "after": {"name": "王敏慧"}}
    with pytest.raises(Conflict):
        services.correct_person(SYSTEM, made, revision=0, phone="1")
    with pytest.raises(Refused):
        services.correct_person(SYSTEM, made, revision=1, email="not an address")
    with pytest.raises(TypeError):
        services.correct_person(SYSTEM, made, revision=1, id_commitment="x")
    assert Person.objects.get().phone == ""


def test_people_come_in_pinyin_order_with_surnames_read_as_surnames() -> None:
    for name in ("曾国", "单田", "阿依古丽", "赵一"):
        make.person(name)
    assert [p.name for p in queries.people(SYSTEM)] == ["阿依古丽", "单田", "曾国", "赵一"]


def test_an_account_signs_in_by_password_in_any_case_and_a_locked_one_does_not() -> None:
    made = services.open_account(SYSTEM, make.person(), username=" Aili.SMT ", password="坎儿井-水流-2026-天山")
    assert made.username == "aili.smt"
    assert authenticate(username="AILI.smt", password="坎儿井-水流-2026-天山") == made
    assert made.password.startswith("argon2")
    assert actor_of(made).person == made.person_id
    services.lock_account(SYSTEM, made, reason="离职")
    assert authenticate(username="aili.smt", password="坎儿井-水流-2026-天山") is None
    assert actor_of(made) is NOBODY, "the copy in hand still says active, the table does not"
    traced = json.dumps(list(Event.objects.values_list("payload", flat=True)), ensure_ascii=False)
    assert "坎儿井" not in traced


def test_a_bad_account_is_refused_in_words() -> None:
    owner = make.person()
    for username, password, codes in (
        ("艾力", None, ["account.username"]),
        ("aili", "short", ["account.password"]),
        ("a b", "password1234", ["account.username", "account.password"]),
    ):
        with pytest.raises(Refused) as refused:
            services.open_account(SYSTEM, owner, username=username, password=password)
        assert _codes(refused) == codes
    make.account(owner, username="aili")
    for of, username in ((owner, "another"), (make.person(), "AILI")):
        with pytest.raises(Refused) as refused:
            services.open_account(SYSTEM, of, username=username)
        assert _codes(refused) == ["account.known"]
    assert Account.objects.count() == 1


def test_a_declared_relation_is_kept_once_and_its_kind_stays_out_of_the_trace() -> None:
    one, other = make.person(), make.person()
    services.declare_kin(SYSTEM, one, other, "spouse", since=date(2010, 1, 1), until=date(2020, 12, 31))
    assert Kinship.objects.filter(person=one, relative=other, until=date(2020, 12, 31)).count() == 1
    assert "spouse" not in json.dumps(list(Event.objects.values_list("payload", flat=True)))


def test_a_senseless_relation_is_refused() -> None:
    one, other = make.person(), make.person()
    with pytest.raises(Refused) as refused:
        services.declare_kin(SYSTEM, one, one, "friend", since=date(2020, 1, 2), until=date(2020, 1, 1))
    assert _codes(refused) == ["kin.relation", "kin.self", "kin.dates"]
    services.declare_kin(SYSTEM, one, other, "spouse")
    with pytest.raises(Refused) as refused:
        services.declare_kin(SYSTEM, one, other, "spouse")
    assert _codes(refused) == ["kin.known"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Kinship.objects.create(person=one, relative=one, relation="spouse")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_the_right_to_see_a_person_and_the_list_of_visible_people_agree(data: st.DataObject) -> None:
    bodies = [make.organisation() for _ in range(2)]
    people = [make.person(employer=data.draw(st.sampled_from([None, *bodies]), label="employer")) for _ in range(4)]
    roles = st.sampled_from(
        ["", "host", "authority", "officer", "registrar", "planning", "expert", "committee", "finance"]
    )
    for person in people:
        if role := data.draw(roles, label="role"):
            organisation = data.draw(st.sampled_from(bodies)) if role in ("host", "authority") else None
            services.grant_duty(SYSTEM, person, role, organisation=organisation)
    for actor in (NOBODY, SYSTEM, *map(actor_for, people)):
        seen = set(Person.objects.filter(rights.visible_to(actor), pk__in=[p.pk for p in people]))
        assert seen == {person for person in people if rights.can_see_person(actor, person)}
        assert actor.person is None or actor.person in {person.pk for person in seen}
    assert not Person.objects.filter(rights.visible_to(NOBODY)).exists()


def test_keeping_the_registers_takes_the_duty_of_a_registrar() -> None:
    assert rights.can_keep_registers(make.actor("registrar"))
    assert rights.can_keep_registers(SYSTEM)
    assert not any(map(rights.can_keep_registers, (NOBODY, make.actor(), make.actor("officer"), make.actor("host"))))
