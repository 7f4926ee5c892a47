"""Making the year on one core: each deed waits for its statement, and the server for the next one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db.backends.signals import connection_created


@contextmanager
def on_one_core() -> Iterator[None]:
    """While this lasts, this process and the local sessions of the database that it opens share one core.

    The two take turns some fifty thousand times, and never work at once. On two cores each turn wakes a sleeping one,
    which took longer than most statements on a virtual machine: 70 s for the year, 46 s on one core. Where
    the system knows no such thing, or the server is another machine or another user's, it stays as it was.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    core = {max(before)}

    def join(sender: object, connection: Any, **_: object) -> None:
        info = connection.connection.info
        if info.host.startswith("/"):  # a socket: only then is the number one of this machine's processes
            with suppress(OSError):
                os.sched_setaffinity(info.backend_pid, core)

    os.sched_setaffinity(0, core)
    connection_created.connect(join)
    try:
        yield
    finally:
        connection_created.disconnect(join)
        os.sched_setaffinity(0, before)
