"""The anonymity walk: every page, list, count, filter, search, file, export, route and message, as everybody, twice: while
the panels work, and after the committee has decided.

Three applications are under review by different people: one of the key R&D programme, single-blind, and two of the natural
science fund, double-blind by reviewers who were drawn. Nobody but officers and supervision may learn from any of this who
reviews, and no double-blind reviewer who applies: not even afterwards, but for what the public notice of an award says.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.db.models import F
from django.test import Client
from django.urls import resolve
from pypdf import PdfReader
from tests.slices.api.machine import Machine, token_of
from tests.slices.casework import everywhere
from tests.slices.casework.anonymity import DECIDED, TITLE, TWIN_TITLE, Scene, decide, furnish, put_away, read, scene_at
from tests.slices.casework.page_cast import signed_in

from keguan.casework import permissions, queries
from keguan.casework.models import Case, Message, Recusal, Seat
from keguan.casework.pages import secrets
from keguan.casework.reviewing.models import Declaration
from keguan.components.access import PUBLIC
from keguan.doors.api.models import WebhookDelivery
from keguan.doors.api.webhooks.sending import body_of
from keguan.doors.mail.letters import letter, short
from keguan.kernel import clock
from keguan.kernel.actors import NOBODY
from keguan.kernel.clock import clock_at
from keguan.registers.parties.access import actor_for

pytestmark = pytest.mark.django_db

PUBLIC_REGISTERS = (
    "/registers/organisations/",
    "/registers/people/",
    "/registers/experts/",
    "/registers/projects/",
    "/registers/duties/",
    "/api/v1/registers/",
    "/registers/ties/",
    "/members/",
    "/join/",
    "/search/",
    "/api/v1/search",
)
"""Where people and organisations stand whether or not they apply or review: nothing there may name a case with them."""
PUBLISHED = ("/notices/", "/awards/", "/search/", "/api/v1/notices", "/api/v1/awards", "/api/v1/search")
"""Where the public reads who was awarded, once the notice is up. Of who was refused nothing stands there."""
KNOW_REVIEWERS = ("officer", "supervisor")
AT_WORK = (
    *("nobody", "applicant", "away applicant", "host", "away host", "authority", "planner", "committee", "finance"),
    *("registrar", "single reviewer 0", "single reviewer 2", "double reviewer 0", "double reviewer 2"),
    *KNOW_REVIEWERS,
)
"""Who walks while the panels work. Who is left out stands exactly where one of these does."""
AFTERWARDS = (
    *("nobody", "applicant", "away applicant", "host", "planner", "committee", "finance"),
    *("single reviewer 0", "double reviewer 0", "twin reviewer 0", "officer"),
)
"""Who walks again after the decision: whoever is told anything by it."""


@pytest.fixture
def scene(tmp_path: Path, settings: Any) -> Iterator[Scene]:
    with scene_at(tmp_path, settings) as made:
        yield made


def clients(scene: Scene, roles: Sequence[str]) -> Iterator[tuple[str, Client, Client | None]]:
    for who in roles:
        person = scene.people.get(who)
        yield who, signed_in(person) if person else Client(), Machine(token_of(person)) if person else None


@dataclass(frozen=True)
class Leak:
    """Where something was said that must not be."""

    who: str
    address: str
    word: str


@dataclass
class Walk:
    """What was met on a walk. statuses: by route, all that anybody got."""

    leaks: list[Leak] = field(default_factory=list)
    statuses: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    @property
    def opened(self) -> set[str]:
        """The routes that opened to somebody."""
        return {route for route, met in self.statuses.items() if 200 in met}

    @property
    def closed(self) -> set[str]:
        """Those that take a GET and opened to nobody."""
        return {route for route, met in self.statuses.items() if 200 not in met and met != {405}}


def leaks_to(scene: Scene, who: str, address: str, said: str) -> Iterator[Leak]:
    me = scene.people[who].name if who in scene.people else ""
    in_register = address.startswith(PUBLIC_REGISTERS) or (who == "finance" and address.startswith(everywhere.FEES))
    # What somebody asks for is said back to them.
    titles = [one for one in (TITLE, TWIN_TITLE) if one not in address]
    tells_case = any(one in said for one in (scene.single, *scene.drawn, *titles))
    if who not in KNOW_REVIEWERS:
        for name, pk in scene.reviewers.items():
            if name == me or name in address:
                continue
            named = name in said or (not in_register and f"people/{pk}/" in said)
            if named and (not in_register or tells_case):
                yield Leak(who, address, name)
    if who.startswith(("double reviewer", "twin reviewer")):
        is_published = clock.now() >= DECIDED and address.startswith(PUBLISHED)
        for word in (*scene.telling_of_twin, *(() if is_published else scene.telling)):
            if word in said.replace(f"host={word}", "") and (not in_register or tells_case):
                yield Leak(who, address, word)


def walked(scene: Scene, *roles: str) -> Walk:
    """These, everywhere."""
    walk, afterwards = Walk(), clock.now() >= DECIDED
    places = everywhere.Everywhere(scene).by_route(afterwards=afterwards) | {"asked": everywhere.asked(scene)}
    for who, client, machine in clients(scene, roles):
        actor = actor_for(scene.people[who]) if who in scene.people else NOBODY
        for route, addresses in places.items():
            right = getattr(resolve(addresses[0].partition("?")[0]).func, "right", PUBLIC)
            if who in KNOW_REVIEWERS and 200 in walk.statuses[route]:
                continue  # they may know: they walk to open what nobody else does, and come last
            # Who has not the right at all gets one answer, whatever stands in the places.
            for address in addresses if right.holds(actor) else addresses[:1]:
                by = machine if address.startswith("/api/v1") and machine is not None else client
                response: Any = by.get(address)
                walk.statuses[route].add(response.status_code)
                if who in KNOW_REVIEWERS:
                    put_away(response)
                else:
                    walk.leaks += leaks_to(scene, who, address, read(response))
        for address, sent in everywhere.POSTED:
            walk.leaks += leaks_to(scene, who, address, read(client.post(address, sent, "application/json")))
        if who in scene.people:
            walk.leaks += written_to(scene, who)
    return walk


def written_to(scene: Scene, who: str) -> Iterator[Leak]:
    """What every message says to this person, on the page and in the mail that is made of it; and what their webhooks send."""
    person = scene.people[who].pk
    told = list(Message.objects.filter(person=person).annotate(number=F("case__number")))
    for one in told:
        yield from leaks_to(scene, who, "message", one.zh + one.en)
    for language in ("zh", "en") if told else ():
        mail = letter("reader@example.org", person, language, told, "x")
        yield from leaks_to(scene, who, "mail", unquote(mail.message().as_string()))
        said = [
            str(mail.subject),
            str(mail.body),
            *(str(one.content) for one in mail.alternatives),
            short(told, language),
        ]
        yield from leaks_to(scene, who, "mail", unescape("\n".join(said)))
    for delivery in WebhookDelivery.objects.filter(webhook__account__person=person):
        yield from leaks_to(scene, who, "webhook", body_of(delivery).decode())


def test_nobody_learns_who_reviews_and_no_double_blind_reviewer_who_applies(scene: Scene) -> None:
    furnish(scene)
    walk = walked(scene, *AT_WORK)
    assert not walk.leaks, "\n".join(map(str, walk.leaks))
    assert walk.closed == set(everywhere.OPEN_TO_NOBODY) | everywhere.OPEN_AFTERWARDS, (
        "a route nobody opens shows nothing"
    )


def test_after_the_decision_nobody_learns_more_than_the_notice_says(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(scene)
    decide(scene)
    with clock_at(DECIDED):
        walk = walked(scene, *AFTERWARDS)
        assert not walk.leaks, "\n".join(map(str, walk.leaks))
        assert walk.opened >= everywhere.OPEN_AFTERWARDS
        public = Client().get("/notices/").content.decode()
        assert "欧阳不可知" in public or "昆仑申报大学" in read(Client().get("/awards/")), "of the award this is open"
        monkeypatch.setattr(permissions, "is_blinded", lambda actor, case: False)
        for room in (secrets, queries):
            monkeypatch.setattr(room, "is_blinded", lambda actor, case: False, raising=False)
        put_in = leaks_to(scene, "twin reviewer 0", "/", read(_twin_page(scene)))
        assert "尉迟不可知" in {one.word for one in put_in}, "the walk would find it"


def _twin_page(scene: Scene) -> Any:
    return signed_in(scene.people["twin reviewer 0"]).get(f"/cases/{scene.twin}/")


def test_lists_tell_a_double_blind_reviewer_nothing_by_filters_sorting_or_counts(scene: Scene) -> None:
    client = signed_in(scene.people["double reviewer 0"])

    def rows(query: str) -> int:
        return len(re.findall(r"/cases/[A-Z0-9]{10,}/", client.get(f"/cases/{query}").content.decode()))

    assert rows("?host=昆仑申报大学") == rows("?host=没有这个单位") == rows("") == 0
    assert rows(f"?q={TITLE}") == 0
    assert scene.double in client.get("/reviews/").content.decode()
    seen = signed_in(scene.people["single reviewer 0"]).get("/cases/?host=天河大学").content.decode()
    assert scene.single in seen, "a single-blind reviewer sees the host, and may look for it"


def test_a_double_blind_reviewer_reads_the_proposal_without_what_tells_and_takes_it_away_stamped(scene: Scene) -> None:
    person = scene.people["double reviewer 0"]
    client = signed_in(person)
    page = client.get(f"/cases/{scene.double}/").content.decode()
    assert "针对南疆灌区盐渍化问题" in page
    assert "双盲" in client.get(f"/cases/{scene.double}/").content.decode() or "watermark" in page
    file = client.get(f"/documents/{scene.file}/")
    assert file.status_code == 200
    taken = PdfReader(io.BytesIO(file.content))
    assert person.name in taken.pages[0].extract_text()
    assert "欧阳" not in str(taken.metadata)
    book = PdfReader(io.BytesIO(client.get(f"/cases/{scene.double}/form/proposal/book.pdf").content))
    assert all(person.name in one.extract_text() for one in book.pages)


def test_who_is_not_told_who_applies_states_no_more_than_they_can_know(scene: Scene) -> None:
    asked = signed_in(scene.people["double reviewer 2"]).get(f"/cases/{scene.double}/").content.decode()
    assert "本次评审不告知申报人是谁，我不打听" in asked
    assert "项目组成员：" not in asked
    kept = Declaration.objects.filter(seat__case__number=scene.double, statement="interests")
    assert kept
    assert all("recognise the applicant" in one.en for one in kept)


def test_the_walk_finds_a_leak_that_is_put_in(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "is_blinded", lambda actor, case: False)
    furnish(scene)
    leaks = walked(scene, "double reviewer 0").leaks
    assert {one.word for one in leaks} >= {"欧阳不可知", "司徒不可知"}


def test_whom_a_tie_keeps_out_finds_the_case_by_no_search(scene: Scene) -> None:
    reviewer = scene.people["single reviewer 1"]
    client = signed_in(reviewer)
    case = Case.objects.get(number=scene.single)
    assert scene.single in client.get("/reviews/").content.decode()
    seat = Seat.objects.get(case=case, holder__expert__person=reviewer)
    Recusal.objects.create(seat=seat, kinds=["kin"], is_hard=True, found_at=clock.now())
    for asked in (case.title, case.number, case.host.name):
        for address in (f"/search/?q={asked}", f"/cases/?q={asked}", f"/my-cases/?q={asked}"):
            assert f"/cases/{case.number}/" not in read(client.get(address)), address
    found = signed_in(scene.people["officer"]).get(f"/search/?q={case.title}").content.decode()
    assert f"/cases/{case.number}/" in found, "the search does find it"
