"""The first page: what waits for you, or what everybody may see; and the pages every site has."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render

from keguan.casework import queries
from keguan.casework.pages.call_search import OPEN, state_of
from keguan.casework.pages.desks.todo import todo
from keguan.casework.pages.programme_words import kinds_said
from keguan.casework.pages.public.notices import NOTICES
from keguan.casework.versions import definition_of
from keguan.components.access import PUBLIC, actor_on, page
from keguan.doors.web.envelope import remember_language
from keguan.doors.web.who import safe_next
from keguan.kernel import clock

MOST_CALLS = 6
MOST_NOTICES = 5
_SHOWN = ("shown", "programme", "until", "left")
_NOTICE_COLUMNS = tuple(column for column in NOTICES.columns if column.key in _SHOWN)


@page(PUBLIC)
def home(request: HttpRequest) -> HttpResponseBase:
    """The to-do list of a person who is signed in; otherwise what anybody may do here now. Two queries."""
    if actor_on(request).is_known:
        return todo(request)
    now = clock.now()
    standing = list(queries.notices(now)[: MOST_NOTICES + 1])
    context = {
        "is_demo": settings.DEMO,
        "calls": [
            (one, kinds_said(definition_of(one.programme).programme), state_of(one))
            for one in queries.calls_ahead(now, MOST_CALLS)
        ],
        "open": OPEN,
        "notices": standing[:MOST_NOTICES],
        "is_more": len(standing) > MOST_NOTICES,
        "notice_columns": _NOTICE_COLUMNS,
    }
    return render(request, "web/public_home.html", context)


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
