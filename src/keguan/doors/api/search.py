"""Search for machines: the same question, the same rights and the same answer as the page of search."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Final, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from keguan.components.access import actor_on
from keguan.components.keyset import cursor, values_in
from keguan.doors.api.interface import needs
from keguan.doors.api.list_routes import next_page
from keguan.doors.api.shapes import Bilingual
from keguan.insight.search.finding import Answer, Hit, find
from keguan.insight.search.questions import LONGEST, question_of
from keguan.insight.search.results import Names, Result, kind_of, results_of
from keguan.kernel.problems import Refused
from keguan.texts.terms import passage

router = Router(tags=["search"])

_NAME: Final = "search"
_ORDER: Final = ("-score", "-entry")

Kind = Literal["call", "notice", "award", "project", "case", "report", "expert"]
Typed = Annotated[str, Field(max_length=LONGEST)]


class SearchHit(Schema):
    """One thing that was found. programme: a code, or for projects of others a name; region: a prefecture (GB/T 2260).
    passage: where the words stand in what it says, "" where that is not quoted. score: how well it fits, among the answers
    to one question."""

    kind: Kind
    title: Bilingual
    names: list[str]
    passage: str
    programme: str
    programme_title: Bilingual
    year: int | None
    region: str
    host: str
    day: date | None
    score: float
    href: str


class Meant(Schema):
    """A word that is not in use, with the words that were searched instead."""

    word: str
    instead: list[str]


class SearchPage(Schema):
    """A piece of an answer. how: by all the words, some of them read as others (`meant`), or by some of them. is_more: there
    is more than was looked at. next: the address of the next piece; null after the last one."""

    items: list[SearchHit]
    how: Literal["all", "meant", "some"]
    is_more: bool
    meant: list[Meant]
    next: str | None


class SearchAsked(Schema):
    """What is searched for, and how it is narrowed. Words or a condition must be there."""

    q: Typed = Field("", description="words in any order and script · 任意顺序、繁简皆可的词语")
    kind: Kind | Literal[""] = ""
    programme: Typed = ""
    year: Typed = ""
    region: Typed = ""
    host: Typed = ""
    limit: int = Field(20, ge=1, le=100)
    cursor: str = ""


@router.get(
    "/search",
    response=SearchPage,
    operation_id="search",
    summary="Search · 搜索",
    url_name="search",
    **needs("search"),
)
def search(request: HttpRequest, response: HttpResponse, asked: Query[SearchAsked]) -> dict[str, Any]:
    """Everything that the person may find, the best first: as on the page of search."""
    question = question_of(request.GET)
    if question.problems:
        raise Refused.because(*question.problems)
    answer = find(actor_on(request), question.words, question.asked)
    left = list(_after(answer.hits, asked.cursor))
    shown = left[: asked.limit]
    more = cursor(_NAME, _ORDER, [shown[-1].score, shown[-1].entry]) if len(left) > len(shown) else ""
    return {
        "items": list(_items(request, shown, answer)),
        "how": answer.how,
        "is_more": answer.is_more,
        "meant": [{"word": word, "instead": list(instead)} for word, instead in answer.meant.items()],
        "next": next_page(request, response, more),
    }


def _after(hits: tuple[Hit, ...], typed: str) -> Iterator[Hit]:
    """Those that come after a cursor. Raises Refused."""
    if not typed:
        return iter(hits)
    score, entry = values_in(_NAME, _ORDER, typed)
    return (one for one in hits if (-one.score, -one.entry) > (-score, -entry))


def _items(request: HttpRequest, hits: list[Hit], answer: Answer) -> Iterator[dict[str, Any]]:
    names = Names(hits)
    for one in results_of(hits):
        yield _as_json(request, one, answer, names)


def _as_json(request: HttpRequest, one: Result, answer: Answer, names: Names) -> dict[str, Any]:
    hit = one.hit
    return {
        "kind": kind_of(hit),
        "title": Bilingual.of(one.title),
        "names": list(one.names),
        "passage": passage(one.text, answer.terms)[0] if one.text else "",
        "programme": hit.programme,
        "programme_title": Bilingual.of(names.programme(hit.programme)),
        "year": hit.year,
        "region": hit.region,
        "host": hit.host,
        "day": hit.day,
        "score": hit.score,
        "href": request.build_absolute_uri(one.href),
    }
