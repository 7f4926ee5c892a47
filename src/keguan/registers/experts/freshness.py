"""Once a year an expert says whether their entry is still right; one that nobody confirmed is left out of new panels.

How long a confirmation counts is a setting (`KEGUAN_EXPERT_REFRESH_DAYS`). A year is a default of this house: no rule is
known that states a period.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM
from keguan.registers.experts.models import Expert
from keguan.registers.trace import services as trace

REMINDERS = (30, 7, 0)
"""So many days before the day a confirmation is owed, its expert is reminded."""


def period() -> timedelta:
    """How long a confirmation counts."""
    return timedelta(days=settings.EXPERT_REFRESH_DAYS)


def oldest(today: date) -> date:
    """The earliest day of a confirmation that still counts."""
    return today - period()


def fresh(today: date) -> Q:
    """Experts who confirmed their entry within the period."""
    return Q(confirmed_on__gte=oldest(today))


def owed_on(expert: Expert) -> date | None:
    """The last day on which the next confirmation is in time; None where the entry was never verified."""
    return None if expert.confirmed_on is None else expert.confirmed_on + period()


def is_stale(expert: Expert, today: date | None = None) -> bool:
    """Whether an entry of the pool waits for a confirmation that is overdue."""
    owed = owed_on(expert)
    return expert.status == "active" and owed is not None and (today or clock.today()) > owed


@transaction.atomic
def take_due(today: date) -> Mapping[int, list[int]]:
    """Who is to be reminded today, marked as reminded: the people's ids by how many days before. Nobody twice."""
    found: dict[int, list[int]] = {}
    for days in sorted(REMINDERS):
        due = Expert.objects.filter(status="active", confirmed_on__lte=oldest(today) + timedelta(days=days))
        due = due.filter(Q(reminded__isnull=True) | Q(reminded__gt=days)).select_for_update(of=("self",))
        if rows := list(due.order_by("pk").values_list("pk", "person")):
            Expert.objects.filter(pk__in=[pk for pk, _ in rows]).update(reminded=days)
            found[days] = [person for _, person in rows]
            trace.write("experts:pool:reminded", SYSTEM, payload={"days": days, "n": len(rows)})
    return found
