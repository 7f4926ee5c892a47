"""Signing in: by password, and in a demo by choosing who to be."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from tests.make import cases
from tests.slices.web import people

from keguan.doors.demo.cast import PASSWORD as DEMO_PASSWORD
from keguan.doors.web import lockout
from keguan.doors.web.models import SignInAttempt
from keguan.kernel.clock import clock_at, now
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


def send(client: Client, username: str, password: str, **more: str):
    return client.post("/sign-in/", {"username": username, "password": password, **more})


def test_the_right_password_opens_a_session_and_is_traced(client: Client) -> None:
    account = people.person("王一", "officer", username="wang.yi")
    response = send(client, " Wang.Yi ", people.PASSWORD)
    assert response.status_code == 302
    assert client.cookies["sessionid"]["httponly"]
    assert client.cookies["sessionid"]["samesite"] == "Lax"
    assert "王一" in client.get("/").content.decode()
    assert Event.objects.get(tag="web:sign-in:done").actor == account.person_id


def test_a_wrong_password_keeps_the_username_and_does_not_say_which_of_the_two_was_wrong(client: Client) -> None:
    people.person("王一", username="wang.yi")
    wrong_password = send(client, "wang.yi", "no").content.decode()
    wrong_name = send(client, "wang.er", "no").content.decode()
    assert 'value="wang.yi"' in wrong_password
    assert "用户名或密码不对" in wrong_password
    assert "用户名或密码不对" in wrong_name
    assert Event.objects.filter(tag="web:sign-in:failed", actor=None).count() == 2


@pytest.mark.parametrize("username", ["\x00", "a" * 5000, "艾力•斯木吐拉", "🌱", ""])
def test_odd_usernames_are_refused_not_broken(client: Client, username: str) -> None:
    assert send(client, username, "\x00").status_code == 422


def test_after_five_failures_even_the_right_password_must_wait(client: Client) -> None:
    people.person("王一", username="wang.yi")
    for _ in range(lockout.MOST_FOR_ONE_PERSON_HERE):
        send(client, "wang.yi", "no")
    blocked = send(client, "wang.yi", people.PASSWORD)
    assert blocked.status_code == 422
    assert "15 分钟" in blocked.content.decode()
    with clock_at(now() + lockout.WINDOW + timedelta(seconds=1)):
        assert send(client, "wang.yi", people.PASSWORD).status_code == 302
    assert not SignInAttempt.objects.exists()


def test_a_stranger_elsewhere_does_not_lock_the_owner_out(client: Client) -> None:
    people.person("王一", username="wang.yi")
    stranger = Client(REMOTE_ADDR="203.0.113.9")
    for _ in range(lockout.MOST_FOR_ONE_PERSON_HERE + 1):
        send(stranger, "wang.yi", "no")
    assert send(client, "wang.yi", people.PASSWORD).status_code == 302


def test_in_a_demo_people_stand_by_role_and_one_click_is_enough(
    client: Client, settings, django_assert_max_num_queries
) -> None:
    settings.DEMO = True
    host = people.organisation()
    account = people.person("王一", "host", employer=host)
    people.person("李二", "officer")
    with django_assert_max_num_queries(3):
        said = client.get("/sign-in/").content.decode()
    assert "新疆示例大学" in said
    assert "依托单位科研管理人员" in said
    assert client.post("/sign-in/", {"account": str(account.pk)}).status_code == 302
    assert "王一" in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("language", "title"), [("zh", "高新技术企业认定"), ("en", "Certification of high-tech enterprises")]
)
def test_a_duty_for_one_programme_is_told_by_the_programmes_title(
    client: Client, settings, language: str, title: str
) -> None:
    settings.DEMO = True
    version = cases.version("high-tech-enterprise")
    assert version.title.said_in(language) == title
    account = people.person("王一", "officer")
    account.person.duties.update(programme=version.code)
    for address in ("/sign-in/", "/"):
        said = client.get(address, {"lang": language}).content.decode()
        assert f" · {title}" in said, address
        assert f" · {version.code}" not in said, address
        client.force_login(account)


@pytest.mark.parametrize("sent", ["", "0", "x", "１２", "9" * 40, "-1"])
def test_a_demo_person_who_does_not_exist_is_refused(client: Client, settings, sent: str) -> None:
    settings.DEMO = True
    assert client.post("/sign-in/", {"account": sent}).status_code == 422


def test_outside_a_demo_nobody_signs_in_by_choosing(client: Client, settings) -> None:
    settings.DEMO = False
    account = people.person("王一")
    assert "王一" not in client.get("/sign-in/").content.decode()
    assert client.post("/sign-in/", {"account": str(account.pk)}).status_code == 422


def test_in_a_demo_real_people_still_need_their_password(client: Client, settings) -> None:
    settings.DEMO = True
    account = people.person("王一")
    account.person.is_demo = False
    account.person.save()
    assert client.post("/sign-in/", {"account": str(account.pk)}).status_code == 422


@pytest.mark.parametrize("is_demo", [True, False])
def test_the_password_that_every_demo_page_tells_opens_nothing_outside_a_demo(
    client: Client, settings, is_demo: bool
) -> None:
    settings.DEMO = is_demo
    account = people.person("王一", username="wang.yi")
    account.set_password(DEMO_PASSWORD)
    account.save()
    assert send(client, "wang.yi", DEMO_PASSWORD).status_code == (302 if is_demo else 422)


def test_signing_out_ends_the_session_and_only_by_post(client: Client) -> None:
    client.force_login(people.person("王一"))
    assert client.get("/sign-out/").status_code == 405
    client.post("/sign-out/")
    assert "王一" not in client.get("/").content.decode()


def test_next_leads_only_to_this_site(client: Client) -> None:
    people.person("王一", username="wang.yi")
    assert send(client, "wang.yi", people.PASSWORD, next="//evil.example/")["Location"] == "/"
