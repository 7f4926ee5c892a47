"""What a list is declared with: its columns, its filters, what its search box looks in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_
from typing import Any, Literal

from django.db.models import QuerySet
from django.urls import reverse

from keguan.components import reader
from keguan.components.status import Status
from keguan.kernel.bilingual import Text
from keguan.texts.variants import spellings

Kind = Literal["text", "money", "number", "day", "moment", "deadline", "status"]
Rows = QuerySet[Any, Any]

Given = Mapping[str, Callable[[Rows], Rows]]
"""For columns whose values depend on who reads: by column key, what gives the rows the column's value. Asked for only
where the column is shown, sorted by or compared, as it may cost more than the rest of the list."""

_ANY = 9_876_543_210


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer: what is sent and what is read."""

    value: str
    text: Text | str


def choices_of(words: Mapping[str, Text]) -> tuple[Choice, ...]:
    """Choices from a vocabulary, in its order."""
    return tuple(Choice(word, text) for word, text in words.items())


def href_to(url_name: str, pk: int, *of: str) -> str:
    """The address of one thing by the name of its page, for links in lists. of: what stands before it in the address.

    The name is looked up once; a list has a hundred links, and each `reverse` would cost as much as a cell.
    """
    before, after = _address(url_name, *of)
    return f"{before}{pk}{after}"


@lru_cache(maxsize=1024)
def _address(url_name: str, *of: str) -> tuple[str, str]:
    before, _, after = reverse(url_name, args=[*of, _ANY]).rpartition(str(_ANY))
    return before, after


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it is called, what it shows, how it sorts.

    value: from a row, never with a query of its own. kind: money is fen, moment an aware datetime, status a
    `Status` (or Text). sort: ORM names to order by, () where it cannot be sorted. link: where the cell leads, "" for
    nowhere. sheet_only: in the spreadsheet and for machines, and on the page for readers who choose it. compares: the ORM
    name that queries compare, "" for none; the first of `sort` unless given. open_if: the ORM name of a condition, for values
    that are not open to everybody: where it does not hold, no comparison does. also: more names for it in queries.
    is_short: its few words stay on one line. none: what people read where there is no value.
    """

    key: str
    title: Text
    value: Callable[[Any], Any]
    kind: Kind = "text"
    sort: tuple[str, ...] = ()
    link: Callable[[Any], str] | None = None
    sheet_only: bool = False
    compares: str | None = None
    open_if: str = ""
    also: tuple[Text, ...] = ()
    is_short: bool = False
    none: Text | None = None

    @property
    def compared(self) -> str:
        """The ORM name by which a query compares this column, "" where it does not."""
        if self.kind in ("text", "status"):
            return ""
        return self.compares if self.compares is not None else "".join(self.sort[:1]).removeprefix("-")

    @property
    def is_numeric(self) -> bool:
        return self.kind in ("money", "number")

    def shown(self, row: Any) -> str:
        """The cell as this reader reads it, as plain text."""
        value = self.value(row)
        if value is None and self.none is not None:
            return reader.said(self.none)
        if shown := reader.BY_KIND.get(self.kind):
            return shown(value)
        return reader.said(value.text if isinstance(value, Status) else value)


@dataclass(frozen=True, slots=True)
class Filter:
    """One way to narrow a list. With choices it is a drop-down, without them a text box.

    apply: narrows a queryset by the value sent; it may raise ValueError for a value it cannot read. choices may be a
    function, called once per page, where they come from the database (one more query). is_quiet: shown only where a link
    asked for it. also: more names for it in queries.
    """

    key: str
    title: Text
    apply: Callable[[Rows, str], Rows]
    choices: Sequence[Choice] | Callable[[], Sequence[Choice]] | None = None
    hint: Text | None = None
    is_quiet: bool = False
    also: tuple[Text, ...] = ()

    def offered(self) -> tuple[Choice, ...] | None:
        """Its choices now; None where it takes any text."""
        choices = self.choices() if callable(self.choices) else self.choices
        return None if choices is None else tuple(choices)


@dataclass(frozen=True, slots=True)
class Search:
    """The search box of a list: what it looks in (told to the reader) and how."""

    hint: Text
    apply: Callable[[Rows, str], Rows]

    def find(self, rows: Rows, text: str) -> Rows:
        """The rows with this text, also where it was typed in traditional characters."""
        return reduce(or_, (self.apply(rows, one) for one in spellings(text)))


@dataclass(frozen=True, slots=True)
class Ticks:
    """Boxes before the rows of a list, for doing something with several: where they are sent as `row`, each row's value,
    and what the buttons say for the ticked ones and for all that match."""

    action: str
    value: Callable[[Any], str]
    ticked: Text
    every: Text
