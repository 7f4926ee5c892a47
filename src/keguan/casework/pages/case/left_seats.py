"""Who comes back to a review that is theirs no longer, by an old message or a page left open: told what became of it and
where to go on; what they had typed is shown to them once more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from keguan.casework.messages import TAKEN_OFF
from keguan.casework.models import Case
from keguan.casework.pages.answering import kept
from keguan.casework.queries import seat_left, seat_to_decline
from keguan.casework.versions import definition_of
from keguan.components import reader
from keguan.components.access import View, actor_on
from keguan.components.deeds import SeeOther
from keguan.components.notices import tell
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Forbidden

_LEFT: Mapping[str, Text] = {
    "declined": Text(
        "您已谢绝 {number} 的评审，内容不再向您开放，无需再办。",
        "You declined the review of {number}: it is closed to you, and nothing more is asked of you.",
    ),
    **TAKEN_OFF,
}
_TO_DECLINE = Text(
    "{number} 的内容不再向您开放：指派之后出现了应当回避的情形。",
    "{number} is closed to you: after you were asked, a tie came up by which you must keep out.",
)
_NOT_KEPT = Text(
    "本页的内容不再保存，仍留在本页，可以复制。",
    "What you type is not kept any more; it stays on this page, ready to copy.",
)


@dataclass(frozen=True, slots=True)
class _Left:
    say: Text
    href: str
    onward: Text


def _left(request: HttpRequest, number: str) -> _Left | None:
    actor = actor_on(request)
    if seat_to_decline(actor, number) is not None:
        href = reverse("seat_decline", args=[number])
        return _Left(_TO_DECLINE.filled(number=number), href, Text("谢绝评审", "Decline it"))
    if state := seat_left(actor, number):
        return _Left(_LEFT[state].filled(number=number), reverse("reviews"), Text("我的评审", "My reviews"))
    return None


def answers_who_left(view: View) -> View:
    """A view of a case that also answers whoever left its review; it refuses everybody else as before."""

    @wraps(view)
    def answering(request: HttpRequest, number: str, **more: Any) -> HttpResponseBase:
        try:
            return view(request, number, **more)
        except Forbidden:
            if (answer := _answer(request, number)) is None:
                raise
            return answer

    return answering


def _answer(request: HttpRequest, number: str) -> HttpResponseBase | None:
    """On to where they can go on, with what became of the review; with what they typed into its sheet, a page that shows
    it, or for a page that saves itself the word that it can stop. None for everybody else."""
    left = _left(request, number)
    if left is None:
        return None
    if request.headers.get("Accept", "") == "application/json":
        onward = Text("请转到“{where}”。", "Go on at “{where}”.").filled(where=left.onward)
        refused = [reader.said(one) for one in (left.say, _NOT_KEPT, onward)]
        return JsonResponse({"refused": refused, "over": True}, status=403)
    if request.method == "POST":
        programme = definition_of(Case.objects.select_related("programme").get(number=number).programme).programme
        if typed := kept(request, programme, ("scores.", "comment")):
            return render(request, "casework/seat_left.html", {"left": left, "typed": typed}, status=409)
    if seat_left(actor_on(request), number):
        tell(request, left.say, "info")
    return SeeOther(left.href)
