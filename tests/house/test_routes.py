"""Nothing opens by accident: every address of the site declares who may open it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from keguan.components.access import PUBLIC, Right

PUBLIC_ADDRESSES = {
    *("", "sign-in/", "sign-out/", "language/", "look/", "health/", "search/", "search/feed.atom"),
    *("tour/", "tour/<slug:role>/"),  # in a demo; elsewhere there is no such page
    # Before one is in: the second factor, a passkey, the identity provider, a forgotten password, a link from a mail.
    *("sign-in/second/", "sign-in/passkey/"),
    *("sign-in/provider/<slug:provider_id>/", "sign-in/provider/<slug:provider_id>/back/"),
    *("sign-in/forgotten/", "sign-in/forgotten/sent/", "sign-in/forgotten/done/"),
    "^sign-in/forgotten/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
    *("me/email/<str:key>/", "join/<str:token>/", "me/notices/stop/<str:token>/"),
    # What machines may read as everybody may: the description of the interface, and the public window.
    *("api/", "api/v1/openapi.json", "api/v1/calls", "api/v1/calls/<slug:code>", "api/v1/notices", "api/v1/awards"),
    *("common-grants/openapi.json", "common-grants/opportunities", "common-grants/opportunities/<uuidstr:opp_id>"),
    "common-grants/opportunities/search",
}
"""What anybody may open. A new public page is added here on purpose, never by accident."""


_WINDOW = ("calls/", "notices/", "awards/", "draws/", "subscriptions/")


def routes(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    for entry in resolver.url_patterns:
        address = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, address)
        elif isinstance(entry, URLPattern):
            yield address, entry.callback


ROUTES = dict(routes(get_resolver()))


@pytest.mark.parametrize("address", ROUTES)
def test_every_view_declares_its_right(address: str) -> None:
    view = ROUTES[address]
    assert isinstance(getattr(view, "right", None), Right), f"{address}: decorate {view.__name__} with @page(right)"


def test_only_the_listed_addresses_are_public() -> None:
    public = {address for address, view in ROUTES.items() if getattr(view, "right", None) is PUBLIC}
    assert public - _casework_public(public) == PUBLIC_ADDRESSES


def _casework_public(public: set[str]) -> set[str]:
    """The public window: calls, notices, results, draws, subscriptions."""
    return {address for address in public if address.startswith(_WINDOW)}
