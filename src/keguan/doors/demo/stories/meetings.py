"""Meetings of the committee in the demo year: one for each day on which cases are decided, and a defence session that lies ahead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from keguan.casework.models import Round
from keguan.casework.rounds import resolutions
from keguan.casework.services import Done
from keguan.doors.demo.plans import Plan
from keguan.doors.demo.stage import Stage, Story, Unexpected
from keguan.fairness.schedule import Session
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import digest
from keguan.kernel.clock import BEIJING, local_date
from keguan.kernel.problems import Refusal
from keguan.panels.meetings import appointments, planning, services, signed_minutes, slots
from keguan.panels.meetings.minutes_content import digest_of
from keguan.panels.meetings.models import Item, Meeting
from keguan.panels.meetings.sittings import Sitting

PLACE = "科技大楼三楼第一会议室"
PRESENT = 4
"""So many of the five members come: enough for two thirds."""
MOST_AT_ONCE = 20
"""So many places in other meetings of the day are known of when one more is opened."""
BRING = Text("身份证、答辩幻灯片（不超过10页）", "Your identity card, and at most ten slides")


_OPINIONS = (
    "目标清楚，建议答辩时说明示范面积如何核定。",
    "与已部署任务有衔接，经费测算基本合理。",
    "技术路线可行，请补充合作单位的分工。",
)


def decided(
    stage: Stage, plan: Plan, number: str, verb: str, reason: str, seed: int, amount_fen: int | None = None
) -> None:
    """The committee takes the case up in today's meeting and votes; a member enters what the ballot carried."""
    meeting, present = _today(stage, plan)
    officer = stage.cast.actor(stage.cast.one("officer"))
    item = Item.objects.filter(meeting=meeting, case__number=number).first()
    if item is None:
        item = _done(planning.add(meeting.pk, [number], officer), number)[0]
    if seed % 9 == 4:
        # The last of those who came keeps out of this one: a quorum of the others votes.
        *present, out = present
        said = "本人去年受聘为该单位科研顾问。"
        _done(services.keep_out(meeting.pk, item.pk, out, said, stage.cast.actor(out)), number)
    _done(services.take_up(meeting.pk, item.pk, officer), number)
    sitting = _done(
        services.open_ballot(meeting.pk, item.pk, officer, motion=item.motion, amount_fen=amount_fen), number
    )
    ballot = sitting.ballots[item.pk][0].pk
    carried = verb == item.motion
    for voter, choice in zip(present, _choices(carried=carried, seed=seed), strict=False):
        _done(services.vote(meeting.pk, ballot, choice, stage.cast.actor(voter)), number)
    _done(services.close_ballot(meeting.pk, ballot, officer), number)
    if not carried and seed % 2:
        words = "建议与已部署的任务统筹后再议，保留意见。"
        _done(services.dissent(meeting.pk, ballot, words, stage.cast.actor(present[0])), number)
    entered = services.enter(
        meeting.pk, item.pk, reason, stage.cast.actor(present[seed % len(present)]), stage.key(), sure=True
    )
    if not isinstance(entered, Done):
        raise Unexpected(f"{number}: {[(one.code, one.value) for one in entered.problems]}")
    stage.deeds[verb] += 1
    stage.moved()


def _choices(*, carried: bool, seed: int) -> list[str]:
    if carried:
        return ["for", "for", "for", "abstain" if seed % 5 == 0 else "against" if seed % 7 == 0 else "for"]
    return ["for", "against", "against", "against" if seed % 3 else "abstain"]


def _today(stage: Stage, plan: Plan) -> tuple[Meeting, list[int]]:
    """Today's meeting on the round: found, or called, with those who came, and opened."""
    day = local_date(clock.now())
    found = Meeting.objects.filter(round__code=plan.code, state="open").first()
    if found is None:
        officer = stage.cast.actor(stage.cast.one("officer"))
        begins = clock.now()
        ends = max(datetime.combine(day, time(20), BEIJING), begins + timedelta(hours=1))
        found = _done(
            planning.plan(
                Round.objects.get(code=plan.code), "decide", officer, place=PLACE,
                begins=begins, ends=ends,
            ),
            plan.code,
        )  # fmt: skip
        for person in _members(found)[:PRESENT]:
            _done(services.be_there(found.pk, person, officer, present=True), plan.code)
        # Two rounds may be decided on one day, by the same committee.
        _done(services.open_(found.pk, officer, twice=MOST_AT_ONCE), plan.code)
    return found, _members(found)[:PRESENT]


