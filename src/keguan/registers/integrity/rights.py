"""Who may see sanctions: a predicate, and a scope that agrees with it."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from keguan.components.access import holding
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.registers.integrity.models import Sanction

SEES_SANCTIONS = holding(Text("查看惩戒记录", "see sanctions"), "registrar", "supervision", "officer")


def _hosts(actor: Actor) -> set[int]:
    return {
        duty.organisation
        for duty in actor.duties
        if duty.role in ("host", "administrator") and duty.organisation is not None
    }


def sanctions_visible_to(actor: Actor) -> QuerySet[Sanction]:
    """All for those who check; otherwise what stands against the reader, or the institution they act for."""
    rows = Sanction.objects.select_related("person", "organisation")
    if actor.is_system or SEES_SANCTIONS.holds(actor):
        return rows
    return rows.filter(Q(person=actor.person, person__isnull=False) | Q(organisation__in=_hosts(actor)))


def can_see_sanction(actor: Actor, sanction: Sanction) -> bool:
    """Whether the sanction is among those that `sanctions_visible_to` lists."""
    if actor.is_system or SEES_SANCTIONS.holds(actor):
        return True
    is_own = sanction.person_id is not None and sanction.person_id == actor.person
    return is_own or sanction.organisation_id in _hosts(actor)
