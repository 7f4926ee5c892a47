"""What a reviewer has before them: all their invitations with how far they are, the days in a calendar file, and the
keeping of what they type."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.db.models import Count, F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html_join
from icalendar import Calendar, Event

from keguan.casework import services
from keguan.casework.models import Seat
from keguan.casework.pages.answering import status_of_refusal
from keguan.casework.pages.case.left_seats import answers_who_left
from keguan.casework.pages.case.page import case_page
from keguan.casework.pages.case.sheet_windows import marks, met, remark_on, shown_in, unseen
from keguan.casework.pages.case_words import case_href
from keguan.casework.pages.opened import case_for
from keguan.casework.pages.public.calendars import ends
from keguan.casework.queries import reviews_of
from keguan.casework.reviewing.drafts import keep
from keguan.casework.steps.review.content import fields_of
from keguan.casework.steps.review.panel import STATES, Totals, totals
from keguan.casework.versions import definition_of
from keguan.components import reader
from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.deeds import SeeOther
from keguan.components.notices import tell
from keguan.components.status import Status
from keguan.components.turning import turn_to
from keguan.engine.steps.review import WAITS
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING
from keguan.kernel.problems import Problem, Refusal
from keguan.language.schema import Review

ON_A_PAGE = 60
MOST_DAYS = 200
"""So many days stand in the calendar file, the nearest."""
_SAVED = Text("已自动保存 {at:%H:%M:%S}，只有您能看到", "Saved {at:%H:%M:%S}; nobody else sees it")
_KEPT = Text(
    "草稿已保存：合计 {points} / {of} 分，已评 {scored} / {count} 项。",
    "Kept as a draft: {points} of {of} points in total, {scored} of {count} criteria scored.",
)
_DUE = Text("评审截止：{number}", "Review owed: {number}")
_OVER = Status(Text("评审已结束", "The review is over"), "neutral")


@dataclass(frozen=True, slots=True)
class Invited:
    """One seat as its holder's list shows it. progress: of a draft; total: of a final review."""

    number: str
    title: str
    round: Text | str
    href: str
    state: Status
    due: datetime | None
    progress: Totals | None
    total: int | None
    waits: bool


@page(SIGNED_IN)
def reviews(request: HttpRequest) -> HttpResponseBase:
    """My invitations, those that still ask something of me first."""
    mine = reviews_of(actor_on(request))
    shown = mine.select_related(None).select_related("case__programme", "case__round", "draft")
    # The columns that are shown alone: the moments of five tables for each seat took longer than the rest of the page.
    seats = shown.only(
        *("step", "state", "total", "draft__values", "case__number", "case__title", "case__step", "case__due_at"),
        *(f"case__programme__{name}" for name in ("code", "digest")),
        *(f"case__round__{name}" for name in ("code", "title_zh", "title_en")),
    )
    states, sheets = _counted(mine)
    turn = turn_to(states.total(), request.GET, request.path, most=ON_A_PAGE)
    context = {
        "rows": [_invited(one) for one in seats[max(0, turn.first - 1) : turn.last]],
        "turn": turn,
        "final": states["final"],
        "open": states["accepted"],
        "invited": states["invited"],
        "count": states.total(),
        "sheets": sheets,
    }
    return render(request, "casework/reviews.html", context)


def _invited(seat: Seat) -> Invited:
    case = seat.case
    programme = definition_of(case.programme).programme
    step = programme.step(seat.step)
    here = case.step == seat.step
    draft = getattr(seat, "draft", None)
    progress = None
    if isinstance(step, Review) and seat.state == "accepted" and here:
        progress = totals(programme.rubric(step.rubric), draft.values if draft else {})
    waits = here and seat.state in WAITS
    return Invited(
        case.number,
        case.title,
        case.round.title if case.round else "",
        case_href(case.number),
        STATES[seat.state] if here or seat.state == "final" else _OVER,
        case.due_at if here else None,
        progress,
        seat.total if seat.state == "final" else None,
        waits,
    )


def _counted(mine: QuerySet[Seat]) -> tuple[Counter[str], list[tuple[Text, int, str]]]:
    """How many seats are in which state; and for each round in which seats can be scored its name, how many, and where its
    score sheet is. One query."""
    states: Counter[str] = Counter()
    counted: Counter[tuple[str, str]] = Counter()
    titles: dict[str, Text] = {}
    by = ("state", "step", "case__step", "case__round__code", "case__round__title_zh", "case__round__title_en")
    for state, step, here, code, zh, en, n in mine.order_by().values_list(*by).annotate(n=Count("pk")):
        states[state] += n
        if code is not None and here == step and state in ("accepted", "final"):
            counted[code, step] += n
            titles[code] = Text(zh, en)
    found = sorted(counted.items())
    return states, [(titles[at[0]], n, reverse("review_sheet_back", args=at)) for at, n in found]


