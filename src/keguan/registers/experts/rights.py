"""Who may see the pool, and who keeps an entry."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from keguan.components.access import Right, holding
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.registers.experts.models import Expert

SEES_EXPERTS = holding(Text("查看专家库", "see the pool of experts"), "registrar", "supervision", "officer")
KEEPS_POOL = holding(Text("维护专家库", "keep the pool of experts"), "registrar", "officer")
KEEPS_ENTRY: Right = holding(Text("维护该专家的信息", "keep this expert's entry"), "registrar", "officer")

IS_EXPERT: Right = holding(
    Text("办理本人的专家库记录", "see to one's own entry in the pool"),
    given_by=Text("只有本人能办理。", "Only the expert themself can."),
)


def experts_visible_to(actor: Actor) -> QuerySet[Expert]:
    """All for staff; their own entry for everybody else."""
    mine = Q() if SEES_EXPERTS.holds(actor) else Q(person=actor.person)
    return Expert.objects.filter(mine).select_related("person__employer")


def can_see_expert(actor: Actor, expert: Expert) -> bool:
    """Whether the entry is among those that `experts_visible_to` lists."""
    return SEES_EXPERTS.holds(actor) or (actor.person is not None and expert.person_id == actor.person)


def keeps_or_is_expert(actor: Actor, expert: Expert) -> bool:
    """Whether the actor keeps the pool, or the entry is their own."""
    return KEEPS_POOL.holds(actor) or (actor.person is not None and expert.person_id == actor.person)
