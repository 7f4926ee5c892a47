"""No program asks faster than its pace, whichever process answers, and it is told how long to wait."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from tests import make
from tests.slices.api.machine import Machine, token_of

from keguan.doors.api import paces
from keguan.doors.api.models import Pace
from keguan.kernel import clock
from keguan.kernel.clock import clock_at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _few(settings: Any) -> None:
    settings.API_TOKEN_PER_MINUTE, settings.API_ADDRESS_PER_MINUTE = 4, 3


def statuses(machine: Machine, address: str, times: int) -> list[int]:
    return [machine.get(address).status_code for _ in range(times)]


def test_a_token_has_its_minutes_worth_and_gets_it_back_evenly() -> None:
    machine, now = Machine(token_of(make.person())), clock.now()
    with clock_at(now):
        assert statuses(machine, "/api/v1/cases", 5) == [200] * 4 + [429]
    with clock_at(now + timedelta(seconds=15)):
        assert statuses(machine, "/api/v1/cases", 2) == [200, 429]
    with clock_at(now + timedelta(minutes=2)):
        assert statuses(machine, "/api/v1/cases", 5) == [200] * 4 + [429]


def test_the_no_is_the_one_shape_and_says_how_long_to_wait() -> None:
    machine, now = Machine(token_of(make.person())), clock.now()
    with clock_at(now):
        statuses(machine, "/api/v1/cases", 4)
        said = machine.get("/api/v1/cases")
    assert said["Content-Type"] == "application/problem+json"
    assert said["Retry-After"] == "15"
    [problem] = said.json()["problems"]
    assert problem["code"] == "request.too_many"
    assert problem["fix"] == {"zh": "请在 15 秒后再试。", "en": "Try again in 15 s."}
    with clock_at(now + timedelta(seconds=int(said["Retry-After"]))):
        assert machine.get("/api/v1/cases").status_code == 200


def test_tokens_do_not_spend_for_each_other_nor_for_their_address() -> None:
    person, other = make.person(), make.person()
    with clock_at(clock.now()):
        assert statuses(Machine(token_of(person)), "/api/v1/cases", 5)[-1] == 429
        assert statuses(Machine(token_of(other)), "/api/v1/cases", 1) == [200]
        assert statuses(Machine(), "/api/v1/calls", 4) == [200] * 3 + [429]
        elsewhere = Machine(REMOTE_ADDR="192.0.2.7")
        assert statuses(elsewhere, "/common-grants/opportunities", 4) == [200] * 3 + [429]


def test_guessing_tokens_is_held_to_the_pace_of_its_address() -> None:
    with clock_at(clock.now()):
        assert statuses(Machine("keguan_guess"), "/api/v1/cases", 5) == [401] * 3 + [429] * 2


def test_without_a_limit_nothing_is_counted(settings: Any) -> None:
    settings.API_ADDRESS_PER_MINUTE = 0
    assert statuses(Machine(), "/api/v1/calls", 9) == [200] * 9
    assert not Pace.objects.exists()


def test_a_request_that_waited_for_another_does_not_begin_anew() -> None:
    """Its clock was read before the other's, whose spending lies more than a minute ahead of it."""
    now = clock.now()
    with clock_at(now):
        Pace.objects.create(who="address:127.0.0.1", spent_until=now + timedelta(seconds=63))
        assert statuses(Machine(), "/api/v1/calls", 2) == [429, 429]
        Pace.objects.update(spent_until=now + timedelta(days=32))
        assert statuses(Machine(), "/api/v1/calls", 4) == [200] * 3 + [429], "the clock was put back"


def test_who_asks_no_more_is_forgotten() -> None:
    now = clock.now()
    with clock_at(now):
        statuses(Machine(), "/api/v1/calls", 3)
        assert paces.forget_old() == 0
    with clock_at(now + timedelta(minutes=2)):
        assert paces.forget_old() == 1


@pytest.mark.django_db(transaction=True)
def test_who_asks_many_at_once_over_several_connections_gets_no_more() -> None:
    """Each thread has a connection of its own, as each process has."""
    came, ready = list[int](), threading.Barrier(4)

    def ask() -> None:
        try:
            ready.wait(timeout=20)
            came.extend(statuses(Machine(), "/api/v1/calls", 3))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(came) == 12
    # A minute's worth; on a slow machine a request may have come back meanwhile.
    assert 3 <= came.count(200) <= 4
