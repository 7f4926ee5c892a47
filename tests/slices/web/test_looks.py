"""How pages look is the reader's choice, without JavaScript; it stays, also when they sign in."""

from __future__ import annotations

import gzip
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from tests.make import account
from tests.make import world as w
from tests.slices.web import people

from keguan.casework.models import Case
from keguan.kernel.clock import clock_at

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


MOST_BYTES = 60_000
ROWS_OF_A_PAGE = 60


def _sent(client: Client, address: str) -> tuple[Any, bytes]:
    """An answer to a browser that takes compressed ones, and all of its bytes."""
    answer: Any = client.get(address, headers={"accept-encoding": "gzip"})
    read = b"".join(answer)
    # Not answer.close(): that ends the request, and with it the connection of the test.
    for close in answer._resource_closers:
        close()
    return answer, read


def _on_the_wire(client: Client, address: str) -> int:
    """Bytes of a page and of all that it names, as they are sent to a browser that takes compressed answers."""
    answer = client.get(address, headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert answer["Content-Encoding"] == "gzip"
    said = gzip.decompress(answer.content).decode()
    sizes = [len(answer.content)]
    sizes += [len(_sent(client, part)[1]) for part in set(re.findall(r'(?:href|src)="(/static/[^"]+)"', said))]
    assert len(sizes) > 2
    return sum(sizes)


def test_the_first_page_of_each_kind_weighs_little(client: Client) -> None:
    world = w.world(experts_count=0)
    with clock_at(w.moment("2026-03-02")):
        call = w.call(world, "key-rd-project", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"))
        number = w.started(world)
        case = Case.objects.get(number=number)
        for n in range(ROWS_OF_A_PAGE):
            case.pk, case.number, case.title = (
                None,
                f"65ZDYF20260009{n:03}",
                f"干旱区绿洲水肥一体化关键技术研究与示范（{n}）",
            )
            case.step, case.submitted_at = "screen", w.moment("2026-03-02")
            case.save(force_insert=True)
        weights = {address: _on_the_wire(client, address) for address in ("/", "/calls/", f"/calls/{call.code}/")}
        client.force_login(account(world.people["applicant"]))
        for address in (f"/cases/{number}/form/proposal/", f"/cases/{number}/"):
            weights[address] = _on_the_wire(client, address)
        client.force_login(account(world.people["officer"]))
        weights["/cases/"] = _on_the_wire(client, "/cases/")
        assert client.get("/cases/").content.count(b"<tr>") > ROWS_OF_A_PAGE
    assert max(weights.values()) <= MOST_BYTES, weights


def test_what_is_compressed_already_is_sent_as_it_is(client: Client) -> None:
    picture, read = _sent(client, "/static/keguan/keguan.svg")
    assert picture["Content-Encoding"] == "gzip"
    assert gzip.decompress(read).startswith(b"<svg")
    client.force_login(people.person("王一", "registrar"))
    sheet, read = _sent(client, "/registers/organisations/?format=xlsx")
    assert sheet.status_code == 200
    assert not sheet.has_header("Content-Encoding")
    assert read.startswith(b"PK")
