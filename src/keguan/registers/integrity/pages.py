"""The pages of sanctions: all for those who check, and each one's own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.list_pages import list_page
from keguan.components.status import Crumb, Line
from keguan.components.things import Act, Section, thing_page
from keguan.kernel.bilingual import Text
from keguan.registers.integrity import lists
from keguan.registers.integrity.deeds import IMPOSES
from keguan.registers.integrity.models import KINDS, SEVERITIES, Sanction
from keguan.registers.integrity.rights import SEES_SANCTIONS, can_see_sanction, sanctions_visible_to


@page(SIGNED_IN)
def sanctions(request: HttpRequest) -> HttpResponseBase:
    """The sanctions this reader may see."""
    return list_page(request, lists.SANCTIONS, sanctions_visible_to(actor_on(request)))


@page(SIGNED_IN)
def sanction(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One sanction, with the decision it rests on."""
    found = get_object_or_404(Sanction.objects.select_related("person", "organisation"), pk=pk)
    if not can_see_sanction(actor_on(request), found):
        raise SEES_SANCTIONS.refusal()
    href = (
        reverse("person", args=[found.person_id])
        if found.person_id
        else reverse("organisation", args=[found.organisation_id])
    )
    lines = [
        Line(Text("对象", "Against"), lists.subject_of(found), href=href),
        Line(Text("种类", "Kind"), KINDS[found.kind]),
        Line(Text("程度", "Severity"), SEVERITIES[found.severity]),
        Line(Text("起始日", "From"), found.since, "day"),
        Line(Text("截止日", "Until"), found.until or Text("终身", "for life"), note=Text("含当日", "included")),
        Line(Text("文号", "Document"), found.source),
        Line(Text("决定机关", "Decided by"), found.decided_by),
        Line(Text("解除日", "Lifted on"), found.lifted_on, "day") if found.lifted_on else None,
        Line(Text("解除理由", "Lifted because"), found.lifted_because) if found.lifted_because else None,
    ]
    crumbs = [
        Crumb(Text("名录", "Registers"), reverse("registers")),
        Crumb(lists.SANCTIONS.title, reverse("sanctions")),
    ]
    sections = [Section(Text("惩戒", "Sanction"), lines)]
    may_lift = IMPOSES.holds(actor_on(request)) and found.lifted_on is None
    acts = [Act(Text("解除惩戒", "Lift it"), reverse("sanction_lift", args=[pk]))] if may_lift else []
    status = lists.status_of(found)
    return thing_page(request, lists.subject_of(found), sections, crumbs=crumbs, status=status, acts=acts)
