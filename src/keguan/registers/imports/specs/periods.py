"""How published lists print the time a project runs."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from keguan.kernel.bilingual import Text
from keguan.kernel.names import halfwidth
from keguan.kernel.problems import Problem
from keguan.registers.imports.cells import Kept, said, takes
from keguan.registers.imports.grid import Value

_POINT = r"(\d{4})\s*[-./年]\s*(\d{1,2})(?:\s*[-./月]\s*(\d{1,2}))?\s*[日月]?"
_SPAN = re.compile(_POINT + r"\s*(?:[-–—~～至到]|--)\s*" + _POINT)
_ZERO = re.compile(r"0{4}[-./]0{1,2}([-./]0{1,2})?")
_YEARS = re.compile(r"(\d{1,2}(?:\.\d)?)年?")


@dataclass(frozen=True, slots=True)
class Span:
    """A period as printed, and the days it stands for as far as they can be known; both included."""

    given: str
    first: date | None = None
    last: date | None = None

    def __str__(self) -> str:
        return f"{self.first} – {self.last}" if self.first and self.last else self.given


@takes("起止时间，如 2018.01-2020.12", "first and last month or day, such as 2018.01-2020.12")
def span(value: Value) -> Span | Kept:
    """Read `2018.01-2020.12`, `2018-01-01至2020-12-31`; what cannot be read is kept as printed and called odd.

    A month that does not exist (2019.14) still names its year: a beginning counts from January, an end to December.
    """
    given = said(value)
    plain = halfwidth(given, punctuation=True)
    match = _SPAN.fullmatch(plain)
    if match is None or _ZERO.match(plain):
        return Kept(Span(given), _odd(Text("起止时间看不懂", "The period cannot be read"), given))
    first, first_is_odd = _day(match.group(1), match.group(2), match.group(3), is_end=False)
    last, last_is_odd = _day(match.group(4), match.group(5), match.group(6), is_end=True)
    if first is None or last is None or last < first:
        return Kept(Span(given), _odd(Text("起止时间颠倒或不存在", "The period is impossible"), given))
    found = Span(given, first, last)
    if first_is_odd or last_is_odd:
        say = Text("没有这个月份，按该年计", "There is no such month; the year is taken")
        return Kept(found, _odd(say, given))
    return found


def _day(year: str, month: str, day: str | None, *, is_end: bool) -> tuple[date | None, bool]:
    y, m = int(year), int(month)
    if not 1949 <= y <= 2100:
        return None, True
    if not 1 <= m <= 12:
        return (date(y, 12, 31) if is_end else date(y, 1, 1)), True
    days = calendar.monthrange(y, m)[1]
    if day is None:
        return date(y, m, days if is_end else 1), False
    if not 1 <= int(day) <= days:
        return date(y, m, days if is_end else 1), True
    return date(y, m, int(day)), False


@takes("年数，如 3", "a number of years, such as 3")
def years(value: Value) -> str | Kept:
    """A duration in years as printed (`3`, `3年`, `3. 5年`, `2.7`): the days are not known from it."""
    given = said(value)
    plain = "".join(halfwidth(given, punctuation=True).split())
    match = _YEARS.fullmatch(plain)
    if match and 0 < float(match.group(1)) <= 20:
        return f"{match.group(1)}年"
    return Kept(given, _odd(Text("年限看不懂", "The duration cannot be read"), given))


def _odd(say: Text, given: str) -> Problem:
    return Problem("import.odd.period", say, value=given[:80])
