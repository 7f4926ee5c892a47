"""A list as an answer to a request: the page, or the same list as a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.http.request import QueryDict
from django.shortcuts import render
from django.urls import resolve

from keguan.components.lists import Listing, ListSpec, Rows
from keguan.components.sheets import as_xlsx
from keguan.kernel.actors import Actor

Sheets = Callable[[HttpRequest, Listing], HttpResponseBase]
_sheets: list[Sheets] = [lambda request, listing: as_xlsx(listing)]


def sheets_by(hand_out: Sheets) -> None:
    """Let lists be handed out as files in this way, such as by a job where they are long."""
    _sheets.append(hand_out)


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
    answer = found.func(request, *found.args, **found.kwargs)
    if not isinstance(answer, _Asked):
        raise LookupError(f"{path} is no list")
    return answer.listing


def list_page(
    request: HttpRequest, spec: ListSpec, rows: Rows, *, template: str = "components/list_page.html", **context: Any
) -> HttpResponseBase:
    """Show a list, or hand it out as .xlsx when the address says `format=xlsx`. Columns chosen in the form go on into the
    address, where they can be linked.

    rows: everything this actor may see. template: extends `components/list_page.html` or includes
    `components/list.html`; it gets `listing` and whatever else is given.
    """
    listing = spec.listing(request.GET, rows)
    if isinstance(request, _JustTheListing):
        return _Asked(listing)
    if request.GET.get("format") == "xlsx" and not listing.problems:
        # A file of more rows than its reader asked for would be believed; mistakes are shown on the page first.
        return _sheets[-1](request, listing)
    if listing.has_typed_places and not listing.problems:
        return HttpResponseRedirect(request.path + listing.query())
    return render(request, template, {"listing": listing, **context})
