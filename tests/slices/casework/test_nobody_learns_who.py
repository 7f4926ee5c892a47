"""The anonymity walk: every page, list, count, filter, search, file, export, route and message, as everybody.

Two applications are under review by different people: one of the key R&D programme, single-blind, and one of the natural
science fund, double-blind by reviewers who were drawn. Nobody but officers and
supervision may learn from any of this who reviews, and no double-blind reviewer who applies. People and organisations
have names and numbers that occur nowhere else, so whatever leaks is found by reading everything.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.db.models import F
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pypdf import PdfReader, PdfWriter
from tests import make
from tests.make import world as w
from tests.slices.api.machine import Machine, token_of
from tests.slices.casework.page_cast import act, signed_in

from keguan.casework import services, versions
from keguan.casework.drafting import opening
from keguan.casework.models import Case, Message, Recusal, Round, Seat, SeatHolder
from keguan.casework.pages import secrets
from keguan.casework.reviewing.models import Declaration
from keguan.doors.mail.letters import letter, short
from keguan.fairness.randomness import written
from keguan.insight.search import entries
from keguan.kernel import clock
from keguan.kernel.clock import clock_at
from keguan.language.schema import Review
from keguan.panels.draws import chairs
from keguan.panels.draws import services as draws
from keguan.panels.draws.models import Draw
from keguan.registers.experts.models import Expert
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.models import Person
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db

PUBLIC_REGISTERS = (
    "/registers/organisations/",
    "/registers/people/",
    "/registers/experts/",
    "/registers/projects/",
    "/registers/duties/",
    "/api/v1/registers/",
    "/members/",
    "/search/",
    "/api/v1/search",
)
"""Where people and organisations stand whether or not they apply or review: nothing there may name a case with them."""
FEES = "/registers/review-fees/"
"""Finance pays reviewers, and does not learn which case they reviewed."""
KNOW_REVIEWERS = ("officer", "supervisor")
ALIKE = ("publisher", "member", "single reviewer 1", "double reviewer 1")
"""People who stand exactly where another one stands who walks."""
TITLE = "双盲试验之棉花"


@dataclass
class Scene:
    """Who is there. telling: what must not meet a double-blind reviewer; reviewers: names of all who review."""

    world: w.World
    single: str
    double: str
    people: dict[str, Person] = field(default_factory=dict)
    telling: tuple[str, ...] = ()
    reviewers: dict[str, int] = field(default_factory=dict)
    file: int = 0


def called(person: Person, name: str) -> Person:
    Person.objects.filter(pk=person.pk).update(name=name, normal_name=name)
    person.name = name
    return person


def a_pdf_by(author: str) -> bytes:
    made = PdfWriter()
    made.add_blank_page(300, 400)
    made.add_metadata({"/Author": author, "/Title": f"{author}的材料"})
    out = io.BytesIO()
    made.write(out)
    return out.getvalue()


@pytest.fixture
def scene(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    settings.MEDIA_ROOT = tmp_path / "files"
    world = w.world(experts_count=12)
    make.duty("registrar", world.people.setdefault("registrar", make.person()))
    Expert.objects.update(region_code="110000")
    Expert.objects.filter(pk__in=world.experts[-4:]).update(fields=["gbt13745:2009:630"])
    bureau = make.organisation("昆仑推荐局", kind="bureau")
    away = make.organisation("昆仑申报大学", kind="university", under=bureau, region_code="650100")
    applicant = called(
        make.person(employer=away, born=w.date(1980, 5, 1), title="senior", degree="doctor"), "欧阳不可知"
    )
    member = called(make.person(employer=away, born=w.date(1990, 5, 1)), "司徒不可知")
    hosting, recommending = make.person(employer=away), make.person()
    make.duty("host", hosting, organisation=away)
    make.duty("authority", recommending, organisation=bureau)
    with clock_at(w.moment("2026-03-02")):
        w.call(world, "key-rd-project", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"))
        single = w.started(world)
        done(world.act(single, "submit", "applicant", values=w.proposal(world)))
        done(world.act(single, "endorse", "host", note="材料属实"))
        done(world.act(single, "endorse", "authority", rank=1))
        key_rd = world.round
        fund = w.call(
            world, "natural-science-fund", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00")
        )
        world.round = key_rd
        started = opening.start(fund.code, actor_for(applicant), away.pk, uuid4().hex)
        assert isinstance(started, services.Done)
        double = started.number
        file = make.document("欧阳不可知图表.pdf", a_pdf_by("欧阳不可知"), by=actor_for(applicant), origin=double)
        values = w.fund_proposal(
            world,
            title=TITLE,
            principal=applicant.pk,
            team=[{"member": member.pk, "months": 6}],
            groundwork="昆仑申报大学有连续五年的样地数据，欧阳不可知发表相关论文三篇。",
            figures=[file.pk],
        )
        done(world.act(double, "submit", actor_for(applicant), values=values))
        done(world.act(double, "endorse", actor_for(hosting), note="材料属实"))
    with clock_at(w.moment("2026-04-09")):
        met = {f"formal.{rule}": {"result": "meets"} for rule in ("scope", "attachments", "anonymous", "similar")}
        done(world.act(double, "pass", "officer", verdicts=met))
        drawn = _drawn(world, fund)
    with clock_at(w.moment("2026-04-10", "12:00")):
        _entered(world, drawn)
        taken = list(SeatHolder.objects.filter(seat__case__number=double).values_list("expert", flat=True))
        experts = list(Expert.objects.select_related("person").order_by("pk"))
        panels = [[one for one in experts if one.pk not in taken][:3], [one for one in experts if one.pk in taken]]
        for number, expert in enumerate([*panels[0], *panels[1]]):
            called(expert.person, f"慕容评审{'甲乙丙丁戊己'[number]}")
        met = {f"formal.{rule}": {"result": "meets"} for rule in ("guide", "attachments", "classified", "cv")}
        people = dict(world.people)
        done(world.act(single, "pass", "officer", verdicts=met))
        done(world.act(single, "assign", "officer", experts=[one.pk for one in panels[0]]))
        for number, panel in zip((single, double), panels, strict=True):
            for at, expert in enumerate(panel):
                client = signed_in(expert.person)
                if at < 2:
                    done_page(act(client, number, "accept", declared=["interests", "confidence"]))
                client.post(reverse("case_review_draft", args=[number]), {"comment": "草稿"})
            rubric = versions.definition_of(Case.objects.get(number=number).programme).programme.rubrics[0]
            given = {str(one.criterion): one.points - 1 for one in rubric.criteria}
            done(
                world.act(number, "score", actor_for(panel[0].person), scores=given, comment="思路清楚，基础扎实可信。")
            )
        people |= {
            "away applicant": applicant,
            "away member": member,
            "away host": hosting,
            "away authority": recommending,
        }
        people |= {f"single reviewer {n}": one.person for n, one in enumerate(panels[0])}
        people |= {f"double reviewer {n}": one.person for n, one in enumerate(panels[1])}
        telling = (
            "昆仑申报大学",
            "昆仑推荐局",
            "欧阳不可知",
            "司徒不可知",
            f"people/{applicant.pk}/",
            f"organisations/{away.pk}/",
        )
        reviewers = {one.person.name: one.person_id for panel in panels for one in panel}
        entries.rebuild()
        yield Scene(world, single, double, people, telling, reviewers, file.pk)


def _drawn(world: w.World, of_round: Round) -> Draw:
    """The list of a draw, fixed."""
    step = versions.definition_of(of_round.programme).programme.step("review")
    assert isinstance(step, Review)
    made = draws.prepare(of_round, step, (), "", world.actor("officer"))
    named = {
        "source": "lottery",
        "name": "试验开奖第1期",
        "chain": "",
        "round": 0,
        "outcomes": 10_000_000,
        "public_at": written(w.moment("2026-04-10", "09:00")),
    }
    return draws.fix(made, named, (), "", "without", world.actor("officer"))


def _entered(world: w.World, draw: Draw) -> None:
    found = draws.enter(draw, "01 02 03 04 05", "", "试验用", world.actor("officer"))
    assert chairs.settle(found, world.actor("officer")).invited == 3


def done(answer: Any) -> None:
    assert isinstance(answer, services.Done), answer


def done_page(response: Any) -> None:
    assert response.status_code == 303, response.content.decode()[:3000]


# ------------------------------------------------------------------------------------------------- what is read


def read(response: Any) -> str:
    """Everything an answer says, whatever its kind: headers, text, what a PDF or a spreadsheet holds, and about itself."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    for close in response._resource_closers:  # the file alone: closing the answer would close the test's database
        close()
    said = [" ".join(f"{name}: {value}" for name, value in response.items())]
    kind = response.get("Content-Type", "")
    if kind.startswith("application/pdf"):
        book = PdfReader(io.BytesIO(body))
        said += [page.extract_text() for page in book.pages] + [str(book.metadata), str(book.xmp_metadata or "")]
        said.append(body.decode("latin-1"))
    elif body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as box:
            said += [box.read(name).decode("utf-8", "replace") for name in box.namelist()]
    else:
        said.append(body.decode("utf-8", "replace"))
    return unescape(unquote("\n".join(said)))


def routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        address = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, address)
        elif isinstance(entry, URLPattern):
            yield address


LEFT_OUT = re.compile(r"^(accounts?/|static|sign-|tour|demo|me/export|language|look|gallery|\.well-known)")


def addresses(scene: Scene) -> list[str]:
    """Every route that takes a GET, with what stands in this scene put in its places, for both cases."""
    found: set[str] = set()
    cases = {one.number: one for one in Case.objects.select_related("round", "host").filter(parent=None)}
    event = Event.objects.filter(tag="case:score:accepted").first()
    for route in routes(get_resolver()):
        if LEFT_OUT.match(route):
            continue
        for case in cases.values():
            seat = Seat.objects.filter(case=case).first()
            filled = {
                "number": case.number,
                "code": case.round.code if case.round else "",
                "form": "proposal",
                "step": "review" if "meeting" in route else "decide" if "decide" in route else "rank",
                "organisation": str(case.host_id),
                "verb": "score",
                "slug": case.number,
                "category": "review",
            }
            numbers = {
                "documents/<int:pk>/": scene.file,
                "organisations/<int:pk>": case.host_id,
                "people/<int:pk>": case.principal_id,
                "experts/<int:pk>": Expert.objects.filter(seats__seat=seat).values_list("pk", flat=True).first(),
                "trace/<int:pk>": event.pk if event else 1,
            }
            address = route
            for ending, pk in numbers.items():
                if ending in address:
                    address = address.replace("<int:pk>", str(pk), 1)
            address = re.sub(r"<(?:\w+:)?(\w+)>", lambda hit: filled.get(hit[1], "1"), address)  # noqa: B023
            found.add("/" + address.replace("\\Z", "").replace("^", "").replace("$", ""))
    asked = [
        *(f"/cases/?host={word}" for word in ("昆仑", "没有这个单位")),
        *(f"/cases/?q={word}" for word in ("慕容评审甲", TITLE)),
        *(
            f"/{place}?{what}"
            for place in ("cases/", "my-cases/")
            for what in ("format=xlsx", "sort=host", "sort=-number")
        ),
        *(f"/cases/{number}/form/proposal/book.pdf?lang={lang}" for number in cases for lang in ("zh", "en")),
        *(f"/cases/{number}/?pool=1" for number in cases),
        *("/registers/experts/?format=xlsx", "/registers/trace/?format=xlsx", "/payments/?format=xlsx"),
        "/registers/organisations/?q=昆仑",
        *(
            f"/{place}?q={word}"
            for place in ("search/", "search/feed.atom", "api/v1/search")
            for word in (TITLE, "昆仑申报大学", "欧阳不可知", "慕容评审甲")
        ),
        f"{FEES}?format=xlsx",
        f"{FEES}hand/",
        *(f"/registers/trace/?actor={pk}" for pk in scene.reviewers.values()),
    ]
    return sorted(found | set(asked))


