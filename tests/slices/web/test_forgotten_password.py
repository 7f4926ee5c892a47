"""Mail addresses are confirmed; a forgotten password is set anew by mail, and nobody learns who has an account."""

from __future__ import annotations

import re
import time

import pytest
import time_machine
from django.test import Client
from tests.slices.web import people

from keguan.registers.parties.models import Account, Person
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db

MINE = "wang.yi@example.edu.cn"
NEW = "another-horse-battery-2"


@pytest.fixture
def account() -> Account:
    return people.person("王一", username="wang.yi")


def link_in(mail) -> str:
    return re.search(r"https?://[^/]+(/\S+)", mail.body)[1]


def confirm(client: Client, mailoutbox) -> None:
    client.post("/sign-in/", {"username": "wang.yi", "password": people.PASSWORD})
    again = client.post("/me/email/", {"email": MINE, "action_add": ""})
    client.post(again["Location"], {"password": people.PASSWORD})
    client.post(link_in(mailoutbox.pop()))
    mailoutbox.clear()


def ask(address: str) -> str:
    page = Client().post("/sign-in/forgotten/", {"email": address}, follow=True)
    return re.sub(r"[0-9a-f-]{36}", "", page.content.decode())


def test_a_confirmed_address_is_the_persons_address(client: Client, account: Account, mailoutbox) -> None:
    confirm(client, mailoutbox)
    assert Person.objects.get(pk=account.person_id).email == MINE
    assert Event.objects.filter(tag="parties:person:corrected", actor=account.person_id).exists()


def test_every_page_says_the_same_of_where_mails_go(client: Client, account: Account, mailoutbox) -> None:
    pages = ("/me/", "/me/notices/")

    def told(*said: str) -> None:
        for page in pages:
            assert all(one in client.get(page).content.decode() for one in said), (page, said)

    client.force_login(account)
    told("没有；只有站内消息")
    Person.objects.filter(pk=account.person_id).update(email="entered@example.edu.cn")
    told("entered@example.edu.cn（名录登记，尚未经您确认：通知发到这里，重设密码的邮件不发）")
    said = client.get("/me/email/").content.decode()
    assert "通知邮件现在发到名录登记的 entered@example.edu.cn，它尚未经您确认" in said
    assert 'value="entered@example.edu.cn"><button class="plain" name="action_add">' in said, "one press confirms it"
    ask("entered@example.edu.cn")
    assert MINE not in str([mail.to for mail in mailoutbox])
    assert not [mail for mail in mailoutbox if "entered@example.edu.cn" in mail.to and "/sign-in/" in mail.body]
    client.logout()
    mailoutbox.clear()
    confirm(client, mailoutbox)
    told(f"{MINE}（已确认）")
    assert "名录登记的" not in client.get("/me/email/").content.decode()
    Person.objects.filter(pk=account.person_id).update(email="other@example.edu.cn")
    told(f"通知：other@example.edu.cn（名录登记，尚未经您确认）；重设密码的邮件：{MINE}")
    ask(MINE)
    assert [mail.to for mail in mailoutbox] == [[MINE]]


def test_a_stranger_does_not_learn_who_has_an_account(client: Client, account: Account, mailoutbox) -> None:
    confirm(client, mailoutbox)
    assert ask(MINE) == ask("nobody@example.edu.cn")
    assert [mail.to for mail in mailoutbox] == [[MINE]]


def test_the_mail_is_in_both_languages_and_its_link_sets_a_new_password_once(
    client: Client, account: Account, mailoutbox
) -> None:
    confirm(client, mailoutbox)
    ask(MINE)
    (mail,) = mailoutbox
    assert "重设密码" in mail.subject
    assert "Set a new password" in mail.subject
    assert "wang.yi" in mail.body
    visitor, address = Client(), link_in(mail)
    form = visitor.get(address, follow=True)
    weak = visitor.post(form.request["PATH_INFO"], {"password1": "123", "password2": "123"})
    assert weak.status_code == 422
    done = visitor.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW}, follow=True)
    assert "密码已重设" in done.content.decode()
    assert client.get("/me/").status_code == 302, "sessions elsewhere have ended"
    assert Client().post("/sign-in/", {"username": "wang.yi", "password": NEW}).status_code == 302
    assert "重新申请" in Client().get(address, follow=True).content.decode(), "used up"
    assert Event.objects.filter(tag="parties:account:password_changed").exists()


def test_the_link_dies_after_two_hours_and_says_what_to_do(client: Client, account: Account, mailoutbox) -> None:
    confirm(client, mailoutbox)
    ask(MINE)
    with time_machine.travel(time.time() + 2 * 3600 + 60):
        said = Client().get(link_in(mailoutbox[0]), follow=True).content.decode()
    assert "重新申请" in said


def test_asking_again_and_again_is_stopped(client: Client, account: Account, mailoutbox) -> None:
    confirm(client, mailoutbox)
    for _ in range(8):
        last = Client().post("/sign-in/forgotten/", {"email": MINE})
    assert last.status_code == 429
    assert len(mailoutbox) <= 5


def test_an_address_that_somebody_else_confirmed_is_not_given_away(
    client: Client, account: Account, mailoutbox
) -> None:
    confirm(client, mailoutbox)
    people.person("李二", username="li.er")
    other = Client()
    other.post("/sign-in/", {"username": "li.er", "password": people.PASSWORD})
    again = other.post("/me/email/", {"email": MINE, "action_add": ""})
    said = other.post(again["Location"], {"password": people.PASSWORD}, follow=True).content.decode()
    assert "已由他人确认" not in said
    assert Person.objects.get(name="李二").email == ""


def test_a_mail_server_that_is_down_breaks_no_page(client: Client, account: Account, mailoutbox, settings) -> None:
    confirm(client, mailoutbox)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert "请查收邮件" in ask(MINE)
