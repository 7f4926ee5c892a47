"""Who writes an application: people asked to write or read along, and the sections that each keeps for themselves."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from keguan.casework.drafting.editors import Share, editors_of, leads, release, section_name, sections_of, share
from keguan.casework.models import Case
from keguan.casework.pages.answering import request_id, status_of_refusal
from keguan.casework.pages.case_words import case_href
from keguan.casework.pages.form.finding import people_like
from keguan.casework.pages.opened import case_for
from keguan.casework.permissions import is_own
from keguan.casework.versions import definition_of
from keguan.components.access import SIGNED_IN, page
from keguan.components.deeds import SeeOther
from keguan.components.notices import tell
from keguan.components.status import Crumb
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Forbidden, Problem, Refusal
from keguan.language.schema import Form
from keguan.registers.parties.queries import names_of

_TITLE = Text("填写人员与分工", "Who writes what")
_DONE = {
    "share": Text("已更新分工。", "The writing is shared out."),
    "release": Text("已结束其参与。", "They no longer take part."),
}


@page(SIGNED_IN, methods=("GET", "POST"))
def case_writers(request: HttpRequest, number: str, form: str) -> HttpResponseBase:
    """Show who writes along; ask somebody, share out the sections, end it."""
    case, actor = case_for(request, number)
    found = next((one for one in definition_of(case.programme).programme.forms if one.form == form), None)
    if found is None:
        raise Http404
    if not (is_own(actor, case) or leads(actor, case)):
        said = Text("只有参与填写的人可以查看分工。", "Only those who write the application see this.")
        raise Forbidden("see who writes", (Problem("right.missing", said),))
    if request.method != "POST":
        return _shown(request, case, found, actor)
    verb, _, typed = request.POST.get("do", "").partition(":")
    person = int(typed) if typed.isdecimal() and len(typed) < 19 else 0
    if verb not in _DONE:
        return _shown(request, case, found, actor)
    refusal = _do(request, verb, case, found, person, actor)
    if refusal is not None:
        return _shown(request, case, found, actor, refusal)
    tell(request, _DONE[verb])
    gone = verb == "release" and person == actor.person
    return SeeOther(case_href(number) if gone else reverse("case_writers", args=[number, form]))


def _do(request: HttpRequest, verb: str, case: Case, form: Form, person: int, actor: Actor) -> Refusal | None:
    if verb == "release":
        return release(case.number, person, actor, request_id=request_id(request))
    here = sections_of(form, request.POST.getlist("section"))
    elsewhere = editors_of(case)[person].sections if person in editors_of(case) else frozenset()
    kept = (*here, *(one for one in elsewhere if not one.startswith(f"{form.form}/")))
    given = Share(request.POST.get("writes", "yes") == "yes", kept)
    return share(case.number, person, given, actor, request_id=request_id(request))


def _shown(request: HttpRequest, case: Case, form: Form, actor: Actor, refusal: Refusal | None = None) -> HttpResponse:
    editors = editors_of(case)
    names = names_of([*editors, *(pk for pk in (case.applicant_id, case.principal_id) if pk is not None)])
    typed = request.POST.get("who", "").strip()[:100]
    sections = [(section_name(str(form.form), number), one.section) for number, one in enumerate(form.sections)]
    context: dict[str, Any] = {
        "case": case,
        "form": form,
        "title": _TITLE,
        "leading": [names[pk] for pk in dict.fromkeys((case.applicant_id, case.principal_id)) if pk in names],
        "writers": [(pk, names.get(pk, ""), one) for pk, one in sorted(editors.items())],
        "sections": sections,
        "may_share": leads(actor, case) and not case.end,
        "me": actor.person,
        "typed": typed,
        "found": people_like(typed, actor) if typed else (),
        "problems": refusal.problems if refusal else (),
        "crumbs": [
            Crumb(case.number, case_href(case.number)),
            Crumb(form.title, reverse("case_form", args=[case.number, form.form])),
            Crumb(_TITLE),
        ],
    }
    return render(request, "casework/writers.html", context, status=status_of_refusal(refusal) if refusal else 200)
