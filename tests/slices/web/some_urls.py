"""The site's own addresses, and some views that say no in every way."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from keguan.components.access import PUBLIC, SIGNED_IN, holding, page
from keguan.components.notices import tell
from keguan.doors.web.urls import handler400, handler403, handler404, handler500
from keguan.doors.web.urls import urlpatterns as site_urls
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Conflict, Problem, Refused

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
REGISTRAR = holding(Text("维护名录", "keep the registers"), "registrar")


@page(REGISTRAR, methods=("GET", "POST"))
def registrars_only(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"hello {type(request.actor).__name__} {request.POST.get('note', '')}")


@page(PUBLIC, methods=("GET", "POST"))
def no(request: HttpRequest, how: str) -> HttpResponse:
    problem = Problem("x.y", Text("太少", "too little"), "proposal.asked", "<3>", "第4条", Text("多一些", "more"))
    match how:
        case "refused":
            raise Refused.because(problem)
        case "conflict":
            raise Conflict(problem)
        case "missing":
            raise Http404
        case "broken":
            raise RuntimeError("a bug")
        case "away":
            raise OperationalError("the connection is closed")
        case "unreadable":
            raise BadRequest
    tell(request, Text("已保存", "Saved"))
    return HttpResponse("ok")


@page(PUBLIC, methods=("POST",))
def only_sent_to(request: HttpRequest) -> HttpResponse:
    raise Conflict(Problem("x.y", Text("太迟", "too late")))


@page(SIGNED_IN)
def known(request: HttpRequest) -> HttpResponse:
    return HttpResponse("known")


urlpatterns = [
    *site_urls,
    path("registrars/", registrars_only, name="registrars_only"),
    path("no/<str:how>/", no, name="no"),
    path("known/do/now/", only_sent_to, name="only_sent_to"),
    path("known/", known, name="known"),
]
