"""What is left to a reviewer to whom a case was closed after they had got a seat: to decline, without reading anything."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse

from keguan.casework import services
from keguan.casework.pages.answering import request_id
from keguan.casework.queries import seat_to_decline
from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.deeds import Given, deed_page
from keguan.components.fields import Field
from keguan.components.status import Crumb
from keguan.components.typed import posted_key
from keguan.engine.decision import Command
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Refusal, Refused


@page(SIGNED_IN, methods=("GET", "POST"))
def seat_decline(request: HttpRequest, number: str) -> HttpResponseBase:
    """Decline a review from which one must keep out."""
    actor = actor_on(request)
    seat = seat_to_decline(actor, number)
    if seat is None:
        raise Http404
    key = posted_key(request) if request.method == "POST" else ""
    reason = Field("reason", "text", Text("理由", "Reason"), value="应当回避", required=True, most=500)

    def do(given: Given) -> tuple[Text, str]:
        why = given.needed("reason")
        given.check()
        command = Command("decline", seat.step, {"because": "conflict", "reason": why})
        answer = services.act(number, command, actor, key, request_id=request_id(request))
        if isinstance(answer, Refusal):
            raise Refused(answer)
        return Text("已谢绝：{number}。", "Declined: {number}.").filled(number=number), reverse("todo")

    hint = Text(
        "指派之后出现了应当回避的情形，本件的内容不再向您开放。请谢绝评审，由经办人补派。如认为有误，请与经办人联系。",
        "After you were asked, a tie came up by which you must keep out; the case is closed to you. Please decline, so that"
        " somebody else can be asked. If this is a mistake, tell the officer.",
    )
    title = Text("谢绝评审：{number}", "Decline a review: {number}").filled(number=number)
    crumbs = [Crumb(Text("待办", "To do"), reverse("todo"))]
    button = Text("谢绝评审", "Decline")
    return deed_page(request, title, [reason], do, button=button, back=reverse("todo"), hint=hint, crumbs=crumbs)
