"""One thing of a register as a page: what is known about it, and what belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from keguan.components.lists import Column
from keguan.components.status import Crumb, Line, Status
from keguan.kernel.bilingual import Text


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: lines about the thing, or a short table of what belongs to it.

    href, more: where the rest is, and what the link says. A section without lines and rows shows `empty`, or is left
    out where that is None.
    """

    title: Text
    lines: Sequence[Line | None] = ()
    columns: Sequence[Column] = ()
    rows: Sequence[Any] = ()
    empty: Text | None = None
    href: str = ""
    more: Text | None = None

    @property
    def is_shown(self) -> bool:
        return bool(self.lines or self.rows or self.empty or self.href)


@dataclass(frozen=True, slots=True)
class Act:
    """Something one may do from here: a link that looks like a button."""

    title: Text
    href: str


def thing_page(
    request: HttpRequest,
    title: Text | str,
    sections: Sequence[Section],
    *,
    crumbs: Sequence[Crumb] = (),
    status: Status | None = None,
    acts: Sequence[Act] = (),
    template: str = "components/thing.html",
    **context: Any,
) -> HttpResponse:
    """Show one thing. sections: the first one usually the lines that matter most."""
    shown = [section for section in sections if section.is_shown]
    crumbs = [*crumbs, Crumb(title)] if crumbs else []
    return render(
        request,
        template,
        {"title": title, "status": status, "sections": shown, "acts": acts, "crumbs": crumbs, **context},
    )
