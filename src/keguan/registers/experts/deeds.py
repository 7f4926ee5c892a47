"""What is done to the pool by pages: a person is nominated, an entry verified, rested or closed."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components.access import actor_on, holding, page
from keguan.components.deeds import Given
from keguan.components.fields import Field
from keguan.components.status import Crumb
from keguan.components.typed import read_whole
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.registers.experts import lists, services
from keguan.registers.experts.models import Expert
from keguan.registers.parties.models import Person
from keguan.registers.trace.deeds import traced_deed_page

KEEPS_POOL = holding(Text("维护专家库", "keep the pool of experts"), "registrar", "officer")

MOVES: dict[str, tuple[Text, bool, tuple[str, ...]]] = {
    "verify": (Text("核实", "Verify"), False, ("candidate", "suspended")),
    "suspend": (Text("暂停", "Suspend"), True, ("active",)),
    "leave": (Text("退出", "Leave the pool"), False, ("candidate", "active", "suspended")),
}
"""What may become of an entry: how it is called, whether a reason is owed, and from which states it comes."""


@page(KEEPS_POOL, methods=("GET", "POST"))
def expert_new(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Nominate a person for the pool."""
    actor, person = actor_on(request), get_object_or_404(Person, pk=pk)
    fields = [
        Field(
            "fields", "text", Text("学科代码", "Disciplines"), required=True, most=200,
            hint=Text("GB/T 13745，以逗号或空格分隔，如 210, 520.20", "GB/T 13745, with commas or blanks: 210, 520.20"),
        ),
        Field("keywords", "text", Text("关键词", "Keywords"), hint=Text("以逗号分隔", "with commas"), most=500),
        Field("region_code", "text", Text("地区代码", "Region"), hint=Text("GB/T 2260，六位", "GB/T 2260, six digits"), most=6),
        Field("max_load", "number", Text("同时评审上限", "Most reviews at one time"), value="10"),
    ]  # fmt: skip

    def do(given: Given) -> tuple[Text, str]:
        codes = given.needed("fields")
        load = read_whole(given.text("max_load") or "10", "max_load")
        if isinstance(load, Problem):
            given.problems.append(load)
        elif not 1 <= load <= 100:
            said = Text("请填 1 至 100。", "Between 1 and 100, please.")
            given.problems.append(Problem("expert.load", said, "max_load", str(load)))
        given.check()
        made = services.nominate(
            services.Nomination(
                person=person.pk,
                fields=_parts(codes),
                keywords=_parts(given.text("keywords"), blanks=False),
                region_code=given.text("region_code"),
                max_load=load if isinstance(load, int) else 10,
            ),
            actor,
        )
        said = Text("已提名：{name}，待核实。", "Nominated: {name}; to be verified.").filled(name=person.name)
        return said, reverse("expert", args=[made.pk])

    title = Text("提名专家：{name}", "Nominate an expert: {name}").filled(name=person.name)
    back = reverse("person", args=[pk])
    return traced_deed_page(request, title, fields, do, button=Text("提名", "Nominate"), back=back, crumbs=_crumbs())


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
        elif move == "suspend":
            services.suspend(found, actor, reason=why)
        else:
            services.leave(found, actor, reason=why)
        return Text("已办理：{what}，{name}。", "Done: {what}, {name}.").filled(
            what=button, name=found.person.name
        ), back

    title = Text("{what}：{name}", "{what}: {name}").filled(what=button, name=found.person.name)
    fields = [] if move == "verify" else [reason]
    return traced_deed_page(request, title, fields, do, button=button, back=back, crumbs=_crumbs())


def _parts(typed: str, *, blanks: bool = True) -> tuple[str, ...]:
    for sign in ("，", "、", "；", ";", *([" ", "　"] if blanks else [])):
        typed = typed.replace(sign, ",")
    return tuple(part.strip() for part in typed.split(",") if part.strip())


def _crumbs() -> list[Crumb]:
    return [Crumb(Text("名录", "Registers"), reverse("registers")), Crumb(lists.EXPERTS.title, reverse("experts"))]
