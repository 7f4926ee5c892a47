from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from keguan.kernel.clock import BEIJING, clock_at, local_date, now, today

SUMMER = datetime(2026, 7, 1, 12, tzinfo=BEIJING)


def test_now_is_aware_and_close_to_the_servers_clock() -> None:
    assert now().tzinfo is UTC
    assert abs(now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_clock_stands_still_inside_the_block_and_runs_again_after_it() -> None:
    with clock_at(SUMMER) as moment:
        assert now() == moment == SUMMER
        assert now().tzinfo is UTC
        assert today() == date(2026, 7, 1)
    assert abs(now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_blocks_may_be_nested() -> None:
    with clock_at(SUMMER):
        with clock_at(SUMMER + timedelta(days=1)):
            assert now() == SUMMER + timedelta(days=1)
        assert now() == SUMMER


def test_the_clock_runs_again_after_an_error() -> None:
    with pytest.raises(KeyError), clock_at(SUMMER):
        raise KeyError
    assert now() != SUMMER


def test_another_thread_keeps_the_real_clock() -> None:
    seen: list[datetime] = []
    with clock_at(SUMMER):
        thread = threading.Thread(target=lambda: seen.append(now()))
        thread.start()
        thread.join()
    assert seen[0] != SUMMER


def test_a_naive_moment_is_refused() -> None:
    naive = datetime(2026, 7, 1)  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValueError, match="time zone"), clock_at(naive):
        pass
    with pytest.raises(ValueError, match="time zone"):
        local_date(naive)


def test_the_day_changes_at_midnight_in_beijing() -> None:
    assert local_date(datetime(2026, 6, 30, 15, 59, 59, tzinfo=UTC)) == date(2026, 6, 30)
    assert local_date(datetime(2026, 6, 30, 16, tzinfo=UTC)) == date(2026, 7, 1)
