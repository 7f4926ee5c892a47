"""A watched column traces itself, whoever changes it and however."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection, transaction
from django.db.migrations.state import ProjectState
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keguan.database.roles import application_role
from keguan.kernel.actors import SYSTEM, Actor
from keguan.kernel.canonical import digest
from keguan.registers.trace import services
from keguan.registers.trace.columns import TraceColumns
from keguan.registers.trace.models import Event

GULI = Actor(person=41, name="古丽·买买提")
WATCH = TraceColumns("watched_case", columns=["status", "step"], subject="case", key="number")


class _Editor:
    """What the operation needs of a schema editor, on the owner's connection."""

    def __init__(self, owner: psycopg.Connection) -> None:
        self.connection = connection
        self.owner = owner

    def execute(self, sql: str, params: object = None) -> None:
        self.owner.execute(sql.encode())


@pytest.fixture
def watched(owner_connection: psycopg.Connection) -> Iterator[psycopg.Connection]:
    owner_connection.execute(
        "CREATE TABLE watched_case (id bigint PRIMARY KEY, number text, status text, step text, note text)"
    )
    role = application_role()
    if role and role != owner_connection.info.user:
        owner_connection.execute(f'GRANT ALL ON watched_case TO "{role}"'.encode())
    state = ProjectState()
    WATCH.database_forwards("trace", _Editor(owner_connection), state, state)  # type: ignore[arg-type]
    yield owner_connection
    connection.rollback() if connection.in_atomic_block else None
    WATCH.database_backwards("trace", _Editor(owner_connection), state, state)  # type: ignore[arg-type]
    owner_connection.execute("DROP TABLE watched_case")


def _do(sql: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def _told() -> list[tuple[str, dict[str, object]]]:
    return list(Event.objects.order_by("id").values_list("tag", "payload"))


@pytest.mark.usefixtures("watched")
def test_each_change_of_a_watched_column_writes_who_and_what() -> None:
    with transaction.atomic():
        services.stamp(GULI, "req-9")
        _do("INSERT INTO watched_case VALUES (1, '65KRD1', 'draft', NULL, 'x')")
        _do("UPDATE watched_case SET status = 'submitted', note = 'y'")
    _do("UPDATE watched_case SET note = 'z', status = 'submitted'")
    _do("DELETE FROM watched_case")
    key = {"id": 1, "key": "65KRD1"}
    assert _told() == [
        ("db:case:status", {**key, "before": None, "after": "draft"}),
        ("db:case:step", {**key, "before": None, "after": None}),
        ("db:case:status", {**key, "before": "draft", "after": "submitted"}),
        ("db:case:status", {**key, "before": "submitted", "after": None}),
        ("db:case:step", {**key, "before": None, "after": None}),
    ]
    seen = list(Event.objects.order_by("id").values_list("actor", "request_id", "case_number"))
    assert seen == [(41, "req-9", "65KRD1")] * 3 + [(None, "", "65KRD1")] * 2


def test_the_owner_cannot_change_a_status_in_silence(watched: psycopg.Connection) -> None:
    watched.execute("INSERT INTO watched_case VALUES (1, '65KRD1', 'draft', NULL, '')")
    watched.execute("UPDATE watched_case SET status = 'approved'")
    assert Event.objects.filter(tag="db:case:status", payload__after="approved", actor=None).count() == 1


@pytest.mark.usefixtures("watched")
def test_a_change_that_is_rolled_back_leaves_no_trace() -> None:
    with transaction.atomic():
        _do("INSERT INTO watched_case VALUES (1, '65KRD1', 'draft', NULL, '')")
        transaction.set_rollback(True)
    assert _told() == []


@pytest.mark.usefixtures("watched")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    number=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    status=st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
)
def test_the_database_hashes_a_change_as_the_kernel_does(number: str, status: str | None) -> None:
    with transaction.atomic():
        _do("INSERT INTO watched_case VALUES (1, %s, %s, 's', '')", number, status)
        event = Event.objects.filter(tag="db:case:status").latest("id")
        assert event.payload == {"after": status, "before": None, "id": 1, "key": number}
        assert event.payload_digest == digest(event.payload)
        transaction.set_rollback(True)


def test_only_plain_names_become_part_of_the_trigger() -> None:
    with pytest.raises(ValueError, match="plain"):
        TraceColumns("case; DROP TABLE x", columns=["status"], subject="case", key="number")


@pytest.mark.usefixtures("watched")
def test_a_system_stamp_after_a_person_names_nobody() -> None:
    with transaction.atomic():
        services.stamp(GULI, "one")
        services.stamp(SYSTEM, "two")
        _do("INSERT INTO watched_case VALUES (1, '65KRD1', 'draft', NULL, 'x')")
    assert set(Event.objects.values_list("actor", "request_id")) == {(None, "two")}
