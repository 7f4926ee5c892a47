"""A definition says which word of which register fills a question; it is filled once, says from where, and never over what is typed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import make
from tests.make import world as w
from tests.slices.casework.page_cast import form_address, send, signed_in

from keguan.casework.drafting import editors
from keguan.casework.models import Draft, DraftField
from keguan.doors.web.envelope import LANGUAGE_COOKIE
from keguan.kernel.clock import clock_at
from keguan.kernel.ids import new_key
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties.models import Person

pytestmark = pytest.mark.django_db

PHONE = "0991-5550101"


def _field(name: str, kind: str, source: str, more: str = "") -> str:
    return (
        f"        - field: {name}\n          type: {kind}\n          title:\n            zh: {name}的中文\n"
        f"            en: The {name}\n          required: false\n          filled_from: {source}\n{more}"
    )


_TITLES = (
    "          choices:\n            - value: senior\n              title:\n                zh: 正高\n                en: Senior\n"
    "            - value: associate\n              title:\n                zh: 副高\n                en: Associate\n"
)
_COLUMN = (
    "            - column: title\n              type: text\n              title:\n                zh: 成员职称\n"
    "                en: Title of the member\n              required: false\n              filled_from: member.title\n"
)


@pytest.fixture
def asking(settings: Any, tmp_path: Path) -> None:
    """The key R&D programme, asking in its first section for what registers know."""
    folder = tmp_path / "key-rd-project" / "2017.1"
    shutil.copytree(Path(settings.PROGRAMMES) / "key-rd-project" / "2017.1", folder)
    forms = folder / "forms.yaml"
    text = forms.read_text(encoding="utf-8")
    asked = (
        _field("phone", "text", "self.phone", "          personal: true\n"),
        _field("born", "date", "self.born", "          personal: true\n"),
        _field("level", "choice", "principal.title", _TITLES),
        _field("call_them", "text", "principal.phone", "          personal: true\n"),
        _field("unit", "organisation", "principal.unit"),
        _field("code", "text", "applicant.code"),
        _field("region", "text", "applicant.region"),
        _field("keywords", "text", "self.keywords"),
    )
    text = text.replace("        - field: start\n", "".join(asked) + "        - field: start\n", 1)
    months = "            - column: months\n"
    forms.write_text(text.replace(months, _COLUMN + months, 1), encoding="utf-8")
    settings.PROGRAMMES = tmp_path
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def world(asking: None) -> Iterator[w.World]:
    of = w.world()
    applicant = of.people["applicant"]
    Person.objects.filter(pk=applicant.pk).update(phone=PHONE)
    Organisation.objects.filter(pk=of.university.pk).update(uscc="12650000MB0000017X", region_code="650100")
    applicant.refresh_from_db()
    with clock_at(w.moment("2026-03-02")):
        w.call(of, "key-rd-project", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"))
        yield of


@pytest.fixture
def number(world: w.World, applicant: Client) -> str:
    assert world.round is not None
    begun = applicant.post(reverse("apply", args=[world.round.code]), {"host": world.university.pk, "key": new_key()})
    return str(begun["Location"].split("/")[2])


def kept(number: str) -> dict[str, Any]:
    return Draft.objects.get(case__number=number).values


def sources(number: str) -> dict[str, str]:
    return dict(DraftField.objects.filter(draft__case__number=number).values_list("field", "source"))


def question(client: Client, number: str, name: str) -> str:
    """One question of the form's page, tags left out but what its buttons carry."""
    page = client.get(form_address(number)).content.decode()
    part = page.partition(f'data-question="proposal.{name}"')[2].partition('<div class="question"')[0]
    return re.sub(r"\s+", " ", part)


def test_an_application_begins_with_what_profile_and_registers_know_each_saying_from_where_and_when(
    world: w.World, applicant: Client, number: str
) -> None:
    now = kept(number)
    assert (now["phone"], now["born"], now["code"]) == (PHONE, "1980-05-01", "12650000MB0000017X")
    assert "乌鲁木齐" in now["region"]
    assert sources(number)["phone"] == "profile"
    assert sources(number)["code"] == "register"
    assert "取自您的个人资料，2026-03-02，请核对" in question(applicant, number, "phone")
    assert "取自名录，2026-03-02，请核对" in question(applicant, number, "code")
    applicant.cookies[LANGUAGE_COOKIE] = "en"
    assert "From your profile, 2026-03-02: please check." in question(applicant, number, "phone")


