"""One's deputies: a duty handed to a colleague from day to day, and taken back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.casework.desks.deputies import hand_to_deputy, roles_apart
from keguan.casework.versions import title_of
from keguan.components import reader
from keguan.components.access import Right, actor_on, page
from keguan.components.deeds import Given, not_one
from keguan.components.fields import Field
from keguan.components.lists import Choice, Column, href_to
from keguan.components.status import Crumb, Line
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.names import normal_name
from keguan.kernel.problems import Problem
from keguan.registers.parties import lists, services
from keguan.registers.parties.logic import no_colleague
from keguan.registers.parties.models import Duty, Person
from keguan.registers.parties.queries import in_force
from keguan.registers.parties.roles import DEPUTISED, role_name
from keguan.registers.trace.deeds import traced_deed_page

TITLE = Text("职责代理", "Deputies")
_TAKE_BACK = Text("收回", "Take back")
_MOST_SHOWN = 50


def may_deputise(actor: Actor) -> bool:
    """Whether the actor holds a duty of their own that a deputy can take."""
    return any(duty.role in DEPUTISED and duty.deputy_for is None for duty in actor.duties)


HANDS_ON = Right(Text("将职责交人代理", "hand a duty to a deputy"), may_deputise)


@page(HANDS_ON, methods=("GET", "POST"))
def deputies(request: HttpRequest) -> HttpResponseBase:
    """Hand a duty to a colleague; below, who deputises and who did."""
    actor = actor_on(request)
    mine = {str(duty.pk): duty for duty in _mine(actor)}
    fields = [
        Field(
            "duty",
            "choice",
            Text("职责", "Duty"),
            next(iter(mine)) if len(mine) == 1 else "",
            required=True,
            choices=tuple(Choice(key, _said(duty)) for key, duty in mine.items()),
        ),
        Field("deputy", "text", Text("代理人姓名", "Name of the deputy"), required=True, most=100, hint=_HINT),
        Field("since", "day", Text("起始日", "From"), required=True, hint=_INCLUDED),
        Field("until", "day", Text("截止日", "Until"), required=True, hint=_INCLUDED),
        Field("reason", "text", Text("理由", "Reason"), required=True, most=500),
    ]

    def do(given: Given) -> tuple[Text, str]:
        duty = mine.get(given.needed("duty"))
        since, until, reason = given.day("since"), given.day("until"), given.needed("reason")
        for name, day in (("since", since), ("until", until)):
            if day is None and not given.text(name):
                given.needed(name)
        if duty is None and given.text("duty"):
            given.problems.append(Problem("deputy.role", Text("请选择一项职责。", "Choose a duty."), "duty"))
        deputy = _colleague(given, duty) if duty else None
        given.check()
        assert duty is not None and deputy is not None and since and until  # noqa: S101, PT018 - checked
        hand_to_deputy(actor, duty, deputy, since=since, until=until, reason=reason)
        if other := roles_apart(duty, deputy, since, until):
            given.ask(_kept_apart(deputy, other), Text("仍交其代理", "Hand it over all the same"))
        said = Text("已交 {name} 代理，{since} 至 {until}。", "{name} deputises from {since} to {until}.")
        return said.filled(name=deputy.name, since=reader.day(since), until=reader.day(until)), reverse("deputies")

    rows = Duty.objects.filter(delegated_from__person=actor.person).select_related("person", "organisation")
    return traced_deed_page(
        request,
        TITLE,
        fields,
        do,
        button=Text("交其代理", "Hand over"),
        back=reverse("todo"),
        hint=_WHAT,
        columns=_COLUMNS,
        rows=list(rows.order_by("-since", "-pk")[:_MOST_SHOWN]),
    )


@page(HANDS_ON, methods=("GET", "POST"))
def deputy_end(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a duty back, at once."""
    actor = actor_on(request)
    rows = Duty.objects.select_related("person", "organisation")
    duty = get_object_or_404(rows, pk=pk, delegated_from__person=actor.person)

    def do(given: Given) -> tuple[Text, str]:
        services.take_back(actor, duty)
        return Text("已收回：{name} 不再代理。", "Taken back: {name} deputises no more.").filled(
            name=duty.person.name
        ), reverse("deputies")

    lines = [
        Line(Text("代理人", "Deputy"), duty.person.name),
        Line(Text("职责", "Duty"), _said(duty)),
        Line(Text("起始日", "From"), duty.since, "day"),
        Line(Text("截止日", "Until"), duty.until, "day"),
    ]
    crumbs = [Crumb(TITLE, reverse("deputies"))]
    return traced_deed_page(
        request, _TAKE_BACK, [], do, button=_TAKE_BACK, back=reverse("deputies"), lines=lines, crumbs=crumbs
    )


