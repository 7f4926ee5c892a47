"""One sentence that the next page shows once: what was just done."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest

from keguan.components import reader
from keguan.components.status import Tone
from keguan.kernel.bilingual import Text


def tell(request: HttpRequest, text: Text, tone: Tone = "good") -> None:
    """Show this at the top of the next page, after a redirect. It rides in a cookie, so keep it short."""
    messages.add_message(request, messages.INFO, reader.said(text), extra_tags=tone)
