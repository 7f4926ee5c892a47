"""Every page of the site, as everybody: the status that the right says, and a page that is sound, in either language for
every second of them.

Statuses and words are asked for directly, which is quick; `test_reach` looks at each page in a browser.
"""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve
from tests import make
from tests.journeys import walks
from tests.journeys.conftest import Stage
from tests.make import addresses
from tests.make import world as w

from keguan.casework.models import CallChange, Round
from keguan.casework.rounds import amending
from keguan.casework.rounds import services as rounds
from keguan.components.access import PUBLIC, SIGNED_IN
from keguan.fairness.schedule import Session
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import clock_at
from keguan.panels.meetings import appointments, slots
from keguan.panels.meetings import planning as meetings
from keguan.panels.meetings.models import Meeting
from keguan.registers.experts.models import Expert
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.models import Account, Person

LANGUAGES = {"zh": "zh-Hans", "en": "en"}
NOWHERE = {
    *("tour", "tour_role"),  # in a demo only
    "panels_replace",
    *("import", "import_confirm", "award", "invitation_end", "member_duty_end"),
    *("join", "subscription_confirm", "subscription_end", "batch", "batch_do", "similarity_finding"),
    *("draws", "draw", "draw_people", "draw_prepare", "draw_fix", "draw_reveal", "draw_enter", "draw_settle"),
    *("draw_publish", "draw_void", "announced_draw"),
    "seat_decline",
    *("tour", "tour_role", "deputy_end", "export", "export_cancel", "export_file", "view_drop", "token", "webhook"),
    "webhook_change",
    *("account_reset_password_from_key", "account_confirm_email", "mfa_edit_webauthn", "mfa_remove_webauthn"),
}
"""Pages of an import that somebody uploaded, a result whose notice is over, a link in a mail, a passkey, a duplicate, an
export, a batch, a seat of a proposal, a draw, a token, a webhook, what two applications share: their own tests walk them."""
TURNS_AWAY = {
    *("resolution_sign", "meeting_minutes_sign", "review_sheet_back", "meeting_do"),
    *("sign_in", "account_login", "mfa_authenticate", "mfa_login_webauthn", "account_reset_password"),
    *("mfa_reauthenticate", "mfa_reauthenticate_webauthn", "mfa_activate_totp", "mfa_deactivate_totp"),
    *("mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_add_webauthn", "account_reauthenticate"),
    *("token_new", "webhook_new", "organisation_merge"),
    *("round_edit", "round_delete", "round_send_back"),
    *("round_amend", "call_change_drop", "call_change_send_back"),
}
"""Pages that stand only at their moment, such as a second factor, or for one person, such as a draft of their own, and lead
elsewhere at any other."""


