"""What everybody may find, as a feed: the newest first, and the same whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from django.test import Client
from tests import make
from tests.make import world as w

from keguan.insight.search import entries
from keguan.kernel.clock import clock_at

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def world() -> Iterator[w.World]:
    made = w.world()
    with clock_at(w.moment("2026-03-02")):
        for month in ("03", "02"):
            w.call(made, "key-rd-project", opens=w.moment(f"2026-{month}-01"), closes=w.moment("2026-03-31", "18:00"))
        make.project(title="测试批次的项目")
        w.started(made)
        entries.rebuild()
        yield made


def test_a_feed_holds_what_everybody_may_find_whoever_asks(world: w.World) -> None:
    officer = Client()
    officer.force_login(make.account(world.people["officer"]))
    told = [client.get("/search/feed.atom", {"q": "测试批次"}) for client in (Client(), officer)]
    assert told[0].content == told[1].content
    feed = ElementTree.fromstring(told[0].content)  # noqa: S314 - ours
    links = [one.find(f"{ATOM}link").get("href", "") for one in feed.iter(f"{ATOM}entry")]  # type: ignore[union-attr]
    assert len(links) == 2
    assert all("/calls/" in link for link in links)
    days = [one.findtext(f"{ATOM}published", "") for one in feed.iter(f"{ATOM}entry")]
    assert days == sorted(days, reverse=True)
    assert [one.findtext(f"{ATOM}updated", "") for one in feed.iter(f"{ATOM}entry")] == days
    assert "sessionid" not in told[0].cookies


def test_a_feed_speaks_the_language_asked_for_and_narrows_as_the_page_does(world: w.World) -> None:
    client = Client()
    english = client.get("/search/feed.atom", {"q": "测试批次", "lang": "en"}).content.decode()
    assert "Search: 测试批次" in english
    own = ElementTree.fromstring(english).find(f"{ATOM}link[@rel='self']")  # noqa: S314 - ours
    assert own is not None
    assert client.get(own.get("href", "")).content.decode() == english
    page_of_it = ElementTree.fromstring(english).find(f"{ATOM}link[@rel='alternate']")  # noqa: S314 - ours
    assert page_of_it is not None
    assert '<html lang="en' in client.get(page_of_it.get("href", "")).content.decode()
    nothing = client.get("/search/feed.atom", {"q": "测试批次", "kind": "notice"}).content.decode()
    assert "<entry>" not in nothing
    page = client.get("/search/", {"q": "测试批次", "lang": "en"}).content.decode()
    assert "/search/feed.atom?q=" in page


def test_what_cannot_be_searched_is_refused(world: w.World) -> None:
    assert Client().get("/search/feed.atom", {"q": "、"}).status_code == 422
