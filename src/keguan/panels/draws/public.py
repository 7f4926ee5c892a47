"""What anybody sees of draws: the digest before chance is known, and the file after the review."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components.access import PUBLIC, page
from keguan.components.list_pages import list_page
from keguan.components.lists import Column, ListSpec
from keguan.components.status import Crumb, Line
from keguan.components.things import Section, thing_page
from keguan.kernel.bilingual import Text
from keguan.panels.draws.models import Draw
from keguan.panels.draws.pages import chance_lines, status_of

ANNOUNCED = ListSpec(
    name="draws",
    title=Text("专家抽取公告", "Draws of experts"),
    columns=(
        Column(
            "name",
            Text("编号", "Number"),
            lambda one: one.name,
            sort=("name",),
            link=lambda one: reverse("announced_draw", args=[one.name]),
        ),
        Column("round", Text("批次", "Round"), lambda one: one.round.title),
        Column("state", Text("状态", "State"), status_of, "status"),
        Column("fixed", Text("名单封存", "List fixed"), lambda one: one.fixed_at, "moment", sort=("fixed_at",)),
        Column("public", Text("随机数公布", "Value public"), lambda one: one.public_at, "moment", sort=("public_at",)),
        Column("digest", Text("名单摘要", "Digest of the list"), lambda one: one.digest),
    ),
    default_sort="-fixed",
    empty=Text("还没有抽取。", "There is no draw yet."),
)


def announced_draws() -> QuerySet[Draw]:
    """Every draw whose list was fixed, void ones too."""
    return Draw.objects.exclude(digest="").select_related("round").defer("bundle", "outcome")


@page(PUBLIC)
def announced(request: HttpRequest) -> HttpResponseBase:
    """All draws, the latest first."""
    return list_page(request, ANNOUNCED, announced_draws().defer("document", "bundle", "outcome"))


@page(PUBLIC)
def announcement(request: HttpRequest, name: str) -> HttpResponseBase:
    """One draw as it was announced: keep the digest, and compare."""
    found = get_object_or_404(announced_draws(), name=name)
    lines: list[Line | None] = [
        Line(Text("批次", "Round"), found.round.title),
        Line(Text("再次抽取的理由", "Why again"), found.reason, "prose") if found.reason else None,
        Line(Text("办件", "Cases"), len(found.document["cases"]), "number"),
        Line(Text("可抽取的专家", "Eligible experts"), len(found.document["experts"]), "number"),
        Line(Text("封存时间", "Fixed at"), found.fixed_at, "moment"),
        Line(Text("名单摘要（SHA-256）", "Digest of the list (SHA-256)"), found.digest),
        Line(Text("作废理由", "Void because"), found.closed_because, "prose") if found.state == "void" else None,
        Line(Text("结果文件", "The file"), f"{found.name}.json", href=reverse("draw_file", args=[found.name]))
        if found.bundle
        else None,
    ]
    sections = [
        Section(Text("名单", "The list"), lines=lines),
        Section(Text("随机数", "The chance"), lines=chance_lines(found)),
        Section(Text("怎样核验", "How to check"), lines=_checking(found)),
    ]
    crumbs = [Crumb(ANNOUNCED.title, reverse("announced_draws"))]
    return thing_page(request, found.name, sections, crumbs=crumbs, status=status_of(found))


def _checking(found: Draw) -> list[Line | None]:
    value = f" --value '{found.value}'" if found.value else ""
    return [
        None
        if found.bundle
        else Line(
            Text("现在", "Now"),
            Text(
                "记下名单摘要：评审结束后公布的文件应与它相符。",
                "Keep the digest: the file that is published later must have it.",
            ),
        ),
        Line(
            Text("公布之后", "Once it is published"),
            f"keguan draw verify {found.name}.json --digest {found.digest}{value}",
            "code",
        ),
    ]


@page(PUBLIC)
def file(request: HttpRequest, name: str) -> HttpResponseBase:
    """The published file, byte for byte."""
    found = get_object_or_404(Draw.objects.only("bundle"), name=name)
    if not found.bundle:
        raise Http404
    answer = HttpResponse(found.bundle.encode(), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return answer
