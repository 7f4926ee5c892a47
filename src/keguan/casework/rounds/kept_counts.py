"""Numbers of large rounds: counted at most once a minute, for all who are shown the same.

Counting a hundred thousand cases takes longer than all else of a page, and a minute changes nothing that anybody decides by
them. A page that shows such numbers says as of when they are.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from django.core.cache import cache

COUNTED_ANEW = 1000
"""Up to so many cases are counted whenever somebody looks."""
KEPT = timedelta(minutes=1)


class Counted(Protocol):
    """Numbers of a moment."""

    @property
    def at(self) -> datetime:
        """When they were counted."""

    @property
    def cases(self) -> int:
        """How many cases were counted."""


T = TypeVar("T", bound=Counted)


def once_a_minute(key: str, now: datetime, count: Callable[[], T]) -> T:
    """What was counted under this key within the last minute, or else is counted now.

    key: for all who see the same cases, and for nobody else.
    """
    kept: T | None = cache.get(key)
    if kept is not None and kept.at <= now < kept.at + KEPT:
        return kept
    found = count()
    if found.cases > COUNTED_ANEW:
        cache.set(key, found, KEPT.total_seconds())
    return found
