"""Planning a meeting: where and when, who sits in it, which cases in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

from django.db import transaction
from django.db.models import Max

from keguan.casework.messages import send
from keguan.casework.models import Case, Round
from keguan.casework.reviewing.recusal import member_recusals
from keguan.casework.services import take_locks
from keguan.casework.versions import definition_of
from keguan.engine.moves import refuse
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal
from keguan.language.schema import Decide
from keguan.panels.meetings.models import KINDS, Item, KeptOut, Meeting, Member, TakenOff
from keguan.panels.meetings.outcomes import not_free
from keguan.panels.meetings.rights import is_secretary
from keguan.panels.meetings.sittings import Sitting
from keguan.panels.meetings.standing import taken
from keguan.registers.parties.models import Duty
from keguan.registers.parties.queries import in_force
from keguan.registers.trace import services as trace

MOST_ITEMS = 200
LONGEST_PLACE = 200
MOST_AHEAD = timedelta(days=2 * 366)
OVER = refuse("meeting.closed", Text("会议已结束。", "The meeting is over."))
NOT_SECRETARY = refuse(
    "right.missing", Text("只有项目主管可以安排会议。", "Only the programme officer runs a meeting.")
)
_TIMED = refuse(
    "meeting.timed", Text("议项有答辩时段，顺序随时段而定。", "Items have slots here, and their times are the order."),
    fix=Text("请在“答辩时间表”调整。", "Move them in the schedule of defences."),
)  # fmt: skip
_WAITS_NOT = Text(
    "{number}不是本批次等待这项决定的办件。", "{number} is no case of this round that waits for this decision."
)
_WHICH_WAIT = Text(
    "请核对编号，或在批次的决策页面查看。", "Check the number; the round's page of decisions lists those that wait."
)
_HERE = Text("{number}已在本次会议的议程上。", "{number} is on this agenda already.")
_AHEAD = Text("请核对日期和时间。", "Look at the day and the time once more.")
_FREE_IT = Text("请在该次会议审议，或先从它的议程撤下。", "Deal with it there, or take it off that agenda first.")
_CALLED = Text("请参加{title}：{begins}，{place}。", "You are asked to {title}: {begins}, {place}.")


def plan(
    of_round: Round,
    step_id: str,
    actor: Actor,
    *,
    place: str,
    begins: datetime,
    ends: datetime,
    kind: str = "committee",
    written_until: datetime | None = None,
) -> Meeting | Refusal:
    """Call a meeting of the body that decides a step, with everybody who holds that duty today in their own right, and the
    cases that wait for it in the order of the ranking, but for those that another meeting has (`standing.taken`). Members are
    told.

    written_until: members may hand in written opinions until then (通讯评议 first, then the meeting).
    """
    step = definition_of(of_round.programme).programme.step(step_id)
    if not actor.holds("officer", programme=of_round.programme.code):
        return NOT_SECRETARY
    if problems := wrong(step, place, begins, ends, kind, written_until):
        return Refusal(problems)
    decide = cast("Decide", step)  # `wrong` has refused every other step
    body = decide.by
    with transaction.atomic():
        trace.stamp(actor)
        take_locks((f"meetings of {of_round.pk}",))
        last = Meeting.objects.filter(round=of_round, step=step_id).aggregate(last=Max("number"))["last"]
        made = Meeting.objects.create(
            round=of_round, step=step_id, kind=kind, body=body, number=(last or 0) + 1, place=place.strip(),
            begins=begins, ends=ends, written_until=written_until, secretary=actor.person,
        )  # fmt: skip
        people = members_of(body, of_round.programme.code)
        Member.objects.bulk_create(Member(meeting=made, person_id=person) for person in people)
        waiting = Case.objects.filter(round=of_round, step=step_id).exclude(pk__in=taken(of_round, decide))
        added = _add(made, list(waiting.order_by("position", "-score_hundredths", "number")[:MOST_ITEMS]))
        told = {
            "title": made.full_title,
            "begins": _at(begins),
            "place": made.place,
        }
        send("meeting", people, None, _CALLED.filled(**told), clock.now(), path=made.href)
        payload = {
            "code": of_round.code,
            "meeting": made.pk,
            "n": made.number,
            "items": len(added),
            "members": len(people),
        }
        trace.write("meeting:sitting:planned", actor, payload=payload)
        return made


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(clock.BEIJING):%Y-%m-%d %H:%M}"


def members_of(role: str, programme: str) -> list[int]:
    """Who holds this duty for the programme today in their own right: nobody votes for somebody else."""
    duties = Duty.objects.filter(in_force(clock.today()), role=role, programme__in=("", programme), delegated_from=None)
    return list(duties.order_by("person").values_list("person", flat=True).distinct())


def add(pk: int, numbers: Sequence[str], actor: Actor) -> Sequence[Item] | Refusal:
    """Put cases that wait for this decision on the agenda, at its end: all of them, or none where one is not free."""
    with transaction.atomic():
        sitting = Sitting.of(pk, locking=True)
        meeting = sitting.meeting
        trace.stamp(actor)
        if not is_secretary(actor, meeting):
            return NOT_SECRETARY
        if meeting.is_over:
            return OVER
        take_locks((f"meetings of {meeting.round_id}",))
        wanted = list(dict.fromkeys(filter(None, numbers)))
        if not wanted:
            said = Text("请填写办件编号。", "Write the numbers of the cases.")
            return refuse("meeting.nothing_to_add", said, where="numbers")
        if len(sitting.items) + len(wanted) > MOST_ITEMS:
            said = Text("一次会议最多{n}个议项。", "Items of one meeting: at most {n}.").filled(n=MOST_ITEMS)
            return refuse("meeting.too_many", said, where="numbers")
        rows = Case.objects.filter(round=meeting.round, step=meeting.step, number__in=wanted)
        waiting = {one.number: one for one in rows}
        if problems := _not_added(sitting, wanted, waiting):
            return Refusal(problems)
        made = _add(meeting, [waiting[number] for number in wanted], after=len(sitting.items))
        payload = {"meeting": meeting.pk, "code": meeting.round.code, "items": len(made)}
        trace.write("meeting:agenda:added", actor, payload=payload)
        return made


def _not_added(sitting: Sitting, wanted: Iterable[str], waiting: Mapping[str, Case]) -> tuple[Problem, ...]:
    here, others = {one.case_id for one in sitting.items}, taken(sitting.meeting.round, sitting.step)
    problems = []
    for number in wanted:
        case = waiting.get(number)
        if case is None:
            said = _WAITS_NOT.filled(number=number[:40])
            problems.append(Problem("meeting.waits_not", said, "numbers", number[:40], fix=_WHICH_WAIT))
        elif case.pk in here:
            problems.append(Problem("meeting.here", _HERE.filled(number=number), "numbers", number))
        elif case.pk in others:
            said = not_free(number, others[case.pk])
            problems.append(Problem("meeting.elsewhere", said, "numbers", number, fix=_FREE_IT))
    return tuple(problems)


def _add(meeting: Meeting, cases: Sequence[Case], after: int = 0) -> list[Item]:
    made = []
    people = list(meeting.members.values_list("person", flat=True))
    for at, case in enumerate(cases, start=after + 1):
        there = case.memo.state["steps"].get(meeting.step, {}).get("memo", {})
        proposed = int(there.get("proposed") or 0)
        item = Item(meeting=meeting, case=case, place=at, amount_fen=proposed or None)
        # What the ranking gives nothing is put to the vote as what it is.
        item.motion = "approve" if proposed else "reject"
        made.append(item)
    Item.objects.bulk_create(made)
    find_kept_out(made, people)
    return made


def find_kept_out(items: Sequence[Item], people: Sequence[int]) -> None:
    """Note who must keep out of the cases of these items, as far as the registers know today; whoever is noted already, in this
    meeting or another, stays so. The caller holds the meeting locked, or has just made the items."""
    noted = set(KeptOut.objects.filter(case__in=[one.case_id for one in items]).values_list("case", "person"))
    for item in items:
        step = definition_of(item.meeting.round.programme).programme.step(item.meeting.step)
        avoid = step.vote.avoid if isinstance(step, Decide) and step.vote else ()
        _keep_out(item.case, [one for one in people if (item.case_id, one) not in noted], avoid)


def _keep_out(case: Case, people: Sequence[int], avoid: Sequence[str]) -> None:
    """Who must keep out of the case, as far as the registers know, and who acted on it for another body."""
    hands = case.memo.state.get("hands", {})
    acted = {person for body, who in hands.items() if body != "planning" for person in who}
    found = member_recusals(case, people, avoid)
    rows = []
    for person in people:
        problem = next(iter(found[person]), None)
        reason = problem.say if problem else _ACTED if person in acted else None
        if reason is not None:
            rows.append(
                KeptOut(
                    case=case, person=person, reason_zh=reason.zh, reason_en=reason.en, source="found", at=clock.now()
                )
            )
    # Another meeting's agenda may find the same at the same time.
    KeptOut.objects.bulk_create(rows, ignore_conflicts=True)


_ACTED = Text("曾代表另一方办理本件。", "Acted on this case for another body.")


def move(pk: int, item: int, by: int, actor: Actor) -> Item | Refusal:
    """Move an item up (by -1) or down (by 1) on the agenda, while it waits. Refused where items have slots: these are the order."""
    with transaction.atomic():
        sitting = Sitting.of(pk, locking=True)
        if not is_secretary(actor, sitting.meeting):
            return NOT_SECRETARY
        if sitting.meeting.is_over:
            return OVER
        if sitting.is_timed:
            return _TIMED
        items = [one for one in sitting.items if one.state == "waiting"]
        at = next((at for at, one in enumerate(items) if one.pk == item), None)
        if at is None or not 0 <= at + by < len(items):
            return refuse("meeting.item", Text("这个议项不能移动。", "This item cannot be moved."))
        trace.stamp(actor)
        here, there = items[at], items[at + by]
        here.place, there.place = there.place, here.place
        Item.objects.bulk_update([here, there], ["place"])
        trace.write(
            "meeting:agenda:moved", actor, payload={"meeting": pk, "number": here.case.number, "place": here.place}
        )
        return here


def drop(pk: int, item: int, actor: Actor) -> Meeting | Refusal:
    """Take an item off the agenda, while nothing was voted on it."""
    with transaction.atomic():
        sitting = Sitting.of(pk, locking=True)
        if not is_secretary(actor, sitting.meeting):
            return NOT_SECRETARY
        if sitting.meeting.is_over:
            return OVER
        found = sitting.item(item)
        if found is None or found.state != "waiting" or sitting.ballots.get(item):
            said = Text("已审议或已表决的议项不能撤下。", "What was taken up or voted on stays on the agenda.")
            return refuse("meeting.item", said)
        trace.stamp(actor)
        number = found.case.number
        TakenOff.objects.update_or_create(meeting=sitting.meeting, case=found.case, defaults={"at": clock.now()})
        found.delete()
        trace.write("meeting:agenda:dropped", actor, payload={"meeting": pk, "number": number})
        return sitting.meeting


def wrong(
    step: object,
    place: str,
    begins: datetime,
    ends: datetime,
    kind: str,
    written_until: datetime | None,
    *,
    is_moved: bool = True,
) -> tuple[Problem, ...]:
    """What stands against a meeting as it is planned. is_moved: whether its times are new; they lie ahead then."""
    problems = []
    if not isinstance(step, Decide) or step.vote is None:
        said = Text("计划没有规定本环节由会议表决。", "The programme does not say that a meeting votes here.")
        problems.append(Problem("meeting.no_vote", said, "step"))
    if not place.strip():
        problems.append(Problem("meeting.place", Text("请写明地点。", "Say where."), "place"))
    if len(place.strip()) > LONGEST_PLACE:
        said = Text("地点不超过{n}字。", "A place has at most {n} characters.").filled(n=LONGEST_PLACE)
        problems.append(Problem("meeting.place", said, "place"))
    now = clock.now()
    if is_moved and begins < now.replace(second=0, microsecond=0):
        said = Text(
            "会议不能安排在过去；现在是{now}（北京时间）。", "A meeting lies ahead; it is {now} now (Beijing time)."
        )
        problems.append(Problem("meeting.past", said.filled(now=_at(now)), "day", _at(begins), fix=_AHEAD))
    if is_moved and begins > now + MOST_AHEAD:
        said = Text("会议最多提前两年安排。", "A meeting is planned at most two years ahead.")
        problems.append(Problem("meeting.far", said, "day", _at(begins), fix=_AHEAD))
    if ends <= begins:
        problems.append(Problem("meeting.ends", Text("结束应晚于开始。", "It ends after it begins."), "ends"))
    if written_until is not None and written_until > begins:
        said = Text("书面意见应在会议开始前截止。", "Written opinions come in before the meeting begins.")
        problems.append(Problem("meeting.written_until", said, "written_until"))
    if kind not in KINDS:
        problems.append(Problem("meeting.kind", Text("没有这种会议。", "There is no such kind of meeting."), "kind"))
    return tuple(problems)
