"""Experts made up for tests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.make.parties import person as make_person

from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM
from keguan.registers.experts import services
from keguan.registers.experts.absences import add_absence
from keguan.registers.experts.models import Absence, Expert, Work
from keguan.registers.experts.works import NewWork, add_work
from keguan.registers.parties.models import Person


def expert(
    of: Person | None = None, *, fields: tuple[str, ...] = ("210",), verified: bool = True, **given: Any
) -> Expert:
    """An expert in the pool, verified unless told otherwise."""
    who = of or make_person()
    made = services.nominate(services.Nomination(person=who.pk, fields=fields, **given), SYSTEM)
    return services.verify(made, SYSTEM) if verified else made


def absence(of: Expert, since: date | None = None, until: date | None = None) -> Absence:
    """Days on which an expert takes no reviews, far ahead unless told otherwise."""
    first = since or clock.today() + timedelta(days=500)
    return add_absence(of, first, until or first, "", SYSTEM)


def work(of: Expert, title: str = "棉花节水灌溉技术研究", *, kind: str = "paper", **given: Any) -> Work:
    """A work of an expert."""
    return add_work(of, NewWork(kind, title, **given), SYSTEM)
