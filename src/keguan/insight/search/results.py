"""What is shown of what was found: title, names, a passage and the page it leads to, as far as the list may quote it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Case, F, TextField, Value, When
from django.urls import reverse

from keguan.casework.models import ProgrammeVersion
from keguan.insight.search.finding import Hit
from keguan.insight.search.models import KINDS, Shown
from keguan.insight.search.scopes import PASSAGES
from keguan.kernel.bilingual import Text
from keguan.registers.organisations.queries import regions_said

_ADDRESSES: Final = {"proposal": "case", "report": "case"}
"""Kinds that have no page of their own name."""


@dataclass(frozen=True, slots=True)
class Result:
    """One entry that was found. names: numbers and names it is found by. text: what passages are taken from, "" where the
    list of results quotes nothing. href: its page."""

    hit: Hit
    kind: Text
    title: Text
    names: tuple[str, ...]
    text: str
    href: str


def results_of(hits: Sequence[Hit]) -> list[Result]:
    """What is shown of these, in their order. One query."""
    quoted = Case(When(entry__kind__in=PASSAGES, then=F("text")), default=Value(""), output_field=TextField())
    rows = Shown.objects.filter(pk__in=[one.entry for one in hits]).defer("text", "digest").annotate(quoted=quoted)
    by_entry = {row.pk: row for row in rows}
    return [_result(hit, row, row.quoted) for hit in hits if (row := by_entry.get(hit.entry))]


def _result(hit: Hit, row: Shown, text: str) -> Result:
    names = tuple(one for one in row.names.split("\n") if one)
    return Result(hit, KINDS[hit.kind], row.title, names, text, reverse(_page(hit), args=[row.slug.partition("/")[0]]))


def _page(hit: Hit) -> str:
    return _ADDRESSES.get(hit.kind, hit.kind)


def kind_of(hit: Hit) -> str:
    """Its kind as readers narrow by it: what was handed in of an application, and what may be known of it, are one."""
    return "case" if hit.kind == "proposal" else hit.kind


def newest(hits: Sequence[Hit]) -> list[Hit]:
    """The latest first; what has no day of its own last."""
    return sorted(hits, key=lambda one: (one.day is not None, one.day, one.entry), reverse=True)


class Names:
    """What the values of facets are called; a query for programmes and one for regions, once somebody asks."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        codes = {one.programme for one in hits if one.programme}
        rows = ProgrammeVersion.objects.filter(code__in=codes).order_by("published_at") if codes else ()
        self._programmes = {one.code: one.title for one in rows.defer("sources")} if codes else {}  # type: ignore[union-attr]
        regions = {one.region for one in hits if one.region}
        self._regions = regions_said(regions) if regions else {}

    def programme(self, code: str) -> Text:
        """What a programme is called; programmes of others by their own name."""
        return self._programmes.get(code) or Text(code, code)

    def region(self, code: str) -> Text:
        """What a region is called."""
        return self._regions.get(code) or Text(code, code)
