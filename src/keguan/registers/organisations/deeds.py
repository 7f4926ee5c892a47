"""What is done to organisations by pages: entered, corrected, renamed, put under another, and closed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components import reader
from keguan.components.access import actor_on, holding, page
from keguan.components.deeds import Given, not_one
from keguan.components.fields import Field
from keguan.components.lists import choices_of
from keguan.components.status import Crumb, Line
from keguan.components.things import Act
from keguan.components.typed import posted_revision
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.ids import normal_uscc, uscc_problem
from keguan.kernel.names import halfwidth, normal_name
from keguan.registers.organisations import lists, logic, queries, services
from keguan.registers.organisations.models import HIERARCHIES, KINDS, Organisation, Parent
from keguan.registers.trace.deeds import traced_deed_page

KEEPS_ORGANISATIONS = holding(Text("维护单位名录", "keep the register of organisations"), "registrar")

_NAME = Text("单位名称", "Name")
_FULL_NAME = Text("法人证书上的全称", "the full name as on the certificate")
_EMPTY_IS_TODAY = Text("空白为今日", "empty is today")
_BY_NAME_OR_CODE = Text("单位全称或统一社会信用代码", "full name or credit code")
_PARTICULARS = (
    Field("uscc", "text", Text("统一社会信用代码", "Unified social credit code"), most=40),
    Field("kind", "choice", Text("类别", "Kind"), required=True, choices=tuple(choices_of(KINDS))),
    Field("name_en", "text", Text("英文名称", "English name"), most=300),
    Field(
        "region_code",
        "text",
        Text("行政区划代码", "Region code"),
        hint=Text("GB/T 2260，六位，如 650100（乌鲁木齐市）", "GB/T 2260, six digits, such as 650100 (Ürümqi)"),
        most=6,
    ),
    Field("address", "text", Text("地址", "Address"), most=300),
    Field("founded", "day", Text("成立日期", "Founded")),
)


@page(KEEPS_ORGANISATIONS, methods=("GET", "POST"))
def organisation_new(request: HttpRequest) -> HttpResponseBase:
    """Enter an organisation; one that is in the register already is refused, and shown."""
    actor = actor_on(request)
    apart = Field(
        "apart",
        "yes_no",
        Text("与名录中未填代码的同名单位不是同一单位", "Not the same as the one of this name without a code"),
        required=True,
    )
    typed = normal_name(request.POST.get("name", ""))
    has_namesake = Organisation.objects.filter(normal_name=typed, status="active", uscc=None).exists()
    fields = [Field("name", "text", _NAME, required=True, hint=_FULL_NAME, most=200), *_PARTICULARS]
    if has_namesake:
        fields.append(apart)
    known: list[Line] = []

    def do(given: Given) -> tuple[Text, str]:
        name, kind, founded = given.needed("name"), given.needed("kind"), given.day("founded")
        uscc = given.text("uscc")
        known.extend(_known(name, uscc))
        if uscc and has_namesake and given.text("apart") != "yes":
            given.problems.append(logic.namesake(name))
        given.check()
        made = services.register(
            actor,
            name=name,
            kind=kind,
            uscc=uscc,
            name_en=given.text("name_en"),
            region_code=_region(given),
            address=given.text("address"),
            founded=founded,
        )
        return Text("已登记：{name}。", "Entered: {name}.").filled(name=made.name), lists.href_of(made)

    title = Text("登记单位", "Enter an organisation")
    return traced_deed_page(
        request,
        title,
        fields,
        do,
        button=Text("登记", "Enter"),
        back=reverse("organisations"),
        lines=known,
        crumbs=_crumbs(),
    )


@page(KEEPS_ORGANISATIONS, methods=("GET", "POST"))
def organisation_correct(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Correct or complete what the register says about an organisation."""
    actor, found = actor_on(request), get_object_or_404(Organisation, pk=pk, status="active")
    shown = {name: getattr(found, name) or "" for name in services.CORRECTABLE}
    shown["founded"] = reader.day(found.founded)
    fields = [
        *(replace(one, value=str(shown[one.name])) for one in _PARTICULARS),
        Field("revision", "hidden", Text("版本", "Revision"), str(found.revision)),
    ]

    def do(given: Given) -> tuple[Text, str]:
        kind, founded = given.needed("kind"), given.day("founded")
        given.check()
        services.correct(
            actor,
            found,
            revision=posted_revision(request),
            uscc=given.text("uscc"),
            kind=kind,
            name_en=given.text("name_en"),
            region_code=_region(given),
            address=given.text("address"),
            founded=founded,
        )
        return Text("已更正：{name}。", "Corrected: {name}.").filled(name=found.name), lists.href_of(found)

    title = Text("更正信息：{name}", "Correct the entry: {name}").filled(name=found.name)
    return traced_deed_page(
        request,
        title,
        fields,
        do,
        button=Text("更正", "Correct"),
        back=lists.href_of(found),
        hint=Text("名称变更请办理更名。", "A change of name is entered by renaming."),
        crumbs=_crumbs(found),
    )


