"""The first page: what waits for you, or what everybody may see; and the pages every site has."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render

from keguan.casework.pages.todo import todo
from keguan.components.access import PUBLIC, actor_on, page
from keguan.doors.web.envelope import remember_language
from keguan.doors.web.who import safe_next


@page(PUBLIC)
def home(request: HttpRequest) -> HttpResponseBase:
    """The to-do list of a person who is signed in; the public page otherwise."""
    if actor_on(request).is_known:
        return todo(request)
    return render(request, "web/public_home.html", {"is_demo": settings.DEMO})


@page(PUBLIC)
def language(request: HttpRequest) -> HttpResponseBase:
    """Choose the language of all pages (`?to=en&next=/…`). Changes nothing but the reader's own cookie."""
    response = HttpResponseRedirect(safe_next(request, request.GET.get("next")))
    remember_language(response, "en" if request.GET.get("to") == "en" else "zh")
    return response


@page(PUBLIC)
def health(request: HttpRequest) -> HttpResponseBase:
    """Whether this process can serve: it asks the database. 503 if not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        return JsonResponse({"database": "unreachable"}, status=503)
    return JsonResponse({"database": "ok"})
