"""A call for search engines and other machines: JSON-LD in the words of schema.org.

`GovernmentService` is what fits every call, whether it gives money or a certificate: a body of government offers it, to an
audience, by a channel, within a time (the `Offer`). Where a budget is given, a `MonetaryGrant` stands beside it. Event
would say that something takes place; a grant alone could not say until when one may apply.
"""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from keguan.casework.models import Round
from keguan.casework.pages.call_search import news_at, published
from keguan.casework.pages.programme_words import kinds_said
from keguan.casework.versions import definition_of
from keguan.components.reader import in_wan, language, said
from keguan.kernel.clock import BEIJING

# Inside a script element only these could end it or begin a comment.
_ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def linked_data(request: HttpRequest, of: Round) -> SafeString:
    """The call as JSON-LD, safe to stand in a page. A data block is no script, so that the CSP has nothing to allow."""
    return mark_safe(json.dumps(graph(request, of), ensure_ascii=False).translate(_ESCAPES))  # noqa: S308 - escaped here


def graph(request: HttpRequest, of: Round) -> dict[str, Any]:
    """The same as values."""
    programme = definition_of(of.programme).programme
    address = request.build_absolute_uri(reverse("call", args=[of.code]))
    body = {"@type": "GovernmentOrganization", "name": said(settings.PUBLISHER.name)}
    service: dict[str, Any] = {
        "@type": "GovernmentService",
        "@id": address,
        "name": said(of.title),
        "description": said(of.summary) or said(programme.purpose),
        "inLanguage": "en" if language() == "en" else "zh-Hans",
        "serviceType": said(programme.title),
        "provider": body,
        "audience": {"@type": "Audience", "audienceType": said(kinds_said(programme))},
        "availableChannel": {"@type": "ServiceChannel", "serviceUrl": address},
        "termsOfService": request.build_absolute_uri(reverse("guide", args=[of.code])),
        "offers": {
            "@type": "Offer",
            "availabilityStarts": of.opens.astimezone(BEIJING).isoformat(),
            "availabilityEnds": of.closes.astimezone(BEIJING).isoformat(),
        },
        "subjectOf": {
            "@type": "WebPage",
            "url": address,
            "datePublished": published(of).astimezone(BEIJING).isoformat(),
            "dateModified": news_at(of).astimezone(BEIJING).isoformat(),
        },
        "category": [topic[language()] for topic in of.topics],
    }
    nodes = [service]
    if of.budget_fen:
        nodes.append(
            {
                "@type": "MonetaryGrant",
                "@id": f"{address}#grant",
                "name": said(of.title),
                "funder": body,
                "amount": {
                    "@type": "MonetaryAmount",
                    "currency": "CNY",
                    "value": float(in_wan(of.budget_fen) * 10_000),
                },
            }
        )
    return {"@context": "https://schema.org", "@graph": nodes}
