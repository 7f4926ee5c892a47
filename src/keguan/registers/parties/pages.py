"""The pages of people and duties. Everybody sees themselves; staff see the people their work touches."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components.access import SIGNED_IN, Right, actor_on, holding, page
from keguan.components.list_pages import list_page
from keguan.components.lists import Column
from keguan.components.status import Crumb, Line
from keguan.components.things import Section, thing_page
from keguan.kernel.bilingual import Text
from keguan.kernel.qualifications import DEGREES, TITLES
from keguan.registers.parties import lists, queries
from keguan.registers.parties.deeds import KEEPS_PEOPLE, acts_on, keeps_or_is
from keguan.registers.parties.models import ID_KINDS, RELATIONS, Duty, Kinship, Merge, Person
from keguan.registers.parties.rights import SEES_EVERYBODY, can_see_person, visible_to
from keguan.registers.trace import services as trace

SEES_PEOPLE: Right = holding(Text("查看该人员的信息", "see this person's entry"), *sorted(SEES_EVERYBODY), "host")
_REGISTERS = Text("名录", "Registers")


@page(SIGNED_IN)
def people(request: HttpRequest) -> HttpResponseBase:
    """The people this reader may see; at least themselves."""
    actor = actor_on(request)
    return list_page(
        request,
        lists.PEOPLE,
        queries.people(actor),
        template="parties/people.html",
        may_enter=KEEPS_PEOPLE.holds(actor),
    )


@page(SIGNED_IN)
def duties(request: HttpRequest) -> HttpResponseBase:
    """The duties of the people this reader may see, in force and past."""
    mine = visible_to(actor_on(request), "person__")
    return list_page(request, lists.DUTIES, queries.duties(ever=True).filter(mine))


@page(SIGNED_IN)
def person(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One person with their duties and declared relations. Reading somebody else's entry is traced."""
    actor = actor_on(request)
    found = get_object_or_404(Person.objects.select_related("employer", "account"), pk=pk)
    if not can_see_person(actor, found):
        raise SEES_PEOPLE.refusal()
    if actor.person != found.pk:
        with transaction.atomic():
            trace.read(actor, "identity", str(found.pk), request_id=getattr(request, "request_id", ""))
    held = Duty.objects.filter(person=found).select_related("organisation").order_by("-since")
    sections = [
        Section(Text("基本信息", "Particulars"), _lines(found, sees_identity=keeps_or_is(actor, found))),
        Section(
            Text("任职", "Duties"),
            columns=(
                *(lists.WHAT, lists.BODY, lists.PROGRAMME, lists.SINCE, lists.UNTIL, lists.STATE),
                *([lists.END] if KEEPS_PEOPLE.holds(actor) else []),
            ),
            rows=list(held),
            empty=Text("没有任职。", "No duties."),
        ),
        Section(
            Text("申报的亲属关系", "Declared relations"),
            columns=(
                Column("who", Text("姓名", "Name"), lambda pair: pair[0]),
                Column("relation", Text("关系", "Relation"), lambda pair: pair[1]),
            ),
            rows=_kin(found),
        ),
    ]
    crumbs = [Crumb(_REGISTERS, reverse("registers")), Crumb(lists.PEOPLE.title, reverse("people"))]
    return thing_page(request, found.name, sections, crumbs=crumbs, acts=acts_on(actor, found))


def _lines(found: Person, *, sees_identity: bool) -> list[Line | None]:
    employer = found.employer
    account = getattr(found, "account", None)
    merged = Merge.objects.filter(gone=found).select_related("kept").first()
    return [
        Line(Text("已并入", "Merged into"), merged.kept.name, href=lists.person_href(merged.kept)) if merged else None,
        Line(
            Text("工作单位", "Employer"),
            employer.name if employer else "",
            href=reverse("organisation", args=[employer.pk]) if employer else "",
        ),
        Line(Text("职称", "Title"), TITLES[found.title]),
        Line(Text("学位", "Degree"), DEGREES[found.degree]),
        Line(Text("出生日期", "Born"), found.born, "day"),
        Line(Text("电子邮箱", "E-mail"), found.email),
        Line(Text("电话", "Telephone"), found.phone),
        Line(Text("ORCID", "ORCID"), found.orcid) if found.orcid else None,
        Line(Text("用户名", "Username"), account.username) if account else None,
        Line(ID_KINDS[found.id_kind], f"**** {found.id_ending}") if found.id_kind and sees_identity else None,
        Line(Text("来源", "Origin"), found.origin) if found.origin else None,
    ]


def _kin(found: Person) -> list[tuple[str, Text]]:
    """A relation is told in the words of the one who declared it."""
    pairs = Kinship.objects.filter(Q(person=found) | Q(relative=found)).select_related("person", "relative")
    inverse = Text("此人是其{what}", "this person is their {what}")
    return [
        (pair.relative.name, RELATIONS[pair.relation])
        if pair.person_id == found.pk
        else (pair.person.name, inverse.filled(what=RELATIONS[pair.relation]))
        for pair in pairs
    ]
