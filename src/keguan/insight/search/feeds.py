"""What everybody may find for a question, as an Atom feed: the latest first, for feed readers that come back for more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from keguan.components import reader
from keguan.components.access import PUBLIC, page
from keguan.components.reader import said
from keguan.insight.search.finding import Answer, find
from keguan.insight.search.questions import PATH, Question, question_of
from keguan.insight.search.results import Names, Result, newest, results_of
from keguan.kernel.actors import NOBODY
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING
from keguan.kernel.problems import Refused
from keguan.texts.terms import passage

MOST: Final = 50
"""Entries of a feed: the newest."""

_TITLE = Text("搜索：{words}", "Search: {words}")
_ABOUT = Text("任何人都能查看的最新结果", "The latest of what everybody may read")


@dataclass(frozen=True, slots=True)
class _Found:
    question: Question
    answer: Answer
    results: list[Result]
    names: Names


class _Results(Feed):
    feed_type = Atom1Feed

    def __call__(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        self.language = "en" if reader.language() == "en" else "zh-CN"
        return super().__call__(request, *args, **kwargs)

    def get_object(self, request: HttpRequest) -> _Found:
        question = question_of(request.GET)
        if question.problems:
            raise Refused.because(*question.problems)
        # Whoever asks: a feed reader shows it to anybody, and keeps it.
        answer = find(NOBODY, question.words, question.asked)
        hits = newest(answer.hits)[:MOST]
        return _Found(question, answer, results_of(hits), Names(hits))

    def title(self, found: _Found) -> str:
        words = " ".join([found.question.words, *found.question.asked.values()]).strip()
        return f"{said(_TITLE.filled(words=words))} · {self.author_name()}"

    def subtitle(self) -> str:
        return said(_ABOUT)

    def author_name(self) -> str:
        return said(settings.PUBLISHER.name)

    def link(self, found: _Found) -> str:
        return PATH + found.question.query(lang=reader.language())

    def feed_url(self, found: _Found) -> str:
        return reverse("search_atom") + found.question.query(lang=reader.language())

    def items(self, found: _Found) -> list[tuple[_Found, Result]]:
        return [(found, one) for one in found.results]

    def item_title(self, item: tuple[_Found, Result]) -> str:
        return said(item[1].title)

    def item_description(self, item: tuple[_Found, Result]) -> str:
        found, one = item
        about = [one.kind, found.names.programme(one.hit.programme), found.names.region(one.hit.region)]
        lines = [" · ".join(filter(None, [*map(said, about), one.hit.host]))]
        return "\n".join([*lines, passage(one.text, found.answer.terms)[0]]).strip()

    def item_link(self, item: tuple[_Found, Result]) -> str:
        return item[1].href

    def item_pubdate(self, item: tuple[_Found, Result]) -> datetime | None:
        day = item[1].hit.day
        return datetime.combine(day, time(0), BEIJING) if day else None

    item_updateddate = item_pubdate


@page(PUBLIC)
def search_atom(request: HttpRequest) -> HttpResponseBase:
    """What everybody may find for `?q=` and the facets, the newest first."""
    return _Results()(request)
