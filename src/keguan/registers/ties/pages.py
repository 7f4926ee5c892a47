"""The pages of ties: everybody declares their own; registrars and officers keep them all."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.deeds import Given, not_one
from keguan.components.fields import Field
from keguan.components.list_pages import list_page
from keguan.components.lists import choices_of
from keguan.components.status import Crumb, Line
from keguan.components.things import Act, Section, thing_page
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.names import normal_name
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties.models import Person
from keguan.registers.ties import lists, services
from keguan.registers.ties.models import KINDS, SEVERITIES, Tie
from keguan.registers.ties.rights import KEEPS_TIES, SEES_TIES, can_see_tie, may_declare, ties_visible_to
from keguan.registers.trace.deeds import traced_deed_page


@page(SIGNED_IN)
def ties(request: HttpRequest) -> HttpResponseBase:
    """The ties that this reader may see: their own declarations, or all."""
    return list_page(request, lists.TIES, ties_visible_to(actor_on(request)))


@page(SIGNED_IN)
def tie(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One tie, with what it rests on."""
    actor = actor_on(request)
    found = get_object_or_404(Tie.objects.select_related("person", "other", "organisation", "declared_by"), pk=pk)
    if not can_see_tie(actor, found):
        raise SEES_TIES.refusal()
    other = (
        reverse("person", args=[found.other_id])
        if found.other_id
        else reverse("organisation", args=[found.organisation_id])
    )
    lines = [
        Line(Text("人员", "Person"), found.person.name, href=reverse("person", args=[found.person_id])),
        Line(Text("对方是其", "The other is their"), KINDS[found.kind]),
        Line(Text("对方", "The other"), lists.other_of(found), href=other),
        Line(Text("程度", "Gravity"), SEVERITIES[found.severity]),
        Line(Text("自", "From"), found.since, "day"),
        Line(Text("至（含）", "Until, included"), found.until, "day"),
        Line(Text("来源", "Source"), found.source),
        Line(Text("登记人", "Entered by"), found.declared_by.name) if found.declared_by else None,
        Line(Text("登记时间", "Entered"), found.declared_at, "moment"),
    ]
    stands = found.until is None or found.until >= clock.today()
    acts = [Act(Text("截止", "End"), reverse("tie_end", args=[pk]))] if stands and KEEPS_TIES.holds(actor) else []
    title = Text("{name}的利害关系", "A tie of {name}").filled(name=found.person.name)
    return thing_page(
        request,
        title,
        [Section(Text("利害关系", "Tie"), lines)],
        crumbs=_crumbs(),
        status=lists.status_of(found),
        acts=acts,
    )


@page(SIGNED_IN, methods=("GET", "POST"))
def tie_new(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Declare a tie: one's own, or for somebody by who keeps them."""
    actor, person = actor_on(request), get_object_or_404(Person, pk=pk)
    if not may_declare(actor, pk):
        raise KEEPS_TIES.refusal()
    keeps = KEEPS_TIES.holds(actor)
    fields = [
        Field("kind", "choice", Text("对方是其", "The other is their"), required=True, choices=choices_of(KINDS)),
        Field("name", "text", Text("对方姓名", "Name of the other"), most=100, hint=Text("对方是单位时不填", "empty where it is an organisation")),
        Field("organisation", "text", Text("单位", "Organisation"), most=200, hint=Text("对方的工作单位，或对方单位本身；全称", "the employer of the other, or the organisation itself; full name")),
        Field("since", "day", Text("自", "From")),
        Field("until", "day", Text("至（含）", "Until, included"), hint=Text("空白为仍然存在", "empty while it lasts")),
        Field("severity", "choice", Text("程度", "Gravity"), value="hard", choices=choices_of(SEVERITIES)) if keeps else None,
        Field("source", "text", Text("来源", "Source"), required=True, most=200, hint=Text("如：聘书、工商登记、判决书文号", "such as a contract, the company register, a judgment"), value="" if actor.person != pk else "本人声明"),
    ]  # fmt: skip

    def do(given: Given) -> tuple[Text, str]:
        kind, source = given.needed("kind"), given.needed("source")
        since, until = given.day("since"), given.day("until")
        other, organisation = _other(given)
        given.check()
        new = services.NewTie(
            kind=kind,
            person=pk,
            other=other,
            organisation=organisation,
            severity=given.text("severity") or "hard" if keeps else "hard",
            since=since,
            until=until,
            source=source,
        )
        made = services.declare(new, actor)
        return Text("已登记。评审时据此回避。", "Entered; reviewers keep out by it."), reverse("tie", args=[made.pk])

    hint = Text(
        "师生、合作、持股或有偿顾问、争议等可能影响公正评审的关系，请如实登记。对方看不到您的登记。",
        "Enter whatever may affect a fair review: advisers and students, joint work, shares or paid advice, disputes."
        " The other side does not see what you enter.",
    )
    title = Text("登记利害关系：{name}", "Enter a tie: {name}").filled(name=person.name)
    return traced_deed_page(
        request,
        title,
        [one for one in fields if one is not None],
        do,
        button=Text("登记", "Enter"),
        back=reverse("ties"),
        hint=hint,
        crumbs=_crumbs(),
    )


@page(KEEPS_TIES, methods=("GET", "POST"))
def tie_end(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Say until when a tie held; it stays on record."""
    actor = actor_on(request)
    found = get_object_or_404(Tie.objects.select_related("person"), pk=pk)
    back = reverse("tie", args=[pk])
    fields = [
        Field("on", "day", Text("最后一日", "Last day"), hint=Text("空白为今日", "empty is today")),
        Field("reason", "text", Text("理由", "Reason"), required=True, most=500),
    ]

    def do(given: Given) -> tuple[Text, str]:
        reason, on = given.needed("reason"), given.day("on")
        given.check()
        services.end(found, actor, on=on or clock.today(), reason=reason)
        return Text("已截止。", "Ended."), back

    title = Text("截止利害关系：{name}", "End a tie: {name}").filled(name=found.person.name)
    return traced_deed_page(request, title, fields, do, button=Text("截止", "End"), back=back, crumbs=_crumbs())


def _other(given: Given) -> tuple[int | None, int | None]:
    """The one person, or the one organisation, that was named."""
    name, typed = given.text("name"), given.text("organisation")
    if name:
        rows = Person.objects.filter(normal_name=normal_name(name), merge__isnull=True)
        if typed:
            rows = rows.filter(employer__normal_name=normal_name(typed))
        people = list(rows[:2])
        if len(people) == 1:
            return people[0].pk, None
        given.problems.append(not_one("name", name, len(people)))
    elif typed:
        bodies = list(Organisation.objects.filter(normal_name=normal_name(typed))[:2])
        if len(bodies) == 1:
            return None, bodies[0].pk
        given.problems.append(not_one("organisation", typed, len(bodies)))
    return None, None


def _crumbs() -> list[Crumb]:
    return [Crumb(Text("名录", "Registers"), reverse("registers")), Crumb(lists.TIES.title, reverse("ties"))]
