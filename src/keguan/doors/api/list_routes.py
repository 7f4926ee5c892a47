"""Every list of the site as a route: the same columns, filters, query box and rights as its page and its spreadsheet,
made from the one specification."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from ninja import Router, Schema
from pydantic import Field, create_model

from keguan.casework.pages.desks.cases import CASES, MY_CASES
from keguan.casework.pages.public.notices import NOTICES
from keguan.casework.pages.rounds.rounds import ROUNDS
from keguan.components.access import actor_on
from keguan.components.keyset import CURSOR, piece_of
from keguan.components.list_pages import listing_at
from keguan.components.list_query import MOST as LONGEST_QUERY
from keguan.components.lists import MOST_TYPED, Kind, ListSpec
from keguan.doors.api.interface import needs
from keguan.doors.api.scopes import Scope
from keguan.doors.api.shapes import Bilingual, Cell, Day, Fen, Moment, Number
from keguan.doors.web.trace_pages import TRACE
from keguan.insight.awards.lists import LIST as AWARDS
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused
from keguan.registers.certificates.lists import CERTIFICATES
from keguan.registers.documents.lists import DOCUMENTS
from keguan.registers.experts.lists import EXPERTS
from keguan.registers.funds.lists import PAYMENTS
from keguan.registers.integrity.lists import SANCTIONS
from keguan.registers.organisations.lists import ORGANISATIONS
from keguan.registers.parties.lists import DUTIES, PEOPLE
from keguan.registers.projects.lists import PROJECTS

MOST: Final = 200
"""Rows in one answer."""
LONGEST_ADDRESS: Final = 4000
"""Characters of a cursor, or of the names of columns."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A list that machines may read. url_name: of its page, whose rights and rows it has; scope: None for everybody."""

    path: str
    spec: ListSpec
    url_name: str
    scope: Scope | None
    title: Text | None = None


LISTS: Final = (
    Offered("/cases", CASES, "cases", "read:cases"),
    Offered("/my-cases", MY_CASES, "my_cases", "read:cases", Text("本人申报或参与的办件", "One's own cases")),
    Offered("/rounds", ROUNDS, "rounds", "read:cases"),
    Offered("/notices", NOTICES, "notices", None),
    Offered("/awards", AWARDS, "awards", None),
    Offered("/registers/organisations", ORGANISATIONS, "organisations", "read:registers"),
    Offered("/registers/people", PEOPLE, "people", "read:registers"),
    Offered("/registers/duties", DUTIES, "duties", "read:registers"),
    Offered("/registers/experts", EXPERTS, "experts", "read:registers"),
    Offered("/registers/projects", PROJECTS, "projects", "read:registers"),
    Offered("/registers/documents", DOCUMENTS, "documents", "read:registers"),
    Offered("/registers/certificates", CERTIFICATES, "certificates", "read:registers"),
    Offered("/registers/sanctions", SANCTIONS, "sanctions", "read:registers"),
    Offered("/registers/payments", PAYMENTS, "payments", "read:registers"),
    Offered("/registers/trace", TRACE, "trace", "read:registers"),
)

_TYPES: Final[Mapping[Kind, Any]] = {
    "text": Cell,
    "money": Fen,
    "number": Number,
    "day": Day,
    "moment": Moment,
    "deadline": Moment,
    "status": Bilingual | None,
}

router = Router()


