"""A cursor whose statements the server plans once per connection and then only executes.

Planning the query of all facts takes PostgreSQL ten times as long as answering it. Django's own cursors send finished
text, which is planned each time; this one sends text and values apart. The plans are generic: every question goes
by a key, and the planner's guesses about particular values are not worth their time.
"""

from __future__ import annotations

from functools import partial
from typing import Any
from weakref import WeakSet

import psycopg
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg.types.numeric import Int8

_ready: WeakSet[Any] = WeakSet()


def cursor(kind: type[psycopg.Cursor[Any]] = psycopg.Cursor) -> CursorWrapper:
    """A cursor on Django's connection, in its transaction; queries are counted and logged as any other.

    kind: psycopg.RawCursor takes PostgreSQL's own places ($1), which spares reading a long text for them each time.
    """
    connection.ensure_connection()
    raw = connection.connection
    if raw not in _ready:
        raw.prepare_threshold = 0
        raw.execute("SET plan_cache_mode = force_generic_plan")
        # A transaction that is rolled back takes the setting back with it.
        transaction.on_commit(partial(_ready.add, raw))
    return connection._prepare_cursor(kind(raw))  # type: ignore[attr-defined]


def stable(value: Any) -> Any:
    """The value with one database type whatever its size: 7 and 70 000 are then the same prepared statement."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Int8(value)
    return [stable(one) for one in value] if isinstance(value, list) else value