class Page(HTMLParser):
    """What a reader's machine is told of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.language, self.title, self.headings = "", "", 0
        self.labels, self.controls, self.ids = set[str](), list[dict[str, str]](), list[str]()
        self._is_title, self._inside_label = False, 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if "id" in has:
            self.ids.append(has["id"])
        match tag:
            case "html":
                self.language = has.get("lang", "")
            case "title":
                self._is_title = True
            case "h1":
                self.headings += 1
            case "label":
                self._inside_label += 1
                self.labels.add(has.get("for", ""))
            case "input" | "select" | "textarea" if has.get("type") != "hidden":
                self.controls.append(has | {"in": "label" if self._inside_label else ""})

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._is_title = False
        elif tag == "label":
            self._inside_label -= 1

    def handle_data(self, text: str) -> None:
        if self._is_title:
            self.title += text

    @property
    def nameless(self) -> list[dict[str, str]]:
        """Controls that no label names."""
        return [
            one
            for one in self.controls
            if not one["in"] and not one.get("aria-label") and one.get("id", "-") not in self.labels
        ]


@pytest.fixture
def site(stage: Stage) -> Iterator[tuple[w.World, dict[str, str]]]:
    """A world with something on every page, and an address for each name that takes one."""
    world = w.world()
    make.duty("registrar", world.people.setdefault("registrar", make.person()))
    world.people["reviewer"] = Expert.objects.get(pk=world.experts[0]).person
    with clock_at(w.moment("2026-03-02")):
        call = w.call(world, "key-rd-project", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"))
        number = walks.recommended(world)
        with clock_at(w.moment("2026-04-10")):
            met = {f"formal.{rule}": {"result": "meets"} for rule in ("guide", "attachments", "classified", "cv")}
            world.act(number, "pass", "officer", verdicts=met)
            w.reviewed(world, number)
            rounds.adopt_ranking(call.code, "rank", world.actor("officer"), "ranking")
            begins = w.moment("2026-04-12")
            officer, ends = world.actor("officer"), w.moment("2026-04-12", "12:00")
            defence = meetings.plan(
                call, "decide", officer, place="一号会议室", begins=begins, ends=ends, kind="defence"
            )
            assert isinstance(defence, Meeting), defence
            slots.set_slots(defence.pk, [Session(begins, ends)], officer, length_minutes=20)
            slots.propose_order(defence.pk, officer)
            appointments.tell_slots(defence.pk, officer)
            world.act(number, "approve", "committee", amount_fen=60_000_000, reason="同意立项")
        draft = w.started(world)
        for who in ("planner", "publisher"):
            terms = rounds.Terms(
                f"DRAFT-{who}", Text("明年的批次", "Next year's round"), w.moment("2027-03-01"), w.moment("2027-03-31")
            )
            drafted = rounds.draft_round(w.version("key-rd-project"), terms, world.actor(who))
            assert isinstance(drafted, Round), drafted
        for who, of_code in (("planner", call.code), ("publisher", _other_call(world))):
            new = {"contact_zh": "0991-2000", "contact_en": "0991-2000"}
            changed = amending.draft_change(of_code, new, "电话有误", world.actor(who))
            assert isinstance(changed, CallChange), changed
        yield world, _addresses(addresses.things(world, call.code, number, draft))


def _other_call(world: w.World) -> str:
    """A second published call; the world goes on with its first."""
    first = world.round
    other = w.call(world, "key-rd-project", opens=w.moment("2026-03-01"), closes=w.moment("2026-12-31", "18:00"))
    world.round = first
    return other.code


def _addresses(known: dict[str, Any]) -> dict[str, str]:
    found = {}
    for name, needs in addresses.pages():
        if name not in NOWHERE:
            assert not needs or name in addresses.TAKES, (
                f"{name}: say in tests.make.addresses what stands in its address"
            )
            found[name] = addresses.address(name, addresses.TAKES.get(name, ""), known)
    return found


def client_of(person: Person | None, language: str) -> Client:
    client = Client()
    client.cookies["lang"] = language
    if person is not None:
        account = Account.objects.filter(person=person).first() or make.account(person)
        client.force_login(account)
        client.cookies["lang"] = language
    return client


def test_every_page_answers_everybody_as_the_right_says(site: tuple[w.World, dict[str, str]]) -> None:
    world, addresses = site
    everybody: dict[str, Person | None] = {"nobody": None, **world.people}
    for at, (who, person) in enumerate(everybody.items()):
        clients = {language: client_of(person, language) for language in LANGUAGES}
        for nth, (name, address) in enumerate(addresses.items()):
            language = ("zh", "en")[(at + nth) % 2]
            response: Any = clients[language].get(address)
            _is_due(who, person, name, address, response)
            if response.status_code in (200, 403, 404, 422):
                _is_sound(f"{who} {language} {address}", language, response.content.decode())


def _is_due(who: str, person: Person | None, name: str, address: str, response: Any) -> None:
    right = resolve(address.partition("?")[0]).func.right  # type: ignore[attr-defined]
    seen = f"{who} {address} {response.status_code}"
    if person is None and right is not PUBLIC:
        assert response.status_code in (302, 303, 403), seen
        assert response.status_code == 403 or "/sign-in/" in response["Location"], seen
    elif person is not None and not right.holds(actor_for(person)):
        assert response.status_code == 403, seen
    elif name in TURNS_AWAY:
        assert response.status_code in (200, 302, 303, 403, 404), seen
    elif right is PUBLIC or (right is not SIGNED_IN and right.holds(actor_for(person))):  # type: ignore[arg-type]
        assert response.status_code == 200, seen
    else:  # open to whoever signs in; the thing itself may still be closed to them
        assert response.status_code in (200, 303, 403, 404), seen


def _is_sound(seen: str, language: str, html: str) -> None:
    page = Page(html)
    assert page.language == LANGUAGES[language], seen
    assert page.headings == 1, seen
    assert page.nameless == [], seen
    assert len(page.ids) == len(set(page.ids)), seen
    assert page.title.strip(), seen


TITLED_BY_A_NAME = {
    *("case", "paper", "person", "organisation", "expert", "project", "document", "certificate"),
    *("sanction", "sanction_lift", "tie", "tie_new", "tie_end", "meeting_item"),
    *(
        "duty_new",
        "person_correct",
        "account_new",
        "account_lock",
        "sanction_person",
        "sanction_organisation",
        "expert_new",
        "expert_move",
        "expert_correct",
        "expert_merits",
        "absence_new",
        "work_new",
        "work_drop",
        "organisation_close",
        "organisation_merge",
        "organisation_correct",
        "organisation_rename",
        "parent_new",
        "member",
        "member_duty",
        "member_leave",
    ),
}
"""Pages that are called after a person, an organisation, a project or a file, in the language these have."""
