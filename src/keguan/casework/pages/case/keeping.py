"""What one does with a case of one's own besides acting on it: put it away, bring it back, copy it into a new application."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from keguan.casework.desks.archive import archive, bring_back
from keguan.casework.drafting.editors import leads
from keguan.casework.drafting.reuse import rounds_to_copy_into
from keguan.casework.pages.answering import request_id, status_of_refusal
from keguan.casework.pages.case.page import case_page
from keguan.casework.pages.case_words import case_href
from keguan.casework.pages.opened import case_for
from keguan.components.access import SIGNED_IN, page
from keguan.components.deeds import SeeOther
from keguan.components.notices import tell
from keguan.components.status import Crumb
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Forbidden, Problem, Refusal

_NOT_YOURS = Text("只有申报人可以复制自己的申报。", "Only its applicant copies an application.")
_PUT_AWAY = Text("已归档 {number}，可在“已归档”中取回。", "{number} is archived; bring it back under “Archived”.")
_BACK = Text("{number} 已回到您的列表。", "{number} is in your list again.")


@page(SIGNED_IN, methods=("POST",))
def case_archive(request: HttpRequest, number: str) -> HttpResponseBase:
    """Put a case out of one's own list, or bring it back (`do=back`)."""
    found, actor = case_for(request, number)
    if request.POST.get("do") == "back":
        bring_back(number, actor, request_id=request_id(request))
        tell(request, _BACK.filled(number=number))
        return SeeOther(case_href(number))
    answer = archive(number, actor, request_id=request_id(request))
    if isinstance(answer, Refusal):
        return case_page(request, found, actor, problems=answer.problems, status=status_of_refusal(answer))
    tell(request, _PUT_AWAY.filled(number=number))
    return SeeOther(reverse("my_cases"))


@page(SIGNED_IN)
def case_copy(request: HttpRequest, number: str) -> HttpResponse:
    """The open rounds that take a copy of this application, with how many answers each would take."""
    found, actor = case_for(request, number)
    if found.parent_id is not None:
        raise Http404
    if not leads(actor, found):
        raise Forbidden("copy this application", (Problem("right.missing", _NOT_YOURS),))
    asked = urlencode({"from": number})
    offers = [
        (of_round, count, f"{reverse('apply', args=[of_round.code])}?{asked}")
        for of_round, count in rounds_to_copy_into(found)
    ]
    context = {
        "case": found,
        "offers": offers,
        "crumbs": [
            Crumb(Text("办件", "Cases"), reverse("my_cases")),
            Crumb(number, case_href(number)),
            Crumb(Text("复制为新申报", "Copy into a new application")),
        ],
    }
    return render(request, "casework/copy.html", context)
