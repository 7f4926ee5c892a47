from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keguan.kernel.workdays import DeclaredYear, UnknownYear, Workdays

calendar = Workdays()
days = st.dates(date(2004, 1, 1), date(2026, 10, 1))

INVENTED_2099 = DeclaredYear(
    holidays=frozenset({date(2098, 12, 31), date(2099, 1, 1)}),
    workdays=frozenset({date(2098, 12, 27), date(2099, 1, 3)}),
    source="an invented notice",
)


def test_national_day_2025_is_eight_days_with_two_days_worked_in_exchange() -> None:
    off = [date(2025, 10, 1) + timedelta(days=n) for n in range(8)]
    assert not any(map(calendar.is_workday, off))
    assert calendar.is_workday(date(2025, 9, 28))  # a Sunday
    assert calendar.is_workday(date(2025, 9, 30))
    assert calendar.is_workday(date(2025, 10, 9))
    assert calendar.is_workday(date(2025, 10, 11))  # a Saturday
    assert not calendar.is_workday(date(2025, 10, 12))


def test_spring_festival_2026_is_paid_for_with_two_saturdays() -> None:
    assert calendar.is_workday(date(2026, 2, 14))  # a Saturday
    assert calendar.is_workday(date(2026, 2, 28))  # a Saturday
    assert not any(calendar.is_workday(date(2026, 2, day)) for day in range(15, 24))
    assert calendar.is_workday(date(2026, 2, 24))


def test_seven_working_days_over_national_day_end_on_the_17th() -> None:
    assert calendar.add(date(2025, 9, 30), 7) == date(2025, 10, 16)
    assert calendar.add(date(2025, 9, 29), 7) == date(2025, 10, 15)


def test_the_starting_day_never_counts_working_or_not() -> None:
    friday, saturday = date(2026, 3, 6), date(2026, 3, 7)
    assert calendar.add(friday, 1) == calendar.add(saturday, 1) == date(2026, 3, 9)
    assert calendar.add(saturday, 0) == saturday


def test_a_last_day_that_is_a_holiday_moves_to_the_next_working_day() -> None:
    assert calendar.on_or_after(date(2025, 10, 1)) == date(2025, 10, 9)
    assert calendar.on_or_after(date(2025, 10, 9)) == date(2025, 10, 9)


@given(days, st.integers(1, 40))
def test_the_nth_working_day_is_a_working_day_with_n_counted(day: date, n: int) -> None:
    end = calendar.add(day, n)
    assert calendar.is_workday(end)
    assert calendar.count(day + timedelta(days=1), end) == n


@given(days, st.integers(0, 20), st.integers(0, 20))
def test_working_days_add_up(day: date, a: int, b: int) -> None:
    assert calendar.add(calendar.add(day, a), b) == calendar.add(day, a + b)


def test_counting_includes_both_ends_and_nothing_backwards() -> None:
    assert calendar.count(date(2026, 3, 2), date(2026, 3, 6)) == 5
    assert calendar.count(date(2026, 3, 2), date(2026, 3, 2)) == 1
    assert calendar.count(date(2026, 3, 6), date(2026, 3, 2)) == 0


@pytest.mark.parametrize("day", [date(2003, 12, 31), date(2099, 1, 5)])
def test_an_unknown_year_is_refused_with_the_way_out_and_never_guessed(day: date) -> None:
    with pytest.raises(UnknownYear) as refused:
        calendar.is_workday(day)
    problem = refused.value.problem
    assert refused.value.year == day.year
    assert problem.code == "workdays.unknown_year"
    assert str(day.year) in problem.say.zh
    assert str(day.year) in problem.say.en
    assert problem.fix is not None
    assert "parameters/workdays.yaml" in problem.fix.zh
    assert "parameters/workdays.yaml" in problem.fix.en


def test_a_period_that_runs_into_an_unknown_year_is_refused() -> None:
    with pytest.raises(UnknownYear, match="2099"):
        Workdays({2098: INVENTED_2098}).add(date(2098, 12, 30), 3)


INVENTED_2098 = DeclaredYear(holidays=frozenset({date(2098, 1, 1)}), workdays=frozenset(), source="an invented notice")


def test_a_declared_year_is_known() -> None:
    declared = Workdays({2099: INVENTED_2099})
    assert not declared.is_workday(date(2099, 1, 1))
    assert declared.is_workday(date(2099, 1, 3))  # a Saturday, declared as worked
    assert declared.is_workday(date(2099, 1, 5))
    assert not declared.is_workday(date(2099, 1, 10))  # a Saturday


def test_the_next_years_notice_may_still_change_this_december() -> None:
    both = Workdays({2098: INVENTED_2098, 2099: INVENTED_2099})
    assert Workdays({2098: INVENTED_2098}).is_workday(date(2098, 12, 31))
    assert not both.is_workday(date(2098, 12, 31))
    assert both.is_workday(date(2098, 12, 27))  # a Saturday


def test_a_declared_year_takes_the_place_of_the_known_one() -> None:
    changed = Workdays({2025: DeclaredYear(frozenset({date(2025, 3, 3)}), frozenset(), "an invented amendment")})
    assert calendar.is_workday(date(2025, 3, 3))
    assert not changed.is_workday(date(2025, 3, 3))
    assert changed.is_workday(date(2025, 10, 1))


def test_a_notice_cannot_speak_of_another_year_or_call_a_day_both() -> None:
    with pytest.raises(ValueError, match="does not belong"):
        Workdays({2099: DeclaredYear(frozenset({date(2098, 11, 30)}), frozenset(), "x")})
    with pytest.raises(ValueError, match="both"):
        DeclaredYear(frozenset({date(2099, 1, 1)}), frozenset({date(2099, 1, 1)}), "x")


def test_working_days_are_not_counted_backwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        calendar.add(date(2026, 3, 2), -1)
