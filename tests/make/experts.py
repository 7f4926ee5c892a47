"""Experts made up for tests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.make.parties import person as make_person

from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM
from keguan.registers.experts import services
from keguan.registers.experts.absences import add_absence
from keguan.registers.experts.models import Absence, Expert, Merit, Work
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


def merit(of: Expert, programme: str = "key-rd-project", **given: Any) -> Merit:
    """An entry of an expert's record of reviews."""
    what = {"days_early": 2, "criteria": 6, "remarks": 3, "characters": 120, "deviation": 150} | given
    return Merit.objects.create(
        expert=of, key=f"{Merit.objects.count()}", programme=programme, round_code="R-1", closed_at=clock.now(), **what
    )


def work(of: Expert, title: str = "棉花节水灌溉技术研究", *, kind: str = "paper", **given: Any) -> Work:
    """A work of an expert."""
    return add_work(of, NewWork(kind, title, **given), SYSTEM)