def clients(scene: Scene) -> Iterator[tuple[str, Client, Client | None]]:
    yield "nobody", Client(), None
    for who, person in scene.people.items():
        if who in ALIKE:
            continue
        yield who, signed_in(person), Machine(token_of(person))


@dataclass(frozen=True)
class Leak:
    """Where something was said that must not be."""

    who: str
    address: str
    word: str


def leaks_to(scene: Scene, who: str, address: str, said: str) -> Iterator[Leak]:
    me = scene.people[who].name if who in scene.people else ""
    in_register = address.startswith(PUBLIC_REGISTERS) or (who == "finance" and address.startswith(FEES))
    # What somebody asks for is said back to them.
    tells_case = scene.single in said or scene.double in said or (TITLE in said and TITLE not in address)
    if who not in KNOW_REVIEWERS:
        for name, pk in scene.reviewers.items():
            if name == me or name in address:  # what somebody asks for is said back to them
                continue
            named = name in said or (not in_register and f"people/{pk}/" in said)
            if named and (not in_register or tells_case):
                yield Leak(who, address, name)
    if who.startswith("double reviewer"):
        for word in scene.telling:
            if word in said.replace(f"host={word}", "") and (not in_register or tells_case):
                yield Leak(who, address, word)


def walked(scene: Scene, roles: str = "") -> tuple[list[Leak], int]:
    leaks: list[Leak] = []
    opened = 0
    everywhere = addresses(scene)
    for who, client, machine in clients(scene):
        if roles and roles not in who:
            continue
        for address in everywhere:
            by = machine if address.startswith("/api/v1") and machine is not None else client
            response = by.get(address)
            opened += response.status_code == 200
            leaks += leaks_to(scene, who, address, read(response))
        if who in scene.people:
            leaks += written_to(scene, who)
    return leaks, opened


def written_to(scene: Scene, who: str) -> Iterator[Leak]:
    """What every message says to this person, on the page and in the mail that is made of it."""
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


def test_nobody_learns_who_reviews_and_no_double_blind_reviewer_who_applies(scene: Scene) -> None:
    leaks, opened = walked(scene)
    assert not leaks, "\n".join(map(str, leaks))
    assert opened > 500, "a walk that opens little shows little"


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
    leaks, _ = walked(scene, "double reviewer 0")
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
