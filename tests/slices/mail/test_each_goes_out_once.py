"""Every notice is handed over once: with several workers, and whoever is killed; and what is not known is told as such."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from threading import Barrier
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from tests.make import world as w
from tests.slices.mail import servers
from tests.slices.mail.told import MORNING, message, minute, reader

from keguan.casework.models import Message
from keguan.doors.mail import sending, sorting
from keguan.doors.mail.models import Delivery
from keguan.kernel.clock import clock_at
from keguan.registers.parties.models import Person
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


def states() -> dict[str, int]:
    return dict(Counter(Delivery.objects.values_list("state", flat=True)))


def traced(tag: str) -> list[tuple[int, int]]:
    rows = Event.objects.filter(tag=tag).order_by("pk")
    return [(one.payload["person"], one.payload["message"]) for one in rows]


def at_once(deed: Callable[[], Any], times: int) -> None:
    gate = Barrier(times)

    def run(_: int) -> None:
        try:
            with clock_at(MORNING):
                gate.wait(timeout=30)
                deed()
        except servers.Killed:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        list(pool.map(run, range(times)))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_several_workers_some_of_whom_are_killed_send_nothing_twice_and_tell_what_is_not_known(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = Random(seed)
    monkeypatch.setattr(sending, "AT_ONCE", 3)

    def perhaps_killed(one: EmailMessage) -> None:
        if chance.random() < 0.2:
            raise servers.Killed

    servers.before.append(perhaps_killed)
    servers.after.append(perhaps_killed)
    people = [reader() for _ in range(8)]
    for _ in range(2):
        for one in people:
            message(one)

    def work() -> None:
        while sorting.sort(5):
            pass
        sending.send_due("mail")

    at_once(work, 4)
    servers.before.clear()
    servers.after.clear()
    minute(MORNING + sending.LEASE + timedelta(minutes=1))
    taken = Counter(one.extra_headers["Message-ID"].split("@")[0].strip("<") for one in servers.TAKEN)
    assert not [envelope for envelope, times in taken.items() if times > 1]
    assert set(states()) <= {"sent", "unknown"}
    assert sum(states().values()) == 16
    for row in Delivery.objects.all():
        # Sent is only said of what was handed over; of the rest nobody knows, and it is said so.
        assert row.envelope in taken if row.state == "sent" else row.state == "unknown"
    assert len(traced("notice:mail:sent")) == states().get("sent", 0)
    assert len(traced("notice:mail:unknown")) == states().get("unknown", 0)


def test_a_crash_between_claim_and_hand_over_is_told_and_not_sent_again() -> None:
    to = reader()
    message(to)

    def killed(one: EmailMessage) -> None:
        raise servers.Killed

    servers.before.append(killed)
    with pytest.raises(servers.Killed):
        minute()
    servers.before.clear()
    assert states() == {"claimed": 1}
    minute(MORNING + timedelta(minutes=5))
    assert states() == {"claimed": 1}  # perhaps somebody is still at it
    minute(MORNING + sending.LEASE + timedelta(minutes=1))
    assert states() == {"unknown": 1}
    assert servers.TAKEN == []
    assert len(traced("notice:mail:unknown")) == 1


def test_what_is_due_to_one_person_goes_in_one_envelope_with_a_line_of_trace_for_each() -> None:
    one, other = reader(), reader()
    keys = [message(to).pk for to in (one, one, other)]
    minute()
    assert sorted(mail.to[0] for mail in servers.TAKEN) == sorted([one.email, other.email])
    assert traced("notice:mail:sent") == [(one.pk, keys[0]), (one.pk, keys[1]), (other.pk, keys[2])]
    assert len(traced("notice:page:put")) == 3
    minute(MORNING + timedelta(hours=1))
    assert len(servers.TAKEN) == 2


def test_a_refused_mail_is_tried_again_ever_more_rarely_and_then_given_up() -> None:
    servers.before.append(servers.refusing(450))
    message(reader())
    now = MORNING
    minute(now)
    for tries, wait in enumerate(sending.WAITS, start=1):
        row = Delivery.objects.get()
        assert (row.state, row.tries, row.due_at) == ("waiting", tries, now + wait)
        minute(now + wait - timedelta(seconds=1))
        assert Delivery.objects.get().tries == tries
        now += wait
        minute(now)
    assert states() == {"given_up": 1}
    assert len(traced("notice:mail:given-up")) == 1


def test_an_address_that_the_server_does_not_know_is_given_up_at_once_and_the_next_one_is_not() -> None:
    first, second = reader(), reader()
    message(first)
    message(second)
    servers.before.append(lambda one: servers.refusing(550)(one) if one.to == [first.email] else None)
    minute()
    assert [mail.to for mail in servers.TAKEN] == [[second.email]]
    assert dict(Delivery.objects.values_list("person", "state")) == {first.pk: "given_up", second.pk: "sent"}


def test_a_letter_with_a_fault_keeps_no_other_waiting() -> None:
    first, second, third = reader(), reader(), reader()
    for to in (first, second, third):
        message(to)
    Person.objects.filter(pk=first.pk).update(email="a@example.org\nBcc: b@example.org")

    def fails(one: EmailMessage) -> None:
        one.message()  # as a server would ask for it
        if one.to == [second.email]:
            raise RuntimeError("a fault")

    servers.before.append(fails)
    minute()
    assert [mail.to for mail in servers.TAKEN] == [[third.email]]
    told = dict(Delivery.objects.values_list("person", "state"))
    assert told == {first.pk: "given_up", second.pk: "unknown", third.pk: "sent"}


def test_a_server_that_is_down_costs_nobody_a_try(settings) -> None:
    message(reader())
    settings.EMAIL_BACKEND = "tests.slices.mail.servers.Unreachable"
    for n in range(10):
        minute(MORNING + n * sending.SERVER_IS_BACK)
    assert list(Delivery.objects.values_list("state", "tries")) == [("waiting", 0)]
    settings.EMAIL_BACKEND = "tests.slices.mail.servers.Server"
    minute(MORNING + timedelta(hours=2))
    assert states() == {"sent": 1}


def test_a_line_that_breaks_in_the_middle_leaves_it_unknown() -> None:
    message(reader())
    servers.before.append(servers.breaking)
    minute()
    assert states() == {"unknown": 1}


def test_a_message_is_sorted_once_and_those_of_before_stay_as_they_are() -> None:
    to = reader()
    old = message(to)
    Message.objects.filter(pk=old.pk).update(sorted_at=w.moment("2026-03-01"))
    at_once(lambda: sorting.sort(), 3)
    assert not Delivery.objects.exists()
    message(to)
    at_once(lambda: sorting.sort(), 3)
    assert Delivery.objects.count() == 1