@page(KEEPS_ORGANISATIONS, methods=("GET", "POST"))
def organisation_rename(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give an organisation a new name; the former one stays on record and still finds it."""
    actor, found = actor_on(request), get_object_or_404(Organisation, pk=pk, status="active")
    fields = [
        Field("name", "text", Text("新名称", "New name"), required=True, hint=_FULL_NAME, most=200),
        Field("on", "day", Text("更名日期", "In use from"), hint=_EMPTY_IS_TODAY),
    ]

    def do(given: Given) -> tuple[Text, str]:
        name, on = given.needed("name"), given.day("on")
        given.check()
        renamed = services.rename(actor, found, name, on=on)
        said = Text("已更名为{name}，曾用名{before}保留。", "Renamed {name}; the former name {before} stays on record.")
        return said.filled(name=renamed.name, before=found.name), lists.href_of(found)

    title = Text("更名：{name}", "Rename: {name}").filled(name=found.name)
    button = Text("更名", "Rename")
    return traced_deed_page(request, title, fields, do, button=button, back=lists.href_of(found), crumbs=_crumbs(found))


@page(KEEPS_ORGANISATIONS, methods=("GET", "POST"))
def parent_new(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Put an organisation under another one, in one of the two hierarchies."""
    actor, found = actor_on(request), get_object_or_404(Organisation, pk=pk, status="active")
    fields = [
        Field("parent", "text", Text("上级单位", "Stands under"), required=True, hint=_BY_NAME_OR_CODE, most=200),
        Field(
            "hierarchy",
            "choice",
            Text("隶属体系", "Hierarchy"),
            "administrative",
            required=True,
            choices=tuple(choices_of(HIERARCHIES)),
        ),
        Field("since", "day", Text("起始日", "From"), hint=_EMPTY_IS_TODAY),
        Field(
            "until",
            "day",
            Text("截止日", "Until"),
            hint=Text("含当日；空白为至今", "included; empty is until today and on"),
        ),
    ]

    def do(given: Given) -> tuple[Text, str]:
        hierarchy, since, until = given.needed("hierarchy"), given.day("since"), given.day("until")
        given.needed("parent")
        parent = organisation_named(given, "parent")
        given.check()
        if parent is not None:
            services.attach(actor, found, parent, hierarchy=hierarchy, since=since or clock.today(), until=until)
        said = Text("已登记隶属关系：{name}。", "Entered: it stands under {name}.")
        return said.filled(name=parent.name if parent else ""), lists.href_of(found)

    title = Text("登记上级单位：{name}", "Put under another: {name}").filled(name=found.name)
    button = Text("登记", "Enter")
    return traced_deed_page(request, title, fields, do, button=button, back=lists.href_of(found), crumbs=_crumbs(found))


@page(KEEPS_ORGANISATIONS, methods=("GET", "POST"))
def parent_end(request: HttpRequest, pk: int) -> HttpResponseBase:
    """End that an organisation stands under another; the link stays on record."""
    actor = actor_on(request)
    link = get_object_or_404(Parent.objects.select_related("child", "parent"), pk=pk)
    child = link.child
    fields = [
        Field("last_day", "day", Text("最后一日", "Last day"), hint=Text("空白为昨日", "empty is yesterday")),
    ]
    lines = [
        Line(Text("单位", "Organisation"), child.name),
        Line(Text("上级单位", "Stands under"), link.parent.name),
        Line(Text("隶属体系", "Hierarchy"), HIERARCHIES[link.hierarchy]),
        Line(Text("起始日", "From"), link.since, "day"),
        Line(Text("截止日", "Until"), link.until, "day") if link.until else None,
    ]

    def do(given: Given) -> tuple[Text, str]:
        day = given.day("last_day")
        given.check()
        ended = services.detach(actor, link, last_day=day)
        said = Text("已终止隶属关系，最后一日 {day}。", "Ended, last day {day}.")
        return said.filled(day=reader.day(ended.until)), lists.href_of(child)

    title = Text("终止隶属关系", "End a link")
    return traced_deed_page(
        request, title, fields, do, button=title, back=lists.href_of(child), lines=lines, crumbs=_crumbs(child)
    )


@page(KEEPS_ORGANISATIONS, methods=("GET", "POST"))
def organisation_close(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Say that an organisation is no more; its history stays."""
    actor, found = actor_on(request), get_object_or_404(Organisation, pk=pk, status="active")
    fields = [Field("reason", "text", Text("理由和文号", "Reason, and its document"), required=True, most=500)]

    def do(given: Given) -> tuple[Text, str]:
        reason = given.needed("reason")
        given.check()
        services.close(actor, found, reason=reason)
        return Text("已注销：{name}。", "Closed: {name}.").filled(name=found.name), lists.href_of(found)

    title = Text("注销：{name}", "Close: {name}").filled(name=found.name)
    button = Text("注销", "Close")
    return traced_deed_page(request, title, fields, do, button=button, back=lists.href_of(found), crumbs=_crumbs(found))


def organisation_named(given: Given, name: str) -> Organisation | None:
    """The one active organisation that was typed, by its full name or credit code; None where nothing was typed.

    Problem `deed.not_one` if there is none, or more than one.
    """
    typed = given.text(name)
    if not typed:
        return None
    if uscc_problem(typed) is None:
        rows = Organisation.objects.filter(uscc=normal_uscc(typed), status="active")
    else:
        rows = Organisation.objects.filter(normal_name=normal_name(typed), status="active")
    found = list(rows[:2])
    if len(found) == 1:
        return found[0]
    given.problems.append(not_one(name, typed, len(found)))
    return None


def acts_on(actor: Actor, organisation: Organisation) -> list[Act]:
    """What this actor may do to this organisation, with the page where it is done."""
    acts = []
    if KEEPS_ORGANISATIONS.holds(actor) and organisation.status == "active":
        for title, address in (
            (Text("更正信息", "Correct the entry"), "organisation_correct"),
            (Text("更名", "Rename"), "organisation_rename"),
            (Text("登记上级单位", "Put under another"), "parent_new"),
            (Text("并入其他单位", "Merge into another"), "organisation_merge"),
            (Text("注销", "Close"), "organisation_close"),
        ):
            acts.append(Act(title, reverse(address, args=[organisation.pk])))
    # The page of the other register asks for its right itself; here only the way to it is shown.
    if any(duty.role == "supervision" for duty in actor.duties):
        acts.append(Act(Text("登记惩戒", "Enter a sanction"), reverse("sanction_organisation", args=[organisation.pk])))
    return acts


def _known(name: str, uscc: str) -> Iterable[Line]:
    """Who bears or bore the name or the code, with the page where they are."""
    found = dict.fromkeys([*queries.matches(name), *queries.matches(uscc)])
    said = Text("名录中已有", "In the register")
    return [
        Line(said, one.name, href=lists.href_of(one), note=one.uscc or Text("未填代码", "no code")) for one in found
    ]


def _region(given: Given) -> str:
    return halfwidth(given.text("region_code"))


def _crumbs(organisation: Organisation | None = None) -> list[Crumb]:
    crumbs = [
        Crumb(Text("名录", "Registers"), reverse("registers")),
        Crumb(lists.ORGANISATIONS.title, reverse("organisations")),
    ]
    return [*crumbs, Crumb(organisation.name, lists.href_of(organisation))] if organisation else crumbs
