"""A program sets up its own webhooks: makes, lists, changes and ends them, and looks after what did not arrive."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from tests import make
from tests.slices.api.machine import Machine, token_of
from tests.slices.web import people

from keguan.doors.api.models import KeptAnswer, Webhook, WebhookDelivery
from keguan.doors.api.webhooks import signing, subscribing
from keguan.kernel import clock
from keguan.kernel.actors import NOBODY
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db

AT = "/api/v1/webhooks"
ADDRESS = "https://desk.example.org/keguan"


@pytest.fixture
def machine() -> Machine:
    return Machine(token_of(make.person(), "webhooks"))


def made(machine: Machine, key: str = "", **more: Any) -> Any:
    body = {"address": ADDRESS, "kinds": ["case.submitted"]} | more
    headers = {"idempotency-key": key or str(uuid4())}
    return machine.post(AT, body, content_type="application/json", headers=headers)


def test_a_webhook_is_made_once_for_its_key_and_its_signing_key_is_kept_nowhere(machine: Machine) -> None:
    answer = made(machine, "a-first-webhook")
    assert answer.status_code == 201
    [webhook] = Webhook.objects.all()
    assert answer.json()["key"] == signing.shown(webhook)
    again = made(machine, "a-first-webhook")
    assert again.json() == answer.json()
    assert Webhook.objects.count() == 1
    assert "key" not in KeptAnswer.objects.get().content
    assert "key" not in machine.get(f"{AT}/{webhook.pk}").json()
    assert [one["kind"] for one in machine.get(f"{AT}/{webhook.pk}/deliveries").json()["items"]] == ["webhook.made"]


def test_what_is_wrong_is_told_at_once(machine: Machine) -> None:
    refused = made(machine, address="http://10.0.0.1/", organisation=make.organisation().pk)
    assert refused.status_code == 422
    assert [one["code"] for one in refused.json()["problems"]] == ["webhook.https", "right.missing"]
    assert made(machine, kinds=["case.everything"]).status_code == 422


def test_a_webhook_is_changed_member_by_member_and_tried_out_at_its_new_address(machine: Machine) -> None:
    pk = made(machine).json()["id"]
    key = signing.shown(Webhook.objects.get())
    WebhookDelivery.objects.update(state="sent")
    changed = machine.patch(f"{AT}/{pk}", {"kinds": ["case.ended"]}, content_type="application/json")
    assert (changed.json()["address"], changed.json()["kinds"]) == (ADDRESS, ["case.ended"])
    assert WebhookDelivery.objects.get().state == "sent"
    elsewhere = f"{ADDRESS}/2"
    changed = machine.patch(f"{AT}/{pk}", {"address": elsewhere}, content_type="application/json")
    assert (changed.json()["address"], changed.json()["kinds"]) == (elsewhere, ["case.ended"])
    assert WebhookDelivery.objects.get().state == "waiting"
    assert signing.shown(Webhook.objects.get()) == key
    refused = machine.patch(f"{AT}/{pk}", {"address": "ftp://x"}, content_type="application/json")
    assert refused.status_code == 422
    tags = Event.objects.filter(tag="api:webhook:changed").values_list("payload__kinds", flat=True)
    assert list(tags) == [["case.ended"], ["case.ended"]]


def test_an_ended_webhook_is_listed_and_neither_changed_nor_sent_to(machine: Machine) -> None:
    pk = made(machine).json()["id"]
    assert machine.delete(f"{AT}/{pk}").status_code == 204
    assert machine.delete(f"{AT}/{pk}").status_code == 204
    assert machine.get(AT).json()["items"][0]["ended"] is not None
    refused = machine.patch(f"{AT}/{pk}", {"kinds": ["case.ended"]}, content_type="application/json")
    assert [one["code"] for one in refused.json()["problems"]] == ["webhook.ended"]


def test_what_did_not_arrive_is_sent_once_more(machine: Machine) -> None:
    pk = made(machine).json()["id"]
    delivery = WebhookDelivery.objects.get()
    at, headers = f"{AT}/{pk}/deliveries/{delivery.pk}/again", {"idempotency-key": str(uuid4())}
    assert machine.post(at, headers=headers).status_code == 409
    WebhookDelivery.objects.update(state="given_up", outcome="500", tries=7)
    sent = machine.post(at, headers=headers).json()
    assert (sent["state"], sent["tries"]) == ("waiting", 0)


def test_lists_come_in_pieces(machine: Machine) -> None:
    pks = [made(machine).json()["id"] for _ in range(3)]
    first = machine.get(AT, {"limit": 2}).json()
    assert [one["id"] for one in first["items"]] == [pks[2], pks[1]]
    rest = machine.get(first["next"]).json()
    assert ([one["id"] for one in rest["items"]], rest["next"]) == ([pks[0]], None)


def test_nobody_reads_or_changes_the_webhook_of_another(machine: Machine) -> None:
    pk = made(machine).json()["id"]
    other = Machine(token_of(make.person(), "webhooks"))
    assert other.get(AT).json()["items"] == []
    for method, at in (
        ("get", ""), ("patch", ""), ("delete", ""), ("get", "/deliveries"), ("post", "/deliveries/1/again")
    ):  # fmt: skip
        headers = {"idempotency-key": str(uuid4())}
        asked = getattr(other, method)(f"{AT}/{pk}{at}", {}, content_type="application/json", headers=headers)
        assert asked.status_code == 404, (method, at)
    assert Machine(token_of(make.person(), "read:cases")).get(AT).status_code == 403


def test_a_webhook_is_changed_by_its_page() -> None:
    account = people.person("王一", username="wang.yi")
    webhook = Webhook.objects.create(
        account=account, address=ADDRESS, kinds=["case.ended"], salt="s", made_at=clock.now()
    )
    browser, at = Client(), f"/me/webhooks/{webhook.pk}/change/"
    browser.post("/sign-in/", {"username": "wang.yi", "password": people.PASSWORD})
    assert browser.get(at).status_code == 302, "one shows once more that it is oneself"
    browser.post(f"/me/again/?next={at}", {"password": people.PASSWORD})
    assert f'value="{ADDRESS}"' in browser.get(at).content.decode()
    refused = browser.post(at, {"address": "http://x.example.org/", "kinds": ["case.ended"]})
    assert refused.status_code == 422
    assert 'value="http://x.example.org/"' in refused.content.decode()
    browser.post(at, {"address": f"{ADDRESS}/3", "kinds": ["case.decided", "case.ended"]})
    webhook.refresh_from_db()
    assert (webhook.address, webhook.kinds) == (f"{ADDRESS}/3", ["case.decided", "case.ended"])
    stranger = Client()
    stranger.force_login(make.account(make.person()))
    assert stranger.get(at).status_code in (302, 404)
    subscribing.end(webhook, NOBODY)
    assert browser.get(at).status_code == 404
