"""Meetings as a list, a new one, and the calendar file of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from icalendar import Calendar, Event

from keguan.casework.models import Case
from keguan.casework.pages.rounds.rankings import round_and_step
from keguan.components.access import actor_on, page
from keguan.components.deeds import Given, SeeOther, deed_page
from keguan.components.fields import Field
from keguan.components.list_pages import list_page
from keguan.components.lists import Choice, Column, Filter, ListSpec
from keguan.components.reader import language, said
from keguan.components.status import Crumb, Line, Status, Tone
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal, Refused
from keguan.language.schema import Decide
from keguan.language.wording import step_title
from keguan.panels.meetings import planning
from keguan.panels.meetings.appointments import out_of
from keguan.panels.meetings.models import KINDS, STATES
from keguan.panels.meetings.pages import meeting_for
from keguan.panels.meetings.rights import PLANS_MEETINGS, SEES_MEETINGS, visible_to
from keguan.panels.meetings.standing import taken
from keguan.panels.meetings.times import moment_in

MEETINGS = Text("会议", "Meetings")
TONES: dict[str, Tone] = {
    "planned": "info",
    "open": "good",
    "adjourned": "warn",
    "closed": "neutral",
    "cancelled": "neutral",
}
_LIST = ListSpec(
    name="meetings",
    title=MEETINGS,
    columns=(
        Column("title", Text("会议", "Meeting"), lambda one: one.title, link=lambda one: one.href),
        Column("round", Text("批次", "Round"), lambda one: one.round.title),
        Column("begins", Text("计划开始", "Planned to begin"), lambda one: one.begins, "moment", sort=("begins",)),
        Column("opened", Text("实际开始", "Opened"), lambda one: one.opened_at, "moment", sort=("opened_at",)),
        Column("place", Text("地点", "Place"), lambda one: one.place),
        Column("state", Text("状态", "State"), lambda one: Status(STATES[one.state], TONES[one.state]), "status"),
    ),
    filters=(
        Filter(
            "state",
            Text("状态", "State"),
            lambda rows, value: rows.filter(state=value),
            tuple(Choice(key, title) for key, title in STATES.items()),
        ),
    ),
    default_sort="-begins",
    empty=Text("没有您参加或安排的会议。", "No meeting that you run or sit in."),
)


_ON_AGENDA = Status(Text("在该次会议的议程上", "On its agenda"), "info")
_VOTED = Status(Text("已表决，等待登记决定", "Voted on; the decision waits to be entered"), "warn")
_OTHERS = (
    Column("number", Text("不列入的办件", "Not put on the agenda"), lambda one: one[0].number),
    Column("title", Text("名称", "Title"), lambda one: one[0].title),
    Column("meeting", Text("会议", "Meeting"), lambda one: one[1].by.title, link=lambda one: one[1].by.href),
    Column("why", Text("原因", "Why"), lambda one: _VOTED if one[1].is_voted else _ON_AGENDA, "status"),
)
_NOTHING = Problem(
    "meeting.empty",
    Text("现在没有可以列入议程的办件。", "There is no case now that could stand on its agenda."),
    fix=Text("以后有办件等待决定时，可加入议程。", "Cases that come to this decision later may be added."),
)
_LEFT_OUT = Text("另有{n}件在其他会议，没有列入。", " With other meetings, and not put on its agenda: {n}.")


@page(SEES_MEETINGS)
def meetings(request: HttpRequest) -> HttpResponseBase:
    """The meetings that this reader runs, sits in or watches."""
    rows = visible_to(actor_on(request)).select_related("round")
    return list_page(request, _LIST, rows)


@dataclass(frozen=True, slots=True)
class Times:
    """When a meeting is to be, and until when members write beforehand."""

    begins: datetime
    ends: datetime
    written_until: datetime | None


def when_and_where(stands: Mapping[str, str]) -> list[Field]:
    """What is asked of every meeting. stands: what is there already, by field."""
    return [
        Field("day", "day", Text("日期", "Day"), stands.get("day", ""), required=True),
        Field("from", "text", Text("开始时间", "Begins at"), stands.get("from", ""), hint=Text("例如 09:00", "such as 09:00"), required=True),
        Field("to", "text", Text("结束时间", "Ends at"), stands.get("to", ""), required=True),
        Field("place", "text", Text("地点", "Place"), stands.get("place", ""), hint=Text("会议室或视频会议号", "a room, or a video call"),
              required=True, most=planning.LONGEST_PLACE),
        Field("written_until", "day", Text("书面意见截止日", "Written opinions until"), stands.get("written_until", ""),
              hint=Text("先通讯评议、后会议的填写；到当日24:00，填会议当日的到会议开始；空白则没有书面意见。",
                        "For correspondence first, then the meeting: to the end of that day, or, on the day of the meeting, until it begins;"
                        " empty: none.")),
    ]  # fmt: skip


def times_in(given: Given, until: datetime | None = None) -> Times:
    """When and until when, as it was typed into `when_and_where`. until: until when members write so far; it stays to the minute
    where its day does, and another day is taken to its end. Raises Refused with all that could not be read."""
    day, written = given.day("day"), given.day("written_until")
    begins, ends = moment_in(given, day, "from"), moment_in(given, day, "to")
    given.needed("place")
    if day is None and not given.problems:
        given.problems.append(Problem("deed.missing", Text("请填写日期。", "Fill in the day."), "day"))
    given.check()
    if begins is None or ends is None:  # `check` has told why
        raise Refused.because(*given.problems)
    if until is not None and written == clock.local_date(until):
        return Times(begins, ends, until)
    # On the day of the meeting itself they may write until it begins.
    last = datetime.combine(written, time(23, 59), clock.BEIJING) if written else None
    return Times(begins, ends, begins if last and last.date() == clock.local_date(begins) else last)


@page(PLANS_MEETINGS, methods=("GET", "POST"))
def meeting_new(request: HttpRequest, code: str, step: str) -> HttpResponseBase:
    """Call a meeting on the cases that wait for this decision."""
    found, decide = round_and_step(request, code, step, Decide)
    actor = actor_on(request)
    if not actor.holds("officer", programme=found.programme.code):
        raise PLANS_MEETINGS.refusal()
    if decide.vote is None:
        return SeeOther(reverse("deciding", args=[code, step]))
    known = taken(found, decide)
    others = [(one, known[one.pk]) for one in Case.objects.filter(pk__in=known).order_by("position", "number")]
    kinds = tuple(Choice(key, title) for key, title in KINDS.items())
    fields = [
        Field("kind", "choice", Text("形式", "Form"), "committee", required=True, choices=kinds),
        *when_and_where({"from": "09:00", "to": "12:00"}),
    ]

    def do(given: Given) -> tuple[Text, str]:
        times = times_in(given)
        made = planning.plan(
            found,
            str(decide.id),
            actor,
            place=given.text("place"),
            begins=times.begins,
            ends=times.ends,
            kind=given.text("kind"),
            written_until=times.written_until,
        )
        if isinstance(made, Refusal):
            raise Refused(made)
        if not made.items.exists():
            given.ask(_NOTHING, Text("仍然安排", "Plan it all the same"))
        told = Text("会议已安排，已通知成员。", "The meeting is planned; its members are told.")
        if others:
            told = Text(told.zh + _LEFT_OUT.zh, told.en + _LEFT_OUT.en).filled(n=len(others))
        return told, made.href

    return deed_page(
        request,
        Text("安排会议", "Plan a meeting"),
        fields,
        do,
        button=Text("安排并通知成员", "Plan it and tell the members"),
        back=reverse("deciding", args=[code, step]),
        columns=_OTHERS,
        rows=others,
        lines=[Line(Text("批次", "Round"), found.title), Line(Text("环节", "Step"), step_title(decide))],
        crumbs=[
            Crumb(Text("批次", "Rounds"), reverse("rounds")),
            Crumb(code, reverse("round", args=[code])),
            Crumb(step_title(decide), reverse("deciding", args=[code, step])),
        ],
    )


@page(SEES_MEETINGS)
def meeting_calendar(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The meeting as a calendar file (iCalendar, RFC 5545), with the times at which its reader must leave; no case is named
    in it. A later one replaces it in calendars: its SEQUENCE grows with what was told of its slots."""
    sitting, actor = meeting_for(request, pk)
    meeting = sitting.meeting
    calendar = Calendar()
    calendar.add("prodid", f"-//Keguan//{request.get_host()}//{language().upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if meeting.state == "cancelled" else "PUBLISH")
    event = Event()
    event.add("uid", f"meeting-{meeting.pk}@{request.get_host()}")
    event.add("dtstamp", clock.now().astimezone(UTC))
    told = meeting.appointments.values_list("sequence", flat=True)
    event.add("sequence", meeting.sequence + sum(one + 1 for one in told))
    event.add("status", "CANCELLED" if meeting.state == "cancelled" else "CONFIRMED")
    if sitting.slots and (out := said(out_of(sitting, actor.person or 0)).strip()):
        event.add("description", out)
    event.add("dtstart", meeting.begins.astimezone(UTC))
    event.add("dtend", meeting.ends.astimezone(UTC))
    event.add("summary", f"{said(meeting.title)} · {said(meeting.round.title)}")
    event.add("location", meeting.place)
    event.add("url", request.build_absolute_uri(meeting.href))
    calendar.add_component(event)
    answer = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="meeting-{meeting.pk}.ics"'
    return answer
