"""At once, by day, by week, not in quiet hours, and on working days where somebody wishes so."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keguan.casework.message_kinds import KINDS, How
from keguan.doors.mail.models import Wishes
from keguan.doors.mail.wishes import goes_out
from keguan.kernel.clock import BEIJING
from keguan.kernel.workdays import Workdays

CALENDAR = Workdays()
NEW_YEAR = datetime(2026, 1, 1, tzinfo=BEIJING)


def out(way: How, at: str, kind: str = "waits", **wishes: object) -> str:
    moment = datetime.fromisoformat(at).replace(tzinfo=BEIJING)
    found = goes_out(Wishes(**wishes), way, KINDS[kind], moment, CALENDAR)
    return found.astimezone(BEIJING).strftime("%m-%d %H:%M") if found else "never"


@pytest.mark.parametrize(
    ("way", "at", "expected"),
    [
        ("none", "2026-03-17T10:00", "never"),
        ("at_once", "2026-03-17T10:17", "03-17 10:17"),
        ("at_once", "2026-03-17T22:00", "03-18 07:00"),  # the quiet begins
        ("at_once", "2026-03-17T21:59", "03-17 21:59"),
        ("at_once", "2026-03-18T06:59", "03-18 07:00"),
        ("at_once", "2026-03-18T07:00", "03-18 07:00"),  # it is over
        ("daily", "2026-03-17T07:59", "03-17 08:00"),
        ("daily", "2026-03-17T08:00", "03-18 08:00"),
        ("weekly", "2026-03-17T10:00", "03-23 08:00"),  # a Tuesday: next Monday
        ("weekly", "2026-03-23T07:00", "03-23 08:00"),
        ("weekly", "2026-03-23T09:00", "03-30 08:00"),
        ("weekly", "2026-03-22T09:00", "03-23 08:00"),  # a Sunday
    ],
)
def test_it_goes_out_at_the_hour_of_its_way(way: How, at: str, expected: str) -> None:
    assert out(way, at) == expected


@pytest.mark.parametrize(
    ("way", "at", "kind", "expected"),
    [
        ("at_once", "2026-03-21T10:00", "waits", "03-23 08:00"),  # a Saturday
        ("at_once", "2026-03-20T23:00", "waits", "03-23 08:00"),  # a Friday night
        ("at_once", "2026-03-21T10:00", "deadline", "03-21 10:00"),  # what is due soon does not wait
        ("daily", "2026-03-20T10:00", "waits", "03-23 08:00"),
        ("at_once", "2026-05-01T10:00", "waits", "05-06 08:00"),  # Labour Day, and its days in exchange
        ("at_once", "2026-05-09T10:00", "waits", "05-09 10:00"),  # a Saturday worked in exchange
    ],
)
def test_on_working_days_only_it_waits_for_one(way: How, at: str, kind: str, expected: str) -> None:
    assert out(way, at, kind, workdays_only=True) == expected


def test_quiet_hours_may_lie_within_a_day_or_not_be_at_all() -> None:
    assert out("at_once", "2026-03-17T12:30", quiet_from=12, quiet_until=14) == "03-17 14:00"
    assert out("at_once", "2026-03-17T23:30", quiet_from=0, quiet_until=0) == "03-17 23:30"


def test_a_year_whose_holidays_nobody_declared_keeps_no_mail_back() -> None:
    assert out("at_once", "2039-03-19T10:00", workdays_only=True) == "03-21 08:00"


@given(
    at=st.integers(0, 353 * 24 * 60).map(lambda minutes: NEW_YEAR + timedelta(minutes=minutes)),
    way=st.sampled_from(["at_once", "daily", "weekly"]),
    hours=st.tuples(st.integers(0, 23), st.integers(0, 23)),
    workdays_only=st.booleans(),
    kind=st.sampled_from(sorted(KINDS)),
)
def test_it_never_goes_out_before_it_was_written_nor_when_nothing_may(
    at: datetime, way: How, hours: tuple[int, int], workdays_only: bool, kind: str
) -> None:
    wishes = Wishes(quiet_from=hours[0], quiet_until=hours[1], workdays_only=workdays_only)
    found = goes_out(wishes, way, KINDS[kind], at, CALENDAR)
    assert found is not None
    local = found.astimezone(BEIJING)
    assert found >= at
    assert found - at <= timedelta(days=7 + 12)
    quiet = [(hours[0] + n) % 24 for n in range((hours[1] - hours[0]) % 24)]
    assert local.hour not in quiet
    if workdays_only and not KINDS[kind].is_urgent:
        assert CALENDAR.is_workday(local.date())
