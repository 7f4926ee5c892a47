"""What is new, for feed readers: calls and notices as RSS 2.0 and Atom, in the language that the address asks for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed

from keguan.casework.models import Notice, Round, RoundVersion
from keguan.casework.pages.call_search import FoundCalls, find_calls, news_at, published
from keguan.casework.pages.public.notices import rows, shown_said, state_of
from keguan.casework.rounds.versions import changes_of
from keguan.components import reader
from keguan.components.access import PUBLIC, page
from keguan.components.reader import said
from keguan.kernel.bilingual import Text

MOST = 50
"""Entries of a feed: the newest."""

_WINDOW = Text("申报时间：{opens} – {closes}。", "Applications: {opens} – {closes}.")
_CHANGED = Text("【变更】{title}", "{title} (changed)")
_WHY = Text("{at} 变更：{reason}", "Changed {at}: {reason}")
_UNTIL = Text("{state}；公示至 {until}。", "{state}; the notice stands until {until}.")


class _Feed(Feed):
    """A feed in the reader's language, whose addresses keep it. feed_type is chosen by the address, own_path is that address."""

    own_path: str
    subtitle: Any = None

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.own_path = request.path
        self.language = "en" if reader.language() == "en" else "zh-CN"
        return super().__call__(request, *args, **kwargs)

    def author_name(self) -> str:
        return said(settings.PUBLISHER.name)


class _Calls(_Feed):
    changes: Mapping[int, RoundVersion]

    def get_object(self, request: HttpRequest) -> FoundCalls:
        return find_calls(request.GET)

    def title(self, found: FoundCalls) -> str:
        return f"{said(Text('申报通知', 'Calls'))} · {self.author_name()}"

    def description(self, found: FoundCalls) -> str:
        return said(Text("新发布的申报通知", "Calls as they are published"))

    def link(self, found: FoundCalls) -> str:
        return reverse("calls") + found.feed_query

    def feed_url(self, found: FoundCalls) -> str:
        return self.own_path + found.feed_query

    def items(self, found: FoundCalls) -> list[Round]:
        newest = sorted(found.narrowed.rows, key=news_at, reverse=True)[:MOST]
        self.changes = changes_of(newest)
        return newest

    def item_title(self, item: Round) -> str:
        return said(_CHANGED.filled(title=item.title) if item.pk in self.changes else item.title)

    def item_description(self, item: Round) -> str:
        window = _WINDOW.filled(opens=reader.moment(item.opens), closes=reader.deadline(item.closes))
        change = self.changes.get(item.pk)
        why = _WHY.filled(at=reader.moment(change.at), reason=change.reason) if change else Text("", "")
        return f"{said(item.summary)} {said(window)} {said(why)}".strip()

    def item_link(self, item: Round) -> str:
        return reverse("call", args=[item.code])

    def item_pubdate(self, item: Round) -> datetime:
        # RSS knows one date only, by which readers sort: that of what is new. The address, and so the id, stays.
        return published(item) if self.feed_type is Atom1Feed else news_at(item)

    def item_updateddate(self, item: Round) -> datetime:
        return news_at(item)

    def item_categories(self, item: Round) -> list[str]:
        return [said(item.programme.title), *(topic[reader.language()] for topic in item.topics)]


class _Notices(_Feed):
    def title(self) -> str:
        return f"{said(Text('公示', 'Public notices'))} · {self.author_name()}"

    def description(self) -> str:
        return said(Text("新发布的公示", "Public notices as they go up"))

    def link(self) -> str:
        return f"{reverse('notices')}?lang={reader.language()}"

    def feed_url(self) -> str:
        return f"{self.own_path}?lang={reader.language()}"

    def items(self) -> list[Notice]:
        return list(rows().order_by("-since", "-pk")[:MOST])

    def item_title(self, item: Notice) -> str:
        return shown_said(item)

    def item_description(self, item: Notice) -> str:
        return said(_UNTIL.filled(state=state_of(item).text, until=reader.deadline(item.until)))

    def item_link(self, item: Notice) -> str:
        return reverse("notice", args=[item.pk])

    def item_pubdate(self, item: Notice) -> datetime:
        return item.since

    def item_updateddate(self, item: Notice) -> datetime:
        return item.since


def _as(kind: type[_Feed], form: type[Rss201rev2Feed] | type[Atom1Feed]) -> _Feed:
    feed = kind()
    feed.feed_type = form
    if form is Atom1Feed:
        # What RSS calls a description is a subtitle in Atom; both are asked of the same method.
        feed.subtitle = feed.description
    return feed


@page(PUBLIC)
def calls_rss(request: HttpRequest) -> HttpResponseBase:
    """Calls as RSS; words and facets narrow it as they narrow the page."""
    return _as(_Calls, Rss201rev2Feed)(request)


@page(PUBLIC)
def calls_atom(request: HttpRequest) -> HttpResponseBase:
    """The same as Atom."""
    return _as(_Calls, Atom1Feed)(request)


@page(PUBLIC)
def notices_rss(request: HttpRequest) -> HttpResponseBase:
    """Public notices as RSS."""
    return _as(_Notices, Rss201rev2Feed)(request)


@page(PUBLIC)
def notices_atom(request: HttpRequest) -> HttpResponseBase:
    """The same as Atom."""
    return _as(_Notices, Atom1Feed)(request)
