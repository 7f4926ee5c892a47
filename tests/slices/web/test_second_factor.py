"""Authenticator app, recovery codes, step-up, and how long a session lives."""

from __future__ import annotations

import re
import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from tests.slices.web import people
from tests.slices.web.one_time_codes import code_now

from keguan.doors.web import who
from keguan.registers.parties.models import Account
from keguan.registers.trace.models import Event
from keguan.settings.accounts import IDLE_SECONDS

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return people.person("王一", "officer", username="wang.yi")


def sign_in(client: Client, **more: str):
    return client.post("/sign-in/", {"username": "wang.yi", "password": people.PASSWORD, **more})


def step_up(client: Client, address: str):
    """Go there, and show once more who one is."""
    again = client.get(address)
    assert again.status_code == 302, "nothing asked again who it is"
    assert again["Location"].startswith("/me/again/")
    return client.post(again["Location"], {"password": people.PASSWORD})


def turn_on(client: Client) -> str:
    """Turn on an authenticator app. Returns its secret."""
    step_up(client, "/me/authenticator/")
    secret = re.search(r"<code>([A-Z2-7]+)</code>", client.get("/me/authenticator/").content.decode())[1]
    assert client.post("/me/authenticator/", {"code": code_now(secret)}).status_code == 302
    return secret


def test_with_an_app_the_password_alone_opens_nothing(client: Client, account: Account) -> None:
    sign_in(client)
    secret = turn_on(client)
    other = Client()
    assert sign_in(other, next="/todo/")["Location"] == "/sign-in/second/"
    assert other.get("/me/").status_code == 302, "half signed in is not signed in"
    wrong = other.post("/sign-in/second/", {"code": "000000"})
    assert wrong.status_code == 422
    assert "验证码不对" in wrong.content.decode()
    done = other.post("/sign-in/second/", {"code": code_now(secret, later=1)})
    assert done["Location"] == "/todo/", "and goes on to where one wanted"
    assert other.get("/me/").status_code == 200
    assert Event.objects.filter(tag="web:second-factor:failed", actor=account.person_id).count() == 1
    last = Event.objects.filter(tag="web:sign-in:done").latest("id")
    assert last.payload["by"] == ["password", "mfa"]


def test_a_code_works_once(client: Client, account: Account) -> None:
    sign_in(client)
    secret = turn_on(client)
    code = code_now(secret, later=1)
    for expected in (302, 422):
        other = Client()
        sign_in(other)
        assert other.post("/sign-in/second/", {"code": code}).status_code == expected


def test_guessing_codes_is_stopped(client: Client, account: Account) -> None:
    sign_in(client)
    secret = turn_on(client)
    other = Client()
    sign_in(other)
    for _ in range(6):
        other.post("/sign-in/second/", {"code": "000000"})
    stopped = other.post("/sign-in/second/", {"code": code_now(secret, later=1)})
    assert stopped.status_code == 422
    assert "尝试次数过多" in stopped.content.decode()


def test_a_recovery_code_stands_in_for_the_app_once(client: Client, account: Account) -> None:
    sign_in(client)
    turn_on(client)
    shown = client.get("/me/recovery-codes/").content.decode()
    codes = re.search(r'<pre class="codes">(.*?)</pre>', shown, re.DOTALL)[1].split()
    assert len(codes) == 10
    assert codes[0] in client.get("/me/recovery-codes/file/").content.decode()
    for expected in (302, 422):
        other = Client()
        sign_in(other)
        assert other.post("/sign-in/second/", {"code": codes[0]}).status_code == expected


def test_the_database_alone_does_not_give_the_secret_away(client: Client, account: Account) -> None:
    sign_in(client)
    secret = turn_on(client)
    assert secret not in str([one.data for one in Authenticator.objects.all()])


@pytest.mark.parametrize(
    "address", ["/me/authenticator/", "/me/passkeys/new/", "/me/export/", "/me/recovery-codes/new/"]
)
def test_changing_what_one_signs_in_with_asks_again_who_it_is(client: Client, account: Account, address: str) -> None:
    sign_in(client)
    assert step_up(client, address)["Location"] == address
    assert client.get(address).status_code == 200
    with time_machine.travel(time.time() + 11 * 60):
        assert client.get(address).status_code == 302


def test_a_new_address_is_asked_again_too_and_what_was_typed_goes_on(
    client: Client, account: Account, mailoutbox
) -> None:
    sign_in(client)
    again = client.post("/me/email/", {"email": "wang.yi@example.edu.cn", "action_add": ""})
    client.post(again["Location"], {"password": people.PASSWORD})
    assert [mail.to for mail in mailoutbox] == [["wang.yi@example.edu.cn"]]


def test_a_wrong_password_does_not_step_up(client: Client, account: Account) -> None:
    sign_in(client)
    refused = client.post("/me/again/?next=/me/authenticator/", {"password": "no"})
    assert refused.status_code == 422
    assert "密码不对" in refused.content.decode()
    assert client.get("/me/authenticator/").status_code == 302


def test_somebody_who_is_busy_stays_signed_in_through_a_working_day(client: Client, account: Account) -> None:
    start = time.time()
    with time_machine.travel(start, tick=False) as clock:
        sign_in(client)
        for _ in range(3):
            clock.shift(4 * 3600)  # a long lunch
            assert client.get("/me/").status_code == 200
        clock.move_to(start + who.LONGEST_SECONDS + 1)
        assert client.get("/me/").status_code == 302, "but not for ever"


def test_somebody_who_went_away_is_signed_out(client: Client, account: Account) -> None:
    with time_machine.travel(time.time(), tick=False) as clock:
        sign_in(client)
        clock.shift(IDLE_SECONDS + 1)
        assert client.get("/me/").status_code == 302


def test_noting_that_somebody_is_there_does_not_write_at_each_click(
    client: Client, account: Account, django_assert_max_num_queries
) -> None:
    with time_machine.travel(time.time(), tick=False) as clock:
        sign_in(client)
        clock.shift(who.NOTED_EVERY_SECONDS - 60)
        with django_assert_max_num_queries(2) as asked:
            client.get("/gallery/")
        assert not [query for query in asked.captured_queries if "UPDATE" in (query["sql"] or "")]


def test_one_sees_where_one_is_signed_in_and_ends_it_elsewhere(client: Client, account: Account) -> None:
    sign_in(client)
    other = Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Firefox/130.0")
    sign_in(other)
    assert "Firefox · Windows" in client.get("/me/").content.decode()
    client.post("/me/sessions/end/")
    assert client.get("/me/").status_code == 200
    assert other.get("/me/").status_code == 302
    assert Event.objects.filter(tag="web:sessions:ended", actor=account.person_id).exists()


def test_a_locked_account_does_not_come_in_by_the_second_factor_either(client: Client, account: Account) -> None:
    sign_in(client)
    secret = turn_on(client)
    other = Client()
    sign_in(other)
    Account.objects.filter(pk=account.pk).update(is_active=False)
    other.post("/sign-in/second/", {"code": code_now(secret, later=1)})
    assert other.get("/me/").status_code == 302
