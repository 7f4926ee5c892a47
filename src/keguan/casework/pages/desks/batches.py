"""Batches on pages: cases ticked in a list, one command, a look at what it would do, and what came of it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.casework.desks import batches as service
from keguan.casework.desks.batches import HAND_OVER
from keguan.casework.desks.undoing import can_take_back, take_back
from keguan.casework.desks.undoing import go_on as go_on_taking_back
from keguan.casework.handing import ROLE
from keguan.casework.models import BATCH_STATES, LINE_STATES, Batch, BatchLine, Case
from keguan.casework.pages.answering import request_id
from keguan.casework.pages.case_words import case_href
from keguan.casework.pages.desks.handing_form import TITLE, fields_of, receiver_in
from keguan.casework.versions import definition_of
from keguan.components.access import Right, actor_on, page
from keguan.components.deeds import SeeOther
from keguan.components.fields import Field, filled
from keguan.components.list_pages import listing_at
from keguan.components.lists import Choice, Column, Ticks
from keguan.components.notices import tell
from keguan.components.status import Crumb, Status, Tone
from keguan.components.typed import posted_key
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal, Refused
from keguan.language.wording import step_title

BATCHES = Text("成批办理", "Batches")
HANDLES = Right(Text("成批办理办件", "handle cases in batches"), service.may_batch)
MOST_SHOWN = 200
_AGAIN_AFTER_SECONDS = 2
_LINE_TONES: dict[str, Tone] = {"able": "info", "unable": "warn", "done": "good", "refused": "bad", "undone": "neutral"}
_UNDO = Field(
    "undone_because",
    "prose",
    Text("收回的理由", "Why it is taken back"),
    hint=Text("留在痕迹中。", "The trace keeps it."),
    required=True,
    most=2000,
)
_OPINION = Text("意见", "Opinion")
_OWED = Text(
    "退回或不予通过时必填；每件的申报人都会看到同一段话。",
    "Owed for a return or a no; every applicant reads the same words.",
)


def ticks_for(actor: Actor) -> Ticks | None:
    """Boxes before cases, for those at a desk where batches make sense."""
    if not service.may_batch(actor):
        return None
    every = Text("成批办理全部符合条件的", "Handle all that match")
    return Ticks(reverse("batch_new"), lambda case: case.number, Text("成批办理所选", "Handle the picked ones"), every)


@page(HANDLES, methods=("POST",))
def batch_new(request: HttpRequest) -> HttpResponseBase:
    """Take the ticked cases, or all that the list shows, into a batch. Raises Refused."""
    actor = actor_on(request)
    answer = service.begin(actor, _picked(request, actor), posted_key(request))
    if isinstance(answer, Refusal):
        raise Refused(answer)
    return SeeOther(reverse("batch", args=[answer.pk]))


def _picked(request: HttpRequest, actor: Actor) -> Any:
    if request.POST.get("which") != "all":
        return Case.objects.filter(number__in=request.POST.getlist("row")[: service.MOST])
    if request.POST.get("path") != reverse("cases"):
        raise Http404
    listing = listing_at(reverse("cases"), request.POST.get("query", "").removeprefix("?"), actor)
    if listing.problems:
        # More cases than were meant, perhaps.
        raise Refused(Refusal(tuple(listing.problems)))
    return Case.objects.filter(pk__in=listing.queryset.order_by().values("pk"))


@page(HANDLES)
def batches(request: HttpRequest) -> HttpResponseBase:
    """This reader's batches, the latest first."""
    rows = [
        (one, Status(BATCH_STATES[one.state]), service.can_discard(one))
        for one in Batch.objects.filter(person=actor_on(request).person)[:50]
    ]
    return render(request, "casework/batches.html", {"batches": rows, "title": BATCHES, "crumbs": [Crumb(BATCHES)]})


