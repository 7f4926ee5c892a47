"""Organisations made up for tests."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from stdnum.cn import uscc as code

from keguan.kernel.actors import SYSTEM
from keguan.registers.organisations import services
from keguan.registers.organisations.models import Organisation

_numbers = count(1)


def uscc(number: int | None = None) -> str:
    """A code that checks: its own for each number, a fresh one if none is given."""
    body = f"91650100{next(_numbers) if number is None else number:09d}"
    return body + code.calc_check_digit(body)


def organisation(
    name: str | None = None,
    *,
    kind: str = "university",
    under: Organisation | None = None,
    hierarchy: str = "administrative",
    since: date = date(2000, 1, 1),
    **given: Any,
) -> Organisation:
    """A registered organisation with a code of its own, standing under `under` if one is given."""
    given.setdefault("uscc", uscc())
    given.setdefault("region_code", "650100")
    made = services.register(SYSTEM, name=name or f"天山第{next(_numbers)}大学", kind=kind, **given)
    if under is not None:
        services.attach(SYSTEM, made, under, hierarchy=hierarchy, since=since)
    return made
