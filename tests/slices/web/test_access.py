"""Who gets in, and what those hear who do not."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.slices.web import people

from keguan.registers.trace.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.slices.web.some_urls")]


def test_a_visitor_is_sent_to_sign_in_and_comes_back(client: Client) -> None:
    response = client.get("/registrars/?a=1&b=中")
    assert response.status_code == 302
    assert (
        response["Location"] == "/sign-in/?next=%2Fregistrars%2F%3Fa%3D1%26b%3D%E4%B8%AD"
        or "next=%2Fregistrars%2F" in response["Location"]
    )
    account = people.person("王一", "registrar")
    signed = client.post(
        response["Location"].split("?")[0],
        {"username": account.username, "password": people.PASSWORD, "next": "/registrars/?a=1"},
    )
    assert signed["Location"] == "/registrars/?a=1"
    assert client.get("/registrars/").content.startswith(b"hello Actor")


def test_a_person_without_the_right_learns_which_one_is_missing_and_the_attempt_is_traced(client: Client) -> None:
    account = people.person("李二", "officer")
    client.force_login(account)
    response = client.get("/registrars/")
    said = response.content.decode()
    assert response.status_code == 403
    assert "维护名录" in said
    assert "登记员" in said
    event = Event.objects.get(tag="web:page:forbidden")
    assert event.actor == account.person_id
    assert event.outcome == "refused"
    assert event.request_id == response["X-Request-Id"]
    assert event.payload == {"right": "keep the registers", "path": "/registrars/", "method": "GET"}


def test_a_visitor_without_rights_leaves_no_trace(client: Client) -> None:
    client.get("/registrars/")
    assert not Event.objects.filter(tag="web:page:forbidden").exists()


def test_a_writer_whose_session_ended_keeps_what_was_typed_and_can_send_it_after_signing_in_elsewhere() -> None:
    account = people.person("张三", "registrar")
    browser = Client(enforce_csrf_checks=True)
    browser.get("/sign-in/")
    token = browser.cookies["csrftoken"].value
    lost = browser.post("/registrars/", {"note": "写了很久<b>", "csrfmiddlewaretoken": token})
    said = lost.content.decode()
    assert lost.status_code == 401
    assert 'name="note" value="写了很久&lt;b&gt;"' in said
    assert "写了很久&lt;b&gt;</textarea>" in said
    # In another tab: sign in. Then send the first form again, with the token it was made with.
    browser.post("/sign-in/", {"username": account.username, "password": people.PASSWORD, "csrfmiddlewaretoken": token})
    again = browser.post("/registrars/", {"note": "写了很久<b>", "csrfmiddlewaretoken": token})
    assert again.content.decode() == "hello Actor 写了很久<b>"


def test_a_wrong_method_gets_a_page_that_says_so(client: Client) -> None:
    response = client.post("/known/")
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"
    assert "不能以这种方式打开" in response.content.decode()


def test_an_account_that_is_closed_is_nobody_at_once(client: Client) -> None:
    account = people.person("赵四", "registrar")
    client.force_login(account)
    assert client.get("/registrars/").status_code == 200
    account.is_active = False
    account.save()
    assert client.get("/registrars/").status_code == 302
