"""Sanctions made up for tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.make.parties import person as make_person

from keguan.kernel.actors import SYSTEM
from keguan.registers.integrity import services
from keguan.registers.integrity.models import Sanction


def sanction(**given: Any) -> Sanction:
    """A serious bar from applying for 2026 to 2028, against a fresh person unless somebody is given."""
    if "person" not in given and "organisation" not in given:
        given["person"] = make_person().pk
    given.setdefault("kind", "bar_applying")
    given.setdefault("severity", "serious")
    given.setdefault("since", date(2026, 1, 1))
    given.setdefault("until", date(2028, 12, 31))
    given.setdefault("source", "科监〔2026〕1号")
    given.setdefault("decided_by", "自治区科技厅")
    given.setdefault("for_life", given["until"] is None)
    return services.impose(services.NewSanction(**given), SYSTEM)
