"""What is done to the pool by pages: a person is nominated, an entry verified, rested or closed."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.deeds import Given
from keguan.components.fields import Field
from keguan.components.lists import choices_of
from keguan.components.status import Crumb
from keguan.components.typed import read_whole
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.registers.experts import applying, lists, services
from keguan.registers.experts.models import WORK_KINDS, Expert, Work
from keguan.registers.experts.rights import KEEPS_ENTRY, KEEPS_POOL, keeps_or_is_expert
from keguan.registers.experts.works import NewWork, add_work, drop_work
from keguan.registers.parties.models import Person
from keguan.registers.trace.deeds import traced_deed_page

MOVES: dict[str, tuple[Text, bool, tuple[str, ...]]] = {
    "verify": (Text("核实", "Verify"), False, ("candidate", "applied", "suspended")),
    "return": (Text("退回补正", "Return"), True, ("applied",)),
    "refuse": (Text("不予入库", "Refuse"), True, ("applied",)),
    "suspend": (Text("暂停", "Suspend"), True, ("active",)),
    "remove": (Text("移出", "Remove"), True, services.IN_POOL),
}
"""What may become of an entry: how it is called, whether a reason is owed, and from which states it comes."""


KEYWORDS = Field("keywords", "text", Text("关键词", "Keywords"), hint=Text("以逗号分隔", "with commas"), most=500)
FIELDS_HINT = Text(
    "以逗号或空格分隔；GB/T 13745 只写代码，如 210, 520.20，其他分类写作“分类名:代码”，分类名见“分类代码”名录",
    "with commas or blanks; of GB/T 13745 the bare code (210, 520.20), of others its name, a colon and the code; the register of classifications lists them",
)


@page(KEEPS_POOL, methods=("GET", "POST"))
def expert_new(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Nominate a person for the pool."""
    actor, person = actor_on(request), get_object_or_404(Person, pk=pk)
    fields = [
        Field(
            "fields", "text", Text("学科代码", "Disciplines"), required=True, most=200,
            hint=FIELDS_HINT,
        ),
        KEYWORDS,
        Field("region_code", "text", Text("地区代码", "Region"), hint=Text("GB/T 2260，六位", "GB/T 2260, six digits"), most=6),
        Field("max_load", "number", Text("同时评审上限", "Most reviews at one time"), value="10"),
    ]  # fmt: skip

    def do(given: Given) -> tuple[Text, str]:
        codes = given.needed("fields")
        load, region = whole(given, "max_load", 100), region_typed(given)
        given.check()
        made = services.nominate(
            services.Nomination(
                person=person.pk,
                fields=parts(codes),
                keywords=parts(given.text("keywords"), blanks=False),
                region_code=region,
                max_load=load or 10,
            ),
            actor,
        )
        said = Text("已提名：{name}，待核实。", "Nominated: {name}; to be verified.").filled(name=person.name)
        return said, reverse("expert", args=[made.pk])

    title = Text("提名专家：{name}", "Nominate an expert: {name}").filled(name=person.name)
    back = reverse("person", args=[pk])
    return traced_deed_page(request, title, fields, do, button=Text("提名", "Nominate"), back=back, crumbs=crumbs())


@page(KEEPS_POOL, methods=("GET", "POST"))
def expert_move(request: HttpRequest, pk: int, move: str) -> HttpResponseBase:
    """Verify, suspend or close an entry."""
    if move not in MOVES:
        raise Http404
    actor = actor_on(request)
    found = get_object_or_404(Expert.objects.select_related("person"), pk=pk)
    button, needs_reason, _ = MOVES[move]
    back = reverse("expert", args=[pk])
    reason = Field("reason", "text", Text("理由", "Reason"), required=needs_reason, most=500)

    def do(given: Given) -> tuple[Text, str]:
        why = given.needed("reason") if needs_reason else given.text("reason")
        given.check()
        if move == "verify":
            services.verify(found, actor)
        elif move == "return":
            applying.give_back(found, actor, reason=why)
        elif move == "refuse":
            applying.refuse(found, actor, reason=why)
        elif move == "suspend":
            services.suspend(found, actor, reason=why)
        else:
            services.leave(found, actor, reason=why)
        return Text("已办理：{what}，{name}。", "Done: {what}, {name}.").filled(
            what=button, name=found.person.name
        ), back

    title = Text("{what}：{name}", "{what}: {name}").filled(what=button, name=found.person.name)
    fields = [] if move == "verify" else [reason]
    return traced_deed_page(request, title, fields, do, button=button, back=back, crumbs=crumbs())


