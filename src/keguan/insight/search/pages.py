"""The page of search: one question over everything the reader may find."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from keguan.components.access import PUBLIC, SIGNED_IN, actor_on, page
from keguan.components.deeds import SeeOther
from keguan.components.facets import Facet, FacetBox
from keguan.components.lists import Choice
from keguan.components.notices import tell
from keguan.components.reader import language
from keguan.components.status import Crumb
from keguan.insight.search.alerts import switch
from keguan.insight.search.finding import MOST, Answer, Hit, find
from keguan.insight.search.models import KINDS
from keguan.insight.search.questions import FACET_TITLES, LONGEST, PATH, SEARCH, Question, question_of
from keguan.insight.search.results import Names, Result, kind_of, newest, results_of
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.names import with_name_dots
from keguan.registers.views.models import SavedView
from keguan.texts.terms import marks, passage
from keguan.texts.variants import fold

PAGE_SIZE: Final = 20
_MOST_VALUES: Final = 12
"""Values of a facet that are offered: the most frequent."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text, marked where it is what was asked for."""

    text: str
    is_marked: bool


@dataclass(frozen=True, slots=True)
class Found:
    """One result as it stands on the page."""

    hit: Hit
    kind: Text
    href: str
    title: tuple[Piece, ...]
    names: tuple[Piece, ...]
    passage: tuple[Piece, ...]
    programme: Text
    region: Text

    @property
    def is_named(self) -> bool:
        """Whether it was found by its number or by a name."""
        return any(piece.is_marked for piece in self.names)


@page(PUBLIC)
def search(request: HttpRequest) -> HttpResponseBase:
    """Everything the reader may find for `?q=`, narrowed by facets."""
    question = question_of(request.GET)
    answer = Answer() if question.problems else find(actor_on(request), question.words, question.asked)
    hits, kept = list(answer.hits), _kept(actor_on(request))
    if question.sort == "newest":
        hits = newest(hits)
    start = (question.page - 1) * PAGE_SIZE
    shown = hits[start : start + PAGE_SIZE]
    names = Names(hits)
    context = {
        "title": SEARCH,
        "question": question,
        "answer": answer,
        "found": _found(shown, answer, names),
        "boxes": _boxes(hits, question, names),
        "count": min(len(hits), MOST) if answer.is_more else len(hits),
        "first": start + 1,
        "last": start + len(shown),
        "meant": _meant(question, answer),
        "sorts": _sorts(question),
        "previous": question.query(page=str(question.page - 1)) if question.page > 1 else "",
        "next": question.query(page=str(question.page + 1)) if start + PAGE_SIZE < len(hits) else "",
        "has_asked": bool(question.words or question.asked),
        "longest": LONGEST,
        "feed_query": question.query(sort=None, lang=language()),
        "kept": kept,
        "told": sum(is_told for _, is_told in kept),
        "can_keep": actor_on(request).person is not None and not question.problems,
        "crumbs": [Crumb(SEARCH)],
    }
    return render(request, "search/search.html", context)


def _kept(actor: Actor) -> list[tuple[SavedView, bool]]:
    """The searches that this reader keeps, each with whether they are told what is new in it. One query."""
    if actor.person is None:
        return []
    rows = SavedView.objects.filter(owner=actor.person, path=PATH).select_related("alert").order_by("name")
    return [(one, hasattr(one, "alert")) for one in rows]


@page(SIGNED_IN, methods=("POST",))
def search_alert(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Be told each morning what is new in a search that one keeps, or no more."""
    actor = actor_on(request)
    view = get_object_or_404(SavedView, pk=pk, owner=actor.person, path=PATH)
    if switch(actor, view, request_id=getattr(request, "request_id", "")):
        tell(request, Text("有新结果时，每天早上告诉您。", "You are told each morning what is new."))
    else:
        tell(request, Text("不再提醒。", "You are told no more."))
    return SeeOther(f"{PATH}?{view.query}")


# ------------------------------------------------------------------------------------------------------------- results


def _found(hits: Sequence[Hit], answer: Answer, names: Names) -> list[Found]:
    return [_one(result, answer, names) for result in results_of(hits)]


def _one(result: Result, answer: Answer, names: Names) -> Found:
    title, text = result.title.said_in(language()), result.text
    quoted = _pieces(*passage(text, answer.terms)) if text and text != title else ()
    return Found(
        hit=result.hit,
        kind=result.kind,
        href=result.href,
        title=_marked(title, answer),
        names=_marked(" · ".join(result.names), answer),
        # Found by its title or a name: then its first words would say nothing of why.
        passage=quoted if any(piece.is_marked for piece in quoted) else (),
        programme=names.programme(result.hit.programme),
        region=names.region(result.hit.region),
    )


def _marked(text: str, answer: Answer) -> tuple[Piece, ...]:
    return _pieces(text, marks(fold(with_name_dots(text)), answer.terms))


def _pieces(text: str, places: Iterable[tuple[int, int]]) -> tuple[Piece, ...]:
    pieces, at = [], 0
    for start, end in places:
        pieces += [Piece(text[at:start], False), Piece(text[start:end], True)]
        at = end
    return tuple(one for one in (*pieces, Piece(text[at:], False)) if one.text)


# -------------------------------------------------------------------------------------------------------------- facets


_VALUES: Final[Mapping[str, Callable[[Hit], str]]] = {
    "kind": kind_of,
    "programme": lambda hit: hit.programme,
    "year": lambda hit: str(hit.year or ""),
    "region": lambda hit: hit.region,
    "host": lambda hit: hit.host,
}
FACETS: Final[tuple[Facet[Hit], ...]] = tuple(Facet(key, title, lambda hit: ()) for key, title in FACET_TITLES.items())


def _boxes(hits: Sequence[Hit], question: Question, names: Names) -> list[FacetBox[Hit]]:
    """Each facet with what a click on each value would leave of this answer."""
    boxes = []
    for facet in FACETS:
        counts = Counter(value for hit in hits if (value := _VALUES[facet.key](hit)))
        by_year = facet.key == "year"
        ordered = sorted(counts, key=lambda one: (-int(one) if by_year else -counts[one], one))[:_MOST_VALUES]
        asked = question.asked.get(facet.key, "")
        if asked and asked not in ordered:
            ordered.append(asked)
        counted = tuple((Choice(one, _said(facet.key, one, names)), counts[one]) for one in ordered)
        boxes.append(FacetBox(facet, counted, asked))
    return boxes


def _said(key: str, value: str, names: Names) -> Text:
    if key == "kind":
        return KINDS.get(value) or Text(value, value)
    if key == "programme":
        return names.programme(value)
    return names.region(value) if key == "region" else Text(value, value)


def _meant(question: Question, answer: Answer) -> list[tuple[str, str]]:
    """The words that may have been meant, with the question that asks for them."""
    proposals = []
    for word, instead in answer.meant.items():
        for one in instead:
            folded = fold(with_name_dots(question.words))
            at = folded.text.find(word)
            words = (
                question.words[: folded.starts[at]] + one + question.words[folded.starts[at + len(word)] :]
                if at >= 0
                else one
            )
            proposals.append((words, question.query(q=words)))
    return proposals


def _sorts(question: Question) -> list[tuple[Text, str, bool]]:
    return [
        (Text("最相关在前", "Best match first"), question.query(sort=None), question.sort == ""),
        (Text("最新在前", "Newest first"), question.query(sort="newest"), question.sort == "newest"),
    ]
