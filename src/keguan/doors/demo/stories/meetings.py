"""Meetings of the committee in the demo year: one for each day on which cases are decided, and a defence session that lies ahead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from keguan.casework.models import Round
from keguan.casework.services import Done
from keguan.doors.demo.plans import Plan
from keguan.doors.demo.stage import Stage, Story, Unexpected
from keguan.fairness.schedule import Session
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING, local_date
from keguan.kernel.problems import Refusal
from keguan.panels.meetings import appointments, planning, services, slots
from keguan.panels.meetings.models import Item, Meeting

PLACE = "科技大楼三楼第一会议室"
PRESENT = 4
"""So many of the five members come: enough for two thirds."""
MOST_AT_ONCE = 20
"""So many places in other meetings of the day are known of when one more is opened."""
BRING = Text("身份证、答辩幻灯片（不超过10页）", "Your identity card, and at most ten slides")


def decided(
    stage: Stage, plan: Plan, number: str, verb: str, reason: str, seed: int, amount_fen: int | None = None
) -> None:
    """The committee takes the case up in today's meeting and votes; a member enters what the ballot carried."""
    meeting, present = _today(stage, plan)
    officer = stage.cast.actor(stage.cast.one("officer"))
    item = Item.objects.filter(meeting=meeting, case__number=number).first()
    if item is None:
        item = _done(planning.add(meeting.pk, [number], officer), number)[0]
    _done(services.take_up(meeting.pk, item.pk, officer), number)
    sitting = _done(
        services.open_ballot(meeting.pk, item.pk, officer, motion=item.motion, amount_fen=amount_fen), number
    )
    ballot = sitting.ballots[item.pk][0].pk
    carried = verb == item.motion
    for voter, choice in zip(present, _choices(carried=carried, seed=seed), strict=True):
        _done(services.vote(meeting.pk, ballot, choice, stage.cast.actor(voter)), number)
    _done(services.close_ballot(meeting.pk, ballot, officer), number)
    if not carried and seed % 2:
        words = "建议与已部署的任务统筹后再议，保留意见。"
        _done(services.dissent(meeting.pk, ballot, words, stage.cast.actor(present[0])), number)
    entered = services.enter(
        meeting.pk, item.pk, reason, stage.cast.actor(present[seed % PRESENT]), stage.key(), sure=True
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
        _done(services.close(meeting.pk, stage.cast.actor(stage.cast.one("officer")), undone=left), plan.code)
        stage.deeds["meetings"] += 1


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


def _done(answer: Any, what: str) -> Any:
    if isinstance(answer, Refusal):
        raise Unexpected(f"{what}: {[(one.code, one.say.zh, one.value) for one in answer.problems]}")
    return answer
