"""A long table on a page that is no list: so many rows at a time, and what was typed goes along when one turns the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.core.paginator import Paginator
from django.http import QueryDict

T = TypeVar("T")
MOST_ROWS = 200
"""So many rows stand on one page."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Where one stands in a long table. first, last: the places shown, from 1; of: how many there are.

    most: so many on one page; sent: what the reader asked of the page; name: how the page number of this table is called there; at: the id of the table.
    """

    first: int
    last: int
    of: int
    page: int
    pages: int
    most: int
    here: str
    sent: QueryDict = field(repr=False)
    name: str = "page"
    at: str = ""

    @property
    def places(self) -> range:
        """The places shown."""
        return range(self.first, self.last + 1) if self.of else range(0)

    @property
    def previous_href(self) -> str:
        """The page before; empty on the first."""
        return self.href(self.page - 1) if self.page > 1 else ""

    @property
    def next_href(self) -> str:
        """The page after; empty on the last."""
        return self.href(self.page + 1) if self.page < self.pages else ""

    def href(self, page: int, **changed: object) -> str:
        """The same question at another page of this table. changed: what is asked otherwise."""
        query = self.sent.copy()
        for name, value in (changed | {self.name: page}).items():
            query[name] = str(value)
        return f"{self.here}?{query.urlencode()}" + (f"#{self.at}" if self.at else "")

    def page_of(self, place: int) -> int:
        """The page on which this place stands, from 1."""
        return max(0, place - 1) // self.most + 1


def turn_to(of: int, sent: QueryDict, here: str, name: str = "page", at: str = "", most: int | None = None) -> Turn:
    """The page that is asked for of so many rows. One that is not there is the nearest that is.

    here: the page's own address, which is not that of a form it answers. most: on one page; usually `MOST_ROWS`.
    """
    most = most or MOST_ROWS
    part = Paginator(range(of), most).get_page(sent.get(name))
    first, last, pages = part.start_index(), part.end_index(), part.paginator.num_pages
    return Turn(first, last, of, part.number, pages, most, here, sent, name, at)


def turned(rows: Sequence[T], sent: QueryDict, here: str, name: str = "page", at: str = "") -> tuple[Sequence[T], Turn]:
    """The rows of the page that is asked for, and where they stand."""
    turn = turn_to(len(rows), sent, here, name, at)
    return rows[max(0, turn.first - 1) : turn.last], turn
