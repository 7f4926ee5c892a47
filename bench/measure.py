"""Processor time, not wall time: what all the processes of a request cost, read from /proc, in milliseconds.

A machine that does other things at the same time makes every figure somewhat worse (shared caches, shared cores), never
better; the load is printed beside them.
"""

from __future__ import annotations

import os
import time
import timeit
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. unit: "ms" of processor time, "queries" or "s" of processor time.

    target: at most so much, None where nothing was promised. limit: the same work with no program around the SQL.
    n, batches: so many in each of so many batches; `found` is the median over the batches. pace: how fast the machine was
    just then, where figures of different hours are going to be compared.
    """

    what: str
    found: float
    unit: str
    target: float | None = None
    limit: float | None = None
    n: int = 1
    batches: int = 1
    note: str = ""
    pace: float | None = None


def pace() -> float:
    """How fast the machine is at this moment: the milliseconds that `sum(range(100 000))` takes at best."""
    return min(timeit.repeat("sum(range(100_000))", number=1, repeat=10)) * 1000


@dataclass
class Spent:
    """Processor time of one stretch in milliseconds: of this process, of other named ones, and of PostgreSQL."""

    ours: float = 0.0
    theirs: float = 0.0
    postgres: float = 0.0

    @property
    def total(self) -> float:
        return self.ours + self.theirs + self.postgres


@dataclass
class Meter:
    """Reads the clocks of the processes that matter. others: process ids besides this one (the web server's)."""

    others: Sequence[int] = ()
    include_self: bool = True
    postgres: Callable[[], float] = field(default=lambda: postgres_ms())

    def read(self) -> Spent:
        """What has been spent so far."""
        return Spent(
            time.process_time() * 1000 if self.include_self else 0.0,
            sum(tree_ms(pid) for pid in self.others),
            self.postgres(),
        )

    def spent(self, work: Callable[[], Any]) -> Spent:
        """What `work` costs, everywhere."""
        before = self.read()
        work()
        after = self.read()
        return Spent(after.ours - before.ours, after.theirs - before.theirs, after.postgres - before.postgres)

    def each(self, work: Callable[[], Any], *, n: int, batches: int) -> Spent:
        """What one `work` costs: the median over batches, of n each. Warm up before."""

        def batch() -> None:
            for _ in range(n):
                work()

        found = sorted((self.spent(batch) for _ in range(batches)), key=lambda one: one.total)
        middle = found[len(found) // 2]
        return Spent(middle.ours / n, middle.theirs / n, middle.postgres / n)


def ms_of(pid: int) -> float:
    """Processor time of a process and of its children that have ended; 0 for one that is gone."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, words[11:15])) * 1000 / TICKS


def tree_ms(pid: int) -> float:
    """Processor time of a process with all its living and ended children."""
    return ms_of(pid) + sum(tree_ms(child) for child in children(pid))


def children(pid: int) -> list[int]:
    """The children of all threads of a process; none for one that is gone, also while one looks."""
    found: list[int] = []
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            with suppress(FileNotFoundError, ProcessLookupError):
                found += map(int, task.read_text().split())
    return found


_postmaster: dict[str, int] = {}


def postgres_ms() -> float:
    """Processor time of all PostgreSQL processes of the server in use; 0 where it runs on another machine."""
    if "pid" not in _postmaster:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (backend,) = cursor.fetchone()
        _postmaster["pid"] = _parent_of(backend)
    return tree_ms(_postmaster["pid"]) if _postmaster["pid"] else 0.0


def _parent_of(backend: int) -> int:
    try:
        words = Path(f"/proc/{backend}/stat").read_text()
    except FileNotFoundError:
        return 0
    return int(words.rpartition(")")[2].split()[1]) if "postgres" in words else 0


def queries_of(work: Callable[[], Any]) -> int:
    """How many statements `work` sends."""
    return len(statements_of(work))


def statements_of(work: Callable[[], Any]) -> list[tuple[str, Any]]:
    """The statements that `work` sends, with their values."""
    sent: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        work()
    return sent


def load() -> str:
    """The machine, as it is now."""
    one, five, _ = os.getloadavg()
    return f"{os.cpu_count()} cores, load {one:.1f} (5 min: {five:.1f})"
