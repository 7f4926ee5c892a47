"""Facets: the ways to narrow a short list that is at hand, each value with how many it would leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.http import QueryDict

from keguan.components.lists import Choice
from keguan.kernel.bilingual import Text

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Facet(Generic[Row]):
    """One way to narrow. values: what a row counts under, in words; a row may count under several, or under none.

    order: the values in the order in which they stand; others follow, the most frequent first.
    """

    key: str
    title: Text
    values: Callable[[Row], Iterable[Choice]]
    order: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class FacetBox(Generic[Row]):
    """A facet as it stands on the page: its values, how many rows each would leave, and what was asked."""

    facet: Facet[Row]
    counted: tuple[tuple[Choice, int], ...]
    value: str


@dataclass(frozen=True, slots=True)
class Narrowed(Generic[Row]):
    """The rows that meet everything asked, and the facets for asking on. A value that no row has leaves none."""

    rows: tuple[Row, ...]
    boxes: tuple[FacetBox[Row], ...]

    @property
    def asked(self) -> dict[str, str]:
        """What was asked, by the keys of the facets."""
        return {box.facet.key: box.value for box in self.boxes if box.value}


def narrowed(rows: Sequence[Row], facets: Sequence[Facet[Row]], asked: QueryDict) -> Narrowed[Row]:
    """Narrow rows by what a query string asks. Each facet counts what the *other* facets leave, so that every number is
    what a click would show."""
    wanted = {facet.key: asked.get(facet.key, "")[:100] for facet in facets}
    values = [{facet.key: tuple(facet.values(row)) for facet in facets} for row in rows]
    misses = [_misses(one, wanted) for one in values]
    boxes = []
    for facet in facets:
        counts: Counter[str] = Counter()
        texts: dict[str, Choice] = {}
        for one, missed in zip(values, misses, strict=True):
            for choice in one[facet.key]:
                texts.setdefault(choice.value, choice)
                counts[choice.value] += missed <= {facet.key}
        ranks = {value: rank for rank, value in enumerate(facet.order)}
        shown = sorted(texts, key=lambda value: (ranks.get(value, len(ranks)), -counts[value], value))
        boxes.append(FacetBox(facet, tuple((texts[value], counts[value]) for value in shown), wanted[facet.key]))
    return Narrowed(tuple(row for row, missed in zip(rows, misses, strict=True) if not missed), tuple(boxes))


def _misses(values: dict[str, tuple[Choice, ...]], wanted: dict[str, str]) -> set[str]:
    return {key for key, value in wanted.items() if value and all(one.value != value for one in values[key])}
