"""Importing the real projects: both published lists, in the database where the round is opened afterwards."""

from __future__ import annotations

from tests.shared_data import FOLDER

from bench.measure import Figure, Meter
from keguan.kernel.actors import SYSTEM
from keguan.registers.imports import services
from keguan.registers.imports.specs import SPECS

FILES = ("nsfc-projects", "national-rd-projects")
TARGET_S = 30.0


def measure() -> Figure | None:
    """What the import costs, once; None where the files are not there. Raises RuntimeError if it is refused."""
    files = {name: FOLDER / f"{name}.csv" for name in FILES}
    if not all(file.is_file() for file in files.values()):
        return None
    rows, seconds = 0, 0.0

    def bring_in() -> None:
        nonlocal rows, seconds
        for name, file in files.items():
            report = services.run(SPECS[name], file, SYSTEM)
            if report.is_refused:
                raise RuntimeError(f"{file}: {report.problems[:3]}")
            rows += report.read
            seconds += report.seconds

    spent = Meter().spent(bring_in)
    note = f"Python {spent.ours / 1000:.1f} + PostgreSQL {spent.postgres / 1000:.1f}; {seconds:.1f} s by the clock"
    return Figure(f"import of {rows} real projects", spent.total / 1000, "s", TARGET_S, note=note)
