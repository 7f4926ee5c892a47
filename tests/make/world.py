"""A small region with everybody a programme needs, and the walk of one case from call to agreement."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from tests import make

from keguan.casework import services, versions
from keguan.casework.drafting import opening
from keguan.casework.models import Case, ProgrammeVersion, Round, Seat
from keguan.casework.reviewing.votes import keep_vote
from keguan.casework.rounds import services as rounds
from keguan.engine.decision import Command
from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM, Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING, clock_at
from keguan.kernel.problems import Refusal
from keguan.language.schema import Decide
from keguan.registers.experts import services as experts
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.models import Duty, Person


def moment(day: str, at: str = "10:00") -> datetime:
    """A Beijing moment."""
    return datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=BEIJING)


@dataclass
class World:
    """Who is there. Every method acts through the real services, at the clock of the caller."""

    bureau: Organisation
    university: Organisation
    people: dict[str, Person] = field(default_factory=dict)
    experts: list[int] = field(default_factory=list)
    round: Round | None = None

    def actor(self, who: str) -> Actor:
        """The person with the duties in force today."""
        return actor_for(self.people[who])

    def act(self, number: str, verb: str, who: str | Actor, **content: Any) -> Any:
        """Ask something of a case, at the step where it is."""
        actor = who if isinstance(who, Actor) else self.actor(who)
        if verb in ("approve", "reject"):
            voted(number, verb, content.get("amount_fen"))
        step = Case.objects.values_list("step", flat=True).get(number=number)
        return services.act(number, Command(verb, step, content), actor, uuid4().hex)


def version(code: str) -> ProgrammeVersion:
    """The programme of this code, published."""
    folder = sorted((Path(settings.PROGRAMMES) / code).iterdir())[-1]
    found = versions.publish(folder, Path(settings.PARAMETERS), SYSTEM)
    assert not isinstance(found, Refusal), found
    return found


def world(experts_count: int = 7) -> World:
    """One bureau, one university, everybody with a duty, and experts who work elsewhere."""
    bureau = make.organisation("天河市科学技术局", kind="bureau")
    university = make.organisation("天河大学", kind="university", under=bureau)
    made = World(bureau, university)
    for who, role, organisation in (
        ("host", "host", university),
        ("authority", "authority", bureau),
        ("officer", "officer", None),
        ("planner", "planning", None),
        ("publisher", "planning", None),
        ("committee", "committee", None),
        ("supervisor", "supervision", None),
        ("finance", "finance", None),
    ):
        made.people[who] = make.person(employer=organisation)
        make.duty(role, made.people[who], organisation=organisation)
    made.people["applicant"] = make.person(employer=university, born=date(1980, 5, 1), title="senior", degree="doctor")
    made.people["member"] = make.person(employer=university, born=date(1990, 5, 1))
    elsewhere = make.organisation("北山理工大学", kind="university")
    for _ in range(experts_count):
        person = make.person(employer=elsewhere)
        expert = experts.nominate(experts.Nomination(person=person.pk, fields=("210",), keywords=("棉花",)), SYSTEM)
        made.experts.append(experts.verify(expert, SYSTEM).pk)
    return made


def call(
    of: World, code: str, *, opens: datetime, closes: datetime, budget_fen: int = 150_000_000, quota: int = 3
) -> Round:
    """A published round."""
    terms = rounds.Terms(
        code=f"{code}-{uuid4().hex[:6]}",
        title=Text("测试批次", "A round for tests"),
        opens=opens,
        closes=closes,
        budget_fen=budget_fen,
        quota=quota,
        grace_minutes=30,
    )
    drafted = rounds.draft_round(version(code), terms, of.actor("planner"))
    assert isinstance(drafted, Round), drafted
    # A call that is over by now was published while it was not.
    with clock_at(min(clock.now(), closes - timedelta(minutes=1))):
        published = rounds.publish_round(drafted.code, of.actor("publisher"))
    assert isinstance(published, Round), published
    of.round = published
    return published


def started(of: World, who: str = "applicant", host: Organisation | None = None) -> str:
    """A draft in the world's round."""
    assert of.round is not None
    done = opening.start(of.round.code, of.actor(who), (host or of.university).pk, uuid4().hex)
    assert isinstance(done, services.Done), done
    return done.number


