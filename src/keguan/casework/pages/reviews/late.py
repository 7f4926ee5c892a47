"""Who is late with a review: reminded from the page of a case, or all of a round at one step."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from keguan.casework import services
from keguan.casework.desks.chasing import remind_late
from keguan.casework.models import Case, Round
from keguan.casework.pages.answering import request_id, status_of_refusal
from keguan.casework.pages.case.page import case_page
from keguan.casework.pages.case_words import case_href
from keguan.casework.pages.opened import case_for
from keguan.casework.pages.rounds.places import Place, has_places
from keguan.casework.pages.rounds.rankings import round_and_step
from keguan.casework.permissions import reviewers_visible_to
from keguan.casework.reviewing.late_seats import late_seats
from keguan.casework.steps.review.panel import STATES
from keguan.components.access import SIGNED_IN, actor_on, holding, page
from keguan.components.deeds import SeeOther
from keguan.components.lists import Column
from keguan.components.notices import tell
from keguan.components.status import Crumb
from keguan.components.things import Section, thing_page
from keguan.engine.machine import commands_for
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Forbidden, Problem, Refusal
from keguan.language.definition import Definition
from keguan.language.schema import Review
from keguan.language.wording import step_title

CHASES = holding(Text("提醒逾期的评审专家", "remind reviewers who are late"), "officer")
TITLE = Text("逾期未评：{step}", "Late reviews: {step}")
MOST = 500
_TOLD = Text("已提醒 {n} 席的专家。", "Reminded, seats: {n}.")
_NOT_YOURS = Text("只有指派专家的人可以提醒他们。", "Only those who assign its reviewers remind them.")


@has_places
def chasing(actor: Actor, of_round: Round, definition: Definition) -> Iterable[Place]:
    """Who is late with each review of a round, for those who assign its reviewers."""
    for step in definition.programme.steps:
        if isinstance(step, Review) and _assigns(actor, of_round, step) and of_round.status != "draft":
            yield TITLE.filled(step=step_title(step)), reverse("late_reviews", args=[of_round.code, step.id])


def _assigns(actor: Actor, of_round: Round, step: Review) -> bool:
    return actor.holds(step.assigned_by, programme=of_round.programme.code)


@page(SIGNED_IN, methods=("POST",))
def case_review_remind(request: HttpRequest, number: str) -> HttpResponseBase:
    """Remind whoever is late on the panel of one case."""
    found, actor = case_for(request, number)
    if "release" not in {offered.verb.name for offered in commands_for(services.situation_for(found, actor))}:
        raise Forbidden("remind reviewers", (Problem("right.missing", _NOT_YOURS),))
    answer = remind_late(Q(case=found), found.step, actor, request_id(request))
    if isinstance(answer, Refusal):
        return case_page(request, found, actor, problems=answer.problems, status=status_of_refusal(answer))
    tell(request, _TOLD.filled(n=answer))
    return SeeOther(f"{case_href(number)}#now")


_COLUMNS = (
    Column("case", Text("办件", "Case"), lambda one: one.number, link=lambda one: case_href(one.number)),
    Column("title", Text("名称", "Title"), lambda one: one.title),
    Column("seat", Text("席位", "Seat"), lambda one: one.seat, "number"),
    Column("state", Text("状态", "State"), lambda one: STATES[one.state], "status"),
    Column("due", Text("期限", "Due"), lambda one: one.due, "deadline"),
    Column("reminded", Text("上次提醒", "Last reminded"), lambda one: one.reminded, "moment"),
)


@page(CHASES, methods=("GET", "POST"))
def late_reviews(request: HttpRequest, code: str, step: str) -> HttpResponseBase:
    """The seats of a round that are late at one step, without names, and one press that reminds their holders."""
    of_round, review = round_and_step(request, code, step, Review)
    actor = actor_on(request)
    if not _assigns(actor, of_round, review):
        raise CHASES.refusal()
    cases = Q(case__in=Case.objects.filter(reviewers_visible_to(actor), round=of_round))
    problems: tuple[Problem, ...] = ()
    status = 200
    if request.method == "POST":
        answer = remind_late(cases, str(review.id), actor, request_id(request))
        if not isinstance(answer, Refusal):
            tell(request, _TOLD.filled(n=answer))
            return SeeOther(reverse("late_reviews", args=[code, step]))
        problems, status = answer.problems, status_of_refusal(answer)
    return _late_page(request, of_round, review, cases, problems, status)


def _late_page(
    request: HttpRequest, of_round: Round, review: Review, cases: Q, problems: tuple[Problem, ...], status: int
) -> HttpResponse:
    late = late_seats(cases, str(review.id))
    empty = Text("没有逾期未评的席位。", "No seat is late.")
    answer = thing_page(
        request,
        TITLE.filled(step=step_title(review)),
        [Section(Text("席位", "Seats"), columns=_COLUMNS, rows=late[:MOST], empty=empty)],
        crumbs=[
            Crumb(Text("批次", "Rounds"), reverse("rounds")),
            Crumb(of_round.code, reverse("round", args=[of_round.code])),
        ],
        template="casework/late_reviews.html",
        problems=problems,
        late=len(late),
        to_tell=sum(not one.was_told_today for one in late),
        is_more=len(late) > MOST,
    )
    answer.status_code = status
    return answer