@page(SIGNED_IN)
def reviews_calendar(request: HttpRequest) -> HttpResponseBase:
    """The days by which my reviews are owed. Calendars lie outside the house: a number, and nothing of the case."""
    calendar = Calendar()
    calendar.add("prodid", f"-//Keguan//{request.get_host()}//{reader.language().upper()}")
    calendar.add("version", "2.0")
    host = urlsplit("//" + request.get_host()).hostname
    waiting = reviews_of(actor_on(request)).filter(state__in=WAITS, case__step=F("step"))
    for seat in waiting[:MOST_DAYS]:
        if seat.case.due_at is None:
            continue
        event = Event()
        event.add("uid", f"{seat.case.number}-review@{host}")
        event.add("dtstamp", seat.changed_at.astimezone(UTC))
        event.add("summary", reader.said(_DUE.filled(number=seat.case.number)))
        event.add("url", request.build_absolute_uri(case_href(seat.case.number)))
        event.add("transp", "TRANSPARENT")
        ends(event, seat.case.due_at)
        calendar.add_component(event)
    answer = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="reviews.ics"'
    return answer


@page(SIGNED_IN, methods=("POST",))
@answers_who_left
def case_review_draft(request: HttpRequest, number: str) -> HttpResponseBase:
    """Keep what a reviewer has typed, for them alone: field by field for a page that saves itself, else the whole sheet."""
    found, actor = case_for(request, number)
    programme = definition_of(found.programme).programme
    step = programme.step(found.step) if found.step else None
    rubric = programme.rubric(step.rubric) if isinstance(step, Review) else None
    names = fields_of(rubric) if rubric else []
    typed = {name: request.POST[name] for name in names if name in request.POST}
    shown = shown_in(request.POST)
    kept = keep(number, typed, actor, shown)
    by_script = request.headers.get("Accept", "") == "application/json"
    if isinstance(kept, Refusal):
        status = status_of_refusal(kept)
        if by_script:
            said = [reader.said(one.say) + (reader.said(one.fix) if one.fix else "") for one in kept.problems]
            over = any(one.code == "review.no_seat" for one in kept.problems)
            return JsonResponse({"refused": said, "over": over}, status=status)
        missed = unseen(found, services.situation_for(found, actor), request.POST)
        problems, sheet = (missed[0].problems, missed[1]) if missed else ((), request.POST)
        return case_page(request, found, actor, post=sheet, problems=kept.problems + problems, status=status)
    assert rubric is not None  # noqa: S101 - only a review has seats to keep something for
    summed = totals(rubric, kept.values)
    sent = {name for name, value in typed.items() if value.strip()}
    sheet, newer = met(kept.values, kept.saved_at, request.POST, names)
    elsewhere = [one for one in newer if one.where in kept.clashes]
    unfit = [one for one in summed.wrong if one.where in sent]
    if not by_script:
        told = _KEPT.filled(points=summed.points, of=summed.of, scored=summed.scored, count=summed.count)
        if not elsewhere:
            tell(request, told)
        if elsewhere or unfit:
            # The sheet comes back as it was typed, newer where nothing was typed, and says where to look.
            status = 409 if elsewhere else 200
            return case_page(request, found, actor, post=sheet, problems=(*newer, *unfit), status=status)
        return SeeOther(f"{case_href(number)}#now")
    # A question holds a criterion's points and what is said of it: its problems stand beside its points, and those of
    # a remark too where it has none of its own.
    errors = {
        name: _errors(
            [one for one in elsewhere if one.where in (name, remark_on(name))],
            [one for one in unfit if one.where == name],
        )
        for name in typed
        if "comments." not in name
    }
    return JsonResponse(
        {
            "said": reader.said(_SAVED.filled(at=kept.saved_at.astimezone(BEIJING))),
            "marks": marks(kept, typed, shown),
            "errors": errors,
            "totals": render_to_string("steps/review/totals.html", {"totals": summed}, request),
        }
    )


def _errors(not_kept: list[Problem], unfit: list[Problem]) -> str:
    """What stands beside a question; marked where what is typed there was not kept, for the page to say so until it is."""
    lines = format_html_join("", "<li>{}</li>", ((reader.said(one.say),) for one in (*not_kept, *unfit)))
    return f'<ul class="error"{" data-not-kept" if not_kept else ""}>{lines}</ul>' if lines else ""
