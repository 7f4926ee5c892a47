"""Stretches of whole days, and the calendar's years and months."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Period:
    """From the first to the last day, both included; last is None while no end is known.

    Raises ValueError if it ends before it begins, TypeError if a moment is given where a day is meant.
    """

    first: date
    last: date | None = None

    def __post_init__(self) -> None:
        # A datetime is a date to Python, but the two do not compare.
        if isinstance(self.first, datetime) or isinstance(self.last, datetime):
            raise TypeError("a period runs from day to day: give dates, not moments")
        if self.last is not None and self.last < self.first:
            raise ValueError(f"the period ends on {self.last}, before it begins on {self.first}")

    def contains(self, day: date) -> bool:
        """Whether the day lies in the period."""
        return self.first <= day and (self.last is None or day <= self.last)

    def overlaps(self, other: Period) -> bool:
        """Whether the two share at least one day."""
        return (self.last is None or other.first <= self.last) and (other.last is None or self.first <= other.last)


def add_months(day: date, months: int) -> date:
    """The same day so many months later (earlier if negative); the month's last day where that day is missing.

    Source: 民法典 第二百零二条.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """The same day so many years later; 28 February for a 29 February that is missing."""
    return add_months(day, 12 * years)


def years_between(a: date, b: date) -> int:
    """Full years from a to b, as in a person's age on day b; negative if b comes first.

    Who was born on 29 February completes a year on 28 February of common years.
    """
    if b < a:
        return -years_between(b, a)
    years = b.year - a.year
    return years if years == 0 or add_years(a, years) <= b else years - 1
