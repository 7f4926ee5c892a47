"""The slots of a defence session: cut from the times in which it sits, filled by a proposal, changed by hand.

Nobody but the secretary and the members sees them before they are told (`appointments.tell_slots`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from keguan.engine.moves import refuse
from keguan.engine.voting import rule_of
from keguan.fairness.ordering import Order, propose
from keguan.fairness.schedule import Away, Panel, Session, Turn, cut, overlapping
from keguan.fairness.schedule import Slot as Time
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING
from keguan.kernel.problems import Problem, Refusal
from keguan.panels.meetings.deeds import NO_ITEM, NOT_MEMBER, NOT_VOTED, Said, deed, note
from keguan.panels.meetings.models import Absence, Item, Slot
from keguan.panels.meetings.planning import LONGEST_PLACE, MOST_AHEAD, MOST_ITEMS, NOT_SECRETARY, OVER, find_kept_out
from keguan.panels.meetings.rights import is_secretary
from keguan.panels.meetings.sittings import Sitting

LENGTHS = (5, 240)
LONGEST_PAUSE = 120
MOST_TO_BRING = 180
_NOT_DEFENCE = refuse(
    "slots.kind", Text("只有答辩会安排时段。", "Only a defence session has slots."),
    fix=Text("请安排一次答辩会。", "Plan a defence session."),
)  # fmt: skip
_NO_SLOT = refuse("slots.slot", Text("没有这个时段。", "There is no such slot."))


def said_at(moment: datetime) -> str:
    """A moment by Beijing clocks, as messages and notes say it."""
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def panel_of(sitting: Sitting) -> Panel:
    """The body as the schedule knows it. Raises TypeError where its step takes no vote."""
    if sitting.vote is None:
        raise TypeError(f"{sitting.meeting.step} takes no vote")
    away = tuple(Away(one.person, one.begins, one.ends) for one in sitting.absences)
    return Panel(frozenset(one.person_id for one in sitting.members), away, rule_of(sitting.vote))


def times_of(sitting: Sitting) -> list[Time]:
    """Its slots as the schedule knows them, in order of time."""
    return [Time(one.begins, one.ends, one.place, one.session) for one in sitting.slots]


def turn_of(sitting: Sitting, item: Item) -> Turn:
    """An item as the schedule knows it."""
    return Turn(item.pk, frozenset(sitting.kept_out[item.pk]), item.case.host_id or 0)


def to_be_heard(sitting: Sitting) -> list[Item]:
    """The items that still need a slot or stand in one: not dealt with, and their case still waits for this decision."""
    return [one for one in sitting.items if one.state == "waiting" and one.case.step == sitting.meeting.step]


def _cannot(sitting: Sitting, actor: Actor) -> Refusal | None:
    if not is_secretary(actor, sitting.meeting):
        return NOT_SECRETARY
    if sitting.meeting.kind != "defence":
        return _NOT_DEFENCE
    if sitting.vote is None:
        return refuse("meeting.no_vote", NOT_VOTED)
    return OVER if sitting.meeting.is_over else None


def set_slots(
    pk: int,
    sessions: Sequence[Session],
    actor: Actor,
    *,
    length_minutes: int,
    pause_minutes: int = 0,
    bring: Text | None = None,
    request_id: str = "",
) -> Said:
    """Cut the times in which a defence session sits into slots of one length; those of before go, with who stood in them.
    The meeting then begins with the first and ends with the last. bring: what those who are heard should bring along."""

    def do(sitting: Sitting) -> Refusal | None:
        if no := _cannot(sitting, actor):
            return no
        meeting = sitting.meeting
        is_sane = LENGTHS[0] <= length_minutes <= LENGTHS[1] and 0 <= pause_minutes <= LONGEST_PAUSE
        length, pause = timedelta(minutes=length_minutes), timedelta(minutes=pause_minutes)
        slots = cut(sessions, length, pause) if is_sane else []
        if problems := _wrong(sitting, sessions, slots, length_minutes, pause_minutes, bring):
            return Refusal(problems)
        meeting.slots.all().delete()
        Slot.objects.bulk_create(
            Slot(
                meeting=meeting, session=one.session, begins=one.begins, ends=one.ends, place=one.place or meeting.place
            )
            for one in slots
        )
        meeting.begins, meeting.ends = slots[0].begins, max(one.ends for one in sessions)
        if bring is not None:
            meeting.bring_zh, meeting.bring_en = bring.zh, bring.en
        meeting.save(update_fields=["begins", "ends", "bring_zh", "bring_en"])
        note(sitting, "meeting:slots:set", actor, n=len(slots), minutes=length_minutes)
        return None

    return deed(pk, actor, request_id, do)


def _wrong(
    sitting: Sitting, sessions: Sequence[Session], slots: Sequence[Time], length: int, pause: int, bring: Text | None
) -> tuple[Problem, ...]:
    found = []
    low, high = LENGTHS
    if not low <= length <= high:
        said = Text("每项{low}至{high}分钟。", "An item takes {low} to {high} minutes.").filled(low=low, high=high)
        found.append(Problem("slots.length", said, "length", str(length)))
    if not 0 <= pause <= LONGEST_PAUSE:
        said = Text("间隔为0至{most}分钟。", "A pause is 0 to {most} minutes.").filled(most=LONGEST_PAUSE)
        found.append(Problem("slots.pause", said, "pause", str(pause)))
    for at, one in enumerate(sessions):
        if one.ends <= one.begins:
            said = Text("结束应晚于开始。", "It ends after it begins.")
            found.append(Problem("slots.ends", said, f"sessions[{at}].to", said_at(one.ends)))
    if two := overlapping(sessions):
        said = Text("两段时间重叠：{one}与{after}。", "Two of these times overlap: {one} and {after}.")
        found.append(
            Problem("slots.overlap", said.filled(one=said_at(two[0].begins), after=said_at(two[1].begins)), "sessions")
        )
    if not found and not slots:
        said = Text("这些时间里排不下一个时段。", "No slot fits into these times.")
        found.append(Problem("slots.none", said, "sessions"))
    if len(slots) > MOST_ITEMS:
        said = Text("最多{most}个时段。", "Slots: at most {most}.").filled(most=MOST_ITEMS)
        found.append(Problem("slots.many", said, "sessions", str(len(slots))))
    if slots and slots[0].begins <= clock.now():
        said = Text("时段应在将来。", "Slots lie in the future.")
        found.append(Problem("slots.past", said, "sessions", said_at(slots[0].begins)))
    if slots and slots[-1].begins > clock.now() + MOST_AHEAD:
        said = Text("时段最多提前两年安排。", "Slots are set at most two years ahead.")
        found.append(Problem("slots.far", said, "sessions", said_at(slots[-1].begins)))
    for at, one in enumerate(sessions):
        if len(one.place) > LONGEST_PLACE:
            said = Text("地点不超过{n}字。", "A place has at most {n} characters.").filled(n=LONGEST_PLACE)
            found.append(Problem("slots.place", said, f"sessions[{at}].place"))
    until = sitting.meeting.written_until
    if slots and until and slots[0].begins < until:
        said = Text("书面意见{until}才截止，答辩应在其后。", "Written opinions come in until {until}; defences follow.")
        found.append(Problem("slots.written", said.filled(until=said_at(until)), "sessions"))
    if bring is not None and max(len(bring.zh), len(bring.en)) > MOST_TO_BRING:
        said = Text("不超过{n}字。", "At most {n} characters.").filled(n=MOST_TO_BRING)
        found.append(Problem("slots.bring", said, "bring_zh"))
    return tuple(found)


def propose_order(pk: int, actor: Actor, request_id: str = "") -> Order | Refusal:
    """Put the items into slots anew, as well as can be: see `fairness.ordering.propose`. Ties are looked up once more first."""
    found: list[Order] = []

    def do(sitting: Sitting) -> Refusal | None:
        if no := _cannot(sitting, actor):
            return no
        if not sitting.slots:
            said, fix = Text("还没有时段。", "There are no slots."), Text("请先设定时间。", "Set the times first.")
            return refuse("slots.none", said, fix=fix)
        items = to_be_heard(sitting)
        find_kept_out(items, [one.person_id for one in sitting.members])
        sitting = Sitting.of(pk)
        taken = {one.item_id for one in sitting.slots if one.item_id} - {one.pk for one in items}
        free = [one for one in sitting.slots if one.item_id not in taken]
        times = [Time(one.begins, one.ends, one.place, one.session) for one in free]
        order = propose([turn_of(sitting, one) for one in items], times, panel_of(sitting))
        _sit(sitting, {free[at].pk: item for item, at in order.placed.items()}, keep=taken)
        in_order_of_slots(Sitting.of(pk))
        found.append(order)
        payload = {"placed": len(order.placed), "left": len(order.unplaced), "errands": order.errands}
        note(sitting, "meeting:slots:proposed", actor, **payload, is_best=order.is_best)
        return None

    answer = deed(pk, actor, request_id, do)
    return answer if isinstance(answer, Refusal) else found[0]


def _sit(sitting: Sitting, items: Mapping[int, int], keep: set[int]) -> None:
    """Let these items stand in these slots, by slot; every other slot is free but for the items to be kept."""
    sitting.meeting.slots.exclude(item__in=keep).update(item=None)
    changed = [one for one in sitting.slots if one.pk in items]
    for one in changed:
        one.item_id = items[one.pk]
    Slot.objects.bulk_update(changed, ["item"])


def place(pk: int, item: int, slot: int, actor: Actor, request_id: str = "") -> Said:
    """Put an item into a slot by hand (slot 0: take it out); whoever stands there changes places with it. What this breaks is
    named on the page and keeps the order from being sent."""

    def do(sitting: Sitting) -> Refusal | None:
        if no := _cannot(sitting, actor):
            return no
        found = next((one for one in to_be_heard(sitting) if one.pk == item), None)
        if found is None:
            return NO_ITEM
        there = next((one for one in sitting.slots if one.pk == slot), None)
        if there is None and slot:
            return _NO_SLOT
        here = next((one for one in sitting.slots if one.item_id == item), None)
        other = there.item_id if there else None
        if other is not None and all(one.pk != other for one in to_be_heard(sitting)):
            said = Text("这个时段的议项已经审议。", "The item in this slot is dealt with.")
            return refuse("slots.taken", said, where="slot")
        if there is not None and here is not None and there.pk == here.pk:
            return None
        Slot.objects.filter(pk__in=[one.pk for one in (here, there) if one]).update(item=None)
        if there is not None:
            Slot.objects.filter(pk=there.pk).update(item=item)
        if here is not None and other is not None:
            Slot.objects.filter(pk=here.pk).update(item=other)
        in_order_of_slots(Sitting.of(pk))
        at = said_at(there.begins) if there else ""
        swapped = next((one.case.number for one in sitting.items if one.pk == other), "")
        note(sitting, "meeting:slots:moved", actor, number=found.case.number, at=at or "—", swapped=swapped)
        return None

    return deed(pk, actor, request_id, do)


# ---------------------------------------------------------------------------------------------------- who is away


def be_away(pk: int, person: int, begins: datetime, ends: datetime, actor: Actor, request_id: str = "") -> Said:
    """A member announces a time for which they cannot be there; the secretary may note it for them."""

    def do(sitting: Sitting) -> Refusal | None:
        if sitting.member(person) is None or not (is_secretary(actor, sitting.meeting) or actor.person == person):
            return NOT_MEMBER
        if sitting.meeting.is_over:
            return OVER
        if ends <= begins:
            return refuse("slots.ends", Text("结束应晚于开始。", "It ends after it begins."), where="to")
        Absence.objects.create(meeting=sitting.meeting, person=person, begins=begins, ends=ends)
        note(sitting, "meeting:absence:announced", actor, person=person, begins=said_at(begins), ends=said_at(ends))
        return None

    return deed(pk, actor, request_id, do)


def be_back(pk: int, absence: int, actor: Actor, request_id: str = "") -> Said:
    """Take back an announced absence."""

    def do(sitting: Sitting) -> Refusal | None:
        found = next((one for one in sitting.absences if one.pk == absence), None)
        if found is None or not (is_secretary(actor, sitting.meeting) or actor.person == found.person):
            return NOT_MEMBER
        found.delete()
        note(sitting, "meeting:absence:withdrawn", actor, person=found.person)
        return None

    return deed(pk, actor, request_id, do)


# -------------------------------------------------------------------------------------------------------- clashes


def clashes(sitting: Sitting) -> list[Problem]:
    """Each item that stands in a slot in which there would be no quorum, and why."""
    panel, names = panel_of(sitting), {one.person_id: one.person.name for one in sitting.members}
    items, found = {one.pk: one for one in to_be_heard(sitting)}, []
    for slot, time in zip(sitting.slots, times_of(sitting), strict=True):
        item = items.get(slot.item_id or 0)
        if item is None:
            continue
        turn = turn_of(sitting, item)
        there = panel.quorum(turn, time)
        if there.is_met:
            continue
        out = "、".join(names[one] for one in sorted(turn.out & panel.members)) or "—"
        away = "、".join(names[one] for one in sorted(panel.lost(turn, time))) or "—"
        said = Text(
            "{number}（{at}）：{quorum}。回避：{out}；请假：{away}。",
            "{number} ({at}): {quorum}. Must leave: {out}; away: {away}.",
        ).filled(number=item.case.number, at=said_at(slot.begins), quorum=there.said(), out=out, away=away)
        fix = Text("请换一个时段，或移到另一次会议。", "Choose another slot, or take it to another meeting.")
        found.append(Problem("slots.no_quorum", said, "slot", str(there.present), fix=fix))
    return found


def in_order_of_slots(sitting: Sitting) -> None:
    """Let the agenda follow the slots; what has none comes after. The caller holds the meeting locked."""
    at = {one.item_id: one.begins for one in sitting.slots if one.item_id}
    waiting = [one for one in sitting.items if one.state == "waiting"]
    places = sorted(one.place for one in waiting)
    order = sorted(waiting, key=lambda one: (one.pk not in at, at.get(one.pk, sitting.meeting.ends), one.place))
    for one, stands in zip(order, places, strict=True):
        one.place = stands
    Item.objects.bulk_update(order, ["place"])
