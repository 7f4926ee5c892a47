"""Payments and pools made up for tests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import count
from typing import Any

from tests.make.organisations import organisation as make_organisation

from keguan.kernel.actors import SYSTEM
from keguan.kernel.money import Money
from keguan.registers.funds import services
from keguan.registers.funds.models import Payment, Pool

_numbers = count(1)


def pool(wan: int = 100, *, programme: str = "key-rd-project", round_code: str | None = None) -> Pool:
    """A pool of so many 万元."""
    return services.open_pool(programme, round_code or f"R{next(_numbers)}", Money.wan(wan), SYSTEM)


def payment(
    wan: int = 10,
    *,
    origin: str | None = None,
    number: int = 1,
    of: Pool | None = None,
    on: date = date(2026, 1, 1),
    apart: Iterable[int] = (),
    **given: Any,
) -> Payment:
    """A tranche of so many 万元, due. on: since when."""
    if "payee" not in given:
        given["payee"] = make_organisation().pk
    tranche = services.Tranche(amount=Money.wan(wan), number=number, **given)
    origin = origin or f"CASE-F{next(_numbers)}"
    return services.record_due(tranche, SYSTEM, origin=origin, on=on, pool=of, apart=apart)
