"""New calls by mail: asked for, confirmed by the address itself, sent once, ended by any mail."""

from __future__ import annotations

import contextlib
import random
import re
import smtplib
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w

from keguan.casework.models import Round
from keguan.casework.rounds import services as rounds
from keguan.casework.subscriptions import services
from keguan.casework.subscriptions.models import Announcement, Subscription
from keguan.kernel import clock
from keguan.kernel.clock import clock_at
from keguan.registers.parties.access import actor_for
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db

START = w.moment("2026-03-01")


def call(code: str, programme: str = "key-rd-project", **given: Any) -> Round:
    """A call that is published now and open for a month."""
    now = clock.now()
    terms = {"opens": now, "closes": now + timedelta(days=30), "published_at": now}
    return cases.bare_round(
        cases.version(programme), code=code, title_zh=f"通知{code}", title_en=f"Call {code}", **terms | given
    )


def asked(query: str = "", language: str = "zh", address: str = "Li@example.org") -> Any:
    return Client().post(reverse("subscribe") + query, {"address": address, "language": language})


def link(name: str, message: Any) -> str:
    found = re.search(rf"http://127\.0\.0\.1:8000(/subscriptions/\S+/{name}/)\?lang=(zh|en)", message.body)
    assert found is not None, message.body
    return found[1]


def subscribed(query: str = "", language: str = "zh", address: str = "li@example.org") -> Subscription:
    assert asked(query, language, address).status_code == 303
    Client().post(link("confirm", mail.outbox.pop()))
    return Subscription.objects.latest("pk")


@pytest.mark.parametrize(
    ("language", "subject", "words"), [("zh", "2项新申报通知：通知early", "截止："), ("en", "2 new calls: Call early", "Closes: ")]
)  # fmt: skip
def test_a_search_becomes_a_subscription_once_its_address_confirms_it(language: str, subject: str, words: str) -> None:
    with clock_at(START):
        call("old")
    with clock_at(START + timedelta(days=1)):
        page = Client().get("/calls/", {"programme": "key-rd-project", "status": "open"}).content.decode()
        assert "/subscriptions/?programme=key-rd-project&amp;status=open" in page or "subscriptions/?" in page
        assert asked("?programme=key-rd-project&status=open", language).status_code == 303
        first = mail.outbox.pop()
        assert first.to == ["li@example.org"]
        opened = Client().get(link("confirm", first))
        assert opened.status_code == 200
        assert Subscription.objects.get().confirmed_at is None, "opening the link is not consent: scanners open links"
        call("early")
        assert services.tell_all() == 0
        Client().post(link("confirm", first))
        call("new")
        call("other", "rd-post-subsidy")
        assert services.tell_all() == 1
    (told,) = mail.outbox
    assert told.subject == subject
    for code, is_told in (("new", True), ("early", True), ("old", False), ("other", False)):
        assert (f"/calls/{code}/?lang={language}" in told.body) is is_told, code
    assert words in told.body
    assert told.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def extended(code: str, days: int, reason: str) -> None:
    planner = make.person()
    make.duty("planning", planner)
    of_round = Round.objects.get(code=code)
    done = rounds.extend_round(code, of_round.closes + timedelta(days=days), reason, actor_for(planner))
    assert isinstance(done, Round), done


@pytest.mark.parametrize(("language", "mark"), [("zh", "【变更】通知one"), ("en", "Changed: Call one")])
def test_a_change_of_a_call_is_told_once_to_who_was_told_of_it_or_came_since(language: str, mark: str) -> None:
    with clock_at(START):
        subscribed(language=language)
        call("one")
        call("two")
        assert services.tell_all() == 1
    with clock_at(START + timedelta(days=1)):
        subscribed(language=language, address="late@example.org")
        assert services.tell_all() == 0, "calls from before somebody subscribed are no news"
    mail.outbox.clear()
    with clock_at(START + timedelta(days=2)):
        extended("one", 5, "洪水停电")
        assert services.tell_all() == 2
        assert services.tell_all() == 0
        assert {message.to[0] for message in mail.outbox} == {"li@example.org", "late@example.org"}
        for message in mail.outbox:
            assert mark in message.body
            assert "洪水停电" in message.body
            assert "2026-04-05" in message.body
            assert "/calls/two/" not in message.body
            assert "one" in message.subject
    with clock_at(START + timedelta(days=3)):
        extended("one", 5, "系统故障")
        assert services.tell_all() == 2, "each change is told"
    with clock_at(START + timedelta(days=4)):
        subscribed(language=language, address="new@example.org")
        mail.outbox.clear()
        call("three")
        extended("three", 5, "更正")
        assert services.tell_all() == 3
        for message in mail.outbox:
            assert "/calls/one/" not in message.body
            assert "更正" not in message.body, "what one hears of for the first time was not changed for one"


