"""A program comes in by a token: what it may, and when it no longer may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from tests import make
from tests.make import world as w
from tests.slices.api.machine import Machine, token_of
from tests.slices.web import people

from keguan.doors.api import tokens
from keguan.doors.api.models import Token
from keguan.kernel import clock
from keguan.kernel.clock import clock_at
from keguan.registers.parties.models import Account
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


def test_without_a_token_nothing_private_opens_and_a_session_does_not_help() -> None:
    account = make.account(make.person())
    browser = Client()
    browser.force_login(account)
    for client in (Machine(), browser, Machine("keguan_nonsense"), Machine("x")):
        response = client.get("/api/v1/cases")
        assert response.status_code == 401
        assert response["Content-Type"] == "application/problem+json"
        assert response["WWW-Authenticate"].startswith("Bearer")
        assert response.json()["texts"]["title"] == {"zh": "需要令牌", "en": "A token is needed"}


def test_a_token_opens_what_its_person_may_read_and_only_within_its_scopes() -> None:
    person = make.person()
    machine = Machine(token_of(person, "read:cases"))
    assert machine.get("/api/v1/cases").json() == {"items": [], "next": None}
    refused = machine.get("/api/v1/registers/organisations")
    assert refused.status_code == 403
    assert "read:registers" in refused.json()["detail"]


def test_a_token_never_can_more_than_its_person() -> None:
    response = Machine(token_of(make.person())).get("/api/v1/rounds")
    assert response.status_code == 403
    assert response.json()["problems"][0]["code"] == "right.missing"


def test_a_token_ends_with_its_day_its_account_and_when_it_is_revoked() -> None:
    person = make.person()
    shown = token_of(person)
    assert Machine(shown).get("/api/v1/cases").status_code == 200
    with clock_at(clock.now() + timedelta(days=32)):
        assert Machine(shown).get("/api/v1/cases").status_code == 401
    account = Account.objects.get(person=person)
    account.is_active = False
    account.save()
    assert Machine(shown).get("/api/v1/cases").status_code == 401
    account.is_active = True
    account.save()
    assert Machine(shown).get("/api/v1/cases").status_code == 200
    assert tokens.revoke(Token.objects.get(), w.actor_for(person))
    assert Machine(shown).get("/api/v1/cases").status_code == 401


def test_only_a_digest_is_kept_and_the_last_use_is_noted() -> None:
    shown = token_of(make.person())
    kept = Token.objects.get()
    assert shown not in str(vars(kept))
    assert kept.used_at is None
    Machine(shown).get("/api/v1/cases")
    kept.refresh_from_db()
    assert kept.used_at is not None


def test_a_token_is_made_shown_once_listed_and_revoked_by_pages() -> None:
    browser = Client()
    people.person("王一", username="wang.yi")
    browser.post("/sign-in/", {"username": "wang.yi", "password": people.PASSWORD})
    browser.post("/me/again/?next=/me/tokens/new/", {"password": people.PASSWORD})
    refused = browser.post("/me/tokens/new/", {"name": "", "last_day": "2999-01-01"})
    assert refused.status_code == 422
    last_day = (clock.today() + timedelta(days=9)).isoformat()
    made = browser.post("/me/tokens/new/", {"name": "统计程序", "scopes": ["read:cases"], "last_day": last_day})
    assert made.status_code == 201
    assert "no-store" in made["Cache-Control"]
    token = Token.objects.get()
    shown = made.content.decode().partition('id="token"')[2].partition('value="')[2].partition('"')[0]
    assert tokens.digest_of(shown) == token.digest
    assert Machine(shown).get("/api/v1/cases").status_code == 200
    listed = browser.get("/me/tokens/").content.decode()
    assert "统计程序" in listed
    assert shown not in listed
    browser.post(f"/me/tokens/{token.pk}/")
    assert Machine(shown).get("/api/v1/cases").status_code == 401
    tags = list(Event.objects.filter(tag__startswith="api:").order_by("id").values_list("tag", flat=True))
    assert tags == ["api:token:made", "api:token:revoked"]


def test_nobody_sees_or_revokes_the_token_of_another() -> None:
    token_of(make.person())
    token = Token.objects.get()
    browser = Client()
    browser.force_login(make.account(make.person()))
    assert browser.get(f"/me/tokens/{token.pk}/").status_code == 404
    assert browser.post(f"/me/tokens/{token.pk}/").status_code == 404
    assert "测试" not in browser.get("/me/tokens/").content.decode()
