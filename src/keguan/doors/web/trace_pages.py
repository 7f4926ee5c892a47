"""The trace as pages. They stand here because telling an event takes people's names, and the trace itself knows nobody."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.casework.permissions import kept_from
from keguan.casework.sentences import OF_REVIEWERS
from keguan.components.access import SIGNED_IN, actor_on, holding, page
from keguan.components.list_pages import list_page
from keguan.components.lists import Column, Filter, ListSpec, Rows, Search, choices_of, href_to
from keguan.components.status import Crumb, Line, Status, Tone
from keguan.components.things import Section, thing_page
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.registers.parties.queries import names_of
from keguan.registers.trace.models import Event
from keguan.registers.trace.sentences import told

# The raw rows name everybody, reviewers and objectors too: they are for those who supervise, and for nobody else.
SEES_TRACE = holding(Text("查看他人的痕迹", "see the trace of others"), "supervision")
OUTCOMES = {"done": Text("完成", "done"), "refused": Text("被拒绝", "refused"), "read": Text("查看", "read")}
TONES: dict[str, Tone] = {"done": "good", "refused": "bad", "read": "info"}


def events_visible_to(actor: Actor) -> QuerySet[Event]:
    """All for those who check, but for what happened to cases of their own; otherwise what the reader did."""
    rows = Event.objects.all()
    mine = Q(actor=actor.person, actor__isnull=False)
    if not SEES_TRACE.holds(actor):
        return rows.filter(mine)
    own = dict(kept_from(actor).values_list("number", "pk"))
    if not own:
        return rows
    # A seat names its case by key: who scored is told by its changes too.
    theirs = Q(case_number__in=own) | Q(tag="db:seat:state", payload__key__in=[str(pk) for pk in own.values()])
    return rows.filter(mine | ~theirs)


def _number(rows: Rows, typed: str) -> Rows:
    return rows.filter(actor=int(typed))


def _look_up_names(events: Sequence[Event]) -> None:
    names = names_of({event.actor for event in events if event.actor is not None})
    for event in events:
        event.names = names  # type: ignore[attr-defined]


def _told(event: Event) -> Text:
    return told(event, event.names)  # type: ignore[attr-defined]


def _href(event: Event) -> str:
    return href_to("event", event.pk)


TRACE = ListSpec(
    name="trace",
    title=Text("痕迹", "Trace"),
    columns=(
        # By number, which grows with time and has an index.
        Column("at", Text("时间", "At"), lambda e: e.at, "moment", sort=("id",), link=_href, compares="at"),
        Column("told", Text("事项", "What happened"), _told),
        Column("outcome", Text("结果", "Outcome"), lambda e: outcome_of(e), "status"),
        Column("case", Text("办件", "Case"), lambda e: e.case_number),
        Column("tag", Text("标签", "Tag"), lambda e: e.tag),
        Column("request", Text("请求编号", "Request"), lambda e: e.request_id, sheet_only=True),
        Column("digest", Text("摘要值", "Digest"), lambda e: e.payload_digest, sheet_only=True),
    ),
    filters=(
        Filter("outcome", Text("结果", "Outcome"), lambda rows, w: rows.filter(outcome=w), choices_of(OUTCOMES)),
        Filter("case", Text("办件编号", "Case number"), lambda rows, word: rows.filter(case_number=word)),
        Filter("actor", Text("人员号", "Person number"), _number),
        Filter("request", Text("请求编号", "Request"), lambda rows, word: rows.filter(request_id=word)),
    ),
    search=Search(
        Text("标签开头，如 case:", "start of a tag, as case:"), lambda rows, t: rows.filter(tag__startswith=t)
    ),
    default_sort="-at",
    prepare=_look_up_names,
)


def outcome_of(event: Event) -> Status:
    """How an event ended."""
    return Status(OUTCOMES[event.outcome], TONES[event.outcome])


@page(SIGNED_IN)
def trace(request: HttpRequest) -> HttpResponseBase:
    """The trace, as far as this reader may see it."""
    return list_page(request, TRACE, events_visible_to(actor_on(request)))


@page(SIGNED_IN)
def event(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One event with everything it says; personal values stay behind their commitments."""
    actor = actor_on(request)
    found = get_object_or_404(Event, pk=pk)
    is_own = found.actor is not None and found.actor == actor.person
    if not is_own and not events_visible_to(actor).filter(pk=pk).exists():
        raise SEES_TRACE.refusal()
    names = names_of([found.actor]) if found.actor else {}
    # What a reviewer did to a case says beside it how the whole panel stands: scores of others are none of theirs.
    is_open = SEES_TRACE.holds(actor) or not found.tag.startswith(tuple(f"case:{verb}:" for verb in OF_REVIEWERS))
    lines = [
        Line(Text("事项", "What happened"), told(found, names)),
        Line(Text("时间", "At"), found.at, "moment"),
        Line(Text("结果", "Outcome"), outcome_of(found), "status"),
        Line(Text("标签", "Tag"), found.tag),
        Line(Text("办件", "Case"), found.case_number) if found.case_number else None,
        Line(Text("请求编号", "Request"), found.request_id),
        Line(Text("摘要值", "Digest"), found.payload_digest, note="SHA-256"),
        Line(Text("内容", "Payload"), json.dumps(found.payload, ensure_ascii=False, indent=2), "prose")
        if is_open
        else None,
    ]
    crumbs = [Crumb(Text("名录", "Registers"), reverse("registers")), Crumb(Text("痕迹", "Trace"), reverse("trace"))]
    return thing_page(request, f"#{found.pk}", [Section(Text("痕迹", "Event"), lines)], crumbs=crumbs)
