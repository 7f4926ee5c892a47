"""The pages of the pool of experts. Who is in it is known to staff only, and to each expert of themselves."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.list_pages import list_page
from keguan.components.lists import Column
from keguan.components.status import Crumb, Line
from keguan.components.things import Act, Section, thing_page
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.registers.codes.queries import names_of
from keguan.registers.experts import lists, services
from keguan.registers.experts.applying import MAY_APPLY
from keguan.registers.experts.deeds import MOVES
from keguan.registers.experts.freshness import is_stale, owed_on
from keguan.registers.experts.identity import named, open_questions
from keguan.registers.experts.models import Absence, Expert, Work
from keguan.registers.experts.rights import (
    KEEPS_POOL,
    SEES_EXPERTS,
    can_see_expert,
    experts_visible_to,
    keeps_or_is_expert,
)
from keguan.registers.organisations.queries import regions_said
from keguan.registers.parties.lists import person_href

MOST_WORKS = 10
"""Works shown with the expert; the rest has a list."""


@page(SIGNED_IN)
def experts(request: HttpRequest) -> HttpResponseBase:
    """The pool of experts, as far as this reader may see it."""
    actor = actor_on(request)
    mine = Expert.objects.filter(person=actor.person).values_list("status", flat=True).first()
    acts = [Act(Text("申请入专家库", "Apply for the pool"), reverse("expert_apply"))]
    return list_page(
        request,
        lists.EXPERTS,
        experts_visible_to(actor),
        template="experts/experts.html",
        acts=acts if mine is None or mine in MAY_APPLY else [],
    )


@page(SIGNED_IN)
def expert(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One expert."""
    actor = actor_on(request)
    found = get_object_or_404(Expert.objects.select_related("person__employer"), pk=pk)
    if not can_see_expert(actor, found):
        raise SEES_EXPERTS.refusal()
    employer = found.person.employer
    lines = [
        Line(Text("人员", "Person"), found.person.name, href=reverse("person", args=[found.person_id])),
        Line(Text("工作单位", "Employer"), employer.name if employer else ""),
        Line(Text("学科", "Disciplines"), list(names_of(found.fields).values())),
        Line(Text("关键词", "Keywords"), found.keywords),
        Line(Text("地区", "Region"), regions_said([found.region_code])[found.region_code]),
        Line(Text("同时评审上限", "Most reviews at one time"), found.max_load, "number"),
        Line(Text("年度评审上限", "Most reviews a year"), found.yearly_most, "number") if found.yearly_most else None,
        Line(Text("核实时间", "Verified"), found.verified_at, "moment"),
        *_confirmation(found),
        Line(Text("说明", "Because"), found.because) if found.because else None,
        Line(Text("来源", "Origin"), found.origin) if found.origin else None,
    ]
    crumbs = [Crumb(Text("名录", "Registers"), reverse("registers")), Crumb(lists.EXPERTS.title, reverse("experts"))]
    is_own = found.person_id == actor.person
    # A note beside days away is its expert's own.
    shown = {"since", "until", *(["note"] if is_own else []), *(["drop"] if keeps_or_is_expert(actor, found) else [])}
    works = Work.objects.filter(expert=found)
    latest = list(works[:MOST_WORKS])
    sections = [
        Section(Text("专家", "Expert"), lines),
        Section(
            lists.WORKS.title,
            columns=[lists.WORKS.column(key) for key in ("title", "kind", "year", "keywords", "identifier")],
            rows=latest,
            empty=Text("没有登记成果。", "No works are entered."),
            href=reverse("works", args=[pk]) if latest else "",
            more=Text("全部成果", "All works"),
        ),
        Section(
            Text("不参加评审的时段", "Away"),
            columns=[one for one in lists.ABSENCES if one.key in shown],
            rows=list(Absence.objects.filter(expert=found, until__gte=clock.today())),
            empty=Text("没有登记。", "None entered."),
        ),
    ]
    acts = [
        Act(title, reverse("expert_move", args=[pk, move]))
        for move, (title, _, states) in MOVES.items()
        if KEEPS_POOL.holds(actor) and found.status in states
    ]
    if keeps_or_is_expert(actor, found):
        acts.append(Act(Text("登记成果", "Enter a work"), reverse("work_new", args=[pk])))
        acts.append(Act(Text("更正信息", "Correct the entry"), reverse("expert_correct", args=[pk])))
        acts.append(Act(Text("登记不参加时段", "Enter days away"), reverse("absence_new", args=[pk])))
    if keeps_or_is_expert(actor, found):
        acts.append(Act(Text("评审记录", "Record of reviews"), reverse("expert_merits", args=[pk])))
    if is_own and found.status in services.IN_POOL:
        if found.status in ("active", "suspended"):
            acts.insert(
                0, Act(Text("信息无变化，确认", "Nothing changed: confirm"), reverse("expert_confirm", args=[pk]))
            )
        acts.append(Act(Text("退出专家库", "Leave the pool"), reverse("expert_exit", args=[pk])))
    if is_own and found.status in MAY_APPLY:
        acts.append(Act(Text("重新申请", "Apply again"), reverse("expert_apply")))
    if KEEPS_POOL.holds(actor) and found.status != "left":
        sections.append(_questions(found))
    status = lists.status_of(found)
    return thing_page(request, found.person.name, sections, crumbs=crumbs, status=status, acts=acts)


def _questions(found: Expert) -> Section:
    columns = (
        Column("one", Text("记录", "Entry"), lambda three: named(three[0]), link=lambda three: person_href(three[0])),
        Column("other", Text("可能同一人", "Perhaps the same"), lambda three: named(three[1]), link=lambda three: person_href(three[1])),
        Column("why", Text("依据", "Because of"), lambda three: three[2].said),
        Column("settle", Text("办理", "Settle"), lambda three: Text("合并或认定为两个人", "Merge, or tell apart"), link=lambda three: reverse("duplicates")),
    )  # fmt: skip
    return Section(
        Text("身份待核：无结论前不列入评审", "Open questions of identity: out of panels until they are settled"),
        columns=columns,
        rows=open_questions(found),
    )


def _confirmation(found: Expert) -> list[Line]:
    owed = owed_on(found)
    if owed is None or found.status not in services.IN_POOL:
        return []
    late = Text("已逾期，确认前不列入新的评审", "overdue: left out of new panels until then")
    return [
        Line(Text("最近确认", "Last confirmed"), found.confirmed_on, "day"),
        Line(Text("下次确认不晚于", "To be confirmed by"), owed, "day", note=late if is_stale(found) else ""),
    ]


@page(SIGNED_IN)
def works(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Everything that an expert did, as far as it is entered."""
    actor = actor_on(request)
    found = get_object_or_404(Expert.objects.select_related("person"), pk=pk)
    if not can_see_expert(actor, found):
        raise SEES_EXPERTS.refusal()
    spec = lists.WORKS if keeps_or_is_expert(actor, found) else lists.WORKS_READ
    return list_page(request, spec, Work.objects.filter(expert=found))
