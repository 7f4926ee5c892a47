"""Changing a planned meeting, and cancelling it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse

from keguan.casework.pages.answering import request_id
from keguan.components.access import page
from keguan.components.deeds import Given, deed_page
from keguan.components.fields import Field
from keguan.components.status import Crumb, Line
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING
from keguan.kernel.problems import Refusal, Refused
from keguan.panels.meetings import replanning
from keguan.panels.meetings.models import Meeting
from keguan.panels.meetings.pages import meeting_for
from keguan.panels.meetings.planning_pages import MEETINGS, times_in, when_and_where
from keguan.panels.meetings.rights import PLANS_MEETINGS, is_secretary


def _planned(request: HttpRequest, pk: int) -> Meeting:
    sitting, actor = meeting_for(request, pk)
    if not is_secretary(actor, sitting.meeting):
        raise PLANS_MEETINGS.refusal()
    if sitting.meeting.state != "planned":
        raise Http404
    return sitting.meeting


def _crumbs(meeting: Meeting) -> list[Crumb]:
    return [Crumb(MEETINGS, reverse("meetings")), Crumb(meeting.title, meeting.href)]


@page(PLANS_MEETINGS, methods=("GET", "POST"))
def meeting_change(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Another day, time or place for a planned meeting; its agenda changes on its own page."""
    meeting, actor = _planned(request, pk), meeting_for(request, pk)[1]

    def do(given: Given) -> tuple[Text, str]:
        times = times_in(given, meeting.written_until)
        answer = replanning.change(
            pk, actor, place=given.text("place"), begins=times.begins, ends=times.ends,
            written_until=times.written_until, request_id=request_id(request),
        )  # fmt: skip
        if isinstance(answer, Refusal):
            raise Refused(answer)
        return Text("会议安排已更改，已通知成员。", "The meeting is changed; its members are told."), meeting.href

    begins, ends, until = (
        one and one.astimezone(BEIJING) for one in (meeting.begins, meeting.ends, meeting.written_until)
    )
    stands = {
        "day": f"{begins:%Y-%m-%d}", "from": f"{begins:%H:%M}", "to": f"{ends:%H:%M}", "place": meeting.place,
        "written_until": f"{until:%Y-%m-%d}" if until else "",
    }  # fmt: skip
    return deed_page(
        request,
        Text("更改会议安排", "Change the meeting"),
        when_and_where(stands),
        do,
        button=Text("更改并通知成员", "Change it and tell the members"),
        back=meeting.href,
        lines=[Line(Text("会议", "Meeting"), meeting.title), Line(Text("批次", "Round"), meeting.round.title)],
        crumbs=_crumbs(meeting),
    )


@page(PLANS_MEETINGS, methods=("GET", "POST"))
def meeting_cancel(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Cancel a planned meeting, with the reason that its members read."""
    meeting, actor = _planned(request, pk), meeting_for(request, pk)[1]
    reason = Field("reason", "prose", Text("取消的理由（成员会看到）", "Why it is cancelled (its members read it)"), required=True,
                   most=replanning.LONGEST_REASON)  # fmt: skip

    def do(given: Given) -> tuple[Text, str]:
        answer = replanning.cancel(pk, given.text("reason"), actor, request_id(request))
        if isinstance(answer, Refusal):
            raise Refused(answer)
        return Text("会议已取消，已通知成员。", "The meeting is cancelled; its members are told."), meeting.href

    return deed_page(
        request,
        Text("取消会议", "Cancel the meeting"),
        [reason],
        do,
        button=Text("取消会议并通知成员", "Cancel it and tell the members"),
        back=meeting.href,
        hint=Text(
            "不能撤回；议程上的办件可列入另一次会议，已通知答辩时间的申报人会收到取消通知。",
            "It is not taken back. What stands on its agenda is free for another meeting, and who was told when they are heard is "
            "told that it is off.",
        ),
        lines=[
            Line(Text("会议", "Meeting"), meeting.title),
            Line(Text("批次", "Round"), meeting.round.title),
            Line(Text("计划开始", "Planned to begin"), meeting.begins, "moment"),
            Line(Text("地点", "Place"), meeting.place),
        ],
        crumbs=_crumbs(meeting),
    )
