"""The addresses of the door for machines. Cookies open nothing here: who comes is who the token says."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.urls import URLPattern, include, path
from ninja import NinjaAPI

from keguan.components.access import PUBLIC, Right
from keguan.doors.api import reference, token_pages
from keguan.doors.api.common_grants import AT as COMMON_GRANTS_AT
from keguan.doors.api.common_grants import COMMON_GRANTS, as_common_grants_error
from keguan.doors.api.interface import TOKEN
from keguan.doors.api.v1 import V1
from keguan.doors.api.webhooks import pages as webhook_pages
from keguan.doors.web.problem_details import ProblemResponse, problem_response
from keguan.kernel.actors import NOBODY

OPEN_TO_ALL = {
    *("openapi-json", "list_calls", "read_call", "list_notices", "list_awards"),
    *("list_opportunities", "read_opportunity", "search_opportunities"),
}
"""Routes that need no token. A new one is added here on purpose, never by accident."""


def _declared(api: NinjaAPI) -> list[URLPattern]:
    """The routes of an interface, each with its right, as the house wants it of every page."""
    found = []
    for pattern in api.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name != "api-root":
            right = PUBLIC if pattern.name in OPEN_TO_ALL else TOKEN
            pattern.callback = _guarded(pattern.callback, right)
            found.append(pattern)
    return found


def _guarded(view: Callable[..., HttpResponseBase], right: Right) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.actor, request.user = NOBODY, AnonymousUser()  # type: ignore[attr-defined]
        asked = request.method
        if asked == "HEAD":
            request.method = "GET"  # the server keeps the body back, as for pages
        response = view(request, *args, **kwargs)
        request.method = asked
        if isinstance(response, HttpResponseNotAllowed):
            allowed, response = response["Allow"], problem_response(request, 405)
            response["Allow"] = allowed
        if isinstance(response, ProblemResponse) and request.path.startswith(COMMON_GRANTS_AT):
            as_common_grants_error(response)
        if "Authorization" in request.headers:
            response["Cache-Control"] = "private, no-store"
        return response

    shown.right = right  # type: ignore[attr-defined]
    shown.methods = ()  # type: ignore[attr-defined]
    return shown


urlpatterns = [
    path("api/", reference.api_reference, name="api_reference"),
    path("api/v1/", include((_declared(V1), "api"))),
    path("", include((_declared(COMMON_GRANTS), "common_grants"))),
    path("me/tokens/", token_pages.token_list, name="tokens"),
    path("me/tokens/new/", token_pages.token_new, name="token_new"),
    path("me/tokens/<int:pk>/", token_pages.token, name="token"),
    path("me/webhooks/", webhook_pages.webhook_list, name="webhooks"),
    path("me/webhooks/new/", webhook_pages.webhook_new, name="webhook_new"),
    path("me/webhooks/<int:pk>/", webhook_pages.webhook, name="webhook"),
    path("me/webhooks/<int:pk>/change/", webhook_pages.webhook_change, name="webhook_change"),
]
