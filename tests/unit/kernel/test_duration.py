from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING, local_date
from keguan.kernel.duration import _MOST, Duration
from keguan.kernel.problems import Problem
from keguan.kernel.workdays import UnknownYear, Workdays

calendar = Workdays()
durations = st.sampled_from(sorted(_MOST)).flatmap(
    lambda unit: st.builds(Duration, st.integers(0, _MOST[unit]), st.just(unit))
)
moments = st.datetimes(datetime(2005, 1, 1), datetime(2025, 6, 1), timezones=st.sampled_from([UTC, BEIJING]))  # noqa: DTZ001 - hypothesis adds the zone


def lasting(text: str) -> Duration:
    duration = Duration.parse(text)
    assert isinstance(duration, Duration), duration
    return duration


def beijing(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BEIJING)  # type: ignore[misc, arg-type]


@given(durations)
def test_a_duration_reads_back_as_it_is_written(duration: Duration) -> None:
    assert Duration.parse(str(duration)) == duration


@pytest.mark.parametrize("text", ["7 workdays", "1 workday", "5 days", "1 day", "3 years", "6 months", "48 hours"])
def test_a_duration_is_written_as_a_programme_wrote_it(text: str) -> None:
    assert str(lasting(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "workdays",
        "7workdays",
        "-1 days",
        "1.5 days",
        "7 weeks",
        "7个工作日",
        "７ days",
        "7 days ago",
        "⑦ days",
    ],
)
def test_any_other_writing_is_refused_with_an_example(text: str) -> None:
    problem = Duration.parse(text)
    assert isinstance(problem, Problem)
    assert problem.code == "duration.unreadable"
    assert problem.value == text
    assert problem.fix is not None
    assert "7 workdays" in problem.fix.zh


@pytest.mark.parametrize("text", ["51 years", "1000 workdays", "999999999 hours"])
def test_a_duration_beyond_any_procedure_is_refused(text: str) -> None:
    problem = Duration.parse(text)
    assert isinstance(problem, Problem)
    assert problem.code == "duration.too_long"


def test_a_programmer_cannot_make_a_duration_that_could_not_be_written() -> None:
    with pytest.raises(ValueError, match="0 to 50 years"):
        Duration(51, "years")
    with pytest.raises(ValueError, match="not -1"):
        Duration(-1, "days")


def test_a_duration_is_said_in_both_languages() -> None:
    assert lasting("7 workdays").said() == Text("7个工作日", "7 working days")
    assert lasting("1 workday").said() == Text("1个工作日", "1 working day")
    assert lasting("48 hours").said() == Text("48小时", "48 hours")
    assert lasting("3 years").said() == Text("3年", "3 years")


def test_seven_workdays_end_at_midnight_after_the_seventh_working_day() -> None:
    noon = beijing(2025, 9, 30, 12)
    assert lasting("7 workdays").after(noon, calendar) == beijing(2025, 10, 17)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("0 days", (2026, 2, 1)),
        ("5 days", (2026, 2, 6)),
        ("1 month", (2026, 3, 1)),
        ("3 months", (2026, 5, 1)),
        ("2 years", (2028, 2, 1)),
        ("0 workdays", (2026, 2, 1)),
    ],
)
def test_the_starting_day_does_not_count_and_the_last_day_is_whole(text: str, end: tuple[int, int, int]) -> None:
    assert lasting(text).after(beijing(2026, 1, 31, 9, 30), calendar) == beijing(*end)


def test_hours_run_from_moment_to_moment() -> None:
    assert lasting("48 hours").after(beijing(2026, 1, 31, 9, 30), calendar) == beijing(2026, 2, 2, 9, 30)


def test_the_day_is_the_day_in_beijing() -> None:
    already_tomorrow = datetime(2026, 3, 1, 16, tzinfo=UTC)
    assert local_date(already_tomorrow) == date(2026, 3, 2)
    assert lasting("1 day").after(already_tomorrow, calendar) == beijing(2026, 3, 4)
    assert lasting("1 day").after(already_tomorrow - timedelta(seconds=1), calendar) == beijing(2026, 3, 3)


@given(st.integers(0, 200), st.sampled_from(["days", "workdays"]), moments)
def test_every_moment_of_one_day_gives_the_same_end_at_midnight(n: int, unit: str, moment: datetime) -> None:
    end = lasting(f"{n} {unit}").after(moment, calendar)
    assert end.utcoffset() == timedelta(hours=8)
    assert (end.hour, end.minute, end.second, end.microsecond) == (0, 0, 0, 0)
    assert end > moment
    start_of_day = datetime.combine(local_date(moment), datetime.min.time(), BEIJING)
    assert lasting(f"{n} {unit}").after(start_of_day, calendar) == end


@given(st.integers(0, 200), moments)
def test_workdays_never_end_before_as_many_days(n: int, moment: datetime) -> None:
    assert lasting(f"{n} workdays").after(moment, calendar) >= lasting(f"{n} days").after(moment, calendar)


@pytest.mark.parametrize("text", ["1 hour", "1 day", "1 workday", "1 month"])
def test_a_naive_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        lasting(text).after(datetime(2026, 1, 1), calendar)  # noqa: DTZ001 - the point of the test


def test_workdays_into_an_unknown_year_are_refused_and_days_are_not() -> None:
    moment = beijing(2026, 12, 30, 9)
    assert lasting("5 days").after(moment, calendar) == beijing(2027, 1, 5)
    known = Workdays()
    with pytest.raises(UnknownYear):
        lasting("300 workdays").after(beijing(2099, 1, 1), known)
