"""Words go compressed over the wire, for readers far from a good line."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class Lighter(GZipMiddleware):
    """Compresses pages, style sheets, scripts and records; pictures, PDF and spreadsheets are compressed already.

    That lengths betray secrets (BREACH) is met twice: the form token is masked anew on each page, and Django adds a random
    length.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The answer, smaller where that is worth it."""
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if kind.startswith("text/") or kind.endswith(("javascript", "json", "xml")):
            return super().process_response(request, response)
        return response
