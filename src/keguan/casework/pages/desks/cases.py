"""Lists of cases: all that somebody may see, and one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F, Func, Q, QuerySet, TextField, Value, When
from django.db.models import Case as Conditional
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.urls import reverse

from keguan.casework import queries
from keguan.casework.messages import end_title
from keguan.casework.models import Case, ProgrammeVersion, Round, TitlePairs
from keguan.casework.pages.case_words import case_href, status_of
from keguan.casework.pages.desks.batches import BATCHES, ticks_for
from keguan.casework.permissions import amounts_visible_to
from keguan.casework.versions import definition_of
from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.list_pages import list_page
from keguan.components.lists import Choice, Column, Filter, Given, Listing, ListSpec, Rows, Search
from keguan.components.status import Status, Tab
from keguan.engine.machine import WITHDRAWN
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.names import normal_name
from keguan.language.vocabulary import KINDS
from keguan.registers.organisations.models import Organisation

MOST_ROUNDS = 200
MOST_IN_QUEUE = 2000
MOST_ASKED = 1000


def _href(case: Case) -> str:
    return in_queue(case.number, getattr(case, "queue", ""))


def in_queue(number: str, queue: str) -> str:
    """The page of a case, which then leads on through the list that was asked for so."""
    return case_href(number) + (f"?{urlencode({'queue': queue})}" if queue else "")


def _round_choices() -> Sequence[Choice]:
    rows = Round.objects.exclude(status="draft").order_by("-opens").values_list("code", "title_zh", "title_en")
    return [Choice(code, Text(f"{zh}（{code}）", f"{en} ({code})")) for code, zh, en in rows[:MOST_ROUNDS]]


def _end_choices() -> Sequence[Choice]:
    """The ends of all published programmes. Definitions are read once per process, so this is one small query."""
    found: dict[str, Text] = {}
    for version in ProgrammeVersion.objects.defer("sources"):
        definition = definition_of(version)
        for end in definition.programme.ends:
            found.setdefault(str(end.end), end.title)
        found.setdefault(WITHDRAWN, end_title(definition, WITHDRAWN))
    running = Choice("running", Text("（在办）", "(running)"))
    return [running, *(Choice(end, title) for end, title in sorted(found.items()))]


def _by_host(rows: Rows, typed: str) -> Rows:
    hosts = Organisation.objects.filter(normal_name__contains=normal_name(typed)).values("pk")
    return rows.filter(host__in=hosts)


def _few_with(text: str) -> list[int] | None:
    """The cases whose titles have every pair of characters of a text, some of them not side by side; None where they are many:
    what many have is found soon by reading titles. They are asked for by themselves, as the planner, told all at once, takes
    what a reader may see to be dear for each of them, and reads every title instead."""
    pairs = Func(Value(text), function="casework_pairs", output_field=TitlePairs._meta.get_field("pairs"))
    found = TitlePairs.objects.filter(pairs__contains=pairs).order_by().values_list("pk", flat=True)
    few = list(found[: _FEW + 1])
    return few if len(few) <= _FEW else None


def _search(rows: Rows, text: str) -> Rows:
    plain = text.replace(" ", "")
    # Chinese has no capitals: to fold every title for it takes longer than all else of reading very many.
    lookup = "contains" if text.upper() == text.lower() else "icontains"
    titled = Q(**{f"title__{lookup}": text})
    if len(text) > 1 and (few := _few_with(text)) is not None:
        titled &= Q(pk__in=few)
    return rows.filter(titled | Q(number__startswith=plain.upper()) if plain.isascii() else titled)


def _of_round(rows: Rows, code: str) -> Rows:
    # Asked for first: beside a join by the code PostgreSQL reads the cases of all rounds, the latest first.
    return rows.filter(round__in=list(Round.objects.filter(code=code).values_list("pk", flat=True)))


_FEW = 1000

CASES = ListSpec(
    name="cases",
    title=Text("办件", "Cases"),
    columns=(
        # By id, which grows with time and has an index.
        Column("number", Text("编号", "Number"), lambda c: c.number, sort=("id",), link=_href),
        Column("title", Text("名称", "Title"), lambda c: c.title, link=_href),
        Column("host", Text("申报单位", "Host"), lambda c: c.host.name if c.host else ""),
        Column("programme", Text("计划", "Programme"), lambda c: c.programme.title),
        Column("state", Text("环节", "Step"), status_of, "status"),
        Column("due", Text("截止", "Due"), lambda c: c.due_at, "deadline", sort=("due_at",)),
        Column("submitted", Text("提交时间", "Submitted"), lambda c: c.submitted_at, "moment", sort=("submitted_at",)),
        Column("round", Text("批次", "Round"), lambda c: c.round.code if c.round else "", sheet_only=True),
        Column(
            "asked",
            Text("申请金额", "Asked"),
            lambda c: c.asked_seen,
            "money",
            sort=("asked_seen",),
            compares="asked_fen",
            open_if="asked_open",
            sheet_only=True,
            also=(Text("金额", "amount"),),
        ),
    ),
    filters=(
        Filter("round", Text("批次", "Round"), _of_round, _round_choices),
        Filter(
            "step",
            Text("环节", "Step"),
            lambda rows, kind: rows.filter(step_kind=kind),
            tuple(Choice(kind, one.title) for kind, one in KINDS.items()),
            also=(Text("状态", "state"),),
        ),
        Filter("at", Text("环节标识", "Step by name"), lambda rows, step: rows.filter(step=step), is_quiet=True),
        Filter(
            "end",
            Text("办结", "End"),
            lambda rows, end: rows.filter(end="" if end == "running" else end),
            _end_choices,
        ),
        Filter(
            "host",
            Text("申报单位", "Host"),
            _by_host,
            hint=Text("名称的一部分", "a part of the name"),
            also=(Text("单位", "institution"), Text("依托单位", "organisation")),
        ),
    ),
    search=Search(Text("名称或编号", "title or number"), _search),
    default_sort="-number",
    empty=Text("没有办件。", "No cases."),
)


PARTS = {
    "applicant": Status(Text("申报人", "Applicant")),
    "principal": Status(Text("项目负责人", "Principal investigator")),
    "member": Status(Text("项目组成员", "On the team")),
    "shared": Status(Text("他人邀我参与填写", "Shared with you"), "info"),
}
MY_CASES = replace(
    CASES,
    columns=(*CASES.columns, Column("part", Text("我的身份", "Your part"), lambda c: PARTS[c.part], "status")),
    empty=Text("没有您申报、参与或受邀填写的办件。", "No case that you began, take part in or were asked to write."),
)
"""One's own cases, each with what one is in it."""


def _mine(actor: Actor, *, archived: bool = False) -> QuerySet[Case]:
    person = actor.person
    part = Conditional(
        When(applicant=person, then=Value("applicant")),
        When(principal=person, then=Value("principal")),
        When(members__contains=[person], then=Value("member")),
        default=Value("shared"),
    )
    return _shown(queries.my_cases(actor, archived=archived)).annotate(part=part)


def _tabs(here: str, *, batches: bool = False) -> list[Tab]:
    tabs = [
        Tab(Text("我可以查看的", "All I may see"), reverse("cases"), here == "cases"),
        Tab(Text("我申报或参与的", "Mine"), reverse("my_cases"), here == "my_cases"),
        Tab(Text("已归档", "Archived"), reverse("my_archive"), here == "my_archive"),
    ]
    return [*tabs, Tab(BATCHES, reverse("batches"), False)] if batches else tabs


def _shown(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Only what the list shows: all columns of six tables cost more than the rest of the page."""
    return (
        rows.select_related(None)
        .select_related("programme", "round", "host")
        .only(
            *("number", "title", "step", "step_kind", "end", "due_at", "submitted_at", "host__name", "round__code"),
            *("programme__code", "programme__digest", "programme__title_zh", "programme__title_en"),
        )
    )


def _given(actor: Actor) -> Given:
    """The amount asked for is part of the proposal until the case ends: nobody finds or compares it who may not read
    that."""

    def asked(rows: Rows) -> Rows:
        amounts = amounts_visible_to(actor)
        # Apart from the amount, so that a comparison leaves PostgreSQL two conditions of which it knows how many rows meet them.
        is_open = ExpressionWrapper(amounts, BooleanField())
        return rows.alias(asked_open=is_open).annotate(asked_seen=Conditional(When(amounts, then=F("asked_fen"))))

    return {"asked": asked}


@page(SIGNED_IN)
def cases(request: HttpRequest) -> HttpResponseBase:
    """Every case that this reader may see."""
    actor = actor_on(request)
    ticks = ticks_for(actor)
    # Who handles cases goes on from one to the next as this list has them.
    queue = request.GET.urlencode()[:MOST_ASKED] if ticks else ""
    rows = _shown(queries.cases(actor)).annotate(queue=Value(queue, TextField()))
    parts = {"tabs": _tabs("cases", batches=ticks is not None), "ticks": ticks}
    return list_page(request, CASES, rows, template="casework/cases.html", given=_given(actor), **parts)


def listed(actor: Actor, asked: str) -> list[int]:
    """The ids of the cases that the list shows this actor who asked for it so, in its order; none where what was asked
    has mistakes. One query: choices, which only say what a filter takes, are not looked up."""
    filters = tuple(replace(one, choices=None) if callable(one.choices) else one for one in CASES.filters)
    spec = replace(CASES, filters=filters)
    listing = Listing.asked_for(spec, QueryDict(asked), queries.cases(actor), _given(actor))
    return [] if listing.problems else ids_in_order(listing.queryset.values_list("pk", flat=True)[:MOST_IN_QUEUE])


def ids_in_order(ids: QuerySet[Any, int]) -> list[int]:
    """The ids that a query gives, as one value: thousands of rows would cost more than finding them. One query."""
    try:
        asked, values = ids.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ARRAY({asked})", values)
        return list(cursor.fetchone()[0])


@page(SIGNED_IN)
def my_cases(request: HttpRequest) -> HttpResponseBase:
    """The cases that this reader began, leads, takes part in or was asked to write along."""
    actor = actor_on(request)
    return list_page(
        request, MY_CASES, _mine(actor), template="casework/cases.html", given=_given(actor), tabs=_tabs("my_cases")
    )


@page(SIGNED_IN)
def my_archive(request: HttpRequest) -> HttpResponseBase:
    """The ended cases that this reader put out of the list; each is brought back on its page."""
    actor = actor_on(request)
    rows = _mine(actor, archived=True)
    return list_page(
        request, MY_CASES, rows, template="casework/cases.html", given=_given(actor), tabs=_tabs("my_archive")
    )
