"""Two entries that were one person: all of it moves or nothing, nothing is lost, nothing doubled, the guards see one person."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from tests.make import cases
from tests.make import world as w
from tests.slices.web import people

import keguan
from keguan.casework.models import Case, Draft, DraftField, Editor, Memo, Message, SeatHolder, Task
from keguan.doors.web.merging import WORDS
from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM, Actor
from keguan.kernel.clock import clock_at
from keguan.kernel.problems import Refused
from keguan.registers.experts.models import Expert
from keguan.registers.parties import merging, services
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.models import Account, Duty, Kinship, Merge, Person
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db

FIRST = date(2026, 1, 1)
NOTED = re.compile(r'\.note\(\s*"([a-z_.]+)"')
DUTIES = some.lists(
    some.tuples(
        some.sampled_from(["officer", "finance", "expert", "planning"]),
        some.sampled_from(["", "key-rd-project"]),
        some.integers(0, 8),
        some.one_of(some.none(), some.integers(0, 5)),
    ),
    max_size=4,
)


@pytest.fixture
def registrar() -> Account:
    return people.person("周五", "registrar", username="zhou.wu")


def test_whatever_a_merge_moves_is_named_in_words() -> None:
    said = (
        one for file in Path(keguan.__file__).parent.rglob("*.py") for one in NOTED.findall(file.read_text("utf-8"))
    )
    moved = {
        f"{relation.related_model._meta.label_lower}.{relation.field.name}"
        for name, relation in merging.relations_of_people().items()
        if name not in merging._claimed | merging.STAYS
    }
    assert len(moved) > 5
    assert {one for one in (*said, *moved) if one not in WORDS} == set()


def entry(name: str = "王一", **more: Any) -> Person:
    return services.register_person(SYSTEM, name=name, **more)


def held_days(person: Person) -> set[tuple[str, str, date]]:
    """Each day on which the person holds a role; open ends count until far ahead."""
    return {
        (duty.role, duty.programme, duty.since + timedelta(days=day))
        for duty in Duty.objects.filter(person=person)
        for day in range(((duty.until or FIRST + timedelta(days=40)) - duty.since).days + 1)
    }


def give(person: Person, duties: list[tuple[str, str, int, int | None]]) -> None:
    for role, programme, since, lasts in duties:
        begins = FIRST + timedelta(days=since)
        try:
            services.grant_duty(
                SYSTEM,
                person,
                role,
                programme=programme,
                since=begins,
                until=None if lasts is None else begins + timedelta(days=lasts),
            )
        except Refused:
            continue


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DUTIES, DUTIES)
def test_every_day_of_every_duty_is_kept_and_none_is_held_twice(
    registrar: Account, ours: list[Any], theirs: list[Any]
) -> None:
    kept, gone = entry(), entry()
    give(kept, ours)
    give(gone, theirs)
    before = held_days(kept) | held_days(gone)
    total = Duty.objects.filter(person__in=[kept, gone]).count()
    actor = actor_for(registrar.person)
    if against := merging.preview(actor, kept, gone).problems:
        assert {problem.code for problem in against} == {"merge.separation"}
        with pytest.raises(Refused):
            merging.merge(actor, kept, gone, reason="同一人")
        assert held_days(kept) | held_days(gone) == before, "refused, and yet something moved"
        return
    row = merging.merge(actor, kept, gone, reason="同一人")
    assert held_days(kept) == before
    assert not Duty.objects.filter(person=gone).exists()
    dropped = [one for one in row.dropped if one["table"] == "parties.duty" and "row" in one]
    assert Duty.objects.filter(person=kept).count() + len(dropped) == total


def two_in_a_world() -> tuple[w.World, Person, Person, str]:
    """Somebody who applied under one entry, and exists a second time."""
    world = cases.opened()
    with clock_at(w.moment("2026-03-02")):
        number = w.started(world)
    gone = world.people["applicant"]
    return world, entry(gone.name, employer=gone.employer), gone, number


def test_cases_tasks_and_messages_follow(registrar: Account) -> None:
    _, kept, gone, number = two_in_a_world()
    case = Case.objects.get(number=number)
    Message.objects.create(person=gone, case=case, kind="waits", zh="x", en="x", at=clock.now())
    typed = {"principal": gone.pk, "title": str(gone.pk)}
    draft = Draft.objects.create(case=case, form="proposal", begun_at=clock.now(), saved_at=clock.now())
    for field, value in typed.items():
        DraftField.objects.create(draft=draft, field=field, value=value, revision=0, at=clock.now())
    for person in (kept, gone):
        Editor.objects.create(case=case, person=person, since=clock.now())
    counts = (Case.objects.count(), Task.objects.count(), Message.objects.count())
    merging.merge(actor_for(registrar.person), kept, gone, reason="同一人")
    case.refresh_from_db()
    assert case.applicant_id == kept.pk
    assert {task.person_id for task in Task.objects.filter(case=case)} == {kept.pk}
    assert {message.person_id for message in Message.objects.filter(case=case)} == {kept.pk}
    assert (Case.objects.count(), Task.objects.count(), Message.objects.count()) == counts
    draft = Draft.objects.get(case=case)
    assert draft.values == {"principal": kept.pk, "title": str(gone.pk)}, "names people, leaves texts alone"
    assert draft.revision == 1, "whoever has the form open is told"
    assert [editor.person_id for editor in Editor.objects.filter(case=case)] == [kept.pk]


def test_what_was_handed_in_stays_and_what_the_case_remembers_names_the_one_person(registrar: Account) -> None:
    world = cases.opened()
    case = cases.case(world, at="screen")
    gone = world.people["applicant"]
    kept = entry(gone.name, employer=gone.employer)
    handed_in = list(case.answers.values("values", "digest"))
    merging.merge(actor_for(registrar.person), kept, gone, reason="同一人")
    case.refresh_from_db()
    assert (case.applicant_id, case.principal_id) == (kept.pk, kept.pk)
    assert list(case.answers.values("values", "digest")) == handed_in
    memo = Memo.objects.get(case=case)
    assert memo.answers["proposal"]["principal"] == kept.pk
    assert gone.pk not in [one for acted in memo.state["hands"].values() for one in acted]
    assert kept.pk in [one for acted in memo.state["hands"].values() for one in acted]


def test_recusal_sees_the_relations_of_both(registrar: Account) -> None:
    kept, gone, relative = entry(), entry(), entry("李二")
    services.declare_kin(SYSTEM, gone, relative, "spouse")
    services.declare_kin(SYSTEM, kept, relative, "spouse")
    services.declare_kin(SYSTEM, relative, gone, "spouse")
    services.declare_kin(SYSTEM, kept, gone, "sibling")
    merging.merge(actor_for(registrar.person), kept, gone, reason="同一人")
    assert {(one.person_id, one.relative_id) for one in Kinship.objects.all()} == {
        (kept.pk, relative.pk),
        (relative.pk, kept.pk),
    }


def test_an_account_passes_over_and_of_two_one_is_locked(registrar: Account) -> None:
    kept, gone = entry(), entry()
    account = services.open_account(SYSTEM, gone, username="wang.yi", password=people.PASSWORD)
    merging.merge(actor_for(registrar.person), kept, gone, reason="同一人")
    account.refresh_from_db()
    assert (account.person, account.is_active) == (kept, True)
    third = people.person("王一", username="wang.yi.2").person
    merging.merge(actor_for(registrar.person), kept, third, reason="同一人")
    assert not Account.objects.get(username="wang.yi.2").is_active
    assert Account.objects.get(username="wang.yi").is_active


def test_seats_pass_over_but_nobody_sits_twice_on_a_panel(registrar: Account) -> None:
    kept, gone = entry(), entry()
    pool = {
        one.pk: Expert.objects.create(person=one, fields=[f"gbt13745:2009:{n}10"])
        for n, one in enumerate((kept, gone), 1)
    }
    in_round = cases.bare_round(cases.version())
    first, second = cases.bare_case(in_round), cases.bare_case(in_round)
    seat = cases.bare_seat(first, pool[gone.pk])
    cases.bare_seat(second, pool[kept.pk])
    row = merging.merge(actor_for(registrar.person), kept, gone, reason="同一人")
    assert SeatHolder.objects.get(seat=seat).expert == pool[kept.pk]
    assert SeatHolder.objects.count() == 2
    pool[kept.pk].refresh_from_db()
    assert pool[kept.pk].fields == ["gbt13745:2009:110", "gbt13745:2009:210"]
    assert Expert.objects.get(person=gone).status == "left"
    assert row.moved["casework.seatholder.expert"] == [seat.pk]

    third = entry()
    same = Expert.objects.create(person=third)
    cases.bare_seat(second, same, number=2)
    before = Person.objects.filter(merge__isnull=True).count()
    with pytest.raises(Refused) as refused:
        merging.merge(actor_for(registrar.person), kept, third, reason="同一人")
    assert [problem.code for problem in refused.value.refusal.problems] == ["merge.panel"]
    assert Person.objects.filter(merge__isnull=True).count() == before


def test_nothing_but_what_tells_who_did_what_points_at_the_one_who_is_gone(registrar: Account) -> None:
    _, kept, gone, _ = two_in_a_world()
    services.grant_duty(SYSTEM, gone, "finance")
    merging.merge(actor_for(registrar.person), kept, gone, reason="同一人")
    left = {
        name
        for name, relation in merging.relations_of_people().items()
        if relation.related_model._base_manager.filter(**{relation.field.name: gone}).exists()
    }
    assert left <= merging.STAYS
    assert Event.objects.filter(tag="parties:people:merged", actor=registrar.person_id).count() == 1


def test_a_preview_changes_nothing(registrar: Account) -> None:
    _, kept, gone, number = two_in_a_world()
    seen = merging.preview(actor_for(registrar.person), kept, gone)
    assert seen.moved["casework.case.people"] == [Case.objects.get(number=number).pk]
    assert Case.objects.get(number=number).applicant_id == gone.pk
    assert not Merge.objects.exists()


@pytest.mark.parametrize("code", ["merge.self", "merge.own", "merge.again", "merge.identity"])
def test_what_stands_against_a_merge(registrar: Account, code: str) -> None:
    actor: Actor = actor_for(registrar.person)
    kept, gone = entry(), entry()
    if code == "merge.self":
        gone = kept
    if code == "merge.own":
        gone = registrar.person
    if code == "merge.again":
        merging.merge(actor, entry(), gone, reason="同一人")
    if code == "merge.identity":
        kept = entry(id_kind="passport", id_number="E12345678")
        gone = entry(id_kind="passport", id_number="E87654321")
    with pytest.raises(Refused) as refused:
        merging.merge(actor, kept, gone, reason="同一人")
    assert code in {problem.code for problem in refused.value.refusal.problems}


def test_the_registrar_looks_confirms_twice_and_shows_who_they_are(client: Client, registrar: Account) -> None:
    kept, gone = entry(email="w@example.edu.cn"), entry(email="w@example.edu.cn")
    services.grant_duty(SYSTEM, gone, "finance")
    client.post("/sign-in/", {"username": "zhou.wu", "password": people.PASSWORD})
    address = f"/registers/people/{kept.pk}/merge/"
    assert f"{address}?gone={gone.pk}" in client.get("/registers/people/duplicates/").content.decode()
    again = client.get(f"{address}?gone={gone.pk}")
    assert again["Location"].startswith("/me/again/"), "nothing asked again who it is"
    client.post(again["Location"], {"password": people.PASSWORD})
    assert "任职" in client.get(f"{address}?gone={gone.pk}").content.decode()
    assert client.post(address, {"gone": str(gone.pk), "step": "1"}).status_code == 422, "without a reason"
    first = client.post(address, {"gone": str(gone.pk), "step": "1", "reason": "同一人，重复登记"})
    assert first.status_code == 200
    assert not Merge.objects.exists()
    hidden = first.context["fields"]
    sent = {field.name: field.value for field in hidden}
    services.grant_duty(SYSTEM, gone, "expert")
    changed = client.post(address, sent)
    assert changed.status_code == 422
    assert "确认期间情况有变" in changed.content.decode()
    sent = {field.name: field.value for field in changed.context["fields"]} | {"reason": "同一人，重复登记"}
    confirmed = client.post(address, sent)
    sent = {field.name: field.value for field in confirmed.context["fields"]}
    assert client.post(address, sent).status_code == 303
    assert {duty.role for duty in kept.duties.all()} == {"finance", "expert"}
    assert f"/registers/people/{kept.pk}/" in client.get(f"/registers/people/{gone.pk}/").content.decode()
    assert f"/registers/people/{gone.pk}/" not in client.get("/registers/people/").content.decode()


def test_only_the_registrar_merges(client: Client) -> None:
    client.force_login(people.person("李二", "officer"))
    kept = entry()
    assert client.get(f"/registers/people/{kept.pk}/merge/").status_code == 403
    assert client.get("/registers/people/duplicates/").status_code == 403