@page(HANDLES)
def batch(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A batch as it stands: what to choose, what it would do, how far it is, what came of it."""
    found = _mine(request, pk)
    answer = _page(request, found)
    if found.state in ("looking", "running", "undoing") and not service.is_silent(found):
        answer["Refresh"] = str(_AGAIN_AFTER_SECONDS)
    return answer


@page(HANDLES, methods=("POST",))
def batch_do(request: HttpRequest, pk: int, do: str) -> HttpResponseBase:
    """Choose the command, confirm it, stop it, go on with it, or discard it. Asking twice does nothing twice."""
    if do == "discard" and not Batch.objects.filter(pk=pk).exists():
        return SeeOther(reverse("batches"))  # the other click was faster
    found, actor = _mine(request, pk), actor_on(request)
    match do:
        case "choose":
            verb, reason = request.POST.get("verb", ""), request.POST.get("reason", "")
            if refusal := service.choose(found, actor, verb, reason):
                return _page(request, found, refusal.problems, status=422)
        case "confirm":
            service.confirm(found, actor, request_id(request))
        case "discard":
            if refusal := service.discard(found, actor, request_id(request)):
                found.refresh_from_db()
                return _page(request, found, refusal.problems, status=422)
            tell(request, Text("已丢弃，各办件未动。", "Discarded; its cases stay as they are."))
            return SeeOther(reverse("batches"))
        case "stop":
            service.stop(found, actor)
        case "hand-over":
            to, problems = receiver_in(request)
            refusal = (
                Refusal(problems)
                if problems
                else service.hand_over_all(found, actor, to, request.POST.get("reason", "")[:500], request_id(request))
            )
            if refusal:
                return _page(request, found, refusal.problems, status=422, handing=True)
        case "take-back":
            because = request.POST.get("undone_because", "")[:2000]
            if refusal := take_back(found, actor, because, request_id(request)):
                return _page(request, found, refusal.problems, status=422)
        case "resume":
            service.resume(found, go_on_taking_back if found.state == "undoing" else service.go_on)
        case _:
            raise Http404
    return SeeOther(reverse("batch", args=[pk]))


def _mine(request: HttpRequest, pk: int) -> Batch:
    return get_object_or_404(Batch, pk=pk, person=actor_on(request).person)


def _page(
    request: HttpRequest,
    found: Batch,
    problems: tuple[Problem, ...] = (),
    *,
    status: int = 200,
    handing: bool = False,
) -> HttpResponseBase:
    actor = actor_on(request)
    standings = service.standing(found)
    standing = [
        service.Standing(case.programme.title, step_title(definition_of(case.programme).programme.step(case.step)), n)
        if case.step
        else service.Standing(case.programme.title, Text("已办结", "Ended"), n)
        for case, n in standings
    ]
    verbs = service.verbs_of(standings, actor)
    alone = service.by_themselves(found, standings, verbs) if found.state in ("draft", "ready") else {}
    choices = [one for one in verbs if one.name not in alone]
    chosen = TITLE if found.verb == HAND_OVER else next((one.title for one in verbs if one.name == found.verb), None)
    counted = dict(found.lines.order_by().values_list("state").annotate(Count("pk")))
    counts = {name: counted.get(name, 0) for name in LINE_STATES}
    order = ("undone", "refused", "unable", "able", "waiting", "done")
    rows: list[BatchLine] = []
    for state in filter(counts.get, order):
        shown = found.lines.filter(state=state).select_related("case", "case__host")
        rows += shown.only("batch", "state", "problems", "case__number", "case__title", "case__host__name")[
            : MOST_SHOWN - len(rows)
        ]
    total = sum(counts.values())
    context = {
        "batch": found,
        "title": BATCHES,
        "state": Status(BATCH_STATES[found.state], "info"),
        "standing": standing,
        "verbs": choices,
        "by_themselves": list(alone.values()),
        "orders": _orders(found, standings, actor) if alone else [],
        "chosen": chosen,
        "hand_over": _hand_over_fields(request, found, actor, problems if handing else ()),
        "is_handing": handing,
        "fields": _fields(request, found, choices, () if handing else problems)
        if found.state in ("draft", "ready")
        else (),
        "counts": [(LINE_STATES[name], n) for name, n in counts.items() if n],
        "able": counts["able"],
        "total": total,
        "worked": counts["undone"]
        if found.state == "undoing"
        else total - counts["waiting"]
        if found.state == "looking"
        else counts["done"] + counts["refused"],
        "columns": COLUMNS,
        "rows": rows,
        "more": total - len(rows),
        "undo": _UNDO.typed_in(request.POST).with_problems(problems) if can_take_back(found) else None,
        "can_discard": service.can_discard(found),
        "is_silent": service.is_silent(found),
        "problems": problems,
        "crumbs": [Crumb(BATCHES, reverse("batches")), Crumb(Text("第 {n} 批", "Batch {n}").filled(n=found.pk))],
    }
    return render(request, "casework/batch.html", context, status=status)


def _orders(found: Batch, standings: service.Standings, actor: Actor) -> list[tuple[Text, str]]:
    """The pages on which what is ranked is put in order."""
    said = Text("推荐排序：{code}", "Order of recommendation: {code}")
    return [
        (said.filled(code=code), reverse("recommendations", args=[code, body]))
        for code, body in service.orders_of(found, standings, actor)
    ]


def _hand_over_fields(request: HttpRequest, found: Batch, actor: Actor, problems: tuple[Problem, ...]) -> list[Field]:
    """To which colleague the cases could be handed instead, for officers."""
    if found.state not in ("draft", "ready") or not actor.holds(ROLE):
        return []
    codes = list(found.lines.order_by().values_list("case__code", flat=True).distinct())
    fields = fields_of(actor, codes)
    return filled(fields, request.POST, problems) if problems else fields


def _fields(request: HttpRequest, found: Batch, verbs: Any, problems: tuple[Problem, ...]) -> list[Field]:
    fields = [
        Field(
            "verb",
            "choice",
            Text("操作", "What to do"),
            value=found.verb,
            required=True,
            choices=tuple(Choice(one.name, one.title) for one in verbs),
        ),
        Field("reason", "prose", _OPINION, value=found.reason, hint=_OWED, most=2000),
    ]
    if problems:
        fields = [one.typed_in(request.POST).with_problems(problems) for one in fields]
    return fields


def _why(line: BatchLine) -> Text:
    said = [
        Text(one["zh"] + one.get("fix_zh", ""), f"{one['en']} {one.get('fix_en', '')}".strip()) for one in line.problems
    ]
    return Text("".join(one.zh for one in said), " ".join(one.en for one in said))


COLUMNS = (
    Column(
        "number", Text("编号", "Number"), lambda line: line.case.number, link=lambda line: case_href(line.case.number)
    ),
    Column("title", Text("名称", "Title"), lambda line: line.case.title),
    Column("host", Text("申报单位", "Host"), lambda line: line.case.host.name if line.case.host else ""),
    Column(
        "state",
        Text("状态", "State"),
        lambda line: Status(LINE_STATES[line.state], _LINE_TONES.get(line.state, "neutral")),
        "status",
    ),
    Column("why", Text("原因", "Why"), _why),
)
