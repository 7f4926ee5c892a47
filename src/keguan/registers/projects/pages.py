"""The pages of the project register. What is here was published; everybody who is signed in may read it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components.access import SIGNED_IN, page
from keguan.components.list_pages import list_page
from keguan.components.lists import Column
from keguan.components.status import Crumb, Line
from keguan.components.things import Section, thing_page
from keguan.kernel.bilingual import Text
from keguan.registers.projects import lists
from keguan.registers.projects.models import GRAMMARS, MEMBER_ROLES, ODDITIES, Membership, Project, Restatement


@page(SIGNED_IN)
def projects(request: HttpRequest) -> HttpResponseBase:
    """The register of projects."""
    return list_page(request, lists.PROJECTS, Project.objects.select_related("host", "principal"))


@page(SIGNED_IN)
def project(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One project as its source prints it, with its members and its other printings."""
    found = get_object_or_404(Project.objects.select_related("host", "principal"), pk=pk)
    members = Membership.objects.filter(project=found).select_related("person").order_by("-role", "person__pinyin")
    sections = [
        Section(Text("基本信息", "Particulars"), _lines(found)),
        Section(
            Text("成员", "Members"),
            columns=(
                Column("name", Text("姓名", "Name"), lambda row: row.person.name),
                Column("role", Text("角色", "Role"), lambda row: MEMBER_ROLES[row.role]),
            ),
            rows=list(members),
        ),
        Section(
            Text("同一来源中的重复刊载", "Printed again in the same source"),
            columns=(
                Column("source", Text("来源", "Source"), lambda row: row.source),
                Column("title", Text("名称", "Title"), lambda row: row.title),
                Column("host", Text("单位", "Host"), lambda row: row.host_name_as_given),
                Column("amount", Text("经费", "Grant"), lambda row: row.amount_fen, "money"),
            ),
            rows=list(Restatement.objects.filter(project=found)[:50]),
        ),
    ]
    crumbs = [Crumb(Text("名录", "Registers"), reverse("registers")), Crumb(lists.PROJECTS.title, reverse("projects"))]
    return thing_page(request, found.title, sections, crumbs=crumbs, status=lists.status_of(found))


def _lines(found: Project) -> list[Line | None]:
    as_given = found.host_name_as_given if found.host_name_as_given != found.host.name else ""
    return [
        Line(Text("编号", "Number"), found.number, note=GRAMMARS[found.number_grammar]),
        Line(Text("计划", "Programme"), found.programme),
        Line(Text("类型", "Kind"), found.kind) if found.kind else None,
        Line(
            Text("承担单位", "Host"),
            found.host.name,
            href=reverse("organisation", args=[found.host_id]),
            note=Text("原文：{name}", "as printed: {name}").filled(name=as_given) if as_given else "",
        ),
        Line(Text("负责人", "Principal"), lists.principal_of(found)),
        Line(Text("经费", "Grant"), found.amount_fen, "money"),
        Line(Text("立项年度", "Approved"), found.approved_year),
        Line(Text("起始日", "First day"), found.first_day, "day"),
        Line(Text("截止日", "Last day"), found.last_day, "day", note=found.period_as_given),
        Line(Text("验收评价", "Evaluation"), found.evaluation) if found.evaluation else None,
        Line(Text("来源", "Source"), found.source),
        Line(Text("办件", "Case"), found.origin) if found.origin else None,
        Line(
            Text("存疑", "Odd"),
            [ODDITIES.get(code, code) for code in found.odd],
            note=Text("来源行的异常", "what was odd about the source row"),
        )
        if found.odd
        else None,
    ]
