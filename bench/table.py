"""The table that the bench prints."""

from __future__ import annotations

import platform
from collections.abc import Sequence

from django.db import connection

from bench.measure import Figure, load, pace

UNITS = {"ms": "{:.1f} ms", "s": "{:.1f} s", "queries": "{:.0f}", "%": "{:.1f} %"}
HEADS = ("测量 measured", "数值 figure", "目标 target", "极限 limit", "n × 批", "")


def show(figures: Sequence[Figure]) -> None:
    """Print figure, target and limit side by side, and what the machine was doing."""
    rows = [HEADS, *(_row(one) for one in figures)]
    widths = [max(_width(row[at]) for row in rows) for at in range(len(HEADS))]
    print()
    for row in rows:
        print("  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip())
    print(f"\n{_machine()}")
    print(
        "处理器时间：全部进程之和，含 PostgreSQL；多批取中位数 / processor time of all processes, PostgreSQL included;"
    )
    print(
        "the median over batches. limit: the same SQL sent by pgbench as prepared statements, PostgreSQL's time alone."
    )


def _row(one: Figure) -> tuple[str, ...]:
    unit = UNITS[one.unit]
    met = "" if one.target is None else "✓ " if one.found <= one.target else "✗ "
    return (
        one.what,
        met + unit.format(one.found),
        "" if one.target is None else f"≤ {one.target:g}" + ("" if one.unit == "queries" else f" {one.unit}"),
        "" if one.limit is None else unit.format(one.limit),
        f"{one.n} × {one.batches}" if one.batches > 1 else "1",
        one.note,
    )


def _machine() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (version,) = cursor.fetchone()
    # So that figures of two machines, or of a busy and an idle one, can be compared.
    return (
        f"{load()}; Python {platform.python_version()}, PostgreSQL {version.split()[0]};"
        f" pace: sum(range(100 000)) takes {pace():.2f} ms"
    )


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if ord(char) > 0x2E80 else 1 for char in text)
