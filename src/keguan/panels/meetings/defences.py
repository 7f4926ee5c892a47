"""A defence as the people of the case meet it: on the page of the case, and as a calendar file. Nobody of the panel is named."""

from __future__ import annotations

from datetime import UTC
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from icalendar import Calendar, Event

from keguan.casework.links import Link
from keguan.casework.models import Case
from keguan.casework.pages.case.appointments import Expected, expected_by
from keguan.casework.pages.case_words import case_href
from keguan.casework.pages.opened import case_for
from keguan.casework.permissions import is_own
from keguan.components.access import SIGNED_IN, page
from keguan.components.reader import language, said
from keguan.components.status import Line
from keguan.kernel.bilingual import Text
from keguan.panels.meetings.appointments import appointment_of, minutes

DEFENCE = Text("答辩", "Defence")
_OFF = Text("原定的答辩已取消，新的时间另行通知。", "The defence is off; a new time will be told.")
_TITLE = Text("答辩：{number}", "Defence: {number}")


@expected_by
def of_defences(case: Case) -> Expected | None:
    """When the case is heard, as its people were told last."""
    found = appointment_of(case)
    if found is None:
        return None
    files = [Link(Text("日历文件", "Calendar file"), reverse("defence_calendar", args=[case.number]))]
    if found.is_off:
        return Expected(DEFENCE, (), files, _OFF)
    length = Text("{n}分钟", "{n} minutes").filled(n=minutes(found.begins, found.ends))
    lines = [
        Line(Text("开始（北京时间）", "Begins (Beijing time)"), found.begins, "moment"),
        Line(Text("时长", "Length"), length),
        Line(Text("地点", "Place"), found.place),
    ]
    if bring := found.meeting.bring:
        lines.append(Line(Text("请携带", "Bring along"), bring, "prose"))
    return Expected(DEFENCE, lines, files)


@page(SIGNED_IN)
def defence_calendar(request: HttpRequest, number: str) -> HttpResponseBase:
    """The defence as a calendar file (iCalendar, RFC 5545), for the people of the case. A later one replaces it in their
    calendars: its UID stays, its SEQUENCE grows."""
    case, actor = case_for(request, number)
    found = appointment_of(case) if is_own(actor, case) else None
    if found is None:
        raise Http404
    calendar, event = Calendar(), Event()
    calendar.add("prodid", f"-//Keguan//{request.get_host()}//{language().upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if found.is_off else "PUBLISH")
    event.add("uid", f"defence-{found.meeting_id}-{case.number}@{urlsplit('//' + request.get_host()).hostname}")
    event.add("dtstamp", found.told_at.astimezone(UTC))
    event.add("last-modified", found.told_at.astimezone(UTC))
    event.add("sequence", found.sequence)
    event.add("status", "CANCELLED" if found.is_off else "CONFIRMED")
    event.add("dtstart", found.begins.astimezone(UTC))
    event.add("dtend", found.ends.astimezone(UTC))
    event.add("summary", said(_TITLE.filled(number=case.number)))
    event.add("location", found.place)
    if bring := found.meeting.bring:
        event.add("description", said(bring))
    event.add("url", request.build_absolute_uri(case_href(case.number)))
    calendar.add_component(event)
    answer = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="defence-{case.number}.ics"'
    return answer
