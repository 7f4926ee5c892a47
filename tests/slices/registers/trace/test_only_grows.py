"""The trace only grows: nobody changes or removes an event, and personal values go only by the traced erasure."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from keguan.kernel.actors import SYSTEM, Actor
from keguan.kernel.canonical import canonical, commitment, digest
from keguan.kernel.problems import Refused
from keguan.registers.trace import queries, services
from keguan.registers.trace.models import Event, Personal

GULI = Actor(person=41, name="古丽·买买提")


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE trace_event SET outcome = 'refused'",
        "DELETE FROM trace_event",
        "TRUNCATE trace_event CASCADE",
        "UPDATE trace_personal SET value = '1'",
        "DELETE FROM trace_personal",
        "TRUNCATE trace_personal",
    ],
)
def test_even_the_owner_of_the_tables_cannot_change_the_trace(
    owner_connection: psycopg.Connection, attempt: str
) -> None:
    services.write("case:submit:accepted", GULI, payload={"a": 1}, personal={"name": "古丽"})
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=r"只增不改|只能经"):
        owner_connection.execute(attempt)
    assert (Event.objects.count(), Personal.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_the_application_cannot_change_an_event_either() -> None:
    services.write("case:submit:accepted", GULI)
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.update(actor=1)
    assert Event.objects.get().actor == 41


@pytest.mark.django_db
def test_an_event_stands_or_falls_with_the_transaction_of_the_deed() -> None:
    with transaction.atomic():
        services.write("case:submit:accepted", GULI)
        transaction.set_rollback(True)
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_payload_is_stored_as_it_was_hashed() -> None:
    pk = services.write(
        "case:submit:accepted", GULI, payload={"on": date(2026, 3, 1), "b": "双\n“引”\\", "a": [1, None]}
    )
    event = Event.objects.get(pk=pk)
    assert event.payload_digest == digest({"a": [1, None], "b": "双\n“引”\\", "on": date(2026, 3, 1)})
    again = json.dumps(event.payload, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    assert hashlib.sha256(again).hexdigest() == event.payload_digest


@pytest.mark.django_db
def test_personal_values_are_not_in_the_event_but_are_bound_to_it() -> None:
    services.write(
        "parties:person:registered", GULI, payload={"person": 7}, personal={"name": "艾力·斯木吐拉", "phone": ""}
    )
    event, secret = Event.objects.get(), Personal.objects.get()
    assert "艾力" not in json.dumps(event.payload, ensure_ascii=False)
    assert event.payload == {"person": 7, "name": {"commitment": commitment(secret.value, bytes(secret.salt))}}
    assert (secret.field, secret.value) == ("name", "艾力·斯木吐拉")


@pytest.mark.django_db
def test_a_field_cannot_be_in_clear_and_committed_at_once() -> None:
    with pytest.raises(ValueError, match="name"):
        services.write("a:b:c", GULI, payload={"name": "古丽"}, personal={"name": "古丽"})


@pytest.mark.django_db
def test_erasing_takes_the_value_leaves_the_event_and_is_traced_itself() -> None:
    pk = services.write("a:b:c", GULI, case_number="65KRD1", personal={"name": "古丽", "email": "g@example.cn"})
    before = Event.objects.filter(pk=pk).values().get()
    assert services.erase(SYSTEM, [pk, pk], basis="个人信息保护法 第47条", fields=["email"]) == 1
    assert queries.personal_values([pk]) == {pk: {"name": "古丽"}}
    assert Event.objects.filter(pk=pk).values().get() == before
    erased = Event.objects.get(tag="trace:personal:erased")
    said = {"basis": "个人信息保护法 第47条", "event": pk, "fields": ["email"]}
    assert (erased.payload, erased.case_number) == (said, "65KRD1")
    assert erased.payload_digest == digest(said)


@pytest.mark.django_db
def test_erasing_without_a_basis_is_refused_and_erases_nothing() -> None:
    pk = services.write("a:b:c", GULI, personal={"name": "古丽"})
    with pytest.raises(Refused) as refused:
        services.erase(GULI, [pk], basis=" ")
    assert refused.value.refusal.problems[0].code == "trace.erase.basis"
    assert Personal.objects.count() == 1


@pytest.mark.django_db
def test_erasing_what_is_not_there_writes_no_event() -> None:
    pk = services.write("a:b:c", GULI)
    assert services.erase(GULI, [pk, pk + 1], basis="依据") == 0
    assert Event.objects.count() == 1


def test_the_right_to_erase_does_not_outlive_the_erasure(owner_connection: psycopg.Connection) -> None:
    one = services.write("a:b:c", GULI, personal={"name": "古丽", "email": "g@example.cn"})
    with owner_connection.transaction():
        erased = owner_connection.execute("SELECT trace_erase(%s, ARRAY['email'], '依据', NULL)", [one]).fetchone()
        assert erased == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege), owner_connection.transaction():
            owner_connection.execute("DELETE FROM trace_personal WHERE event_id = %s", [one])
    assert queries.personal_values([one]) == {one: {"name": "古丽"}}


@pytest.mark.django_db
def test_rows_written_in_a_stamped_transaction_know_the_request() -> None:
    services.stamp(GULI, "req-1")
    services.write("a:b:c", GULI)
    services.write("a:b:d", GULI, request_id="req-2")
    assert list(queries.events().values_list("request_id", flat=True)) == ["req-2", "req-1"]


@pytest.mark.django_db(transaction=True)
def test_a_stamp_outside_a_transaction_is_an_error_because_it_would_be_lost() -> None:
    with pytest.raises(RuntimeError):
        services.stamp(GULI, "req-1")


@pytest.mark.django_db(transaction=True)
def test_a_stamp_ends_with_its_transaction() -> None:
    with transaction.atomic():
        services.stamp(GULI, "req-1")
    services.write("a:b:c", SYSTEM)
    assert Event.objects.get().request_id == ""


@pytest.mark.django_db
def test_one_event_is_one_query_and_many_are_two(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        services.write("a:b:c", GULI, payload={"a": 1})
    lines = [services.Line("a:b:c", personal={"name": str(n)}) for n in range(20)]
    with django_assert_num_queries(2):
        ids = services.write_many(GULI, lines)
    told = queries.personal_values(ids)
    assert [told[pk]["name"] for pk in ids] == [str(n) for n in range(20)]


@pytest.mark.django_db
def test_events_of_a_case_come_in_order_and_a_reading_is_one_of_them() -> None:
    services.write("case:submit:accepted", GULI, case_number="65KRD1")
    services.write("case:submit:accepted", GULI, case_number="65KRD2")
    services.read(GULI, "proposal", "65KRD1", case_number="65KRD1")
    services.write("case:submit:refused", SYSTEM, outcome="refused")
    tags = list(queries.events_of_case("65KRD1").values_list("tag", "outcome"))
    assert tags == [("case:submit:accepted", "done"), ("read:proposal:opened", "read")]
    assert not queries.events_of_case("").exists()
    assert queries.events(actor=41, tag="case:").count() == 2
    assert queries.events(outcome="refused").get().actor is None


@pytest.mark.django_db
def test_a_moment_is_the_time_of_writing_not_of_the_transaction() -> None:
    services.write("a:b:c", GULI)
    services.write("a:b:c", GULI)
    first, second = Event.objects.order_by("id")
    assert first.at < second.at


def test_a_payload_has_a_canonical_form_that_ignores_the_order_of_keys() -> None:
    assert canonical({"b": 1, "a": 2}) == canonical({"a": 2, "b": 1})


@pytest.mark.django_db
@pytest.mark.parametrize("tag", ["case", "case:submit", "案:件:号", "a:b:c:d"])
def test_a_tag_has_three_plain_words(tag: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        services.write(tag, GULI)
    assert connection.in_atomic_block