def _members(meeting: Meeting) -> list[int]:
    return list(meeting.members.order_by("pk").values_list("person", flat=True))


def held(stage: Stage, plan: Plan) -> Iterable[Story]:
    """The evening of each meeting, and the meeting that waits for what is undecided today."""
    for phase in ("decide", "decide again"):
        if phase in plan.phases:
            yield _evening(stage, plan, phase)
    if plan.fates.get("at_decide"):
        yield _ahead(stage, plan)


def _evening(stage: Stage, plan: Plan, phase: str) -> Story:
    yield datetime.combine(stage.day(plan.phases[phase]), time(20, 30), BEIJING)
    meeting = Meeting.objects.filter(round__code=plan.code, state="open").first()
    if meeting is not None:
        left = meeting.items.exclude(state="done").count()
        officer = stage.cast.actor(stage.cast.one("officer"))
        _done(services.close(meeting.pk, officer, undone=left), plan.code)
        stage.deeds["meetings"] += 1
        yield clock.now() + timedelta(minutes=20)
        _signed(stage, plan, meeting.pk, officer)


def _signed(stage: Stage, plan: Plan, meeting: int, officer: Actor) -> None:
    """The secretary and who came sign the minutes; the resolution is fixed, and all sign it but one."""
    mark = digest_of(Sitting.of(meeting))
    came = [stage.cast.actor(one) for one in _members(Meeting.objects.get(pk=meeting))[:PRESENT]]
    for actor in (officer, *came):
        _done(signed_minutes.sign(meeting, mark, actor), plan.code)
    of_round = Round.objects.select_related("programme").get(code=plan.code)
    decide = Sitting.of(meeting).step
    fixed = resolutions.fix(of_round, decide, digest(resolutions.content_of(of_round, decide)), came[0])
    if isinstance(fixed, Refusal):
        return  # something is still to be decided
    asked = set(fixed.signatures.values_list("person", flat=True))
    for actor in came[:-1]:
        if actor.person in asked:
            _done(resolutions.sign(of_round, decide, fixed.digest, actor), plan.code)


def _ahead(stage: Stage, plan: Plan) -> Story:
    draw = Random(plan.code)
    yield stage.on(1, draw)
    begins = stage.after(stage.until, 3, 3, draw).replace(hour=9, minute=0)
    officer = stage.cast.actor(stage.cast.one("officer"))
    found = planning.plan(
        Round.objects.get(code=plan.code), "decide", officer, place=PLACE, begins=begins,
        ends=begins + timedelta(hours=3), written_until=begins - timedelta(hours=12), kind="defence",
    )  # fmt: skip
    pk = _done(found, plan.code).pk
    stretches = [
        Session(begins, begins + timedelta(minutes=90)),
        Session(begins + timedelta(minutes=110), begins + timedelta(hours=4)),
    ]
    away = _members(Meeting.objects.get(pk=pk))[-1]
    _done(slots.set_slots(pk, stretches, officer, length_minutes=20, pause_minutes=5, bring=BRING), plan.code)
    _done(slots.be_away(pk, away, begins, begins + timedelta(minutes=60), stage.cast.actor(away)), plan.code)
    _done(slots.propose_order(pk, officer), plan.code)
    _done(appointments.tell_slots(pk, officer), plan.code)
    # Two of the members have read the papers already.
    sitting = Sitting.of(pk)
    for place, member in enumerate(_members(sitting.meeting)[:2]):
        for number, item in enumerate(sitting.items[: 3 - place]):
            if not sitting.is_out(item, member):
                said = _OPINIONS[(number + place) % len(_OPINIONS)]
                score = 78 + (number * 5 + place * 3) % 12
                _done(services.give_opinion(pk, item.pk, score, said, stage.cast.actor(member)), plan.code)


def _done(answer: Any, what: str) -> Any:
    if isinstance(answer, Refusal):
        raise Unexpected(f"{what}: {[(one.code, one.say.zh, one.value) for one in answer.problems]}")
    return answer
