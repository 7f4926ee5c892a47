"""How a reader wants the pages to look: light or dark, standard or large type. Kept in a cookie of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from keguan.components.access import PUBLIC, page
from keguan.doors.web.envelope import ONE_YEAR_SECONDS
from keguan.doors.web.who import safe_next
from keguan.kernel.bilingual import Text

COOKIE = "look"
COLOURS = {
    "system": Text("随系统配色", "System colours"),
    "light": Text("浅色", "Light"),
    "dark": Text("深色", "Dark"),
}
TYPES = {"standard": Text("标准版", "Standard type"), "large": Text("大字版", "Large type")}
_SCHEMES = {"system": "light dark", "light": "light", "dark": "dark"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One look one may choose: a plain link, so that it works without JavaScript."""

    title: Text
    href: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Look:
    """What one reader chose. onward: the page they are on, to which choosing leads back."""

    colours: str = "system"
    type: str = "standard"
    onward: str = "/"

    @classmethod
    def chosen(cls, request: HttpRequest, onward: str = "/") -> Look:
        """What the cookie says; what it does not say, or says in words unknown, is as for everybody."""
        colours, _, kind = request.COOKIES.get(COOKIE, "").partition(".")
        return cls(onward=onward).with_(colours, kind)

    def with_(self, colours: str | None = None, kind: str | None = None) -> Look:
        """The same look but for what is chosen anew."""
        return replace(
            self,
            colours=colours if colours in COLOURS else self.colours,
            type=kind if kind in TYPES else self.type,
        )

    @property
    def schemes(self) -> str:
        """What the browser may paint its own parts in, for the colour-scheme meta element."""
        return _SCHEMES[self.colours]

    @property
    def types(self) -> list[Choice]:
        """Standard and large type."""
        return [self._choice("type", word, title, self.type) for word, title in TYPES.items()]

    @property
    def shown(self) -> list[Choice]:
        """All there is to choose, colours first."""
        return [self._choice("colours", word, title, self.colours) for word, title in COLOURS.items()] + self.types

    def _choice(self, what: str, word: str, title: Text, now: str) -> Choice:
        query = urlencode({what: word, "next": self.onward})
        return Choice(title, f"{_address()}?{query}", word == now)


@cache
def _address() -> str:
    return reverse("look")


@page(PUBLIC)
def look(request: HttpRequest) -> HttpResponseBase:
    """Choose how pages look (`?colours=dark&type=large&next=/…`). Changes nothing but the reader's own cookie."""
    asked = Look.chosen(request).with_(request.GET.get("colours"), request.GET.get("type"))
    response = HttpResponseRedirect(safe_next(request, request.GET.get("next")))
    response.set_cookie(
        COOKIE,
        f"{asked.colours}.{asked.type}",
        max_age=ONE_YEAR_SECONDS,
        samesite="Lax",
        httponly=True,
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )
    return response
