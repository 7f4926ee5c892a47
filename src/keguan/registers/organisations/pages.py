"""The pages of the organisation register. What is here is open to everybody who is signed in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.list_pages import list_page
from keguan.components.lists import Column, href_to
from keguan.components.status import Crumb, Line
from keguan.components.things import Section, thing_page
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.registers.organisations import lists
from keguan.registers.organisations.deeds import KEEPS_ORGANISATIONS, acts_on
from keguan.registers.organisations.models import HIERARCHIES, KINDS, FormerName, Organisation, Parent
from keguan.registers.organisations.queries import regions_said

SINCE = Column("since", Text("自", "From"), lambda row: row.since, "day")
UNTIL = Column("until", Text("至", "Until"), lambda row: row.until, "day")
_END = Text("终止", "End")
END = Column(
    "end",
    Text("办理", "Do"),
    lambda row: _END if _is_running(row) else "",
    link=lambda row: href_to("parent_end", row.pk) if _is_running(row) else "",
)
HIERARCHY = Column("hierarchy", Text("隶属体系", "Hierarchy"), lambda row: HIERARCHIES[row.hierarchy])


@page(SIGNED_IN)
def organisations(request: HttpRequest) -> HttpResponseBase:
    """The register of organisations."""
    return list_page(
        request,
        lists.ORGANISATIONS,
        Organisation.objects.all(),
        template="organisations/organisations.html",
        may_enter=KEEPS_ORGANISATIONS.holds(actor_on(request)),
    )


@page(SIGNED_IN)
def organisation(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One organisation with its names over time and its place in both hierarchies."""
    actor = actor_on(request)
    found = get_object_or_404(Organisation.objects.select_related("successor"), pk=pk)
    former = FormerName.objects.filter(organisation=found)
    above = Parent.objects.filter(child=found).select_related("parent")
    below = Parent.objects.filter(parent=found, until=None).select_related("child").order_by("child__pinyin")
    sections = [
        Section(Text("基本信息", "Particulars"), _lines(found)),
        Section(
            Text("曾用名", "Former names"),
            columns=(Column("name", Text("名称", "Name"), lambda row: row.name), SINCE, UNTIL),
            rows=list(former),
        ),
        Section(
            Text("上级单位", "Above it"),
            columns=(
                *(_named("parent", Text("上级单位", "Stands under")), HIERARCHY, SINCE, UNTIL),
                *([END] if KEEPS_ORGANISATIONS.holds(actor) else []),
            ),
            rows=list(above),
        ),
        Section(
            Text("下级单位", "Below it"),
            columns=(_named("child", Text("下级单位", "Organisation")), HIERARCHY, SINCE),
            rows=list(below[:50]),
        ),
        Section(
            Text("项目", "Projects"),
            href=f"{reverse('projects')}?host={found.pk}",
            more=Text("查看该单位承担的项目", "See the projects it hosts"),
        ),
    ]
    crumbs = [
        Crumb(Text("名录", "Registers"), reverse("registers")),
        Crumb(lists.ORGANISATIONS.title, reverse("organisations")),
    ]
    status, acts = lists.status_of(found), acts_on(actor, found)
    return thing_page(request, found.name, sections, crumbs=crumbs, status=status, acts=acts)


def _is_running(link: Parent) -> bool:
    return link.until is None or link.until >= clock.today()


def _named(what: str, title: Text) -> Column:
    return Column(what, title, lambda row: getattr(row, what).name, link=lambda row: lists.href_of(getattr(row, what)))


def _lines(found: Organisation) -> list[Line | None]:
    merged = found.successor
    return [
        Line(Text("统一社会信用代码", "Unified social credit code"), found.uscc or Text("未知", "unknown")),
        Line(Text("类别", "Kind"), KINDS[found.kind]),
        Line(Text("英文名称", "English name"), found.name_en) if found.name_en else None,
        Line(Text("行政区划", "Region"), regions_said([found.region_code])[found.region_code]),
        Line(Text("地址", "Address"), found.address),
        Line(Text("成立日期", "Founded"), found.founded, "day"),
        Line(Text("并入", "Merged into"), merged.name, href=lists.href_of(merged)) if merged else None,
        Line(Text("来源", "Origin"), found.origin) if found.origin else None,
    ]
