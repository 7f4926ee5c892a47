"""Who may see ties, and who keeps them: a predicate, and a scope that agrees with it."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from keguan.components.access import holding
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.registers.ties.models import Tie

SEES_TIES = holding(Text("查看利害关系", "see ties"), "registrar", "supervision", "officer")
KEEPS_TIES = holding(Text("登记和截止利害关系", "enter and end ties"), "registrar", "officer")


def ties_visible_to(actor: Actor) -> QuerySet[Tie]:
    """All for those who check; otherwise one's own declarations: what somebody else said of one stays with those who check."""
    rows = Tie.objects.select_related("person", "other", "organisation", "declared_by")
    if actor.is_system or SEES_TIES.holds(actor):
        return rows
    return rows.filter(_own(actor))


def can_see_tie(actor: Actor, tie: Tie) -> bool:
    """Whether the tie is among those that `ties_visible_to` lists."""
    if actor.is_system or SEES_TIES.holds(actor):
        return True
    return actor.person is not None and actor.person == tie.declared_by_id


def _own(actor: Actor) -> Q:
    return Q(declared_by=actor.person, declared_by__isnull=False)


def may_declare(actor: Actor, person: int) -> bool:
    """Whether the actor may enter ties of this person: their own, or as who keeps them."""
    return KEEPS_TIES.holds(actor) or actor.person == person
