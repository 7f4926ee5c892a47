"""A mail says of which kind a message is, about which case, and where to read on; nothing that happened, and no names."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.mail import servers
from tests.slices.mail.told import MORNING, message, minute, reader

from keguan.casework.message_kinds import KINDS
from keguan.doors.mail.models import Wishes
from keguan.kernel.clock import clock_at
from keguan.registers.parties import services as parties

pytestmark = pytest.mark.django_db


def parts(number: int = -1) -> tuple[str, str, str]:
    """Subject, plain text and HTML of a mail that was taken, as its reader's program shows them."""
    read = message_from_bytes(servers.TAKEN[number].message().as_bytes(), policy=default)
    text, page = read.get_body(("plain",)), read.get_body(("html",))
    assert text is not None
    assert page is not None
    return str(read["Subject"]), text.get_content(), page.get_content()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("together", [True, False])
def test_no_mail_of_any_kind_holds_anything_confidential(settings, language: str, together: bool) -> None:
    settings.PUBLISHER = type(settings.PUBLISHER)(
        **{
            name: getattr(settings.PUBLISHER, name)
            for name in ("name", "contact", "licence", "licence_name", "grant_prefix", "identifier")
        },
        address="https://keguan.example",
    )
    world = cases.opened()
    case = cases.case(world, at="review")
    secrets = ["SCORE-93.5", "得分", case.title, world.university.name, "北山理工大学", "不予立项"]
    to = reader(name="阿依古丽·买买提")
    account = make.account(to)
    parties.prefer_language(world.actor("officer"), account, language)
    for word in KINDS:
        message(to, word, case, said=f"{case.title} SCORE-93.5 得分 不予立项 {world.people['applicant'].name}")
        if not together:
            minute()
    minute()
    at_once = [word for word, kind in KINDS.items() if kind.how == "at_once"]
    assert len(servers.TAKEN) == (1 if together else len(at_once))
    minute(MORNING + timedelta(days=1))
    assert len(servers.TAKEN) == (2 if together else len(at_once) + 1), "what is gathered by day comes the next morning"
    for number in range(len(servers.TAKEN)):
        whole = "\n".join(parts(number))
        found = [one for one in (*secrets, to.name, world.people["applicant"].name) if one in whole]
        assert found == []
        assert case.number in whole
        assert f"https://keguan.example/cases/{case.number}/" in whole
        assert ("Sign in to read" in whole) == (language == "en")
        assert ("登录后查看" in whole) == (language == "zh")


def test_one_message_is_told_by_its_kind_in_the_subject_and_several_by_their_number() -> None:
    world = cases.opened()
    case, to = cases.case(world), reader()
    message(to, "returned", case)
    minute()
    assert parts()[0] == f"科管：退回修改 {case.number}"
    message(to, "waits", case)
    message(to, "ended", case)
    minute()
    assert parts()[0] == "科管：2条通知"


def test_every_mail_says_how_to_stop_it_but_for_what_the_law_demands() -> None:
    to = reader()
    message(to, "waits")
    minute()
    headers = servers.TAKEN[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Unsubscribe"].startswith("<http")
    assert headers["List-Unsubscribe"].strip("<>") in servers.TAKEN[0].body
    message(to, "ended")
    minute()
    assert "List-Unsubscribe" not in servers.TAKEN[1].extra_headers
    assert "stop" not in servers.TAKEN[1].body


def test_people_without_an_address_and_old_messages_get_no_mail_and_it_is_traced() -> None:
    from keguan.registers.trace.models import Event

    with clock_at(MORNING):
        message(reader(email=""))
        message(reader(), at=w.moment("2026-03-01"))
    minute()
    assert servers.TAKEN == []
    assert [one.payload["mail"] for one in Event.objects.filter(tag="notice:page:put").order_by("pk")] == [
        "no_address",
        "too_old",
    ]


def test_a_text_message_is_short_and_says_no_more_than_the_mail() -> None:
    world = cases.opened()
    case, to, other = cases.case(world), reader(email=""), reader(email="")
    for one in (to, other):
        Wishes.objects.create(person=one, mobile="13800138000", mobile_confirmed_at=MORNING, by_text=one == to)
        message(one, "deadline", case, said=case.title)
        message(one, "ended", case, said=case.title)  # a kind that does not go out as a text message
    minute()
    ((mobile, said),) = servers.TEXTS
    assert mobile == "13800138000"
    assert said == f"【科管】办件 {case.number} 有一项办理即将到期。"
    assert len(said) < 70  # what one text message holds
