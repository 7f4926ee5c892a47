"""The pages of the pool of experts. Who is in it is known to staff only, and to each expert of themselves."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components.access import SIGNED_IN, actor_on, holding, page
from keguan.components.list_pages import list_page
from keguan.components.status import Crumb, Line
from keguan.components.things import Act, Section, thing_page
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.registers.experts import lists
from keguan.registers.experts.deeds import KEEPS_POOL, MOVES
from keguan.registers.experts.models import Expert
from keguan.registers.organisations.queries import regions_said

SEES_EXPERTS = holding(Text("查看专家库", "see the pool of experts"), "registrar", "supervision", "officer")


def experts_visible_to(actor: Actor) -> QuerySet[Expert]:
    """All for staff; their own entry for everybody else."""
    mine = Q() if SEES_EXPERTS.holds(actor) else Q(person=actor.person)
    return Expert.objects.filter(mine).select_related("person__employer")


@page(SIGNED_IN)
def experts(request: HttpRequest) -> HttpResponseBase:
    """The pool of experts, as far as this reader may see it."""
    return list_page(request, lists.EXPERTS, experts_visible_to(actor_on(request)))


@page(SIGNED_IN)
def expert(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One expert."""
    actor = actor_on(request)
    found = get_object_or_404(Expert.objects.select_related("person__employer"), pk=pk)
    if not SEES_EXPERTS.holds(actor) and found.person_id != actor.person:
        raise SEES_EXPERTS.refusal()
    employer = found.person.employer
    lines = [
        Line(Text("人员", "Person"), found.person.name, href=reverse("person", args=[found.person_id])),
        Line(Text("工作单位", "Employer"), employer.name if employer else ""),
        Line(Text("学科", "Disciplines"), [lists.discipline(code) for code in found.fields]),
        Line(Text("关键词", "Keywords"), found.keywords),
        Line(Text("地区", "Region"), regions_said([found.region_code])[found.region_code]),
        Line(Text("同时评审上限", "Most reviews at one time"), found.max_load, "number"),
        Line(Text("核实时间", "Verified"), found.verified_at, "moment"),
        Line(Text("来源", "Origin"), found.origin) if found.origin else None,
    ]
    crumbs = [Crumb(Text("名录", "Registers"), reverse("registers")), Crumb(lists.EXPERTS.title, reverse("experts"))]
    sections = [Section(Text("专家", "Expert"), lines)]
    acts = [
        Act(title, reverse("expert_move", args=[pk, move]))
        for move, (title, _, states) in MOVES.items()
        if KEEPS_POOL.holds(actor) and found.status in states
    ]
    status = lists.status_of(found)
    return thing_page(request, found.person.name, sections, crumbs=crumbs, status=status, acts=acts)
