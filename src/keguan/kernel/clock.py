"""The one place that reads the clock, so that a demo year or a test can live at another time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

BEIJING: Final = ZoneInfo("Asia/Shanghai")
"""Official time everywhere in the country, in Ürümqi too."""

_standing: ContextVar[datetime | None] = ContextVar("keguan_clock", default=None)


def now() -> datetime:
    """This moment, aware, in UTC: the server's clock, or the one set by `clock_at`."""
    return _standing.get() or datetime.now(UTC)


def today() -> date:
    """Today's date in Beijing."""
    return local_date(now())


@contextmanager
def clock_at(moment: datetime) -> Iterator[datetime]:
    """Let the clock stand still at `moment` (aware) inside the block; blocks may be nested.

    It holds for this thread or task only: a new thread starts with the real clock.
    Raises ValueError for a naive datetime.
    """
    token = _standing.set(aware(moment).astimezone(UTC))
    try:
        yield now()
    finally:
        _standing.reset(token)


def local_date(moment: datetime) -> date:
    """The day in Beijing on which `moment` falls. Raises ValueError for a naive datetime."""
    return aware(moment).astimezone(BEIJING).date()


def aware(moment: datetime) -> datetime:
    """The moment itself, if it says its time zone. Raises ValueError otherwise: a naive time is a guess."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment!r} does not say its time zone")
    return moment
