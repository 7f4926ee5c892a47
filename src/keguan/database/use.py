"""Using the database for a while: the first one in starts the embedded server, the last one out stops it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from keguan.database.places import is_embedded
from keguan.database.supervisor import EmbeddedServer


@contextmanager
def database_in_use() -> Iterator[None]:
    """See that the database answers for this stretch; a database named by KEGUAN_DATABASE_URL is not ours to start.

    A server started by `keguan database start` stays up afterwards. Raises Refused if it cannot start.
    """
    if not is_embedded():
        yield
        return
    server = EmbeddedServer()
    users = server.places.users
    users.parent.mkdir(parents=True, exist_ok=True)
    with users.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        server.start()
        try:
            yield
        finally:
            if not server.places.stay.exists() and _is_alone(file.fileno()):
                server.stop()


def _is_alone(descriptor: int) -> bool:
    """Whether no other process uses the server; the lock of a killed one is released by the kernel."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