@page(SIGNED_IN, methods=("GET", "POST"))
def work_new(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Enter a work of an expert: they themselves do it, or who keeps the pool."""
    actor = actor_on(request)
    found = get_object_or_404(Expert.objects.select_related("person"), pk=pk)
    if not keeps_or_is_expert(actor, found):
        raise KEEPS_ENTRY.refusal()
    several = Text("以逗号或分号分隔", "with commas or semicolons")
    fields = [
        Field("kind", "choice", Text("类别", "Kind"), required=True, choices=choices_of(WORK_KINDS)),
        Field("title", "text", Text("题目", "Title"), required=True, most=500),
        Field("authors", "text", Text("作者", "Authors"), hint=several, most=2000),
        Field("year", "number", Text("年份", "Year")),
        Field("identifier", "text", Text("标识", "Identifier"), most=200, hint=Text("DOI、专利号或项目编号", "DOI, patent or project number")),
        Field("keywords", "text", Text("关键词", "Keywords"), hint=several, most=500),
        Field("abstract", "prose", Text("摘要", "Abstract"), most=5000),
    ]  # fmt: skip

    def do(given: Given) -> tuple[Text, str]:
        kind, title = given.needed("kind"), given.needed("title")
        year = read_whole(given.text("year"), "year") if given.text("year") else None
        if isinstance(year, Problem):
            given.problems.append(year)
        elif year is not None and not 1900 <= year <= clock.today().year + 1:
            given.problems.append(Problem("work.year", Text("年份不对。", "No such year."), "year", str(year)))
        if kind and kind not in WORK_KINDS:
            given.problems.append(Problem("work.kind", Text("请选择类别。", "Choose the kind."), "kind", kind))
        given.check()
        new = NewWork(
            kind,
            title,
            given.text("abstract"),
            parts(given.text("keywords"), blanks=False),
            parts(given.text("authors"), blanks=False),
            year if isinstance(year, int) else None,
            source="self" if found.person_id == actor.person else "officer",
            identifier=given.text("identifier"),
        )
        add_work(found, new, actor)
        return Text("已登记。", "Entered."), back

    title = Text("登记成果：{name}", "Enter a work: {name}").filled(name=found.person.name)
    back = reverse("expert", args=[pk])
    return traced_deed_page(request, title, fields, do, button=Text("登记", "Enter"), back=back, crumbs=crumbs())


@page(SIGNED_IN, methods=("GET", "POST"))
def work_drop(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Remove a work that was entered by mistake."""
    actor = actor_on(request)
    work = get_object_or_404(Work.objects.select_related("expert__person"), pk=pk)
    if not keeps_or_is_expert(actor, work.expert):
        raise KEEPS_ENTRY.refusal()
    back = reverse("works", args=[work.expert_id])

    def do(given: Given) -> tuple[Text, str]:
        drop_work(work, actor)
        return Text("已删除。", "Removed."), back

    title = Text("删除成果：{title}", "Remove a work: {title}").filled(title=work.title)
    return traced_deed_page(request, title, [], do, button=Text("删除", "Remove"), back=back, crumbs=crumbs())


def parts(typed: str, *, blanks: bool = True) -> tuple[str, ...]:
    """What was typed as a list, with commas, semicolons or (of codes) blanks."""
    for sign in ("，", "、", "；", ";", *([" ", "　"] if blanks else [])):
        typed = typed.replace(sign, ",")
    return tuple(part.strip() for part in typed.split(",") if part.strip())


def whole(given: Given, name: str, most: int) -> int | None:
    """A whole number from 1 to `most`; None where nothing was typed, or what was typed is none: then a problem is noted."""
    if not given.text(name):
        return None
    read = read_whole(given.text(name), name)
    if isinstance(read, int) and 1 <= read <= most:
        return read
    said = Text("请填 1 至 {most} 的整数。", "A whole number from 1 to {most}, please.").filled(most=most)
    given.problems.append(read if isinstance(read, Problem) else Problem("expert.number", said, name, str(read)))
    return None


def region_typed(given: Given) -> str:
    """The code of a region that there is, or none; a problem is noted for anything else."""
    typed = given.text("region_code")
    if problem := services.region_problem(typed):
        given.problems.append(problem)
    return typed


def crumbs() -> list[Crumb]:
    """The way back to the list."""
    return [Crumb(Text("名录", "Registers"), reverse("registers")), Crumb(lists.EXPERTS.title, reverse("experts"))]
