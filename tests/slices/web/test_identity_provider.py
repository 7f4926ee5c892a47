"""Signing in by an OpenID Connect provider: discovery, PKCE, a signed ID token, and only for accounts that are connected."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlparse

import pytest
import time_machine
from django.test import Client
from tests.slices.web import people
from tests.slices.web.identity_provider import CLIENT, SECRET, Provider, running

from keguan.registers.parties.models import Account
from keguan.registers.trace.models import Event
from keguan.settings.accounts import identity_providers

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings) -> Iterator[Provider]:
    with running() as found:
        settings.SOCIALACCOUNT_PROVIDERS = identity_providers(
            {
                "KEGUAN_OIDC_ISSUER": found.address,
                "KEGUAN_OIDC_CLIENT": CLIENT,
                "KEGUAN_OIDC_SECRET": SECRET,
                "KEGUAN_OIDC_NAME": "政务统一身份认证",
            }
        )
        yield found


@pytest.fixture
def account() -> Account:
    return people.person("王一", username="wang.yi")


def go(client: Client, query: str = ""):
    """To the provider and back, as a browser does it."""
    leaving = client.post(f"/sign-in/provider/oidc/{query}")
    address = urlparse(unescape(re.search(r'url=(http[^"]+)"', leaving.content.decode())[1]))
    connection = http.client.HTTPConnection(address.netloc)
    connection.request("GET", f"{address.path}?{address.query}")
    answer = connection.getresponse()
    answer.read()
    back = urlparse(answer.headers["Location"])
    connection.close()
    return client.get(f"{back.path}?{back.query}")


def connect(client: Client) -> None:
    client.post("/sign-in/", {"username": "wang.yi", "password": people.PASSWORD})
    again = go(client, "?process=connect")
    assert again["Location"].startswith("/me/again/"), "nothing asked again who it is"
    client.post(again["Location"], {"password": people.PASSWORD})


def test_without_a_provider_nothing_is_offered(client: Client) -> None:
    assert "provider" not in client.get("/sign-in/").content.decode()
    assert client.post("/sign-in/provider/oidc/").status_code == 404


def test_a_connected_account_is_opened_by_the_provider(client: Client, account: Account, provider: Provider) -> None:
    connect(client)
    assert "已关联" in client.get("/me/").content.decode()
    visitor = Client()
    assert "用政务统一身份认证登录" in visitor.get("/sign-in/").content.decode()
    assert go(visitor, "?next=/todo/")["Location"] == "/todo/"
    assert "王一" in visitor.get("/me/").content.decode()
    last = Event.objects.filter(tag="web:sign-in:done").latest("id")
    assert (last.actor, last.payload["by"]) == (account.person_id, ["socialaccount"])
    assert Event.objects.filter(tag="web:identity:connected", actor=account.person_id).exists()


def test_a_stranger_to_us_gets_no_account_and_is_told_how_to_come_in(client: Client, provider: Provider) -> None:
    answer = go(client)
    assert answer.status_code == 403
    assert "本单位管理员邀请" in answer.content.decode()
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    ("lie", "value"), [("signs_with_own_key", False), ("audience", "another"), ("userinfo_subject", "gov-0002")]
)
def test_a_token_that_does_not_hold_opens_nothing(
    client: Client, account: Account, provider: Provider, lie: str, value: object
) -> None:
    connect(client)
    setattr(provider, lie, value)
    visitor = Client()
    assert go(visitor).status_code == 403
    assert visitor.get("/me/").status_code == 302


def test_an_answer_that_nobody_asked_for_opens_nothing(client: Client, account: Account, provider: Provider) -> None:
    connect(client)
    visitor = Client()
    assert visitor.get("/sign-in/provider/oidc/back/?code=x&state=y").status_code == 403
    assert visitor.get("/me/").status_code == 302


def test_letting_go_of_the_provider_asks_again_who_it_is(client: Client, account: Account, provider: Provider) -> None:
    connect(client)
    with time_machine.travel(time.time() + 11 * 60):
        again = client.post("/me/provider/disconnect/")
    assert again["Location"].startswith("/me/again/")
    client.post(again["Location"], {"password": people.PASSWORD})
    client.get("/me/")  # where the notices of what was done are told
    assert "已关联" not in client.get("/me/").content.decode()
    assert go(Client()).status_code == 403