def _kept_apart(deputy: Person, roles: list[str]) -> Problem:
    names = [role_name(role) for role in roles]
    held = Text("”“".join(one.zh for one in names), "” and “".join(one.en for one in names))
    said = Text(
        "{name} 在这些日子也是“{held}”。在同一件办件上，代您办理之后就不能再以“{held}”办理；已经以“{held}”办理过的，也不能代您办理。",
        "{name} is “{held}” on these days, too. On a case where they acted for you they cannot act as “{held}” any more, and"
        " where they acted as “{held}” already they cannot act for you.",
    )
    fix = Text("可以另选一位同事；确要由其代理的，请再次确认。", "Choose another colleague, or confirm it.")
    return Problem(
        "deputy.apart", said.filled(name=deputy.name, held=held), "deputy", " ".join([str(deputy.pk), *roles]), fix=fix
    )


def _mine(actor: Actor) -> list[Duty]:
    rows = Duty.objects.filter(in_force(), person=actor.person, role__in=DEPUTISED, delegated_from__isnull=True)
    return list(rows.select_related("person", "organisation").order_by("role", "pk"))


def _colleague(given: Given, duty: Duty) -> Person | None:
    """The one colleague of this name."""
    name, home = given.needed("deputy"), duty.organisation_id or duty.person.employer_id
    wanted = normal_name(name)
    found = list(Person.objects.filter(normal_name=wanted, employer=home, merge__isnull=True)[:2]) if wanted else []
    if len(found) != 1 and name:
        is_elsewhere = wanted and not found and Person.objects.filter(normal_name=wanted, merge__isnull=True).exists()
        given.problems.append(no_colleague(name[:80]) if is_elsewhere else not_one("deputy", name, len(found)))
    return found[0] if len(found) == 1 else None


def _said(duty: Duty) -> Text:
    role = role_name(duty.role)
    if duty.organisation is None and not duty.programme:
        return role
    body = duty.organisation.name if duty.organisation else title_of(duty.programme)
    return Text("{role} · {body}", "{role} · {body}").filled(role=role, body=body)


def _can_end(duty: Duty) -> bool:
    return duty.until is not None and duty.until >= clock.today() and duty.until >= duty.since


_HINT = Text("同一单位的同事，写名录中的姓名", "a colleague of the same organisation, as the register writes the name")
_INCLUDED = Text("含当日；写成 2026-11-22 这样", "this day included; write it like 2026-11-22")
_WHAT = Text(
    "代理人在这些日子以您的职责办理，痕迹写明“代”您；到期自行结束，您的职责结束时也随之结束，不能再转交。您自己仍可办理。",
    "On these days the deputy acts with your duty, and the trace says “for” you. It ends by itself, and with your own duty; it is"
    " not handed on. You may go on acting yourself.",
)
_COLUMNS = (
    Column("deputy", Text("代理人", "Deputy"), lambda one: one.person.name),
    Column("duty", Text("职责", "Duty"), _said),
    lists.SINCE,
    lists.UNTIL,
    Column("reason", Text("理由", "Reason"), lambda one: one.reason),
    lists.STATE,
    Column(
        "end",
        Text("办理", "Do"),
        lambda one: _TAKE_BACK if _can_end(one) else "",
        link=lambda one: href_to("deputy_end", one.pk) if _can_end(one) else "",
    ),
)
