"""The scene of the anonymity walk: three applications, of which nobody but officers and supervision may learn who reviews
them, and of two no reviewer who applies. Two moments of it: while the panels work, and after the committee has decided.

People and organisations have names and numbers that occur nowhere else, so whatever leaks is found by reading everything.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from django.urls import reverse
from pypdf import PdfReader, PdfWriter
from tests import make
from tests.make import world as w
from tests.slices.api.machine import token_of
from tests.slices.casework.page_cast import act, fields_on, signed_in

from keguan.casework import alarms, services, versions
from keguan.casework.desks import batches
from keguan.casework.desks.deputies import hand_to_deputy
from keguan.casework.drafting import opening
from keguan.casework.models import CallChange, Case, Recusal, Resolution, Round, Seat, SeatHolder
from keguan.casework.rounds import amending
from keguan.casework.rounds import services as rounds
from keguan.casework.subscriptions.models import Subscription
from keguan.components.list_pages import listing_at
from keguan.doors.api.webhooks import listening, subscribing
from keguan.doors.api.webhooks.kinds import KINDS
from keguan.fairness.randomness import written
from keguan.fairness.schedule import Session
from keguan.insight.search import entries
from keguan.insight.similarity import services as similarity
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import clock_at
from keguan.kernel.ids import new_key
from keguan.kernel.problems import Refusal
from keguan.language.schema import Review
from keguan.panels.draws import chairs
from keguan.panels.draws import services as draws
from keguan.panels.draws.models import Draw
from keguan.panels.matching import services as matching
from keguan.panels.matching.making import Bounds
from keguan.panels.meetings import appointments, planning, slots
from keguan.panels.meetings import services as meetings
from keguan.panels.meetings.models import Item
from keguan.registers.experts.models import Expert
from keguan.registers.exports import services as exports
from keguan.registers.imports.models import ImportRun
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties import joining
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.models import Account, Duty, Person

TITLE, TWIN_TITLE = "双盲试验之棉花", "双盲试验之胡杨"
WORKING, DECIDED = w.moment("2026-04-10", "12:00"), w.moment("2026-06-01")


@dataclass
class Scene:
    """Who is there.

    single, double, twin: the numbers of the cases; the twin is refused in the end, the others are not. draft: one that is
    still written. telling: what must not meet a double-blind reviewer, of the double and of the twin; reviewers: names of
    all who review, with the numbers of their persons. changed: by planner, the call that they are about to change.
    """

    world: w.World
    single: str
    double: str
    twin: str
    draft: str
    fund: Round
    key_rd: Round
    people: dict[str, Person] = field(default_factory=dict)
    telling: tuple[str, ...] = ()
    telling_of_twin: tuple[str, ...] = ()
    reviewers: dict[str, int] = field(default_factory=dict)
    file: int = 0
    changed: dict[str, str] = field(default_factory=dict)

    @property
    def drawn(self) -> tuple[str, str]:
        """The double-blind ones."""
        return (self.double, self.twin)

    def actor(self, who: str) -> Any:
        return actor_for(self.people[who])


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


def done(answer: Any) -> Any:
    assert not isinstance(answer, Refusal), [(one.code, one.say.zh) for one in answer.problems]
    return answer


def done_page(response: Any) -> None:
    assert response.status_code == 303, response.content.decode()[:3000]


@contextmanager
def scene_at(tmp_path: Path, settings: Any) -> Iterator[Scene]:
    """The first moment: every panel works."""
    settings.MEDIA_ROOT = tmp_path / "files"
    world = w.world(experts_count=14)
    make.duty("registrar", world.people.setdefault("registrar", make.person()))
    Expert.objects.update(region_code="110000")
    Expert.objects.filter(pk__in=world.experts[-4:]).update(fields=["gbt13745:2009:630"])
    bureau = make.organisation("昆仑推荐局", kind="bureau")
    away = make.organisation("昆仑申报大学", kind="university", under=bureau, region_code="650100")
    other = make.organisation("淖尔申报学院", kind="university", under=bureau, region_code="650100")
    applicant, member = _applicant(away, "欧阳不可知"), called(make.person(employer=away), "司徒不可知")
    second = _applicant(other, "尉迟不可知")
    hosting, recommending, hosting_other = make.person(employer=away), make.person(), make.person(employer=other)
    make.duty("host", hosting, organisation=away)
    make.duty("host", hosting_other, organisation=other)
    make.duty("authority", recommending, organisation=bureau)
    opens, closes = w.moment("2026-03-01"), w.moment("2026-03-31", "18:00")
    with clock_at(w.moment("2026-03-02")):
        key_rd = w.call(world, "key-rd-project", opens=opens, closes=closes)
        single, draft = w.started(world), w.started(world)
        done(world.act(single, "submit", "applicant", values=w.proposal(world)))
        done(world.act(single, "endorse", "host", note="材料属实"))
        done(world.act(single, "endorse", "authority", rank=1))
        fund = w.call(world, "natural-science-fund", opens=opens, closes=closes)
        world.round = key_rd
        double = done(opening.start(fund.code, actor_for(applicant), away.pk, uuid4().hex)).number
        file = make.document("欧阳不可知图表.pdf", a_pdf_by("欧阳不可知"), by=actor_for(applicant), origin=double)
        values = w.fund_proposal(
            world,
            title=TITLE,
            principal=applicant.pk,
            team=[{"member": member.pk, "months": 6}],
            groundwork="昆仑申报大学有连续五年的样地数据，欧阳不可知发表相关论文三篇。",
            figures=[file.pk],
        )
        _handed_in(world, double, applicant, hosting, values)
        twin = done(opening.start(fund.code, actor_for(second), other.pk, uuid4().hex)).number
        theirs = {
            "title": TWIN_TITLE,
            "principal": second.pk,
            "team": [],
            "groundwork": "淖尔申报学院有胡杨样地，尉迟不可知已发表相关论文两篇。",
        }
        _handed_in(world, twin, second, hosting_other, w.fund_proposal(world, **theirs))
    scene = Scene(world, single, double, twin, draft, fund, key_rd, file=file.pk)
    scene.people = dict(world.people) | {
        "away applicant": applicant,
        "away member": member,
        "away host": hosting,
        "away authority": recommending,
        "twin applicant": second,
        "twin host": hosting_other,
    }
    scene.telling = (
        *("昆仑申报大学", "昆仑推荐局", "欧阳不可知", "司徒不可知"),
        *(f"people/{applicant.pk}/", f"organisations/{away.pk}/"),
    )
    scene.telling_of_twin = ("淖尔申报学院", "尉迟不可知", f"people/{second.pk}/", f"organisations/{other.pk}/")
    with clock_at(w.moment("2026-04-09")):
        met = {f"formal.{rule}": {"result": "meets"} for rule in ("scope", "attachments", "anonymous", "similar")}
        for number in scene.drawn:
            done(world.act(number, "pass", "officer", verdicts=met))
        drawn = _drawn(world, fund)
    with clock_at(WORKING):
        _entered(world, drawn)
        _under_review(scene)
        entries.rebuild()
        yield scene


def _applicant(employer: Organisation, name: str) -> Person:
    return called(make.person(employer=employer, born=w.date(1980, 5, 1), title="senior", degree="doctor"), name)


def _handed_in(world: w.World, number: str, applicant: Person, host: Person, values: dict[str, Any]) -> None:
    done(world.act(number, "submit", actor_for(applicant), values=values))
    done(world.act(number, "endorse", actor_for(host), note="材料属实"))


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
    assert chairs.settle(found, world.actor("officer")).invited == 6


def _under_review(scene: Scene) -> None:
    """Three were asked for the single-blind case and six drawn for the others; of each panel one has scored, one only
    accepted, one has not answered."""
    world = scene.world
    met = {f"formal.{rule}": {"result": "meets"} for rule in ("guide", "attachments", "classified", "cv")}
    done(world.act(scene.single, "pass", "officer", verdicts=met))
    free = [one for one in world.experts if not SeatHolder.objects.filter(expert=one).exists()]
    done(world.act(scene.single, "assign", "officer", experts=free[:3]))
    for number, kind in ((scene.single, "single"), (scene.double, "double"), (scene.twin, "twin")):
        for at, person in enumerate(panel_of(scene, number)):
            scene.people[f"{kind} reviewer {at}"] = person
            client = signed_in(person)
            if at < 2:
                done_page(act(client, number, "accept", declared=["interests", "confidence"]))
            client.post(reverse("case_review_draft", args=[number]), {"comment": "草稿"})
            if at == 0:
                _scored(scene, number, person)


def panel_of(scene: Scene, number: str) -> list[Person]:
    """Who sits on it, each with a name that says so."""
    found = []
    seats = Seat.objects.filter(case__number=number, state__in=("invited", "accepted", "final")).order_by("number")
    for seat in seats.select_related("holder__expert__person"):
        person = seat.holder.expert.person
        if not person.name.startswith("慕容评审"):
            called(person, f"慕容评审{'甲乙丙丁戊己庚辛壬癸子丑寅卯'[len(scene.reviewers)]}")
        scene.reviewers[person.name] = person.pk
        found.append(person)
    return found


def _scored(scene: Scene, number: str, person: Person, off: int = 1) -> None:
    rubric = versions.definition_of(Case.objects.get(number=number).programme).programme.rubrics[0]
    given = {str(one.criterion): one.points - off for one in rubric.criteria}
    answer = scene.world.act(number, "score", actor_for(person), scores=given, comment="思路清楚，基础扎实可信。")
    assert isinstance(answer, services.Done), answer


# ------------------------------------------------------------------------------------------ what else stands there


def furnish(scene: Scene) -> None:
    """Everything that a page can show beside the cases: a plan of panels, shared text, a list on its way, a batch, links
    that were mailed, what programs ask, a reviewer whom a tie keeps out since."""
    world, officer = scene.world, scene.world.actor("officer")
    done(matching.ask(scene.key_rd, _review(scene.key_rd), Bounds(), officer, new_key()))
    assert similarity.keep_up().found, "the twin says the same as the double-blind one"
    export = exports.put_off(officer, listing_at("/cases/", "", officer), "/cases/", "zh")
    exports.write(export.pk)
    done(batches.begin(officer, Case.objects.filter(number__in=(scene.single, *scene.drawn)), new_key()))
    make.duty("administrator", scene.people["away host"], organisation=scene.people["away host"].employer)
    away = scene.people["away host"].employer
    assert away is not None
    joining.invite(scene.actor("away host"), away, email="reader@example.org", name="受邀者")
    Subscription.objects.create(address="reader@example.org", language="zh", words=TITLE, created_at=clock.now())
    ImportRun.objects.create(
        spec="people", file_name="人员.xlsx", file_sha256="0" * 64, by=scene.people["registrar"], rows_read=0, created=0,
        updated=0, unchanged=0,
    )  # fmt: skip
    token_of(scene.people["applicant"])
    for who in ("applicant", "away applicant", "twin applicant"):
        account = Account.objects.filter(person=scene.people[who]).first() or make.account(scene.people[who])
        subscribing.make(account, scene.actor(who), "https://hooks.example.org/x", tuple(KINDS))
    listening.listen()
    late, applicant = scene.people["single reviewer 2"], scene.people["applicant"]
    make.tie(late, "adviser", applicant)
    assert Recusal.objects.filter(seat__case__number=scene.single, is_hard=True).exists()
    today = clock.today()
    host = Duty.objects.get(person=scene.people["host"], role="host")
    colleague, until = make.person(employer=world.university), today + timedelta(days=90)
    hand_to_deputy(scene.actor("host"), host, colleague, since=today, until=until, reason="出差")
    for who in ("planner", "publisher"):
        open_ = w.call(world, "key-rd-project", opens=w.moment("2026-03-01"), closes=w.moment("2026-12-31", "18:00"))
        new = {"contact_zh": "0991-2000", "contact_en": "0991-2000"}
        assert isinstance(amending.draft_change(open_.code, new, "电话有误", world.actor(who)), CallChange)
        scene.changed[who] = open_.code
        terms = rounds.Terms(
            f"DRAFT-{who}", Text("明年的批次", "Next year"), w.moment("2027-03-01"), w.moment("2027-03-31")
        )
        rounds.draft_round(w.version("key-rd-project"), terms, world.actor(who))


def _review(of_round: Round) -> Review:
    step = versions.definition_of(of_round.programme).programme.step("review")
    assert isinstance(step, Review)
    return step


# ------------------------------------------------------------------------------------------- after the decision


def decide(scene: Scene) -> None:
    """All reviews are in. The committee has approved the double-blind case, whose notice is over, and refused the twin; it
    is called to hear the applicants of the other round."""
    for name in ("second", "third", "fourth"):
        scene.world.people[name] = make.person()
        make.duty("committee", scene.world.people[name])
    with clock_at(w.moment("2026-04-20")):
        out = scene.actor("single reviewer 2")
        done(scene.world.act(scene.single, "decline", out, because="conflict", reason="应当回避"))
        taken = SeatHolder.objects.filter(seat__case__number=scene.single).values_list("expert", flat=True)
        free = [one for one in scene.world.experts if one not in taken]
        done(scene.world.act(scene.single, "assign", "officer", experts=free[:3]))
        for number in (scene.single, *scene.drawn):
            _all_score(scene, number)
        for of_round in (scene.key_rd, scene.fund):
            done(rounds.adopt_ranking(of_round.code, "rank", scene.world.actor("officer"), new_key()))
    with clock_at(w.moment("2026-05-11")):
        _meets(scene)
        draws.publish(Draw.objects.get(round=scene.fund), scene.world.actor("officer"))
        _hears(scene)
    with clock_at(DECIDED):
        alarms.ring()
    assert Case.objects.get(number=scene.double).step == "agree"
    assert Case.objects.get(number=scene.twin).end == "declined"
    listening.listen()
    entries.rebuild()


def _all_score(scene: Scene, number: str) -> None:
    for person in panel_of(scene, number):
        seat = Seat.objects.get(case__number=number, holder__expert__person=person)
        if seat.state == "invited":
            done_page(act(signed_in(person), number, "accept", declared=["interests", "confidence"]))
        if seat.state != "final":
            _scored(scene, number, person, off=1 if number != scene.twin else 2)


def _meets(scene: Scene) -> None:
    officer = scene.world.actor("officer")
    begins = clock.now() + timedelta(hours=1)
    made = done(
        planning.plan(
            scene.fund, "decide", officer, place="一号会议室", begins=begins, ends=begins + timedelta(hours=2)
        )
    )
    members = [scene.world.actor(who) for who in ("committee", "second", "third", "fourth")]
    for one in members:
        done(meetings.be_there(made.pk, one.person or 0, officer, present=True))
    done(meetings.open_(made.pk, officer, early=True))
    for item in Item.objects.filter(meeting=made.pk).select_related("case"):
        choice = "against" if item.case.number == scene.twin else "for"
        done(meetings.take_up(made.pk, item.pk, officer))
        sitting = done(meetings.open_ballot(made.pk, item.pk, officer))
        ballot = sitting.ballots[item.pk][0].pk
        for one in members:
            done(meetings.vote(made.pk, ballot, choice, one))
        done(meetings.close_ballot(made.pk, ballot, officer))
        done(meetings.enter(made.pk, item.pk, "依表决结果", members[0], uuid4().hex, sure=True))
    done(meetings.close(made.pk, officer, undone=0))
    client = signed_in(scene.people["committee"])
    address, fix = (reverse(name, args=[scene.fund.code, "decide"]) for name in ("resolution", "resolution_fix"))
    done_page(client.post(fix, {**fields_on(client.get(address).content.decode(), fix), "confirmed": "yes"}))
    assert Resolution.objects.exists()


def _hears(scene: Scene) -> None:
    officer, begins = scene.world.actor("officer"), w.moment("2026-06-10")
    ends = begins + timedelta(hours=2)
    made = done(
        planning.plan(scene.key_rd, "decide", officer, place="二号会议室", begins=begins, ends=ends, kind="defence")
    )
    slots.set_slots(made.pk, [Session(begins, ends)], officer, length_minutes=20)
    slots.propose_order(made.pk, officer)
    appointments.tell_slots(made.pk, officer)


# ------------------------------------------------------------------------------------------------- what is read


def put_away(response: Any) -> None:
    """Close the file of an answer: the file alone, for closing the answer would close the test's database."""
    for close in response._resource_closers:
        close()


def read(response: Any) -> str:
    """Everything an answer says, whatever its kind: headers, text, what a PDF or a spreadsheet holds, and about itself."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    put_away(response)
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
