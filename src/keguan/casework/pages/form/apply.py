"""Beginning an application: for which organisation, then on to its form."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.casework.drafting import filling, opening
from keguan.casework.drafting.precheck import hosts_of, waiting_for_nobody
from keguan.casework.drafting.reuse import take_over
from keguan.casework.models import Case, Round
from keguan.casework.pages.answering import request_id, status_of_refusal, tell_taken
from keguan.casework.pages.call_search import OPEN, state_of
from keguan.casework.pages.case_words import case_href
from keguan.casework.pages.programme_words import kinds_said
from keguan.casework.situation.late import late_until
from keguan.casework.versions import definition_of
from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.deeds import SeeOther
from keguan.components.notices import tell
from keguan.components.status import Crumb
from keguan.components.typed import posted_key
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import now
from keguan.kernel.problems import Problem, Refusal
from keguan.language.schema import Apply


@page(SIGNED_IN, methods=("GET", "POST"))
def apply(request: HttpRequest, code: str) -> HttpResponseBase:
    """Choose the applying organisation, and begin."""
    rows = Round.objects.exclude(status="draft").select_related("programme").defer("programme__sources")
    found = get_object_or_404(rows, code=code)
    if request.method == "POST":
        return _begun(request, found)
    return _choose(request, found)


def _begun(request: HttpRequest, found: Round) -> HttpResponseBase:
    actor = actor_on(request)
    typed = request.POST.get("host", "")
    host = int(typed) if typed.isdecimal() and len(typed) < 19 else 0
    answer = opening.start(found.code, actor, host, posted_key(request), request_id=request_id(request))
    if isinstance(answer, Refusal):
        return _choose(request, found, answer.problems, status_of_refusal(answer))
    definition = definition_of(found.programme)
    step = definition.programme.steps[0]
    if not isinstance(step, Apply):
        return SeeOther(case_href(answer.number))
    if not answer.again:
        filling.begin(answer.number, actor, request_id=request_id(request))
        said = Text("已建立办件 {number}，请填写并提交。", "Case {number} is opened; fill in the form and submit it.")
        tell(request, said.filled(number=answer.number))
        if source := request.POST.get("from", ""):
            taken = take_over(answer.number, str(step.form), source, actor, request_id=request_id(request))
            tell_taken(request, taken, source)
    return SeeOther(reverse("case_form", args=[answer.number, step.form]))


def _is_late_for(found: Round, actor: Actor) -> bool:
    """Whether this person may still begin by exception."""
    until = late_until(found, actor.person) if found.status == "published" else None
    return until is not None and now() <= until


def _choose(request: HttpRequest, found: Round, problems: tuple[Problem, ...] = (), status: int = 200) -> HttpResponse:
    actor = actor_on(request)
    programme = definition_of(found.programme).programme
    hosts = [(one, not programme.applicants or one.kind in programme.applicants) for one in hosts_of(actor)]
    is_open = state_of(found) is OPEN or _is_late_for(found, actor)
    begun = Case.objects.filter(round=found, applicant=actor.person, end="").order_by("-id")[:20]
    context = {
        "round": found,
        "is_open": is_open,
        "who": kinds_said(programme),
        "hosts": hosts,
        "vacancies": [
            said for host, fits in hosts if is_open and fits for said in waiting_for_nobody(found, host, actor)
        ],
        "begun": list(begun),
        "source": request.POST.get("from", request.GET.get("from", ""))[:40],
        "chosen": request.POST.get("host", request.GET.get("host", "")),
        "problems": problems,
        "crumbs": [
            Crumb(Text("通知与公示", "Calls and notices"), reverse("calls")),
            Crumb(found.title, reverse("call", args=[found.code])),
            Crumb(Text("申报", "Apply")),
        ],
    }
    return render(request, "casework/apply.html", context, status=status)
