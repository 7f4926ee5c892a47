"""The divisions of GB/T 2260 that the register ships with, kept in step with its data file after each migration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import connections, transaction
from ruamel.yaml import YAML

from keguan.registers.organisations.models import Region

_FILE = Path(__file__).with_name("regions.yaml")


@dataclass(frozen=True, slots=True)
class RegionLine:
    """One line of the data file; see `Region` for the meaning of its fields."""

    code: str
    name: str
    name_en: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str = ""


@lru_cache(maxsize=1)
def shipped() -> tuple[RegionLine, ...]:
    """The lines of the data file."""
    with _FILE.open(encoding="utf-8") as file:
        return tuple(RegionLine(**line) for line in YAML(typ="safe").load(file)["regions"])


@transaction.atomic
def bring_up_to_date(lines: tuple[RegionLine, ...] | None = None) -> int:
    """Write the data file into the register: new lines are added, changed ones corrected, none removed.

    Returns how many rows were written; doing it again writes nothing. Like the tables it comes with the release and is
    nobody's deed, so it has no trace.
    """
    known = {(row.code, row.valid_from): row for row in Region.objects.all()}
    written = 0
    # Closed divisions first: of one code only one row may be open at a time.
    for line in sorted(shipped() if lines is None else lines, key=lambda line: line.valid_to is None):
        row = known.get((line.code, line.valid_from)) or Region(code=line.code, valid_from=line.valid_from)
        wanted = {"name": line.name, "name_en": line.name_en, "valid_to": line.valid_to, "successor": line.successor}
        if row.pk is None or any(getattr(row, field) != value for field, value in wanted.items()):
            for field, value in wanted.items():
                setattr(row, field, value)
            row.save()
            written += 1
    return written


def after_migrating(*, using: str, **_: Any) -> None:
    """Bring the regions up to date once the tables stand (Django's post_migrate signal)."""
    # A migration may have stopped before this table (or gone back beyond it).
    if Region._meta.db_table in connections[using].introspection.table_names():
        bring_up_to_date()
