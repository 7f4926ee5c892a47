"""A list as an answer to a request: the page, or the same list as a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.http.request import QueryDict
from django.shortcuts import render
from django.urls import resolve

from keguan.components.lists import Given, Listing, ListSpec, Rows
from keguan.components.sheets import as_xlsx
from keguan.kernel.actors import Actor

Sheets = Callable[[HttpRequest, Listing], HttpResponseBase]
_sheets: list[Sheets] = [lambda request, listing: as_xlsx(listing)]


def sheets_by(hand_out: Sheets) -> None:
    """Let lists be handed out as files in this way, such as by a job where they are long."""
    _sheets.append(hand_out)


@dataclass(frozen=True, slots=True)
class KeptView:
    """A list under a name, as it stands beside the list. is_first: what its reader meets before they ask for anything."""

    name: str
    href: str
    is_mine: bool
    is_first: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """The kept views of the list at hand, for this reader."""

    views: tuple[KeptView, ...] = ()

    @property
    def first(self) -> KeptView | None:
        """What this reader wants to meet first."""
        return next((one for one in self.views if one.is_first), None)


Shelves = Callable[[HttpRequest], Shelf | None]
_shelves: list[Shelves] = [lambda request: None]


def views_by(shelf_for: Shelves) -> None:
    """Let lists show the views that this finds."""
    _shelves.append(shelf_for)


class _JustTheListing(HttpRequest):
    """Asks a page of a list for the list itself."""


class _Asked(HttpResponse):
    def __init__(self, listing: Listing) -> None:
        super().__init__()
        self.listing = listing


def listing_at(path: str, query: str, actor: Actor) -> Listing:
    """The list that this actor would meet at an address of ours, for work on all of it: the page's own right is asked, and
    its rows are those that the actor may see now. Raises Resolver404, Forbidden, LookupError where no list stands."""
    request = _JustTheListing()
    request.method, request.path, request.path_info = "GET", path, path
    request.GET = QueryDict(query)
    request.actor = actor  # type: ignore[attr-defined]
    found = resolve(path)
    request.resolver_match = found
    try:
        answer = found.func(request, *found.args, **found.kwargs)
    except AttributeError as missing:
        # A page that is no list wants what only a browser brings: a session, say.
        raise LookupError(f"{path} is no list") from missing
    if not isinstance(answer, _Asked):
        raise LookupError(f"{path} is no list")
    return answer.listing


def list_page(
    request: HttpRequest,
    spec: ListSpec,
    rows: Rows,
    *,
    template: str = "components/list_page.html",
    given: Given | None = None,
    **context: Any,
) -> HttpResponseBase:
    """Show a list, or hand it out as .xlsx when the address says `format=xlsx`. Columns chosen in the form go on into the
    address, where they can be linked.

    rows: everything this actor may see. template: extends `components/list_page.html` or includes
    `components/list.html`; it gets `listing` and the context. given: what some columns need besides.
    """
    listing = spec.listing(request.GET, rows, given)
    if isinstance(request, _JustTheListing):
        return _Asked(listing)
    if request.GET.get("format") == "xlsx" and not listing.problems:
        # A file of more rows than its reader asked for would be believed; mistakes are shown on the page first.
        return _sheets[-1](request, listing)
    if listing.has_typed_places and not listing.problems:
        return HttpResponseRedirect(request.path + listing.query())
    shelf = _shelves[-1](request)
    if shelf and shelf.first and not request.GET:
        return HttpResponseRedirect(shelf.first.href)
    return render(request, template, {"listing": listing, "shelf": shelf, **context})
