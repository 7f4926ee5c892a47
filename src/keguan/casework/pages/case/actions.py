"""One address for everything that can be asked of a case, and one for side cases."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.casework import office_checks, services, sides
from keguan.casework.drafting import filling
from keguan.casework.models import Notice
from keguan.casework.pages.answering import onward, request_id, status_of_refusal
from keguan.casework.pages.case import setting_aside
from keguan.casework.pages.case.left_seats import answers_who_left
from keguan.casework.pages.case.page import case_page
from keguan.casework.pages.case.sheet_windows import unseen
from keguan.casework.pages.case_words import SIDE_TITLES, case_href
from keguan.casework.pages.desks.queue import queue_for
from keguan.casework.pages.opened import case_for
from keguan.casework.steps import typed
from keguan.casework.steps.closets import closet_of
from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.deeds import SeeOther
from keguan.components.notices import tell
from keguan.components.typed import posted_key
from keguan.engine.afterwards import RETRACT, RETRACT_VERB
from keguan.engine.decision import Command, Situation
from keguan.engine.steps import kind_for
from keguan.engine.steps.review import SET_ASIDE, SET_ASIDE_TITLE
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Refusal, Refused
from keguan.language.schema import Endorse, Step

_DONE = Text(
    "已办理：{verb}。{number}，服务器时间 {at:%Y-%m-%d %H:%M:%S}。",
    "Done: {verb}. {number}, server time {at:%Y-%m-%d %H:%M:%S}.",
)


@page(SIGNED_IN, methods=("POST",))
@answers_who_left
def case_do(request: HttpRequest, number: str, verb: str) -> HttpResponseBase:
    """Ask something of a case. A refusal comes back as the case's page, with everything that was typed."""
    found, actor = case_for(request, number)
    if "redraw" in request.POST:
        # To look something up in the middle of it; nothing that was typed is lost, and nothing is asked yet.
        return case_page(request, found, actor, post=request.POST)
    situation = services.situation_for(found, actor)
    if verb in ("score", "rescore") and (missed := unseen(found, situation, request.POST)):
        refusal, sheet = missed
        return case_page(request, found, actor, post=sheet, problems=refusal.problems, status=409)
    step = _step_meant(request, situation)
    queue = queue_for(request, found, actor, waits=True) if "onwards" in request.POST else None
    if verb == SET_ASIDE:
        content = setting_aside.read(request.POST)
    elif verb == RETRACT:
        content = {"reason": typed.text(request.POST, "reason")}
    else:
        content = closet_of(step).content.read(request.POST, situation.definition, step, verb, situation)
    if isinstance(step, Endorse):
        office_checks.looked_at(found, typed.ticked_ids(request.POST, "office_item"), actor, request_id(request))
    answer = services.act(
        number,
        Command(verb, str(step.id), content),
        actor,
        posted_key(request),
        revision=_revision(request),
        request_id=request_id(request),
    )
    if isinstance(answer, Refusal):
        fresh, actor = case_for(request, number)
        status = status_of_refusal(answer)
        return case_page(request, fresh, actor, post=request.POST, problems=answer.problems, status=status)
    titles = {one.name: one.title for one in kind_for(step).verbs(step)} | {
        SET_ASIDE: SET_ASIDE_TITLE,
        RETRACT: RETRACT_VERB.title,
    }
    title = titles.get(verb, Text(verb, verb))
    at = clock.now().astimezone(clock.BEIJING)
    tell(request, _DONE.filled(verb=title, number=number, at=at))
    return SeeOther(onward(request.POST, queue.next if queue and queue.next else _next_page(number, verb)))


def _next_page(number: str, verb: str) -> str:
    # Who declined no longer sees the case.
    return reverse("todo") if verb == "decline" else case_href(number)


def _step_meant(request: HttpRequest, situation: Situation) -> Step:
    """The step that the page showed; the current one where it did not say."""
    meant = request.POST.get("step", "") or situation.state.step
    steps = situation.definition.programme.steps
    return next((one for one in steps if one.id == meant), steps[0])


def _revision(request: HttpRequest) -> int | None:
    """The revision the page showed. Reviewers and signing parties act side by side, so their forms carry none."""
    sent = request.POST.get("revision", "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else None


@page(SIGNED_IN, methods=("POST",))
def withdraw(request: HttpRequest, number: str) -> HttpResponseBase:
    """Ask for one's application back: opens the side case and its form."""
    found, actor = case_for(request, number)
    answer = _opened(request, found.number, "withdraw", actor)
    if isinstance(answer, Refusal):
        return case_page(request, found, actor, problems=answer.problems, status=status_of_refusal(answer))
    return SeeOther(reverse("case_form_now", args=[answer.number]))


@page(SIGNED_IN, methods=("POST",))
def object_to(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Object to what a notice says, under one's real name: opens the side case and its form. Raises Refused."""
    notice = get_object_or_404(Notice.objects.select_related("case"), pk=pk)
    answer = _opened(request, notice.case.number, "object", actor_on(request))
    if isinstance(answer, Refusal):
        raise Refused(answer)
    return SeeOther(reverse("case_form_now", args=[answer.number]))


def _opened(request: HttpRequest, number: str, programme: str, actor: Actor) -> services.Done | Refusal:
    answer = sides.open_side(number, programme, actor, posted_key(request), request_id=request_id(request))
    if not isinstance(answer, Refusal) and not answer.again:
        filling.begin(answer.number, actor, request_id=request_id(request))
        said = Text(
            "已建立：{title}，{number}。请填写并提交。", "Opened: {title}, {number}. Fill in the form and submit it."
        )
        tell(request, said.filled(title=SIDE_TITLES[programme], number=answer.number))
    return answer
