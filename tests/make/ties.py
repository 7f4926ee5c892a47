"""Ties made up for tests."""

from __future__ import annotations

from typing import Any

from tests.make.parties import person as make_person

from keguan.kernel.actors import SYSTEM
from keguan.registers.parties.models import Person
from keguan.registers.ties import services
from keguan.registers.ties.models import Tie


def tie(of: Person, kind: str = "dispute", other: Person | None = None, **given: Any) -> Tie:
    """A tie between two people, or with an organisation where one is given."""
    whom = None if "organisation" in given else (other or make_person()).pk
    given = {"source": "本人声明", **given}
    return services.declare(services.NewTie(kind, of.pk, whom, **given), SYSTEM)