def test_any_mail_ends_its_subscription_and_nothing_of_the_address_is_kept() -> None:
    with clock_at(START):
        subscribed()
        call("one")
        assert services.tell_all() == 1
        told = mail.outbox[-1]
        end = link("end", told)
        assert told.extra_headers["List-Unsubscribe"].startswith("<http")
        browser = Client(enforce_csrf_checks=True)
        assert browser.get(end).status_code == 200
        assert Subscription.objects.count() == 1
        assert browser.post(end, {"List-Unsubscribe": "One-Click"}).status_code == 200
        assert Subscription.objects.count() == Announcement.objects.count() == 0
        assert browser.post(end, {"List-Unsubscribe": "One-Click"}).status_code == 200
        assert browser.get(end).status_code == 404
        call("two")
        assert services.tell_all() == 0
    traced = Event.objects.filter(tag__startswith="subscription:")
    assert sorted(traced.values_list("tag", flat=True)) == [
        f"subscription:calls:{deed}" for deed in ("asked", "confirmed", "ended", "told")
    ]
    assert not any("example" in str(event.payload) for event in traced)


def test_nobody_confirms_or_ends_for_others_and_nobody_learns_who_subscribes() -> None:
    with clock_at(START):
        found = subscribed()
        for name in ("subscription_confirm", "subscription_end"):
            for token in (str(found.pk), f"{found.pk}.x", f"{found.pk + 1}.x", "x" * 200):
                assert Client().get(reverse(name, args=[token])).status_code == 404
        again = asked()
        assert again.status_code == 303
        assert again["Location"] == asked(address="new@example.org")["Location"]
        assert [message.to for message in mail.outbox] == [["new@example.org"]], (
            "who has it already gets no second mail"
        )


@pytest.mark.parametrize("typed", ["", "li", "li@", "a@b.cn\nBcc: x@y.cn", "x" * 260 + "@example.org"])
def test_what_is_no_address_is_refused_with_what_was_typed(typed: str) -> None:
    refused = asked(address=typed)
    assert refused.status_code == 422
    assert 'href="#field-address"' in refused.content.decode()
    assert not mail.outbox
    assert Subscription.objects.count() == 0


def test_an_address_is_asked_once_in_a_while_and_forgotten_if_it_never_answers() -> None:
    with clock_at(START):
        for _ in range(5):
            asked()
    assert len(mail.outbox) == 1
    with clock_at(START + timedelta(minutes=11)):
        asked()
    assert len(mail.outbox) == 2
    with clock_at(START + timedelta(days=4)):
        services.tell_all()
    assert Subscription.objects.count() == 0


def test_a_flood_of_requests_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_ASKED_AN_HOUR", 3)
    with clock_at(START):
        answers = [asked(address=f"a{number}@example.org").status_code for number in range(5)]
    assert answers == [303, 303, 303, 422, 422]


class Unsteady(EmailBackend):
    """A mail server that sometimes refuses, and beside which the machine sometimes stops, before or after the mail went."""

    moods: list[str] = []

    def send_messages(self, messages: Any) -> int:
        mood = self.moods.pop() if self.moods else ""
        if mood == "refuses":
            raise smtplib.SMTPServerDisconnected("no")
        if mood == "stops before":
            raise KeyboardInterrupt
        sent = super().send_messages(messages)
        if mood == "stops after":
            raise KeyboardInterrupt
        return sent


@pytest.mark.parametrize("seed", range(8))
def test_whatever_happens_no_call_is_told_twice_and_each_is_told_unless_nobody_knows(
    seed: int, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    with clock_at(START):
        searches = ("", "?programme=key-rd-project", "?programme=rd-post-subsidy", "?q=call-1")
        for number, query in enumerate(searches):
            subscribed(query, address=f"a{number}@example.org")
    settings.EMAIL_BACKEND = f"{__name__}.Unsteady"
    programmes: list[str] = []
    now = START
    for _ in range(25):
        now += timedelta(hours=1)
        with clock_at(now):
            match chance.choice(["call", "call", "well", "refuses", "stops before", "stops after"]):
                case "call":
                    programmes.append(chance.choice(["key-rd-project", "rd-post-subsidy"]))
                    call(f"call-{len(programmes)}", programmes[-1])
                case mood:
                    monkeypatch.setattr(Unsteady, "moods", [mood, *[""] * chance.randrange(3)])
                    with contextlib.suppress(KeyboardInterrupt):
                        services.tell_all()
    monkeypatch.setattr(Unsteady, "moods", [])
    with clock_at(now + timedelta(hours=1)):
        services.tell_all()
        assert services.tell_all() == 0
    told = Counter(
        (message.to[0], code) for message in mail.outbox for code in re.findall(r"/calls/(call-\d+)/", message.body)
    )
    assert set(told.values()) == {1}
    codes = {f"call-{number}": programme for number, programme in enumerate(programmes, 1)}
    fits = {
        "a0@example.org": set(codes),
        "a1@example.org": {code for code, programme in codes.items() if programme == "key-rd-project"},
        "a2@example.org": {code for code, programme in codes.items() if programme == "rd-post-subsidy"},
        "a3@example.org": {code for code in codes if code.startswith("call-1")},
    }
    unsure = set(Announcement.objects.filter(sent_at=None).values_list("subscription__address", "round__code"))
    assert set(told) | unsure == {(address, code) for address, fitting in fits.items() for code in fitting}