def _add(offered: Offered) -> None:
    spec, title = offered.spec, offered.title or offered.spec.title

    def read(request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
        return page_of(request, response, offered)

    described = {"parameters": list(_parameters(spec))}
    guarded = needs(offered.scope) if offered.scope else {"auth": None, "openapi_extra": {}}
    guarded["openapi_extra"] = {**guarded["openapi_extra"], **described}
    router.get(
        offered.path,
        response=_page_model(offered),
        operation_id=f"list_{offered.url_name}",
        url_name=f"list_{offered.url_name}",
        summary=f"{title.en} · {title.zh}",
        description="What the page of the list shows its reader: same rows, filters and query. · 与列表页面相同的记录、筛选和查询。",
        tags=["registers" if "/registers/" in offered.path else "casework"],
        exclude_unset=True,
        by_alias=True,
        **guarded,
    )(read)


def page_of(request: HttpRequest, response: HttpResponse, offered: Offered) -> dict[str, Any]:
    """The piece of a list that was asked for, with the address of the next one. Raises Refused, Forbidden."""
    problems = list(_misfits(request.GET, offered.spec))
    asked = request.GET.copy()
    after, typed = asked.pop(CURSOR, [""])[-1], asked.pop("limit", [""])[-1]
    listing = listing_at(reverse(offered.url_name), asked.urlencode(), actor_on(request))
    told = {one.where for one in problems}
    problems += [one for one in listing.problems if one.where not in told]
    if problems:
        raise Refused.because(*problems)
    piece = piece_of(listing.whole, offered.spec.name, after, int(typed) if typed else offered.spec.page_size)
    if offered.spec.prepare and piece.rows:
        offered.spec.prepare(piece.rows)
    records = listing.records(piece.rows)
    if link := _link(offered.spec):
        for row, record in zip(piece.rows, records, strict=True):
            record["href"] = request.build_absolute_uri(link(row)) if link(row) else ""
    return {"items": records, "next": next_page(request, response, piece.next)}


def next_page(request: HttpRequest, response: HttpResponse, cursor: str) -> str | None:
    """Where the next piece is, also told by the header Link; None after the last one."""
    if not cursor:
        return None
    asked = request.GET.copy()
    asked[CURSOR] = cursor
    href = request.build_absolute_uri(f"{request.path}?{asked.urlencode()}")
    response["Link"] = f'<{href}>; rel="next"'
    return href


def _misfits(asked: QueryDict, spec: ListSpec) -> Iterator[Problem]:
    """What does not keep to the description. A slip in the name of a filter must not hand out more than was asked for."""
    described = {one["name"]: one["schema"] for one in _parameters(spec)}
    for name, values in asked.lists():
        schema = described.get(name)
        if schema is None:
            if name != "lang":
                say = Text("这个列表没有参数 {name}。", "This list has no parameter {name}.").filled(name=name[:40])
                yield Problem("list.parameter", say, name[:40])
        elif len(values) > 1:
            yield Problem("list.twice", Text("参数只能出现一次。", "The parameter may stand only once."), name)
        elif not values[0] or len(values[0]) > schema.get("maxLength", LONGEST_ADDRESS):
            say = Text(
                "参数为空或过长；不需要时请省略。", "It is empty or too long; leave it out where it is not needed."
            )
            yield Problem("list.length", say, name, values[0][:40])
        elif name == "limit" and (not values[0].isdecimal() or not 1 <= int(values[0]) <= MOST):
            say = Text("limit 须为 1 至 {most} 的整数。", "limit must be a whole number from 1 to {most}.")
            yield Problem("list.limit", say.filled(most=MOST), name, values[0][:20])


def _link(spec: ListSpec) -> Any:
    return next((column.link for column in spec.columns if column.link), None)


# ------------------------------------------------------------------------------------------------ as it is described


def _page_model(offered: Offered) -> type[Schema]:
    name = "".join(word.title() for word in offered.url_name.split("_"))
    # Aliases: a column may be called as something of pydantic's own.
    cells: dict[str, Any] = {
        f"cell_{column.key}": (
            _TYPES[column.kind],
            Field(default=None, alias=column.key, description=f"{column.title.en} · {column.title.zh}"),
        )
        for column in offered.spec.columns
    }
    if _link(offered.spec):
        cells["href"] = (str, Field(default="", description="The page of this row for people."))
    row = create_model(f"{name}Row", __base__=Schema, **cells)
    return create_model(
        f"{name}Page",
        __base__=Schema,
        items=(list[row], ...),  # type: ignore[valid-type]
        next=(str | None, Field(default=None, description="The address of the next piece; null after the last one.")),
    )


def _parameters(spec: ListSpec) -> Iterator[dict[str, Any]]:
    if spec.search:
        yield _parameter(
            "q",
            f"Looks in: {spec.search.hint.en} · 查找范围：{spec.search.hint.zh}",
            {"type": "string", "maxLength": MOST_TYPED},
        )
    yield _parameter(
        "find", "The query box of the list. · 列表的查询框。", {"type": "string", "maxLength": LONGEST_QUERY}
    )
    for one in spec.filters:
        choices = [choice.value for choice in one.choices] if isinstance(one.choices, tuple) else None
        schema = {"type": "string", "enum": choices} if choices else _words(MOST_TYPED)
        yield _parameter(one.key, f"{one.title.en} · {one.title.zh}", schema)
    sorts = [f"{sign}{column.key}" for column in spec.columns if column.sort for sign in ("", "-")]
    if sorts:
        yield _parameter(
            "sort",
            "Column to sort by; a minus turns it round. · 按哪一列排序；前加减号为倒序。",
            {"type": "string", "enum": sorts},
        )
    keys = "|".join(column.key for column in spec.columns)
    yield _parameter(
        "columns",
        "Columns wanted, joined by commas; all unless given. · 需要哪些列，用逗号相连；不写为全部。",
        {"type": "string", "pattern": f"^({keys})(,({keys}))*$", "maxLength": LONGEST_ADDRESS},
    )
    yield _parameter("limit", "Rows in one answer. · 每段行数。", {"type": "integer", "minimum": 1, "maximum": MOST})
    yield _parameter(CURSOR, "From `next` of the answer before. · 取自上一答复的 next。", _words(LONGEST_ADDRESS))


def _words(most: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": most}


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"in": "query", "name": name, "required": False, "description": description, "schema": schema}


for _offered in LISTS:
    _add(_offered)
