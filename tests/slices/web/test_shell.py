"""What surrounds every page: language, headers, and what a public page costs."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from tests.slices.web import people

from keguan.registers.parties.roles import ROLES

pytestmark = pytest.mark.django_db


def test_a_public_page_asks_the_database_little_and_sets_no_cookie(client: Client, django_assert_num_queries) -> None:
    for address, most in (("/api/", 0), ("/", 2)):
        with django_assert_num_queries(most):
            response = client.get(address)
        assert response.status_code == 200
        assert not response.cookies


def test_a_page_of_somebody_signed_in_costs_three_queries_to_know_them(
    client: Client, django_assert_max_num_queries
) -> None:
    client.force_login(people.person("王一", "officer"))
    with django_assert_max_num_queries(3):
        said = client.get("/registers/").content.decode()
    assert "王一" in said
    assert "专业机构项目主管" in said


@pytest.mark.parametrize(("role", "is_shown"), [("officer", True), ("finance", True), ("", False)])
def test_views_and_exports_stand_in_the_navigation_of_those_who_handle_cases(
    client: Client, role: str, is_shown: bool
) -> None:
    client.force_login(people.person("王一", role) if role else people.person("王一"))
    navigation = client.get("/registers/").content.decode().partition('class="main-nav"')[2].partition("</nav>")[0]
    for address in ("/views/", "/exports/"):
        assert (f'href="{address}"' in navigation) == is_shown


@pytest.mark.parametrize("role", sorted(ROLES))
def test_whatever_stands_in_the_navigation_of_a_role_opens(client: Client, role: str) -> None:
    client.force_login(people.person("王一", role, employer=people.organisation()))
    navigation = client.get("/registers/").content.decode().partition('class="main-nav"')[2].partition("</nav>")[0]
    addresses = re.findall(r'href="([^"]+)"', navigation)
    assert addresses
    assert {at: client.get(at, follow=True).status_code for at in addresses} == dict.fromkeys(addresses, 200)


@pytest.mark.parametrize(
    ("accepts", "cookie", "asked", "spoken"),
    [
        ("", "", "", "zh-Hans"),
        ("fr, de;q=0.8", "", "", "zh-Hans"),
        ("en-GB,en;q=0.9,zh;q=0.8", "", "", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "", "", "zh-Hans"),
        ("en", "zh", "", "zh-Hans"),
        ("zh", "en", "", "en"),
        ("zh", "zh", "en", "en"),
        ("en", "<script>", "xx", "en"),
    ],
)  # fmt: skip
def test_the_language_is_the_one_asked_for_then_the_one_chosen_then_the_browsers(
    client: Client, accepts: str, cookie: str, asked: str, spoken: str
) -> None:
    if cookie:
        client.cookies["lang"] = cookie
    response = client.get("/", {"lang": asked} if asked else {}, headers={"accept-language": accepts})
    assert response["Content-Language"] == spoken
    assert f'<html lang="{spoken}"' in response.content.decode()


def test_choosing_a_language_returns_to_the_page_and_lasts(client: Client) -> None:
    response = client.get("/language/", {"to": "en", "next": "/sign-in/?next=/x/"})
    assert response["Location"] == "/sign-in/?next=/x/"
    assert client.get("/")["Content-Language"] == "en"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "\x00/", "http:evil"],
)
def test_nobody_is_sent_to_another_site(client: Client, elsewhere: str) -> None:
    assert client.get("/language/", {"to": "en", "next": elsewhere})["Location"] == "/"


def test_every_page_carries_the_protecting_headers_and_its_number(client: Client) -> None:
    for address in ("/", "/nowhere/", "/sign-in/"):
        response = client.get(address)
        assert "default-src 'self'" in response["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "same-origin"
        assert response["Cross-Origin-Opener-Policy"] == "same-origin"
        assert re.fullmatch(r"[0-9a-f-]{36}", response["X-Request-Id"])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_has_inline_script_or_style(client: Client, settings, language: str) -> None:
    settings.DEMO = True
    people.person("王一", "officer")
    for address in ("/", "/sign-in/", "/gallery/", "/nowhere/"):
        said = client.get(address, {"lang": language}).content.decode()
        assert not re.search(r"<script(?![^>]* src=\"/static/)", said)
        assert not re.search(r"<script[^>]*>[^<]", said)
        assert "<style" not in said
        assert not re.search(r"\s(style|on\w+)=", said)


def test_every_id_in_the_gallery_is_there_once_and_every_reference_leads_to_one(client: Client, settings) -> None:
    settings.DEMO = True
    said = client.get("/gallery/").content.decode()
    ids = re.findall(r'\bid="([^"]+)"', said)
    assert len(ids) == len(set(ids))
    pointed = set(re.findall(r'\bfor="([^"]+)"', said)) | set(re.findall(r'href="#([^"]+)"', said))
    pointed |= {
        word for found in re.findall(r'aria-(?:describedby|labelledby)="([^"]+)"', said) for word in found.split()
    }
    assert pointed - {""} <= set(ids)


def test_health_asks_the_database(client: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        assert client.get("/health/").json() == {"database": "ok"}


def test_the_style_sheet_is_served(client: Client) -> None:
    found = re.search(r'href="(/static/keguan/keguan\.css)\?\w{10}"', client.get("/").content.decode())
    assert found
    assert b"--accent" in b"".join(client.get(found[1]))


def test_what_is_asked_for_in_a_language_of_its_own_leaves_the_readers_as_it_is(client: Client) -> None:
    client.get("/language/", {"to": "en"})
    asked = client.get("/sign-in/", {"lang": "zh", "next": "/x/"})
    assert asked["Content-Language"] == "zh-Hans"
    assert client.get("/")["Content-Language"] == "en"
    switch = re.search(r'href="(/language/[^"]+)"', asked.content.decode())
    assert switch
    back = client.get(unescape(switch[1]))["Location"]
    assert "lang=" not in back, "or the page would stay as it was"
    assert "next=%2Fx%2F" in back
    assert client.get(back)["Content-Language"] == "en"
