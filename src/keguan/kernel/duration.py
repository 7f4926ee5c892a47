"""Lengths of time as programmes write them (`7 workdays`), and the moment at which they end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, cast

from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING, aware, local_date
from keguan.kernel.period import add_months, add_years
from keguan.kernel.problems import Problem
from keguan.kernel.workdays import ONE_DAY, Workdays

Unit = Literal["hours", "days", "workdays", "months", "years"]

_MOST: Final[dict[Unit, int]] = {"hours": 9999, "days": 9999, "workdays": 999, "months": 600, "years": 50}
_WORDS: Final[dict[Unit | Literal["minutes"], tuple[str, str]]] = {
    "minutes": ("分钟", "minute"),
    "hours": ("小时", "hour"),
    "days": ("天", "day"),
    "workdays": ("个工作日", "working day"),
    "months": ("个月", "month"),
    "years": ("年", "year"),
}
_WRITTEN: Final = re.compile(r"([0-9]{1,9}) +(hour|day|workday|month|year)s?")


def counted(amount: int, unit: Unit | Literal["minutes"]) -> Text:
    """So many of a unit, as a page shows it: 3 天 / 3 days, 1 小时 / 1 hour."""
    zh, en = _WORDS[unit]
    return Text(f"{amount} {zh}", f"{amount} {en}{'' if amount == 1 else 's'}")


@dataclass(frozen=True, slots=True)
class Duration:
    """So many hours, days, workdays, months or years; str() gives it back as a programme writes it.

    Raises ValueError for a negative amount, or one beyond what any procedure needs (50 years, 999 workdays).
    """

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if not 0 <= self.amount <= _MOST[self.unit]:
            raise ValueError(f"a duration has 0 to {_MOST[self.unit]} {self.unit}, not {self.amount}")

    @classmethod
    def parse(cls, text: str) -> Duration | Problem:
        """Read `7 workdays`, `1 day`, `6 months`, `48 hours`; Problem `duration.unreadable` or `duration.too_long`."""
        found = _WRITTEN.fullmatch(text.strip())
        if found is None:
            return Problem(
                code="duration.unreadable",
                say=Text("无法识别该时长", "This cannot be read as a length of time"),
                value=text[:80],
                fix=Text(
                    "写法：数字、空格、单位（hours、days、workdays、months、years），例如 7 workdays",
                    "Write a number, a space and hours, days, workdays, months or years: 7 workdays",
                ),
            )
        amount, unit = int(found[1]), cast(Unit, found[2] + "s")
        if amount > _MOST[unit]:
            return Problem(
                code="duration.too_long",
                say=Text("时长过长，上限为{most}", "This is too long; the most is {most}").filled(
                    most=cls(_MOST[unit], unit).said()
                ),
                value=text[:80],
                fix=Text("请核对数字和单位", "Check the number and its unit"),
            )
        return cls(amount, unit)

    def __str__(self) -> str:
        return f"{self.amount} {self.unit.removesuffix('s') if self.amount == 1 else self.unit}"

    def said(self) -> Text:
        """The length of time in a sentence: 7个工作日 / 7 working days."""
        said = counted(self.amount, self.unit)
        return Text(said.zh.replace(" ", ""), said.en)

    def after(self, moment: datetime, calendar: Workdays) -> datetime:
        """When a period that starts at `moment` (aware) is over; the first moment that no longer belongs to it.

        Hours run from moment to moment. Everything else ends at 24:00 Beijing time of its last day, the day of
        `moment` not counted, so the answer is 00:00 of the day after. A last day that is a holiday is not moved: where
        the law moves it, ask `calendar.on_or_after`.
        Raises ValueError for a naive moment, UnknownYear where the calendar does not reach.
        Source: 民法典 第二百零一条至第二百零三条.
        """
        if self.unit == "hours":
            return (aware(moment).astimezone(UTC) + timedelta(hours=self.amount)).astimezone(BEIJING)
        last = self._last_day(local_date(moment), calendar)
        return datetime.combine(last + ONE_DAY, time(), BEIJING)

    def before(self, moment: datetime, calendar: Workdays) -> datetime:
        """The moment so long before `moment`, for reminders: hours exactly, all else 00:00 Beijing time of that day.

        Raises ValueError for a naive moment, UnknownYear where the calendar does not reach.
        """
        if self.unit == "hours":
            return (aware(moment).astimezone(UTC) - timedelta(hours=self.amount)).astimezone(BEIJING)
        day = local_date(moment)
        match self.unit:
            case "workdays":
                for _ in range(self.amount):
                    day -= ONE_DAY
                    while not calendar.is_workday(day):
                        day -= ONE_DAY
            case "months":
                day = add_months(day, -self.amount)
            case "years":
                day = add_years(day, -self.amount)
            case _:
                day -= timedelta(days=self.amount)
        return datetime.combine(day, time(), BEIJING)

    def _last_day(self, start: date, calendar: Workdays) -> date:
        match self.unit:
            case "workdays":
                return calendar.add(start, self.amount)
            case "months":
                return add_months(start, self.amount)
            case "years":
                return add_years(start, self.amount)
            case _:
                return start + timedelta(days=self.amount)
