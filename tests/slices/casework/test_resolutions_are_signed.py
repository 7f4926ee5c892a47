"""A resolution's text is fixed with its digest, and whoever decided signs it; changed content is not signed unseen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import fields_on, signed_in

from keguan.casework.models import Message, Resolution, ResolutionSignature
from keguan.casework.rounds import resolutions
from keguan.casework.rounds import services as rounds
from keguan.kernel.clock import clock_at
from keguan.kernel.ids import new_key
from keguan.registers.parties.models import Account, Person
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db
PASSWORD = "天山以北 一片草原 2026"


@dataclass
class Committee:
    """A ranked round with two cases, and two members who decide one each."""

    world: w.World
    numbers: list[str] = field(default_factory=list)

    def address(self, name: str = "resolution") -> str:
        assert self.world.round is not None
        return reverse(name, args=[self.world.round.code, "decide"])

    def decide(self) -> None:
        self.world.act(self.numbers[0], "approve", "committee", amount_fen=60_000_000, reason="同意立项")
        self.world.act(self.numbers[1], "reject", "second", reason="研究基础不足")

    def fixed(self) -> Resolution:
        client = signed_in(self.world.people["committee"])
        fields = fields_on(client.get(self.address()).content.decode(), self.address("resolution_fix"))
        answer = client.post(self.address("resolution_fix"), {**fields, "confirmed": "yes"})
        assert answer.status_code == 303, answer.content.decode()
        return Resolution.objects.get()


@pytest.fixture
def committee() -> Iterator[Committee]:
    world = cases.opened()
    first = cases.case(world, at="scored")
    world.people["applicant"] = make.person(employer=world.university, title="senior", degree="doctor")
    world.people["member"] = make.person(employer=world.university)
    second = cases.case(world, at="scored", rank=2)
    world.people["second"] = make.person()
    make.duty("committee", world.people["second"])
    with clock_at(w.moment("2026-04-20")):
        assert world.round is not None
        adopted = rounds.adopt_ranking(world.round.code, "rank", world.actor("officer"), new_key())
        assert not hasattr(adopted, "problems"), adopted
        yield Committee(world, [first.number, second.number])


def known(person: Person) -> Client:
    """Somebody with a password who signed in some time ago."""
    client = signed_in(person)
    account = Account.objects.get(person=person)
    account.set_password(PASSWORD)
    account.save()
    client.force_login(account)
    return client


def proven(person: Person) -> Client:
    """Somebody who has just given their password again."""
    client = known(person)
    answer = client.post("/me/again/?next=/todo/", {"password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return client


def sign(client: Client, committee: Committee, **sent: str) -> Any:
    page = client.get(committee.address("resolution_sign"))
    assert page.status_code == 200, page
    fields = fields_on(page.content.decode(), committee.address("resolution_sign"))
    return client.post(committee.address("resolution_sign"), {**fields, "confirmed": "yes", **sent})


def test_the_text_is_fixed_once_everything_is_decided_and_by_who_decides(committee: Committee) -> None:
    client = signed_in(committee.world.people["committee"])
    assert client.get(committee.address()).status_code == 404, "nothing is decided"
    committee.world.act(committee.numbers[0], "approve", "committee", amount_fen=60_000_000, reason="同意立项")
    assert "还有 1 件尚未决定" in client.get(committee.address()).content.decode()
    refused = client.post(committee.address("resolution_fix"), {"confirmed": "yes"})
    assert refused.status_code == 422
    committee.world.act(committee.numbers[1], "reject", "second", reason="研究基础不足")
    for who, status in (("supervisor", 403), ("planner", 403), ("officer", 403)):
        other = signed_in(committee.world.people[who])
        assert other.post(committee.address("resolution_fix"), {"confirmed": "yes"}).status_code == status
    assert client.post(committee.address("resolution_fix"), {"confirmed": "yes"}).status_code == 409, (
        "not what was seen"
    )
    fixed = committee.fixed()
    names = set(fixed.signatures.values_list("name", flat=True))
    assert names == {committee.world.people[who].name for who in ("committee", "second")}


def test_who_is_to_sign_is_told_and_led_there(committee: Committee) -> None:
    committee.decide()
    committee.fixed()
    told = Message.objects.get(kind="sign")
    assert told.person == committee.world.people["second"], "who fixed the text has it before them"
    assert "决议第1版已定稿，等待您签署" in told.zh
    assert "version 1, is fixed and waits for your signature" in told.en
    page = signed_in(committee.world.people["second"]).get(reverse("messages")).content.decode()
    assert f'<a href="{committee.address("resolution")}">{told.zh}' in page


def test_each_member_signs_after_proving_again_who_they_are(committee: Committee) -> None:
    committee.decide()
    fixed = committee.fixed()
    sent = {"digest": fixed.digest, "confirmed": "yes"}
    for asked in ("get", "post"):
        client = known(committee.world.people["committee"])
        turned = getattr(client, asked)(committee.address("resolution_sign"), sent)
        assert turned.status_code == 302
        assert "/me/again/" in turned["Location"]
        said = client.get(turned["Location"]).content.decode()
        assert "如签署文件、改变登录方式" in said
        assert "会改变登录方式" not in said, "signing does not"
    assert not ResolutionSignature.objects.filter(at__isnull=False).exists()
    member = proven(committee.world.people["committee"])
    assert "签署决议" in member.get("/todo/").content.decode()
    for _ in range(2):
        answer = member.post(committee.address("resolution_sign"), {"digest": fixed.digest, "confirmed": "yes"})
        assert answer.status_code == 303, answer.content.decode()
    place = ResolutionSignature.objects.get(person=committee.world.people["committee"].pk)
    assert place.digest == fixed.digest
    event = Event.objects.get(tag="round:resolution:signed")
    assert (event.actor, event.payload["digest"]) == (place.person, fixed.digest)
    assert "签署决议" not in member.get("/todo/").content.decode()
    page = member.get(committee.address()).content.decode()
    assert "已签署" in page
    assert "待签署" in page
    assert "不主张其为《中华人民共和国电子签名法》第十三条所称的可靠电子签名" in page


def test_nobody_signs_who_cannot_prove_again_who_they_are(committee: Committee) -> None:
    committee.decide()
    fixed = committee.fixed()
    without = signed_in(committee.world.people["committee"])
    answer = without.post(committee.address("resolution_sign"), {"digest": fixed.digest, "confirmed": "yes"})
    assert answer.status_code == 422
    assert "请先在“我的账户”设置其中一种" in answer.content.decode()
    assert not ResolutionSignature.objects.filter(at__isnull=False).exists()


def test_whoever_did_not_decide_has_no_place(committee: Committee) -> None:
    committee.decide()
    fixed = committee.fixed()
    third = committee.world.people["third"] = make.person()
    make.duty("committee", third)
    client = proven(third)
    sent = {"digest": fixed.digest, "confirmed": "yes"}
    assert client.post(committee.address("resolution_sign"), sent).status_code == 403


def test_a_text_that_was_tampered_with_shows_it_and_is_not_signed(committee: Committee) -> None:
    committee.decide()
    fixed = committee.fixed()
    member = proven(committee.world.people["committee"])
    page = member.get(committee.address("resolution_sign")).content.decode()
    content = fixed.content
    content["decisions"][0]["amount_fen"] += 1
    Resolution.objects.update(content=content)
    fields = fields_on(page, committee.address("resolution_sign"))
    answer = member.post(committee.address("resolution_sign"), {**fields, "confirmed": "yes"})
    assert answer.status_code == 422
    assert "不一致" in answer.content.decode()
    # Nor where the digest in the row was changed along with it: the trace holds the other one.
    changed = Resolution.objects.get()
    Resolution.objects.update(digest=resolutions.digest(changed.content))
    sent = {"digest": resolutions.digest(changed.content), "confirmed": "yes"}
    assert member.post(committee.address("resolution_sign"), sent).status_code == 422
    assert not ResolutionSignature.objects.filter(at__isnull=False).exists()


def test_the_content_handed_out_has_the_digest_and_the_document_names_who_signed(committee: Committee) -> None:
    committee.decide()
    fixed = committee.fixed()
    member = proven(committee.world.people["committee"])
    assert sign(member, committee).status_code == 303
    body = member.get(committee.address("resolution_json")).content
    assert hashlib.sha256(body).hexdigest() == fixed.digest
    pdf = member.get(committee.address("resolution_pdf"))
    assert pdf["Content-Type"] == "application/pdf"


def test_an_organisation_renamed_afterwards_changes_no_decision(committee: Committee) -> None:
    committee.decide()
    fixed = committee.fixed()
    committee.world.university.name = "天河理工大学"
    committee.world.university.save()
    member = proven(committee.world.people["second"])
    page = member.get(committee.address()).content.decode()
    assert "天河理工大学" not in page
    assert "定稿之后，决定有变化" not in page
    assert sign(member, committee).status_code == 303
    assert Resolution.objects.get().digest == fixed.digest