def test_what_hangs_on_the_principal_needs_them_chosen_and_follows_them(
    world: w.World, applicant: Client, number: str
) -> None:
    other = make.person(employer=world.bureau, title="associate", phone="0991-5550202")
    send(applicant, number, "clear:proposal.principal")
    assert not kept(number)["principal"]
    send(applicant, number, f"choose:proposal.principal:{other.pk}")
    now = kept(number)
    assert (now["level"], str(now["unit"])) == ("associate", str(world.bureau.pk))
    assert sources(number)["level"] == "register"
    assert not now.get("call_them"), "choosing a name is no way to read a phone number"
    send(applicant, number, "clear:proposal.principal")
    assert (kept(number)["level"], kept(number)["unit"]) == ("", ""), "what only the register said goes with its person"
    send(applicant, number, f"choose:proposal.principal:{world.people['applicant'].pk}")
    assert kept(number)["level"] == "senior"
    assert kept(number)["call_them"] == PHONE, "one's own is told to oneself"
    assert sources(number)["call_them"] == "profile"


def test_what_was_typed_stays_until_its_writer_asks_for_what_the_profile_says(
    world: w.World, applicant: Client, number: str
) -> None:
    send(applicant, number, "save", phone="139-0000-0000", level="associate")
    send(applicant, number, "clear:proposal.principal")
    send(applicant, number, f"choose:proposal.principal:{world.people['applicant'].pk}")
    assert (kept(number)["phone"], kept(number)["level"]) == ("139-0000-0000", "associate")
    asked = question(applicant, number, "phone")
    assert "取自" not in asked
    assert f"填入个人资料中的“{PHONE}”" in asked
    assert "填入个人资料中的“正高”" in question(applicant, number, "level")
    send(applicant, number, "fill:proposal.phone")
    assert (kept(number)["phone"], sources(number)["phone"]) == (PHONE, "profile")
    assert "填入个人资料中的" not in question(applicant, number, "phone")
    assert kept(number)["level"] == "associate", "only what was asked for"


def test_a_profile_that_says_nothing_fills_nothing_and_offers_nothing(
    world: w.World, applicant: Client, number: str
) -> None:
    assert "keywords" not in kept(number)
    assert "fill:proposal.keywords" not in question(applicant, number, "keywords")
    send(applicant, number, "fill:proposal.keywords", keywords="棉花")
    assert kept(number)["keywords"] == "棉花"


def test_a_member_who_is_chosen_in_a_row_brings_what_their_row_asks(
    world: w.World, applicant: Client, number: str
) -> None:
    first = make.person(employer=world.university, title="middle")
    second = make.person(employer=world.university, title="associate")
    send(applicant, number, "add:proposal.team")
    send(applicant, number, f"choose:proposal.team[1].member:{first.pk}")
    rows = kept(number)["team"]
    assert [row.get("title") or "" for row in rows] == ["中级", ""], "only the row in which somebody was chosen"
    assert "与名录一致" in question(applicant, number, "team")
    send(applicant, number, "clear:proposal.team[1].member")
    send(applicant, number, f"choose:proposal.team[1].member:{second.pk}")
    assert kept(number)["team"][0]["title"] == "副高级"
    send(applicant, number, "save", **{"team[1].title": "研究员"})
    send(applicant, number, "clear:proposal.team[1].member")
    send(applicant, number, f"choose:proposal.team[1].member:{first.pk}")
    assert kept(number)["team"][0]["title"] == "研究员", "what somebody typed stays"
    assert "与名录一致" not in question(applicant, number, "team")


def test_somebody_who_writes_along_is_not_offered_their_own_particulars_for_the_applicant(
    world: w.World, applicant: Client, number: str
) -> None:
    colleague = make.person(employer=world.university, phone="0991-5550303")
    shared = editors.share(number, colleague.pk, editors.Share(may_write=True), world.actor("applicant"))
    assert shared is None
    send(applicant, number, "save", phone="")
    theirs = signed_in(colleague)
    assert "fill:proposal.phone" not in question(theirs, number, "phone")
    send(theirs, number, "fill:proposal.phone")
    assert kept(number)["phone"] == ""


def test_a_birthday_is_a_day(world: w.World, applicant: Client, number: str) -> None:
    assert date.fromisoformat(kept(number)["born"]) == world.people["applicant"].born
    assert 'value="1980-05-01"' in question(applicant, number, "born")
