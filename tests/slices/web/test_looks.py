"""How pages look is the reader's choice, without JavaScript; it stays, also when they sign in."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client
from tests.slices.web import people

pytestmark = pytest.mark.django_db


def _dark(client: Client) -> str | None:
    found = re.search(r'dark\.css\?\w{10}" media="([^"]+)"', client.get("/").content.decode())
    return found[1] if found else None


def test_unless_chosen_otherwise_pages_follow_the_system_and_paper_stays_white(client: Client) -> None:
    assert _dark(client) == "screen and (prefers-color-scheme: dark)"
    assert 'data-type="large"' not in client.get("/").content.decode()


@pytest.mark.parametrize(("colours", "media"), [("dark", "screen"), ("light", None)])
def test_a_reader_chooses_their_colours_and_returns_to_the_page(
    client: Client, colours: str, media: str | None
) -> None:
    response = client.get("/look/", {"colours": colours, "next": "/calls/?q=x"})
    assert response["Location"] == "/calls/?q=x"
    assert _dark(client) == media
    said = client.get("/").content.decode()
    assert re.search(rf'href="/look/\?colours={colours}&amp;next=%2F"[^>]*aria-current="true"', said)


def test_large_type_and_colours_are_chosen_apart_and_stay_when_somebody_signs_in(client: Client) -> None:
    client.get("/look/", {"type": "large"})
    client.get("/look/", {"colours": "dark"})
    client.force_login(people.person("王一", "officer"))
    said = client.get("/registers/").content.decode()
    assert 'data-type="large"' in said
    assert _dark(client) == "screen"
    client.post("/sign-out/")
    assert 'data-type="large"' in client.get("/").content.decode()
    client.get("/look/", {"type": "standard"})
    assert 'data-type="large"' not in client.get("/").content.decode()


@pytest.mark.parametrize("cookie", ["", ".", "x.y", "dark", "<script>.large", "large.dark", "a.b.c"])
def test_a_cookie_that_says_nothing_known_breaks_nothing(client: Client, cookie: str) -> None:
    client.cookies["look"] = cookie
    response = client.get("/")
    assert response.status_code == 200
    assert "<script" not in response.content.decode()


def test_choosing_a_look_leads_to_no_other_site_and_is_marked_to_be_kept(client: Client) -> None:
    response = client.get("/look/", {"colours": "dark", "next": "//evil.example/"})
    assert response["Location"] == "/"
    kept = response.cookies["look"]
    assert kept["max-age"] > 300 * 24 * 3600
    assert kept["httponly"]
    assert kept["samesite"] == "Lax"
    assert bool(kept["secure"]) is settings.SESSION_COOKIE_SECURE