_titled = count(1000)


def proposal(of: World, **changes: Any) -> dict[str, Any]:
    """A proposal for the key R&D programme that no rule stands against."""
    return {
        "title": f"棉花抗旱新品种选育与示范{next(_titled)}",
        "domain": "agriculture",
        "principal": of.people["applicant"].pk,
        "start": "2026-07-01",
        "end": "2029-06-30",
        "summary": "针对南疆灌区缺水问题，选育抗旱棉花新品种，并在主产区开展示范。",
        "objectives": "育成抗旱棉花新品种一个以上，形成配套节水栽培技术，建立示范区。",
        "route": "采用分子标记辅助选择与田间多点鉴定相结合，分三年完成选育和示范。",
        "targets": [{"indicator": "新品种", "value": 1, "unit": "个"}],
        "team": [{"member": of.people["member"].pk, "role": "lead", "months": 6}],
        "asked": "80 万元",
        "own_funds": "0 万元",
        "budget": [
            {"heading": "operations", "fiscal": "60 万元", "own": "0 万元"},
            {"heading": "labour", "fiscal": "20 万元", "own": "0 万元"},
        ],
        "ethics": False,
        "unclassified": True,
        "same_content": False,
    } | changes


def fund_proposal(of: World, **changes: Any) -> dict[str, Any]:
    """An application to the natural science fund that no rule stands against."""
    return {
        "title": f"荒漠植物根际微生物的耐盐机理{next(_titled)}",
        "domain": "life",
        "years": 3,
        "asked": "20 万元",
        "summary": "针对南疆灌区盐渍化问题，揭示荒漠植物根际微生物群落对盐胁迫的响应及其机理。",
        "question": "根际微生物群落的组成怎样随盐度变化，哪些菌群参与宿主离子平衡的调节。",
        "plan": "沿盐度梯度采样，结合宏基因组测序、分离培养和回接试验，逐步缩小到关键菌群。",
        "principal": of.people["applicant"].pk,
        "team": [{"member": of.people["member"].pk, "months": 6}],
        "groundwork": "已积累连续五年的样地数据，发表相关论文三篇。",
        "ethics": False,
        "unclassified": True,
    } | changes


def reviewed(of: World, number: str, scores: tuple[int, ...] = (90, 85, 81, 70, 20)) -> None:
    """Five reviewers are assigned, accept and score."""
    answer = of.act(number, "assign", "officer", experts=of.experts[: len(scores)])
    assert isinstance(answer, services.Done), answer
    case = Case.objects.select_related("programme").get(number=number)
    rubric = versions.definition_of(case.programme).programme.rubrics[0]
    for total, seat in zip(scores, Seat.objects.filter(case=case, state="invited").order_by("number"), strict=True):
        actor = actor_for(seat.holder.expert.person_id)
        assert isinstance(of.act(number, "accept", actor, confirmed=True), services.Done)
        left, given = total, {}
        for criterion in rubric.criteria:
            given[str(criterion.criterion)] = min(left, criterion.points)
            left -= given[str(criterion.criterion)]
        answer = of.act(number, "score", actor, scores=given, comment="思路清楚，基础扎实。")
        assert isinstance(answer, services.Done), answer


def voted(number: str, motion: str, amount_fen: int | None = None, people: int = 5) -> None:
    """A meeting has voted so, unanimously, where the step takes a vote."""
    case = Case.objects.select_related("programme", "memo").get(number=number)
    step = versions.definition_of(case.programme).programme.step(case.step) if case.step else None
    if not isinstance(step, Decide) or step.vote is None:
        return
    voters = list(Duty.objects.filter(role=step.by).values_list("person", flat=True))
    keep_vote(
        case, motion, {"for": people, "against": 0, "abstain": 0}, present=people, members=people,
        amount_fen=amount_fen, proposed_fen=amount_fen, voters=voters, ballot=1, at=clock.now(),
    )  # fmt: skip


def later(**by: int) -> Any:
    """The clock, moved on: a context manager."""
    return clock.clock_at(clock.now() + timedelta(**by))
