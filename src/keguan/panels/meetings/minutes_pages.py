"""The minutes of a meeting as a page: result and dissent side by side, who signed them, and signing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from keguan.casework.pages.answering import request_id, status_of_refusal
from keguan.casework.rounds.resolutions import NOT_QUALIFIED
from keguan.components.access import page
from keguan.components.deeds import SeeOther
from keguan.components.lists import Column
from keguan.components.notices import tell
from keguan.components.proving import prove_again
from keguan.components.status import Crumb, Status
from keguan.components.turning import turn_to
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal
from keguan.panels.meetings.minutes_content import digest_of
from keguan.panels.meetings.minutes_told import since, told
from keguan.panels.meetings.pages import meeting_for
from keguan.panels.meetings.rights import SEES_MEETINGS
from keguan.panels.meetings.signed_minutes import sign, signatures, signs
from keguan.panels.meetings.sittings import Sitting

MINUTES = Text("会议记录", "Minutes")
MOST_TOLD = 100
"""So many items stand on one page of the minutes; the document has them all."""
_UNCONFIRMED = Problem(
    "minutes.unconfirmed", Text("请勾选“已阅读”。", "Tick that you have read them."), where="confirmed"
)
_SIGNATURES = (
    Column("name", Text("姓名", "Name"), lambda one: one[0]),
    Column("at", Text("签署时间", "Signed"), lambda one: one[1].at, "moment"),
    Column("digest", Text("所签摘要值", "Digest signed"), lambda one: one[1].digest),
    Column("state", Text("状态", "State"), lambda one: one[2], "status"),
)
_STANDS = Status(Text("所签即现在的记录", "These minutes"), "good")
_EARLIER = Status(Text("签署后记录有补充", "An earlier text"), "warn")


@page(SEES_MEETINGS)
def meeting_minutes(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What was done, item by item, and who signed it."""
    sitting, actor = meeting_for(request, pk)
    return _page(request, sitting, actor)


@page(SEES_MEETINGS, methods=("GET", "POST"))
def meeting_minutes_sign(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Sign the minutes, having proved again who one is."""
    unproven = prove_again(request)
    sitting, actor = meeting_for(request, pk)
    if request.method != "POST":
        return _page(request, sitting, actor, is_signing=True)
    if unproven:
        return _page(request, sitting, actor, (unproven,), 422)
    if request.POST.get("confirmed") != "yes":
        return _page(request, sitting, actor, (_UNCONFIRMED,), 422, is_signing=True)
    answer = sign(pk, request.POST.get("digest", ""), actor, request_id(request))
    if isinstance(answer, Refusal):
        return _page(request, sitting, actor, answer.problems, status_of_refusal(answer), is_signing=True)
    tell(request, Text("已签署。", "Signed."))
    return SeeOther(reverse("meeting_minutes", args=[pk]))


def _page(
    request: HttpRequest,
    sitting: Sitting,
    actor: Actor,
    problems: tuple[Problem, ...] = (),
    status: int = 200,
    *,
    is_signing: bool = False,
) -> HttpResponse:
    meeting = sitting.meeting
    # What is not over has nothing to sign yet. The digest is of all pages.
    mark, signed = (digest_of(sitting), signatures(sitting)) if meeting.state == "closed" else ("", [])
    turn = turn_to(len(sitting.items), request.GET, request.path, at="agenda", most=MOST_TOLD)
    sitting.shown = sitting.items[max(0, turn.first - 1) : turn.last]
    mine = any(one.person == actor.person and one.digest == mark for _, one in signed)
    can_sign = meeting.state == "closed" and signs(sitting, actor) and not mine
    context = {
        "meeting": meeting,
        "title": MINUTES,
        "told": told(sitting, actor.person, turn.places),
        "turn": turn,
        "since": since(sitting, actor.person),
        "digest": mark,
        "signature_columns": _SIGNATURES,
        "signatures": [(name, one, _STANDS if one.digest == mark else _EARLIER) for name, one in signed],
        "note": NOT_QUALIFIED,
        "can_sign": can_sign,
        "is_signing": is_signing and can_sign,
        "problems": problems,
        "crumbs": [
            Crumb(Text("会议", "Meetings"), reverse("meetings")),
            Crumb(meeting.title, reverse("meeting", args=[meeting.pk])),
            Crumb(MINUTES),
        ],
    }
    return render(request, "meetings/minutes.html", context, status=status)
