"""What the reviews of a case say of its reviewers, for the officers who may rate them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from keguan.casework.pages.answering import request_id
from keguan.casework.pages.opened import case_for
from keguan.casework.permissions import can_see_reviewers
from keguan.casework.reviewing.merits import merits_of
from keguan.components.access import holding, page
from keguan.components.status import Crumb
from keguan.components.things import Section, thing_page
from keguan.kernel.bilingual import Text
from keguan.registers.experts.merit_pages import columns
from keguan.registers.trace import services as trace

RATES = holding(Text("评价本件的评审", "rate the reviews of a case"), "officer")


@page(RATES)
def case_merits(request: HttpRequest, number: str) -> HttpResponseBase:
    """Each final review of the case beside what it says of its reviewer. Reading it is traced."""
    found, actor = case_for(request, number)
    if not (can_see_reviewers(actor, found) and actor.holds("officer", programme=found.code)):
        raise RATES.refusal()
    trace.read(actor, "reviewers", number, case_number=number, request_id=request_id(request))
    title = Text("评审质量：{number}", "How the reviews were done: {number}").filled(number=number)
    section = Section(
        Text("各专家的评审", "Review by review"),
        columns=columns(actor, is_own=False, with_expert=True),
        rows=merits_of(found),
        empty=Text("评审组尚未结束。", "The panel is not complete yet."),
    )
    crumbs = [Crumb(Text("办件", "Cases"), reverse("cases")), Crumb(number, reverse("case", args=[number]))]
    return thing_page(request, title, [section], crumbs=crumbs)
