from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keguan.kernel.period import Period, add_months, add_years, years_between

days = st.dates(date(1900, 1, 1), date(2200, 12, 31))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    first = draw(st.dates(date(2024, 1, 1), date(2024, 3, 1)))
    length = draw(st.none() | st.integers(0, 40))
    return Period(first, None if length is None else first + timedelta(days=length))


def test_both_ends_belong_to_the_period() -> None:
    march = Period(date(2026, 3, 1), date(2026, 3, 31))
    assert march.contains(date(2026, 3, 1))
    assert march.contains(date(2026, 3, 31))
    assert not march.contains(date(2026, 2, 28))
    assert not march.contains(date(2026, 4, 1))


def test_a_period_without_an_end_goes_on() -> None:
    assert Period(date(2026, 3, 1)).contains(date(2199, 1, 1))
    assert not Period(date(2026, 3, 1)).contains(date(2026, 2, 28))


def test_periods_that_meet_on_one_day_overlap_and_neighbours_do_not() -> None:
    march = Period(date(2026, 3, 1), date(2026, 3, 31))
    assert march.overlaps(Period(date(2026, 3, 31)))
    assert not march.overlaps(Period(date(2026, 4, 1)))


@given(periods(), periods())
def test_two_periods_overlap_exactly_when_they_share_a_day(a: Period, b: Period) -> None:
    window = [date(2024, 1, 1) + timedelta(days=n) for n in range(120)]
    shared = any(a.contains(day) and b.contains(day) for day in window)
    assert a.overlaps(b) == b.overlaps(a) == shared


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        Period(date(2026, 3, 2), date(2026, 3, 1))


def test_a_moment_is_not_a_day() -> None:
    with pytest.raises(TypeError):
        Period(datetime(2026, 3, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_a_shorter_month(day: date, months: int, then: date) -> None:
    assert add_months(day, months) == then


def test_a_leap_day_falls_back_to_28_february() -> None:
    leap_day = date(2024, 2, 29)
    assert add_years(leap_day, 1) == date(2025, 2, 28)
    assert add_years(leap_day, 4) == date(2028, 2, 29)
    assert years_between(leap_day, date(2025, 2, 27)) == 0
    assert years_between(leap_day, date(2025, 2, 28)) == 1
    assert years_between(leap_day, date(2028, 2, 28)) == 3
    assert years_between(leap_day, date(2028, 2, 29)) == 4


def test_a_year_is_full_on_the_birthday_and_not_the_day_before() -> None:
    assert years_between(date(1980, 6, 15), date(2026, 6, 14)) == 45
    assert years_between(date(1980, 6, 15), date(2026, 6, 15)) == 46


@given(days, days)
def test_full_years_are_the_most_that_fit_between_two_days(a: date, b: date) -> None:
    a, b = min(a, b), max(a, b)
    years = years_between(a, b)
    assert add_years(a, years) <= b < add_years(a, years + 1)
    assert years_between(b, a) == -years


@given(days, st.integers(-1200, 1200))
def test_months_keep_their_number_and_their_day_where_it_exists(day: date, months: int) -> None:
    then = add_months(day, months)
    assert (then.year - day.year) * 12 + then.month - day.month == months
    assert then.day == day.day or (then.day < day.day and (then + timedelta(days=1)).day == 1)
