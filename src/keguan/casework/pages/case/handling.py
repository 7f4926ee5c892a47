"""What officers do with a case besides deciding it: note something for colleagues, hand it over to one of them."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from keguan.casework.desk_notes import strike_note, write_note
from keguan.casework.handing import ROLE, hand_over
from keguan.casework.models import DeskNote
from keguan.casework.pages.answering import request_id, status_of_refusal
from keguan.casework.pages.case.page import case_page
from keguan.casework.pages.case_words import case_href
from keguan.casework.pages.desks.handing_form import TITLE, fields_of, receiver_in
from keguan.casework.pages.opened import case_for
from keguan.casework.permissions import can_handle
from keguan.components.access import holding, page
from keguan.components.deeds import SeeOther
from keguan.components.fields import filled
from keguan.components.notices import tell
from keguan.components.status import Crumb
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal

HANDLES = holding(Text("经办办件", "handle cases"), ROLE)
_HANDED = Text("已转交 {n} 件。", "Handed over: {n}.")


@page(HANDLES, methods=("POST",))
def case_note(request: HttpRequest, number: str) -> HttpResponseBase:
    """Note something on a case for colleagues; what was refused comes back as it was typed."""
    found, actor = case_for(request, number)
    answer = write_note(number, request.POST.get("note", ""), actor, request_id=request_id(request))
    if isinstance(answer, Refusal):
        return case_page(request, found, actor, problems=answer.problems, status=status_of_refusal(answer))
    return SeeOther(case_href(number) + "#notes")


@page(HANDLES, methods=("POST",))
def case_note_strike(request: HttpRequest, number: str, pk: int) -> HttpResponseBase:
    """Strike out a note of one's own."""
    found, actor = case_for(request, number)
    try:
        answer = strike_note(number, pk, actor, request_id=request_id(request))
    except DeskNote.DoesNotExist as none:
        raise Http404 from none
    if isinstance(answer, Refusal):
        return case_page(request, found, actor, problems=answer.problems, status=status_of_refusal(answer))
    return SeeOther(case_href(number) + "#notes")


@page(HANDLES, methods=("GET", "POST"))
def case_hand_over(request: HttpRequest, number: str) -> HttpResponseBase:
    """Hand one case over: to whom, and why."""
    case, actor = case_for(request, number)
    if not can_handle(actor, case):
        raise HANDLES.refusal()
    if request.method == "POST":
        to, problems = receiver_in(request)
        answer = (
            Refusal(problems)
            if problems
            else hand_over([number], to, _reason(request), actor, request_id=request_id(request))
        )
        if not isinstance(answer, Refusal) and answer.refused:
            answer = Refusal(tuple(answer.refused.values()))
        if isinstance(answer, Refusal):
            return _asked(request, number, case.code, actor, answer.problems, status=status_of_refusal(answer))
        tell(request, _HANDED.filled(n=len(answer.done)))
        return SeeOther(case_href(number))
    return _asked(request, number, case.code, actor)


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "")[:500]


def _asked(
    request: HttpRequest, number: str, code: str, actor: Actor, problems: tuple[Problem, ...] = (), *, status: int = 200
) -> HttpResponse:
    fields = fields_of(actor, [code])
    context: dict[str, Any] = {
        "title": TITLE,
        "number": number,
        "fields": filled(fields, request.POST, problems) if problems else fields,
        "problems": problems,
        "crumbs": [Crumb(Text("办件", "Cases"), reverse("cases")), Crumb(number, case_href(number)), Crumb(TITLE)],
    }
    return render(request, "casework/hand_over.html", context, status=status)
