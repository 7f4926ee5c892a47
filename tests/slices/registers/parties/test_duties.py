"""A duty gives its right from its first to its last day; planning, running and supervising stay in different hands."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import make

from keguan.kernel.actors import NOBODY, SYSTEM, HeldDuty
from keguan.kernel.clock import clock_at, today
from keguan.kernel.problems import Refused
from keguan.registers.parties import queries, services
from keguan.registers.parties.access import actor_for, actor_of
from keguan.registers.parties.models import Duty, Person
from keguan.registers.parties.roles import APART_FROM_RUNNING, ROLES, RUNNING
from keguan.registers.trace.models import Event
from keguan.registers.trace.sentences import told

DAY = date(2020, 1, 1)


def _codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.refusal.problems]


@pytest.mark.django_db
def test_a_duty_gives_its_right_from_its_first_to_its_last_day() -> None:
    held = make.duty("officer", since=DAY, until=DAY + timedelta(days=9))
    seen = [actor_for(held.person, DAY + timedelta(days=days)).holds("officer") for days in (-1, 0, 9, 10)]
    assert seen == [False, True, True, False]
    assert list(queries.holders("officer", on=DAY)) == [held.person]
    assert not queries.holders("officer", on=DAY - timedelta(days=1)).exists()


@pytest.mark.django_db
def test_a_duty_that_ended_gives_no_right_from_that_moment() -> None:
    account = make.account()
    held = make.duty("officer", account.person)
    assert actor_of(account).holds("officer")
    services.end_duty(SYSTEM, held)
    assert not actor_of(account).holds("officer")
    assert actor_of(account).duties == ()
    granted_today = services.grant_duty(SYSTEM, account.person, "expert")
    services.end_duty(SYSTEM, granted_today)
    assert actor_of(account).duties == ()
    services.grant_duty(SYSTEM, account.person, "expert")
    assert actor_of(account).holds("expert")


@pytest.mark.django_db
def test_today_is_the_day_in_beijing() -> None:
    held = make.duty("officer", since=DAY)
    with clock_at(datetime(2019, 12, 31, 15, 59, tzinfo=UTC)):
        assert not actor_for(held.person).holds("officer")
    with clock_at(datetime(2019, 12, 31, 16, 0, tzinfo=UTC)):
        assert actor_for(held.person).holds("officer")


@pytest.mark.django_db
def test_an_actor_is_one_query_with_everything_they_belong_to(django_assert_num_queries) -> None:
    employer, other = make.organisation(), make.organisation()
    account = make.account(make.person("古丽·买买提", employer=employer))
    for role, organisation, programme in (
        ("host", other, ""),
        ("officer", None, "key-rd-project"),
        ("expert", None, ""),
    ):
        make.duty(role, account.person, organisation=organisation, programme=programme)
    make.duty("finance", account.person, until=date(2001, 1, 1))
    make.duty("registrar")
    with django_assert_num_queries(1):
        actor = actor_of(account)
    assert (actor.person, actor.name) == (account.person_id, "古丽·买买提")
    assert actor.organisations == {employer.pk, other.pk}
    assert actor.duties == (
        HeldDuty("host", other.pk),
        HeldDuty("officer", None, "key-rd-project"),
        HeldDuty("expert"),
    )
    assert actor.holds("officer", programme="key-rd-project")
    assert not actor.holds("officer", programme="rd-post-subsidy")
    plain = make.account()
    with django_assert_num_queries(1):
        assert actor_of(plain).duties == ()


@pytest.mark.django_db
def test_nobody_is_who_has_no_account() -> None:
    assert actor_of(None) is NOBODY
    assert actor_for(10**9) is NOBODY


@pytest.mark.django_db
@pytest.mark.parametrize("apart", sorted(APART_FROM_RUNNING))
@pytest.mark.parametrize("running_first", [True, False])
def test_running_does_not_go_with_planning_or_supervising(apart: str, running_first: bool) -> None:
    first, second = (RUNNING, apart) if running_first else (apart, RUNNING)
    person = make.person()
    make.duty(first, person, until=DAY)
    with pytest.raises(Refused) as refused:
        services.grant_duty(SYSTEM, person, second, since=DAY)
    assert _codes(refused) == ["duty.separation"]
    said = refused.value.refusal.problems[0].say
    assert ROLES[first].zh in said.zh
    assert ROLES[first].en in said.en
    services.grant_duty(SYSTEM, person, second, since=DAY + timedelta(days=1))
    with pytest.raises(IntegrityError, match="duty_separation"), transaction.atomic():
        Duty.objects.create(person=person, role=first, since=DAY + timedelta(days=5))


@pytest.mark.django_db
def test_a_senseless_duty_is_refused_in_words() -> None:
    registrar = make.person()
    actor = make.actor("registrar", registrar)
    with pytest.raises(Refused) as refused:
        services.grant_duty(actor, registrar, "host", since=DAY, until=DAY - timedelta(days=1))
    assert _codes(refused) == ["duty.own", "duty.organisation", "duty.dates"]
    with pytest.raises(Refused) as refused:
        services.grant_duty(SYSTEM, registrar, "king")
    assert _codes(refused) == ["duty.role"]
    with pytest.raises(Refused) as refused:
        services.grant_duty(SYSTEM, registrar, "applicant")
    assert _codes(refused) == ["duty.role"]
    with pytest.raises(Refused) as refused:
        services.grant_duty(SYSTEM, registrar, "registrar")
    assert _codes(refused) == ["duty.held"]


@pytest.mark.django_db
def test_the_same_role_may_be_held_for_two_bodies_and_for_two_programmes() -> None:
    person = make.person()
    one, other = make.organisation(), make.organisation()
    for organisation, programme in ((one, ""), (other, ""), (one, "key-rd-project")):
        make.duty("host", person, organisation=organisation, programme=programme)
    assert queries.duties(person=person.pk, role="host").count() == 3
    assert list(queries.holders("host", organisation=other.pk)) == [person]
    with pytest.raises(IntegrityError, match="duty_once"), transaction.atomic():
        Duty.objects.create(person=person, role="host", organisation=other, since=today())


@pytest.mark.django_db
def test_a_duty_cannot_end_outside_its_time() -> None:
    held = make.duty("officer", since=DAY, until=DAY + timedelta(days=9))
    for day in (DAY - timedelta(days=2), DAY + timedelta(days=10)):
        with pytest.raises(Refused) as refused:
            services.end_duty(SYSTEM, held, last_day=day)
        assert _codes(refused) == ["duty.end"]


@pytest.mark.django_db
def test_granting_and_ending_are_told_in_words() -> None:
    held = make.duty("officer", since=DAY)
    services.end_duty(make.actor("registrar"), held, last_day=date(2020, 6, 30))
    events = Event.objects.filter(tag__startswith="parties:duty", payload__person=held.person_id).order_by("id")
    said = [told(event).zh for event in events]
    assert said[0] == f"系统授予人员 {held.person_id} 号职责“专业机构项目主管”，自 2020-01-01 起"
    assert said[1].endswith(f"终止人员 {held.person_id} 号的职责“专业机构项目主管”，截至 2020-06-30")


@pytest.mark.django_db(transaction=True)
def test_two_registrars_at_once_cannot_make_one_person_run_and_supervise() -> None:
    person = make.person()
    start = threading.Barrier(2)
    outcome: list[str] = []

    def grant(role: str) -> None:
        try:
            start.wait(10)
            services.grant_duty(SYSTEM, person, role)
            outcome.append("done")
        except Refused as refused:
            outcome.append(refused.refusal.problems[0].code)
        finally:
            connection.close()

    registrars = [threading.Thread(target=grant, args=(role,)) for role in ("officer", "supervision")]
    for registrar in registrars:
        registrar.start()
    for registrar in registrars:
        registrar.join(20)
    assert sorted(outcome) == ["done", "duty.separation"]


@pytest.mark.django_db(transaction=True)
def test_the_database_alone_keeps_running_and_supervising_apart(test_database_url: str) -> None:
    person = make.person()
    sql = "INSERT INTO parties_duty (person_id, role, programme, since) VALUES (%s, %s, '', %s)"
    with psycopg.connect(test_database_url) as one, psycopg.connect(test_database_url) as other:
        one.execute(sql, [person.pk, "officer", DAY])
        one.commit()
        with pytest.raises(psycopg.errors.ExclusionViolation):
            other.execute(sql, [person.pk, "supervision", DAY])
    assert Duty.objects.get().role == "officer"


_ROLE = st.sampled_from(["officer", "planning", "supervision", "expert", "host"])
_GRANT = st.tuples(
    st.integers(0, 1),
    _ROLE,
    st.integers(0, 1),
    st.sampled_from(["", "key-rd-project"]),
    st.integers(0, 12),
    st.none() | st.integers(0, 12),
)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    grants=st.lists(_GRANT, max_size=10), ends=st.lists(st.tuples(st.integers(0, 9), st.integers(-1, 12)), max_size=3)
)
def test_in_any_world_of_duties_an_actor_holds_exactly_what_is_in_force(
    grants: list[tuple[int, str, int, str, int, int | None]], ends: list[tuple[int, int]]
) -> None:
    people = [make.person() for _ in range(2)]
    bodies = [make.organisation() for _ in range(2)]
    granted: list[Duty] = []
    for who, role, body, programme, first, last in grants:
        organisation = bodies[body] if role == "host" else None
        until = None if last is None else DAY + timedelta(days=last)
        since = DAY + timedelta(days=first)
        try:
            granted.append(
                services.grant_duty(
                    SYSTEM, people[who], role, organisation=organisation, programme=programme, since=since, until=until
                )
            )
        except Refused:
            continue
    for number, last in ends:
        try:
            if number < len(granted):
                services.end_duty(SYSTEM, granted[number], last_day=DAY + timedelta(days=last))
        except Refused:
            continue
    for offset in range(-1, 14):
        _check_day(people, DAY + timedelta(days=offset))


def _check_day(people: list[Person], day: date) -> None:
    officers = set(queries.holders("officer", on=day)) & set(people)
    for person in people:
        rows = Duty.objects.filter(person=person).order_by("id")
        in_force = [row for row in rows if row.since <= day and (row.until is None or day <= row.until)]
        actor = actor_for(person, day)
        assert actor.duties == tuple(HeldDuty(row.role, row.organisation_id, row.programme) for row in in_force)
        assert len(set(actor.duties)) == len(actor.duties), "no duty twice at a time"
        roles = {duty.role for duty in actor.duties}
        assert (person in officers) == ("officer" in roles)
        assert not (RUNNING in roles and roles & APART_FROM_RUNNING), "running, planning and supervising stay apart"
