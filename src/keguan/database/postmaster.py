"""Is there really a server? `postmaster.pid` outlives a killed one, and a zombie still answers to signal 0."""

from __future__ import annotations

import os
from pathlib import Path


def running_pid(cluster: Path) -> int | None:
    """The process id of the server of `cluster`; None if that of `postmaster.pid` is dead, a zombie or a stranger."""
    try:
        pid = abs(int((cluster / "postmaster.pid").read_text().split("\n", 1)[0]))
    except (FileNotFoundError, ValueError):
        return None
    return pid if _serves(pid, cluster) else None


def clear_stale_pid(cluster: Path, sockets: Path) -> None:
    """Remove a `postmaster.pid`, and the lock of the socket, that nobody stands behind.

    PostgreSQL would take a zombie, or a stranger with the recycled number, for a running server and refuse to start.
    Two servers on one cluster remain impossible: it also refuses while the old shared memory has a user.
    """
    if running_pid(cluster) is None:
        (cluster / "postmaster.pid").unlink(missing_ok=True)
        for lock in sockets.glob(".s.PGSQL.*.lock"):
            lock.unlink(missing_ok=True)


def _serves(pid: int, cluster: Path) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    process = Path(f"/proc/{pid}")
    if not process.is_dir():
        return not Path("/proc/self").is_dir()  # no /proc on this system: believe the signal
    try:
        state = (process / "stat").read_text().rpartition(")")[2].split()[0]
        if state in "ZX":
            return False
        return Path(os.readlink(process / "cwd")).resolve() == cluster.resolve()
    except PermissionError:
        return "postgres" in (process / "comm").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
