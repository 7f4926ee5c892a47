"""The page on which one finds out before beginning whether an application could stand, rule by rule, with sources."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.casework.drafting.precheck import hosts_of, precheck, waiting_for_nobody
from keguan.casework.models import Round
from keguan.casework.pages.public.calls import OPEN, state_of
from keguan.casework.steps.verdict_rows import rows_of
from keguan.casework.versions import definition_of
from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.status import Crumb
from keguan.kernel.bilingual import Text


@page(SIGNED_IN)
def call_check(request: HttpRequest, code: str) -> HttpResponseBase:
    """What the rules already say of one's organisation and oneself as principal."""
    rows = Round.objects.exclude(status="draft").select_related("programme").defer("programme__sources")
    found = get_object_or_404(rows, code=code)
    actor = actor_on(request)
    hosts = list(hosts_of(actor))
    asked = request.GET.get("host", "")
    chosen = next((one for one in hosts if str(one.pk) == asked), hosts[0] if len(hosts) == 1 else None)
    context = {
        "round": found,
        "hosts": hosts,
        "host": chosen,
        "is_open": state_of(found) is OPEN,
        "crumbs": [
            Crumb(Text("通知与公示", "Calls and notices"), reverse("calls")),
            Crumb(found.title, reverse("call", args=[found.code])),
            Crumb(Text("申报条件自查", "Eligibility check")),
        ],
    }
    if chosen is not None:
        said = precheck(found, chosen, actor)
        definition = definition_of(found.programme)
        context |= {
            "vacancies": waiting_for_nobody(found, chosen, actor),
            "against": len(said.stands_against),
            "known": rows_of(definition, said.known, actor, said.case),
            "by_a_person": rows_of(definition, said.by_a_person, actor, said.case),
            "by_answers": rows_of(definition, said.by_answers, actor, said.case),
        }
    return render(request, "casework/precheck.html", context)
