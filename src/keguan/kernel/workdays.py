"""Working days in China: weekends, holidays and the Saturdays worked in exchange (调休), year by year, never guessed.

The State Council announces each year's days late in the year before. Known years come from the package
chinese-calendar; a newer year is declared as data with its notice as the source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem

ONE_DAY = timedelta(days=1)


class UnknownYear(LookupError):  # noqa: N818 - a state of the calendar, not a fault of the program
    """The working days of this year have not been declared."""

    def __init__(self, year: int) -> None:
        super().__init__(f"{self.__doc__} ({year})")
        self.year = year

    @property
    def problem(self) -> Problem:
        """The refusal a reader sees: which year is missing, and the way out."""
        return Problem(
            code="workdays.unknown_year",
            say=Text(
                "{year}年的工作日安排尚未录入，无法推算期限",
                "The working days of {year} are not known yet, so the deadline cannot be computed",
            ).filled(year=self.year),
            value=str(self.year),
            fix=Text(
                "请依据国务院办公厅{year}年部分节假日安排的通知，在 parameters/workdays.yaml 中录入该年并注明来源",
                "Declare {year} in parameters/workdays.yaml, with the State Council's holiday notice as the source",
            ).filled(year=self.year),
        )


@dataclass(frozen=True, slots=True)
class DeclaredYear:
    """One year's notice: weekdays (or weekend days) off, and weekend days worked in exchange.

    Each day lies in that year, or in the December before it (a New Year's holiday may begin there; the loader says
    which year the notice is for). source: the notice. verified: whether somebody compared it with the official text.
    """

    holidays: frozenset[date]
    workdays: frozenset[date]
    source: str
    verified: bool = False

    def __post_init__(self) -> None:
        if both := self.holidays & self.workdays:
            raise ValueError(f"{min(both)} is declared both a holiday and a working day")


@dataclass(frozen=True)
class Workdays:
    """The calendar of working days. A declared year takes the place of the package's.

    Every method raises UnknownYear for a day in a year that is neither known nor declared.
    """

    declared: Mapping[int, DeclaredYear] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for year, notice in self.declared.items():
            for day in notice.holidays | notice.workdays:
                if day.year != year and (day.year, day.month) != (year - 1, 12):
                    raise ValueError(f"{day} does not belong to the notice for {year}")

    def is_workday(self, day: date) -> bool:
        """Whether offices work on this day."""
        # The next year's notice speaks last: it may still change the end of this December.
        for year in (day.year + 1, day.year):
            notice = self.declared.get(year)
            if notice and (day in notice.holidays or day in notice.workdays):
                return day in notice.workdays
        if day.year in self.declared:
            return day.weekday() < 5
        return _known_workday(day)

    def add(self, day: date, n: int) -> date:
        """The n-th working day after `day`, which itself never counts; `day` for 0.

        So a notice published on `day` for 7 working days runs to the end of `add(day, 7)`.
        """
        if n < 0:
            raise ValueError("working days are counted forwards")
        while n:
            day += ONE_DAY
            n -= self.is_workday(day)
        return day

    def count(self, first: date, last: date) -> int:
        """How many working days lie from first to last, both included; 0 if last comes before first."""
        days = (first + ONE_DAY * offset for offset in range((last - first).days + 1))
        return sum(map(self.is_workday, days))

    def on_or_after(self, day: date) -> date:
        """The day itself if offices work, otherwise the next working day (民法典 第二百零三条)."""
        while not self.is_workday(day):
            day += ONE_DAY
        return day


# The package scans its whole table at each question; a deadline asks a dozen.
@lru_cache(maxsize=4096)
def _known_workday(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError as error:
        raise UnknownYear(day.year) from error
