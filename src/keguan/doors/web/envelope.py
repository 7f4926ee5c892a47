"""What surrounds every request: its number, the reader's language, and the headers that protect the reader."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from keguan.components.reader import reading_in
from keguan.kernel.bilingual import Language

GetResponse = Callable[[HttpRequest], HttpResponseBase]

LANGUAGE_COOKIE = "lang"
ONE_YEAR_SECONDS = 365 * 24 * 3600

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: over https the CSRF check falls back on the Referer of the same site.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


class Envelope:
    """The outermost layer. Numbers the request (`request.request_id`), sets the language, adds the headers."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = str(uuid.uuid4())
        request.request_id = request_id  # type: ignore[attr-defined]
        language = wanted_language(request)
        with reading_in(language), structlog.contextvars.bound_contextvars(request=request_id):
            response = self.get_response(request)
        response["X-Request-Id"] = request_id
        response["Content-Language"] = "en" if language == "en" else "zh-Hans"
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.is_secure():
            response.headers.setdefault("Strict-Transport-Security", f"max-age={ONE_YEAR_SECONDS}")
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            # Not no-store: then going back to a half-filled form would empty it.
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


def wanted_language(request: HttpRequest) -> Language:
    """The language asked for now (`?lang=`, for this answer alone: a file, a page that a mail leads to), chosen before
    (cookie), or told by the browser; Chinese otherwise."""
    for said in (request.GET.get("lang"), request.COOKIES.get(LANGUAGE_COOKIE)):
        if said == "en":
            return "en"
        if said == "zh":
            return "zh"
    for said, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if said.startswith("zh"):
            return "zh"
        if said.startswith("en"):
            return "en"
    return "zh"


def remember_language(response: HttpResponseBase, language: Language) -> None:
    """Keep the reader's choice for a year."""
    response.set_cookie(
        LANGUAGE_COOKIE,
        language,
        max_age=ONE_YEAR_SECONDS,
        samesite="Lax",
        httponly=True,
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )
