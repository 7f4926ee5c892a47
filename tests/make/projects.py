"""Projects made up for tests."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from tests.make.organisations import organisation as make_organisation

from keguan.kernel.actors import SYSTEM
from keguan.registers.projects import services
from keguan.registers.projects.models import Project

_numbers = count(1)


def project(title: str | None = None, *, origin: str | None = None, **given: Any) -> Project:
    """A project recorded from a case, running from 2026 to 2028 unless told otherwise."""
    number = next(_numbers)
    given.setdefault("number", f"TEST{number:06d}")
    if "host" not in given:
        given["host"] = make_organisation().pk
    given.setdefault("programme", "key-rd-project")
    given.setdefault("first_day", date(2026, 1, 1))
    given.setdefault("last_day", date(2028, 12, 31))
    new = services.NewProject(title=title or f"绿洲节水灌溉关键技术研究之{number}", **given)
    return services.record(new, SYSTEM, origin=origin or f"CASE-{number}")
