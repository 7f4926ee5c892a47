"""How fast programs may ask: each token, and each network address that comes without one, at a steady pace with a minute's
worth of requests to spend at once.

One row for each who asks, changed in one statement: however many processes answer, they count together.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from keguan.doors.api.models import Pace
from keguan.doors.api.tokens import Bearer
from keguan.doors.web.who import address_of
from keguan.kernel import clock

_WINDOW: Final = timedelta(minutes=1)

_TAKE: Final = """
INSERT INTO api_pace AS pace (who, spent_until) VALUES (%(who)s, %(now)s + %(each)s)
ON CONFLICT (who) DO UPDATE SET spent_until = %(each)s + CASE
    WHEN pace.spent_until > %(now)s + 2 * %(window)s THEN %(now)s
    ELSE greatest(pace.spent_until, %(now)s) END
WHERE pace.spent_until + %(each)s <= %(now)s + %(window)s OR pace.spent_until > %(now)s + 2 * %(window)s
RETURNING spent_until
"""
"""Spend one request: nothing comes back where the minute's worth is spent, and nothing is changed then. Who waited for the
row has an older clock than who changed it; what lies two minutes ahead was written before the clock was put back, and
counts for nothing."""


class AtAPace(BaseThrottle):
    """Holds every route to its pace: by the token where one was shown, by the address otherwise."""

    def __init__(self) -> None:
        # One object serves all threads; what is to be told of a request is its thread's own.
        self._told = threading.local()

    def allow_request(self, request: HttpRequest) -> bool:
        self._told.seconds = wait_before(request)
        return not self._told.seconds

    def wait(self) -> int:
        return int(self._told.seconds)


def limit_for(request: HttpRequest) -> tuple[str, int]:
    """Who asks, and how many requests a minute they have; 0 is no limit."""
    bearer = getattr(request, "auth", None)
    if isinstance(bearer, Bearer):
        return f"token:{bearer.token}", settings.API_TOKEN_PER_MINUTE
    return f"address:{address_of(request)}", settings.API_ADDRESS_PER_MINUTE


def wait_before(request: HttpRequest) -> int:
    """How many seconds the sender has to wait before asking again; 0 where this request may go on, and counts."""
    who, per_minute = limit_for(request)
    if not per_minute:
        return 0
    now, each = clock.now(), _WINDOW / per_minute
    with connection.cursor() as cursor:
        asked: dict[str, Any] = {"who": who, "now": now, "each": each, "window": _WINDOW}
        cursor.execute(_TAKE, asked)
        if cursor.fetchone():
            return 0
    return _seconds_until(Pace.objects.filter(who=who).values_list("spent_until", flat=True).first(), each, now)


def _seconds_until(spent_until: datetime | None, each: timedelta, now: datetime) -> int:
    free_at = (spent_until or now) + each - _WINDOW
    return max(1, ceil((free_at - now).total_seconds()))


def forget_old() -> int:
    """Delete those who have their whole minute's worth again. Returns how many."""
    return Pace.objects.filter(spent_until__lt=clock.now()).delete()[0]
