"""The days of calls as calendar files (iCalendar, RFC 5545): opening, closing with alarms, public notices."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from icalendar import Alarm, Calendar, Event, vDuration

from keguan.casework.models import Notice, Round
from keguan.casework.pages.call_search import find_calls, news_at
from keguan.casework.pages.public.calls import call_or_404
from keguan.components.access import PUBLIC, page
from keguan.components.reader import language, said
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING

WARNED = (timedelta(days=7), timedelta(days=1))
"""How long before a deadline a calendar rings."""
MOST_NOTICES = 20

_OPENS = Text("开始申报：{call}", "Opens: {call}")
_CLOSES = Text("申报截止：{call}", "Closes: {call}")
_NOTICE = Text("公示截止：{call}", "Public notice ends: {call}")
_ALARM = Text("即将截止", "The deadline is near")


@page(PUBLIC)
def call_calendar(request: HttpRequest, code: str) -> HttpResponseBase:
    """The days of one call and of the notices of its round."""
    found = call_or_404(code)
    spans = Notice.objects.filter(case__round=found).order_by("since").values_list("since", "until").distinct()
    calendar = _calendar(found.title, request)
    _add_call(calendar, found, request)
    for since, until in spans[:MOST_NOTICES]:
        day = clock.local_date(since).isoformat()
        event = _event(f"{found.code}-notice-{day}", _NOTICE.filled(call=found.title), found, request)
        event.add("url", request.build_absolute_uri(reverse("notices")))
        ends(event, until)
        calendar.add_component(event)
    return _answer(calendar, f"{found.code}.ics")


@page(PUBLIC)
def calls_calendar(request: HttpRequest) -> HttpResponseBase:
    """The days of all calls that are open or coming, narrowed as the page of calls is."""
    now = clock.now()
    calls = [one for one in find_calls(request.GET).narrowed.rows if one.closes > now and one.status == "published"]
    return _answer(_all(calls, request), "calls.ics")


def _all(calls: Iterable[Round], request: HttpRequest) -> Calendar:
    calendar = _calendar(Text("申报通知", "Calls"), request)
    for one in calls:
        _add_call(calendar, one, request)
    return calendar


def _calendar(name: Text, request: HttpRequest) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", f"-//Keguan//{request.get_host()}//{language().upper()}")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", said(name))
    calendar.add("refresh-interval", vDuration(timedelta(hours=12)), parameters={"VALUE": "DURATION"})
    return calendar


def _add_call(calendar: Calendar, of: Round, request: HttpRequest) -> None:
    opens = _event(f"{of.code}-opens", _OPENS.filled(call=of.title), of, request)
    closes = _event(f"{of.code}-closes", _CLOSES.filled(call=of.title), of, request)
    for event in (opens, closes):
        event.add("url", request.build_absolute_uri(reverse("call", args=[of.code])))
        event.add("description", said(of.summary))
    opens.add("dtstart", of.opens.astimezone(UTC))
    ends(closes, of.closes)
    calendar.add_component(opens)
    calendar.add_component(closes)


def _event(uid: str, title: Text, of: Round, request: HttpRequest) -> Event:
    """An event of no length: a moment. Its id stays, so that a moved deadline moves in calendars that subscribe."""
    event = Event()
    event.add("uid", f"{uid}@{urlsplit('//' + request.get_host()).hostname}")
    event.add("dtstamp", news_at(of))
    event.add("last-modified", news_at(of))
    event.add("sequence", of.revision)
    event.add("summary", said(title))
    event.add("transp", "TRANSPARENT")
    return event


def ends(event: Event, at: datetime) -> None:
    """Let something end at this moment, and ring before it. What ends at 24:00 stands in a calendar at 23:59: at 00:00 it
    would stand on the day after, where it is too late."""
    shown = at - timedelta(minutes=1) if at.astimezone(BEIJING).time() == time() else at
    event.add("dtstart", shown.astimezone(UTC))
    for before in WARNED:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", said(_ALARM))
        alarm.add("trigger", -before)
        event.add_component(alarm)


def _answer(calendar: Calendar, name: str) -> HttpResponse:
    answer = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
