"""People choose how they are told; a mail is unsubscribed from without signing in; a mobile number is confirmed by a code."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from tests import make
from tests.slices.casework.page_cast import signed_in
from tests.slices.mail import servers
from tests.slices.mail.told import MORNING, message, minute, reader

from keguan.casework.message_kinds import ABOUT, KINDS
from keguan.doors.mail import mobiles, stop_links
from keguan.doors.mail.models import Delivery, Wishes
from keguan.kernel.clock import clock_at
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db

ALL_BY_DAY = dict.fromkeys(KINDS, "daily") | {"quiet_from": "20", "quiet_until": "9", "workdays_only": "yes"}


def test_what_is_chosen_holds_for_the_next_message() -> None:
    to = reader()
    browser = signed_in(to)
    assert "退回修改" in browser.get(reverse("notice_wishes")).content.decode()
    assert "Returned for correction" in browser.get(reverse("notice_wishes"), {"lang": "en"}).content.decode()
    assert browser.post(reverse("notice_wishes"), ALL_BY_DAY).status_code == 303
    message(to)
    minute()
    assert servers.TAKEN == []
    minute(MORNING + timedelta(days=1, hours=-2))
    assert servers.TAKEN == []  # 08:00 lies in the quiet
    minute(MORNING + timedelta(days=1, hours=-1))
    assert len(servers.TAKEN) == 1
    assert Event.objects.get(tag="notice:wishes:chosen").actor == to.pk


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_stands_once_in_a_short_row_under_what_it_is_about(language: str) -> None:
    page = signed_in(reader()).get(reverse("notice_wishes"), {"lang": language}).content.decode()
    groups = page.split('<fieldset class="group">')[1:]
    legends = [re.findall("<legend>(.*?)</legend>", one) for one in groups]
    assert legends[:-1] == [[about.said_in(language)] for about in ABOUT]
    for about, group in zip(ABOUT, groups, strict=False):
        told = re.findall(r'<select id="field-\w+" name="(\w+)"', group)
        assert told == [word for word, kind in KINDS.items() if kind.about == about]
    assert '<option value="">' not in page, "something is chosen everywhere"


@pytest.mark.parametrize("way", ["weekly", "none"])
def test_what_the_law_demands_comes_within_a_day(way: str) -> None:
    to = reader()
    refused = signed_in(to).post(reverse("notice_wishes"), ALL_BY_DAY | {"returned": way})
    assert refused.status_code == 422
    assert "行政许可法 第三十二条" in refused.content.decode()
    assert signed_in(to).post(reverse("notice_wishes"), ALL_BY_DAY | {"waits": way}).status_code == 303


def test_a_kind_that_is_switched_off_comes_no_more_not_even_what_waits_already() -> None:
    to = reader()
    Wishes.objects.create(person=to, by_kind={"waits": "daily"})
    message(to)
    minute()
    signed_in(to).post(reverse("notice_wishes"), ALL_BY_DAY | {"waits": "none"})
    message(to)
    minute(MORNING + timedelta(days=3))
    assert servers.TAKEN == []
    assert list(Delivery.objects.values_list("state", flat=True)) == ["stopped"]


def test_what_the_law_demands_is_not_switched_off_and_everything_wrong_is_told_at_once() -> None:
    to = reader()
    answer = signed_in(to).post(
        reverse("notice_wishes"), ALL_BY_DAY | {"returned": "none", "waits": "hourly", "quiet_from": "24"}
    )
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "请选择“退回修改”的接收方式" in said
    assert "请选择“等待您办理”的接收方式" in said
    assert "请选择整点" in said
    assert "参照行政许可法 第三十二条" in said
    assert not Wishes.objects.exists()
    Wishes.objects.create(person=to, by_kind={"returned": "none"})
    message(to, "returned")
    minute()
    assert len(servers.TAKEN) == 1


def link() -> str:
    found = re.search(r"https?://[^/]+(/\S+)", servers.TAKEN[-1].extra_headers["List-Unsubscribe"].strip("<>"))
    assert found
    return found[1]


@pytest.mark.parametrize("sent", [{}, {"List-Unsubscribe": "One-Click"}])
def test_the_link_of_a_mail_stops_its_kind_without_signing_in_and_looking_at_it_does_not(sent: dict[str, str]) -> None:
    to = reader()
    message(to, "waits")
    minute()
    stranger = Client(enforce_csrf_checks=True)
    assert "等待您办理" in stranger.get(link()).content.decode()
    assert not Wishes.objects.exists()
    assert stranger.post(link(), sent).status_code == 200
    assert Wishes.objects.get(pk=to.pk).by_kind == {"waits": "none"}
    message(to, "waits")
    message(to, "ended")
    minute(MORNING + timedelta(hours=1))
    assert servers.TAKEN[-1].subject == "科管：办结 "
    assert Event.objects.get(tag="notice:wishes:stopped").payload == {"person": to.pk, "kinds": ["waits"]}


def test_a_link_that_was_not_made_here_stops_nothing() -> None:
    to = reader()
    for token in ("x", stop_links.made(to.pk, ["waits"])[:-1] + "!", stop_links.made(10**12, ["waits"])):
        assert Client().post(reverse("notices_stop", args=[token])).status_code == 404
    assert Client().post(reverse("notices_stop", args=[stop_links.made(to.pk, ["ended", "?"])])).status_code == 200
    assert Wishes.objects.get(pk=to.pk).by_kind == {}


def test_a_mail_that_could_not_be_sent_is_told_to_its_reader() -> None:
    to = reader()
    servers.before.append(servers.refusing(550))
    message(to)
    minute()
    with clock_at(MORNING):
        assert "未能送出" in signed_in(to).get(reverse("notice_wishes")).content.decode()
        assert "未能送出" in signed_in(to).get(reverse("profile")).content.decode()
        other = signed_in(reader())
        assert "未能送出" not in other.get(reverse("notice_wishes")).content.decode()
        assert "未能送出" not in other.get(reverse("profile")).content.decode()


def code() -> str:
    found = re.search(r"\d{6}", servers.TEXTS[-1][1])
    assert found
    return found[0]


def test_a_mobile_number_counts_once_its_code_is_typed() -> None:
    cache.clear()
    to = reader()
    browser = signed_in(to)
    assert browser.post(reverse("mobile"), {"mobile": "12345"}).status_code == 422
    assert browser.post(reverse("mobile"), {"mobile": "138 0013 8000"}).status_code == 303
    assert not Wishes.objects.exists()
    assert browser.post(reverse("mobile"), {"mobile": "13800138000"}).status_code == 422  # not twice in a minute
    assert browser.post(reverse("mobile_code"), {"code": code()}).status_code == 303
    assert Wishes.objects.get(pk=to.pk).mobile == "13800138000"
    assert Wishes.objects.get(pk=to.pk).by_text
    assert browser.post(reverse("mobile_remove")).status_code == 302
    assert not Wishes.objects.get(pk=to.pk).by_text


def test_after_some_wrong_codes_the_right_one_is_no_good_either() -> None:
    cache.clear()
    browser = signed_in(reader())
    browser.post(reverse("mobile"), {"mobile": "13800138000"})
    right = code()
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _ in range(mobiles.TRIES):
        assert browser.post(reverse("mobile_code"), {"code": wrong}).status_code == 422
    assert browser.post(reverse("mobile_code"), {"code": right}).status_code == 422
    assert not Wishes.objects.exists()


def test_two_entries_of_one_person_keep_the_wishes_of_the_one_that_stays() -> None:
    from keguan.registers.parties import merging

    actor = make.actor("registrar")
    kept, gone = reader(name="同一人"), reader(name="同一人")
    Wishes.objects.create(person=gone, quiet_from=1)
    merging.merge(actor, kept, gone, reason="重复登记")
    assert list(Wishes.objects.values_list("person", "quiet_from")) == [(kept.pk, 1)]
    third = reader(name="同一人")
    Wishes.objects.create(person=third, quiet_from=2)
    merging.merge(actor, kept, third, reason="重复登记")
    assert list(Wishes.objects.values_list("person", "quiet_from")) == [(kept.pk, 1)]
