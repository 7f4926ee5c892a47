"""Other systems hear that something happened: signed, tried again, and never of what their person may not read."""

from __future__ import annotations

import base64
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.test import Client
from tests import make
from tests.make import world as w
from tests.slices.web import people

from keguan.casework import services
from keguan.doors.api.models import Webhook, WebhookDelivery
from keguan.doors.api.webhooks import addresses, listening, sending, signing, subscribing
from keguan.doors.api.webhooks.kinds import KINDS
from keguan.kernel import clock
from keguan.kernel.clock import clock_at
from keguan.kernel.problems import Problem, Refused
from keguan.registers.parties.access import actor_of
from keguan.registers.parties.models import Account, Person
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


class Receiver:
    """A system that receives webhooks: what came, and with which status it answers."""

    def __init__(self) -> None:
        self.status, self.came = 204, list[tuple[dict[str, str], bytes]]()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(outer.status)
                if outer.status == 302:
                    self.send_header("Location", outer.address + "elsewhere")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.DEMO = True  # so that it may stand on this machine
    one = Receiver()
    yield one
    one.close()


@pytest.fixture
def world() -> w.World:
    made = w.world(0)
    now = clock.now()
    w.call(made, "key-rd-project", opens=now - timedelta(days=1), closes=now + timedelta(days=30))
    listening.listen()
    return made


def webhook_of(person: Person, address: str, *kinds: str, organisation: int | None = None) -> Webhook:
    account = Account.objects.filter(person=person).first() or make.account(person)
    return subscribing.make(account, actor_of(account), address, kinds or tuple(KINDS), organisation)


def handed_in(world: w.World) -> str:
    number = w.started(world)
    year = clock.today().year + 1
    values = w.proposal(world, start=f"{year}-07-01", end=f"{year + 3}-06-30")
    done = world.act(number, "submit", "applicant", values=values, confirmed=True)
    assert isinstance(done, services.Done), done
    return number


def told(receiver: Receiver) -> list[tuple[str, str]]:
    return [(said["type"], said["data"]["number"]) for said in (json.loads(body) for _, body in receiver.came)]


def test_what_happens_is_told_signed_and_says_nothing_confidential(world: w.World, receiver: Receiver) -> None:
    made = webhook_of(world.people["applicant"], receiver.address)
    number = handed_in(world)
    world.act(number, "return", "host", reason="请补充预算说明。")
    listening.listen()
    sending.send_due()
    assert told(receiver) == [("webhook.made", ""), ("case.submitted", number), ("case.returned", number)]
    key = base64.b64decode(signing.shown(made).removeprefix("whsec_"))
    for headers, body in receiver.came:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"
        assert abs(int(headers["webhook-timestamp"]) - clock.now().timestamp()) < 60
    assert set(json.loads(receiver.came[1][1])["data"]) == {"number", "href", "api"}
    assert "预算" not in receiver.came[2][1].decode()


def test_each_event_is_told_once_however_often_it_is_looked_for(world: w.World, receiver: Receiver) -> None:
    webhook_of(world.people["applicant"], receiver.address, "case.submitted")
    handed_in(world)
    for _ in range(3):
        listening.listen()
        sending.send_due()
    assert [kind for kind, _ in told(receiver)] == ["webhook.made", "case.submitted"]


def test_nobody_hears_of_what_they_may_not_read(world: w.World, receiver: Receiver) -> None:
    webhook_of(make.person(), receiver.address)
    webhook_of(world.people["officer"], receiver.address, "case.submitted")
    webhook_of(world.people["host"], receiver.address, "case.submitted", organisation=world.university.pk)
    webhook_of(world.people["authority"], receiver.address, "case.submitted", organisation=None)
    WebhookDelivery.objects.all().delete()
    number = handed_in(world)
    listening.listen()
    heard = WebhookDelivery.objects.values_list("webhook__account__person", "number")
    knows = {world.people[who].pk for who in ("officer", "host", "authority")}
    assert {person for person, _ in heard} == knows
    assert {one for _, one in heard} == {number}


def test_what_is_refused_is_tried_again_later_and_given_up_at_last(world: w.World, receiver: Receiver) -> None:
    made = webhook_of(world.people["applicant"], receiver.address)
    receiver.status = 500
    now = clock.now()
    for wait in (timedelta(0), *sending.WAITS):
        now += wait
        with clock_at(now - timedelta(seconds=1)):
            assert sending.send_due() == 0
        came = len(receiver.came)
        with clock_at(now + timedelta(seconds=1)):
            sending.send_due()
        assert len(receiver.came) == came + 1
        now += timedelta(seconds=1)
    delivery = made.deliveries.get()
    assert (delivery.state, delivery.outcome, delivery.tries) == ("given_up", "500", len(sending.WAITS) + 1)
    assert len({headers["webhook-id"] for headers, _ in receiver.came}) == 1
    assert Event.objects.filter(tag="api:webhook:given-up").count() == 1


