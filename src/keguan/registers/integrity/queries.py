"""What every gate asks before it lets somebody through."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from keguan.registers.integrity.models import Sanction


def active_sanctions(person_ids: Iterable[int], org_ids: Iterable[int], on: date) -> QuerySet[Sanction]:
    """The sanctions in force on this day against any of these people or organisations.

    A sanction that was lifted later was in force before: asked about an earlier day, it is in here.
    """
    subject = Q(person__in=list(person_ids)) | Q(organisation__in=list(org_ids))
    in_force = Q(since__lte=on) & (Q(until__isnull=True) | Q(until__gte=on))
    not_lifted = Q(lifted_on__isnull=True) | Q(lifted_on__gt=on)
    return Sanction.objects.filter(subject, in_force, not_lifted).select_related("person", "organisation")
