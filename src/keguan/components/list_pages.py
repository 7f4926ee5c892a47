"""A list as an answer to a request: the page, or the same list as a spreadsheet."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render

from keguan.components.lists import ListSpec, Rows
from keguan.components.sheets import as_xlsx


def list_page(
    request: HttpRequest, spec: ListSpec, rows: Rows, *, template: str = "components/list_page.html", **context: Any
) -> HttpResponseBase:
    """Show a list, or hand it out as .xlsx when the address says `format=xlsx`. Columns chosen in the form go on into the
    address, where they can be linked.

    rows: everything this actor may see. template: extends `components/list_page.html` or includes
    `components/list.html`; it gets `listing` and whatever else is given.
    """
    listing = spec.listing(request.GET, rows)
    if request.GET.get("format") == "xlsx" and not listing.problems:
        # A file of more rows than its reader asked for would be believed; mistakes are shown on the page first.
        return as_xlsx(listing)
    if listing.has_typed_places and not listing.problems:
        return HttpResponseRedirect(request.path + listing.query())
    return render(request, template, {"listing": listing, **context})
