"""One specification of a list, from which its page, its spreadsheet and its records for machines are made."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.http import QueryDict

from keguan.components.list_columns import PLACE, Place, chosen_columns, places_of
from keguan.components.list_query import HelpLine, Query, Words, help_lines, understood
from keguan.components.list_spec import Choice, Column, Filter, Given, Kind, Rows, Search, Ticks, choices_of, href_to
from keguan.components.status import Status
from keguan.kernel.bilingual import Text
from keguan.kernel.names import clean_text, halfwidth
from keguan.kernel.problems import Problem

__all__ = [
    "Choice",
    "Column",
    "Filter",
    "FilterBox",
    "Given",
    "Kind",
    "ListSpec",
    "Listing",
    "Rows",
    "Search",
    "Ticks",
    "choices_of",
    "href_to",
]

LIST = Text("列表", "List")
NOTHING = Text("没有符合条件的记录。", "Nothing matches.")
MOST_TYPED = 100
DEEPEST_ROW = 30_000
CHUNK = 2000


@dataclass(frozen=True, slots=True)
class FilterBox:
    """A filter as it stands on the page: with its choices and what was asked."""

    filter: Filter
    choices: tuple[Choice, ...] | None
    value: str


@dataclass(frozen=True, slots=True)
class ListSpec:
    """What a list shows and how it may be narrowed, sorted and searched.

    name: stable, for file names. default_sort: a column key, with "-" in front for descending. page_size: rows per
    page. count_up_to: the list is counted exactly up to here and called "more than" beyond, so that counting stays
    cheap however long the list grows. prepare: called with the rows about to be shown, to look up in one query what
    their columns need from elsewhere (and to keep it on the rows).
    """

    name: str
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    default_sort: str = ""
    page_size: int = 60
    search: Search | None = None
    title: Text = LIST
    empty: Text = NOTHING
    count_up_to: int = 1000
    prepare: Callable[[Sequence[Any]], None] | None = None

    def __post_init__(self) -> None:
        keys = [column.key for column in self.columns] + [box.key for box in self.filters]
        reserved = {"sort", "page", "q", "format", "lang", "find", "columns", "view"} & {
            box.key for box in self.filters
        }
        if len(set(keys[: len(self.columns)])) < len(self.columns) or reserved:
            raise ValueError(f"list {self.name}: a key twice, or a filter with a reserved key")
        if self.default_sort and not self.column(self.default_sort.lstrip("-")).sort:
            raise ValueError(f"list {self.name}: the default sort is not a sortable column")

    def column(self, key: str) -> Column:
        """The column with this key. Raises ValueError if there is none."""
        for column in self.columns:
            if column.key == key:
                return column
        raise ValueError(f"list {self.name} has no column {key}")

    @property
    def page_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if not column.sheet_only)

    def listing(self, asked: QueryDict, rows: Rows, given: Given | None = None) -> Listing:
        """The page of the list that a query string asks for.

        asked: `request.GET`. rows: everything this actor may see. given: what some columns need besides. Values that
        make no sense become problems on the page and are left out; they never break it. Costs at most two queries, once
        the rows are looked at.
        """
        return Listing.asked_for(self, asked, rows, given or {})


@dataclass
class Listing:
    """One list as one reader asked for it. Nothing is fetched before it is looked at.

    queryset: the rows asked for, in order, with what the columns of the page need.
    """

    spec: ListSpec
    queryset: Rows
    boxes: tuple[FilterBox, ...]
    searched: str
    sort: str
    page: int
    asked: QueryDict
    found: Query
    columns: tuple[Column, ...]
    sheet_columns: tuple[Column, ...]
    words: Words
    still_given: Given
    problems: list[Problem] = field(default_factory=list)
    _fetched: list[Any] | None = None
    _counted: int | None = None

    @classmethod
    def asked_for(cls, spec: ListSpec, asked: QueryDict, rows: Rows, given: Given) -> Listing:
        problems: list[Problem] = []
        boxes = []
        offered = [(one, one.offered()) for one in spec.filters]
        for declared, choices in offered:
            rows, box = _narrowed(declared, choices, asked, rows, problems)
            boxes.append(box)
        words = Words(offered, spec.columns, spec.search)
        typed = asked.get("find", "")
        found = understood(typed, words) if typed.strip() else Query()
        sort = _sort(spec, asked.get("sort", ""), problems)
        chosen = chosen_columns(spec.columns, asked, problems)
        columns, sheet_columns = chosen or spec.page_columns, chosen or spec.columns
        needed = {column.key for column in columns} | {sort.removeprefix("-")} | {one.key for one in found.compares}
        rows = _with(given, needed, rows)
        rows, found = _queried(found, rows, problems)
        searched = _typed(asked.get("q", ""), "q", problems) if spec.search else ""
        if spec.search and searched:
            rows = spec.search.find(rows, searched)
        rows = _ordered(spec, sort, rows)
        boxes = [box for box in boxes if box.value or not box.filter.is_quiet]
        return cls(
            spec=spec,
            queryset=rows,
            still_given={key: give for key, give in given.items() if key not in needed},
            boxes=tuple(boxes),
            searched=searched,
            sort=sort,
            page=_page(spec, asked.get("page", ""), problems),
            asked=asked,
            found=found,
            columns=columns,
            sheet_columns=sheet_columns,
            words=words,
            problems=problems,
        )

    @property
    def whole(self) -> Rows:
        """The rows asked for with what the columns of the spreadsheet need."""
        return _with(self.still_given, {column.key for column in self.sheet_columns}, self.queryset)

    @property
    def rows(self) -> list[Any]:
        """The rows of this page, fetched once, with one more behind the scenes to know whether the list goes on."""
        return self._page_and_one_more()[: self.spec.page_size]

    @property
    def has_next(self) -> bool:
        return len(self._page_and_one_more()) > self.spec.page_size

    @property
    def has_previous(self) -> bool:
        return self.page > 1

    @property
    def first_number(self) -> int:
        """The number of the first row on this page, counted from 1."""
        return (self.page - 1) * self.spec.page_size + 1

    @property
    def last_number(self) -> int:
        return self.first_number + len(self.rows) - 1

    @property
    def count(self) -> int:
        """How many rows there are, counted up to `count_up_to` (see `is_more`)."""
        if self.has_next:
            return min(self._count_one_more(), self.spec.count_up_to)
        return self.last_number if self.rows else 0

    @property
    def is_more(self) -> bool:
        """Whether there are more rows than were counted."""
        return self.has_next and self._count_one_more() > self.spec.count_up_to

    @property
    def is_narrowed(self) -> bool:
        """Whether the reader asked for less than the whole list."""
        return bool(self.searched or self.found.typed or any(box.value for box in self.boxes))

    @property
    def has_own_columns(self) -> bool:
        """Whether the reader chose the columns."""
        return self.columns != self.spec.page_columns

    @property
    def has_typed_places(self) -> bool:
        """Whether the form that chooses columns was just sent."""
        return any(name.startswith(PLACE) for name in self.asked)

    @property
    def places(self) -> list[Place]:
        """Every column with its place on the page, for choosing."""
        return places_of(self.spec.columns, self.columns, self.asked)

    @property
    def help(self) -> list[HelpLine]:
        """What the query box understands here."""
        return help_lines(self.words)

    @property
    def can_query(self) -> bool:
        """Whether there is anything that a query could name."""
        return bool(self.spec.filters or self.spec.search or any(one.compared for one in self.spec.columns))

    def query(self, **changes: str | int | None) -> str:
        """The query string of this list with some parts changed; None leaves a part out. Page 1 unless given."""
        query = QueryDict(mutable=True)
        if self.sort != self.spec.default_sort:
            query["sort"] = self.sort
        if self.searched:
            query["q"] = self.searched
        for box in self.boxes:
            if box.value:
                query[box.filter.key] = box.value
        if self.found.typed:
            query["find"] = self.found.typed
        if self.has_own_columns:
            query["columns"] = ",".join(column.key for column in self.columns)
        for key, value in changes.items():
            query.pop(key, None)
            if value is not None:
                query[key] = str(value)
        return "?" + query.urlencode()

    def kept(self, *but: str) -> list[tuple[str, str]]:
        """What a form of this list sends along besides its own fields, as names and values."""
        return [(name, str(value)) for name, value in QueryDict(self.query(**dict.fromkeys(but))[1:]).items()]

    @property
    def kept_by_filters(self) -> list[tuple[str, str]]:
        """What stays when the filters are sent: order, query and columns."""
        return self.kept("q", *(box.filter.key for box in self.boxes))

    @property
    def kept_by_query(self) -> list[tuple[str, str]]:
        """What stays when a query is sent."""
        return self.kept("find")

    @property
    def kept_by_columns(self) -> list[tuple[str, str]]:
        """What stays when columns are chosen."""
        return self.kept("columns")

    @property
    def plain_href(self) -> str:
        """The list without any condition; the columns and the order stay."""
        plain = self.query(**dict.fromkeys(("q", "find", *(box.filter.key for box in self.boxes))))
        # Not the bare address: that shows the view which this reader wants to meet first.
        return plain if plain != "?" else "?view=all"

    @property
    def usual_columns_href(self) -> str:
        """The same list with the columns that it is declared with."""
        return self.query(columns=None)

    @property
    def has_place_problems(self) -> bool:
        """Whether the form that chooses columns has something to correct."""
        return any(one.where == "columns" or one.where.startswith(PLACE) for one in self.problems)

    @property
    def next_href(self) -> str:
        return self.query(page=self.page + 1)

    @property
    def previous_href(self) -> str:
        return self.query(page=self.page - 1 if self.page > 2 else None)

    @property
    def first_href(self) -> str:
        return self.query()

    @property
    def sheet_href(self) -> str:
        return self.query(format="xlsx")

    def every_row(self, limit: int) -> Iterator[Any]:
        """All rows of the list, not only this page, up to `limit`, streamed."""
        rows = self.whole[:limit].iterator(chunk_size=CHUNK)
        while chunk := list(islice(rows, CHUNK)):
            if self.spec.prepare:
                self.spec.prepare(chunk)
            yield from chunk

    def records(self, rows: Sequence[Any] | None = None) -> list[dict[str, Any]]:
        """Rows for machines, those of this page unless given (from `whole`): raw values by column key (money in fen, Text
        in both languages)."""
        if rows is None:
            rows = self._fetch(self.whole)[: self.spec.page_size]
        return [{column.key: _raw(column.value(row)) for column in self.sheet_columns} for row in rows]

    def _count_one_more(self) -> int:
        if self._counted is None:
            self._counted = self.queryset.order_by()[: self.spec.count_up_to + 1].count()
        return self._counted

    def _page_and_one_more(self) -> list[Any]:
        if self._fetched is None:
            self._fetched = self._fetch(self.queryset)
        return self._fetched

    def _fetch(self, rows: Rows) -> list[Any]:
        start = self.first_number - 1
        found = list(rows[start : start + self.spec.page_size + 1])
        if self.spec.prepare and found:
            self.spec.prepare(found)
        return found


def _raw(value: Any) -> Any:
    if isinstance(value, Status):
        value = value.text
    if isinstance(value, (list, tuple)):
        return [_raw(one) for one in value]
    return {"zh": value.zh, "en": value.en} if isinstance(value, Text) else value


def _typed(value: str, where: str, problems: list[Problem]) -> str:
    """What was typed, tidied: full-width letters folded, no control characters, single spaces, not endless."""
    tidy = " ".join(halfwidth(clean_text(value)).split())
    if len(tidy) <= MOST_TYPED:
        return tidy
    say = Text("最多 {most} 个字。", "At most {most} characters.").filled(most=MOST_TYPED)
    problems.append(
        Problem("list.too_long", say, where, tidy[:MOST_TYPED] + "…", fix=Text("请缩短后再查。", "Shorten it."))
    )
    return ""


def _narrowed(
    declared: Filter, kept: tuple[Choice, ...] | None, asked: QueryDict, rows: Rows, problems: list[Problem]
) -> tuple[Rows, FilterBox]:
    value = _typed(asked.get(declared.key, ""), declared.key, problems)
    if value:
        try:
            if kept is not None and value not in {choice.value for choice in kept}:
                raise ValueError(value)
            rows = declared.apply(rows, value)
        except ValueError:
            say = Text(
                "「{title}」没有这个值，未按它筛选。", "“{title}” has no such value; the list is not narrowed by it."
            )
            fix = Text("请另选一个值。", "Choose another value.")
            problems.append(Problem("list.filter", say.filled(title=declared.title), declared.key, value, fix=fix))
            value = ""
    return rows, FilterBox(declared, kept, value)


def _with(given: Given, keys: Collection[str], rows: Rows) -> Rows:
    """The rows with what these columns need besides."""
    for key, give in given.items():
        if key in keys:
            rows = give(rows)
    return rows


def _queried(query: Query, rows: Rows, problems: list[Problem]) -> tuple[Rows, Query]:
    """The rows that a query leaves; all of them where it has a mistake."""
    narrowed = query.narrow(rows) if not query.problems else rows
    if isinstance(narrowed, Problem):
        query = Query(query.typed, problems=(narrowed,))
        narrowed = rows
    problems.extend(query.problems)
    return narrowed, query


def _sort(spec: ListSpec, asked: str, problems: list[Problem]) -> str:
    if not asked:
        return spec.default_sort
    for column in spec.columns:
        if column.key == asked.removeprefix("-") and column.sort:
            return asked
    say = Text(
        "不能按这一列排序，已按默认顺序排列。", "The list cannot be sorted by this; it stands in its usual order."
    )
    problems.append(
        Problem("list.sort", say, "sort", asked[:MOST_TYPED], fix=Text("请点列名排序。", "Sort by a column title."))
    )
    return spec.default_sort


def _ordered(spec: ListSpec, sort: str, rows: Rows) -> Rows:
    if not sort:
        return rows if rows.ordered else rows.order_by("pk")
    keys = spec.column(sort.removeprefix("-")).sort
    if sort.startswith("-"):
        keys = tuple(key[1:] if key.startswith("-") else f"-{key}" for key in keys)
    # The primary key last: without it, rows of equal rank change places between pages and some are never shown.
    return rows.order_by(*keys, "-pk" if sort.startswith("-") else "pk")


def _page(spec: ListSpec, asked: str, problems: list[Problem]) -> int:
    deepest = max(1, DEEPEST_ROW // spec.page_size)
    try:
        page = int(asked or 1)
    except ValueError:
        page = 0
    if 1 <= page <= deepest:
        return page
    say = Text("没有第 {page} 页，已回到第 1 页。", "There is no page {page}; this is page 1.").filled(page=asked[:20])
    fix = Text("请筛选，或下载表格查看全部。", "Narrow the list, or download the spreadsheet to see everything.")
    problems.append(Problem("list.page", say, "page", asked[:20], fix=fix))
    return 1
