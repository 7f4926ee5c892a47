"""What is done to sanctions by pages: imposed on a person or an organisation, and lifted."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components.access import actor_on, holding, page
from keguan.components.deeds import Given
from keguan.components.fields import Field
from keguan.components.lists import Choice, choices_of
from keguan.components.status import Crumb
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.registers.integrity import lists, services
from keguan.registers.integrity.models import KINDS, SEVERITIES, Sanction
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties.models import Person
from keguan.registers.trace.deeds import traced_deed_page

IMPOSES = holding(Text("登记和解除惩戒", "impose and lift sanctions"), "supervision")


@page(IMPOSES, methods=("GET", "POST"))
def sanction_person(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Enter a sanction against a person."""
    person = get_object_or_404(Person, pk=pk)
    return _impose(request, person.name, reverse("person", args=[pk]), person=pk)


@page(IMPOSES, methods=("GET", "POST"))
def sanction_organisation(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Enter a sanction against an organisation."""
    organisation = get_object_or_404(Organisation, pk=pk)
    return _impose(request, organisation.name, reverse("organisation", args=[pk]), organisation=pk)


def _impose(
    request: HttpRequest, name: str, back: str, *, person: int | None = None, organisation: int | None = None
) -> HttpResponseBase:
    actor = actor_on(request)
    fields = [
        Field("kind", "choice", Text("种类", "Kind"), required=True, choices=tuple(choices_of(KINDS))),
        Field("severity", "choice", Text("程度", "Severity"), required=True, choices=tuple(choices_of(SEVERITIES))),
        Field("since", "day", Text("起始日", "From"), required=True),
        Field("until", "day", Text("截止日", "Until"), hint=Text("含当日", "included")),
        Field(
            "for_life",
            "choices",
            Text("没有截止日", "Without a last day"),
            choices=(Choice("yes", Text("终身", "for life")),),
        ),
        Field("source", "text", Text("决定文号", "Document of the decision"), required=True, most=200),
        Field("decided_by", "text", Text("决定机关", "Decided by"), required=True, most=200),
    ]

    def do(given: Given) -> tuple[Text, str]:
        kind, severity, source, by = (given.needed(name) for name in ("kind", "severity", "source", "decided_by"))
        given.needed("since")
        since, until = given.day("since"), given.day("until")
        given.check()
        new = services.NewSanction(
            kind,
            severity,
            since or clock.today(),
            source,
            by,
            person,
            organisation,
            until,
            for_life="yes" in given.several("for_life"),
        )
        made = services.impose(new, actor)
        _ask(given, name, new)
        said = Text(
            "已登记：{name}。自起始日起各环节即可核对。", "Entered: {name}. Every check sees it from its first day."
        )
        return said.filled(name=name), reverse("sanction", args=[made.pk])

    title = Text("登记惩戒：{name}", "Enter a sanction: {name}").filled(name=name)
    return traced_deed_page(request, title, fields, do, button=Text("登记", "Enter"), back=back, crumbs=_crumbs())


def _ask(given: Given, name: str, new: services.NewSanction) -> None:
    """Nobody enters it by a slip: whom, what, from when and until when is read once more."""
    said = Text(
        "将登记对{name}的惩戒：{kind}（{severity}），{time}，依据 {source}。",
        "You are about to enter a sanction against {name}: {kind} ({severity}), {time}, under {source}.",
    ).filled(
        name=name,
        kind=KINDS[new.kind],
        severity=SEVERITIES[new.severity],
        time=services.time_of(new.since, new.until),
        source=new.source,
    )
    fix = Text(
        "登记后，各环节自起始日起即予核对，当事人会收到消息。无误的，请再次确认。",
        "Once entered, every check sees it from its first day, and whom it concerns gets a message. If all is right, confirm it.",
    )
    given.ask(
        Problem("sanction.asked", said, "kind", str(said), fix=fix), Text("确认无误，登记", "All is right: enter it")
    )


@page(IMPOSES, methods=("GET", "POST"))
def sanction_lift(request: HttpRequest, pk: int) -> HttpResponseBase:
    """End a sanction before its time; the entry stays on record."""
    actor = actor_on(request)
    found = get_object_or_404(Sanction.objects.select_related("person", "organisation"), pk=pk)
    back = reverse("sanction", args=[pk])
    fields = [
        Field("on", "day", Text("解除日", "Lifted on"), hint=Text("空白为今日", "empty is today")),
        Field("reason", "text", Text("解除理由和文号", "Reason, and its document"), required=True, most=500),
    ]

    def do(given: Given) -> tuple[Text, str]:
        reason, on = given.needed("reason"), given.day("on")
        given.check()
        services.lift(found, actor, on=on or clock.today(), reason=reason)
        return Text("已解除。", "Lifted."), back

    title = Text("解除惩戒：{name}", "Lift a sanction: {name}").filled(name=lists.subject_of(found))
    return traced_deed_page(request, title, fields, do, button=Text("解除", "Lift"), back=back, crumbs=_crumbs())


def _crumbs() -> list[Crumb]:
    return [
        Crumb(Text("名录", "Registers"), reverse("registers")),
        Crumb(lists.SANCTIONS.title, reverse("sanctions")),
    ]