def test_where_an_answer_leads_on_to_is_not_followed(world: w.World, receiver: Receiver) -> None:
    made = webhook_of(world.people["applicant"], receiver.address)
    receiver.status = 302
    sending.send_due()
    assert len(receiver.came) == 1
    assert made.deliveries.get().outcome == "302"


def test_nothing_goes_out_for_a_locked_account_or_an_ended_webhook(world: w.World, receiver: Receiver) -> None:
    person = world.people["applicant"]
    made = webhook_of(person, receiver.address)
    Account.objects.filter(person=person).update(is_active=False)
    sending.send_due()
    Account.objects.filter(person=person).update(is_active=True)
    assert subscribing.end(made, actor_of(made.account))
    with clock_at(clock.now() + timedelta(days=1)):
        sending.send_due()
    assert receiver.came == []


@pytest.mark.parametrize(
    "address",
    [
        *("http://example.org/", "ftp://example.org/", "https://", "nonsense", "https://user:pw@example.org/"),
        *("https://127.0.0.1/", "https://localhost/", "https://10.0.0.8/", "https://192.168.1.1/x", "https://[::1]/"),
        *("https://169.254.169.254/latest/", "https://0.0.0.0/", "https://[::ffff:10.0.0.1]/", "https://[fe80::1]/"),
        *("https://100.64.0.1/", "https://224.0.0.1/", "https://db.internal/", "https://例子.中国/"),
    ],
)
def test_only_public_addresses_by_https_are_taken(address: str) -> None:
    assert isinstance(addresses.target_of(address), Problem)


def test_a_name_that_leads_into_the_own_network_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    def answers(*ips: str) -> None:
        found = [(2, 1, 6, "", (ip, 443)) for ip in ips]
        monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: found)

    target = addresses.target_of("https://hooks.example.org/x?y=1")
    assert isinstance(target, addresses.Target)
    answers("93.184.215.14")
    assert addresses.ip_of(target) == "93.184.215.14"
    for ips in (("10.0.0.1",), ("93.184.215.14", "127.0.0.1"), ("::ffff:192.168.0.1",)):
        answers(*ips)
        with pytest.raises(addresses.NotReachable):
            addresses.ip_of(target)


def test_a_webhook_is_set_up_shown_resent_and_ended_by_pages(receiver: Receiver) -> None:
    browser = Client()
    account = people.person("王一", username="wang.yi")
    browser.post("/sign-in/", {"username": "wang.yi", "password": people.PASSWORD})
    browser.post("/me/again/?next=/me/webhooks/new/", {"password": people.PASSWORD})
    assert browser.post("/me/webhooks/new/", {"address": "http://example.org"}).status_code == 422
    spoofed = {"address": receiver.address, "kinds": ["case.ended"], "organisation": "1"}
    assert browser.post("/me/webhooks/new/", spoofed).status_code == 422
    made = browser.post("/me/webhooks/new/", {"address": receiver.address, "kinds": ["case.ended"]})
    assert made.status_code == 201
    webhook = Webhook.objects.get(account=account)
    assert signing.shown(webhook) in made.content.decode()
    sending.send_due()
    page = f"/me/webhooks/{webhook.pk}/"
    said = browser.get(page).content.decode()
    assert "已送达" in said
    assert signing.shown(webhook) not in said
    browser.post(page, {"again": webhook.deliveries.get().pk})
    sending.send_due()
    assert len(receiver.came) == 2
    stranger = Client()
    stranger.force_login(make.account(make.person()))
    assert stranger.get(page).status_code == 404
    assert stranger.post(page).status_code == 404
    browser.post(page)
    webhook.refresh_from_db()
    assert webhook.ended_at is not None


def test_nobody_sets_up_a_webhook_for_an_organisation_they_do_not_speak_for(world: w.World) -> None:
    with pytest.raises(Refused) as refused:
        webhook_of(world.people["member"], "https://example.org/", organisation=world.university.pk)
    assert [one.code for one in refused.value.refusal.problems] == ["right.missing"]


def test_deliveries_stay_on_their_page_for_a_season(world: w.World, receiver: Receiver) -> None:
    webhook_of(world.people["applicant"], receiver.address)
    sending.send_due()
    now = clock.now()
    with clock_at(now + timedelta(days=89)):
        assert sending.forget_old() == 0
    with clock_at(now + timedelta(days=91)):
        assert sending.forget_old() == 1
