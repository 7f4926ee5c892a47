"""When a case is heard, as its people are told: by a message and a calendar file, and anew wherever it changed.

Nothing confidential is told: neither who sits on the panel nor who is away.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from keguan.casework.messages import send
from keguan.casework.models import Case
from keguan.engine.moves import refuse
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Refusal
from keguan.panels.meetings.deeds import Said, deed, note
from keguan.panels.meetings.models import Appointment, Meeting, Slot
from keguan.panels.meetings.planning import NOT_SECRETARY
from keguan.panels.meetings.rights import is_secretary
from keguan.panels.meetings.sittings import Sitting
from keguan.panels.meetings.slots import clashes, in_order_of_slots, said_at, to_be_heard

_SET = Text(
    "{number} 的答辩定于 {at}（北京时间），{minutes}分钟，{place}。请在办件页面查看须带的材料并下载日历文件。",
    "The defence of {number} is on {at} (Beijing time), {minutes} minutes, at {place}. What to bring, and a calendar file,"
    " are on the page of the case.",
)
_MOVED = Text(
    "{number} 的答辩由 {was}（{place_was}）改到 {at}（北京时间），{minutes}分钟，{place}。请重新下载日历文件。",
    "The defence of {number} moved from {was}, {place_was}, to {at} (Beijing time), {minutes} minutes, at {place}. Take the"
    " calendar file anew.",
)
_OFF = Text(
    "{number} 原定 {was}（北京时间）的答辩取消，新的时间另行通知。",
    "The defence of {number} on {was} (Beijing time) is off; a new time will be told.",
)
_ORDER = Text(
    "{title}的答辩顺序已定：{n}件，{begins}开始（北京时间）。",
    "The order of {title} is fixed: {n} defences from {begins} (Beijing time).",
)
_CHANGED = Text(
    "{title}的答辩顺序有变：{n}件，{begins}开始（北京时间）。",
    "The order of {title} has changed: {n} defences from {begins} (Beijing time).",
)
_YOU_ARE_OUT = Text("您须回避：{times}。", " You must leave: {times}.")


def tell_slots(pk: int, actor: Actor, request_id: str = "") -> Said:
    """Fix the order of a defence session. Who applies hears of a slot that is new, moved or off, and of no other; members
    hear when they must leave. Refused while an item stands where there would be no quorum, each of them named."""

    def do(sitting: Sitting) -> Refusal | None:
        if not is_secretary(actor, sitting.meeting):
            return NOT_SECRETARY
        if sitting.meeting.kind != "defence" or sitting.meeting.is_over:
            return refuse("meeting.state", Text("没有可以确认的时段。", "There are no slots to be confirmed."))
        if problems := clashes(sitting):
            return Refusal(tuple(problems))
        if not unsent(sitting):
            return refuse("slots.nothing", Text("没有需要通知的变动。", "There is nothing new to tell."))
        is_first = sitting.meeting.slots_told_at is None
        told = [_tell(sitting, case, slot, stands) for case, slot, stands in unsent(sitting)]
        in_order_of_slots(sitting)
        Meeting.objects.filter(pk=pk).update(slots_told_at=clock.now())
        _tell_members(sitting, is_first=is_first)
        note(sitting, "meeting:slots:told", actor, n=len(told), numbers=sorted(told))
        return None

    return deed(pk, actor, request_id, do)


Change = tuple[Case, Slot | None, Appointment | None]


def unsent(sitting: Sitting) -> list[Change]:
    """What the people of the cases have not been told yet: the case, its slot now, and what they were told last."""
    known = {one.case_id: one for one in sitting.meeting.appointments.select_related("case")}
    heard = {one.case_id: one for one in to_be_heard(sitting)}
    over = {one.case_id for one in sitting.items if one.state != "waiting"}
    found: list[Change] = []
    for case_id, item in heard.items():
        slot, stands = sitting.slot_of(item), known.get(case_id)
        if _differs(slot, stands):
            found.append((item.case, slot, stands))
    for case_id, stands in known.items():
        if case_id not in heard and case_id not in over and not stands.is_off:
            found.append((stands.case, None, stands))
    return found


def _differs(slot: Slot | None, stands: Appointment | None) -> bool:
    if slot is None:
        return stands is not None and not stands.is_off
    if stands is None or stands.is_off:
        return True
    return (slot.begins, slot.ends, slot.place) != (stands.begins, stands.ends, stands.place)


def _tell(sitting: Sitting, case: Case, slot: Slot | None, stands: Appointment | None) -> str:
    now, meeting = clock.now(), sitting.meeting
    was = said_at(stands.begins) if stands else ""
    if slot is None:
        Appointment.objects.filter(meeting=meeting, case=case).update(
            is_off=True, sequence=(stands.sequence if stands else 0) + 1, told_at=now
        )
        line = _OFF.filled(number=case.number, was=was)
    else:
        Appointment.objects.update_or_create(
            meeting=meeting, case=case,
            defaults={
                "begins": slot.begins, "ends": slot.ends, "place": slot.place, "is_off": False, "told_at": now,
                "sequence": stands.sequence + 1 if stands else 0,
            },
        )  # fmt: skip
        is_moved = stands is not None and not stands.is_off
        line = (_MOVED if is_moved else _SET).filled(
            number=case.number,
            was=was,
            place_was=stands.place if stands else "",
            at=said_at(slot.begins),
            minutes=minutes(slot.begins, slot.ends),
            place=slot.place,
        )
    send("defence", people_of(case), case, line, now)
    return case.number


def tell_of_places(sitting: Sitting) -> None:
    """Tell whoever was told of a slot that has another place since; what else changed in the schedule waits to be confirmed.
    The caller holds the meeting locked."""
    for case, slot, stands in unsent(sitting):
        if slot is None or stands is None or stands.is_off:
            continue
        if (slot.begins, slot.ends) == (stands.begins, stands.ends):
            _tell(sitting, case, slot, stands)


def call_off(sitting: Sitting) -> None:
    """Tell whoever was told when their case is heard that it is off. The caller holds the meeting locked."""
    for stands in sitting.meeting.appointments.filter(is_off=False).select_related("case"):
        _tell(sitting, stands.case, None, stands)


def people_of(case: Case) -> list[int]:
    """Who hears of the slot of a case: its principal and whoever applied."""
    return sorted({one for one in (case.principal_id, case.applicant_id) if one is not None})


def minutes(begins: datetime, ends: datetime) -> int:
    """How long it lasts."""
    return round((ends - begins).total_seconds() / 60)


def _tell_members(sitting: Sitting, *, is_first: bool) -> None:
    heard = [(one, slot) for one in to_be_heard(sitting) if (slot := sitting.slot_of(one)) is not None]
    said = (_ORDER if is_first else _CHANGED).filled(
        title=sitting.meeting.full_title,
        n=len(heard),
        begins=said_at(min(slot.begins for _, slot in heard)) if heard else "—",
    )
    for member in sitting.members:
        more = out_of(sitting, member.person_id)
        line = Text(said.zh + more.zh, said.en + more.en)
        send("meeting", [member.person_id], None, line, clock.now(), path=sitting.meeting.href)


def out_of(sitting: Sitting, person: int) -> Text:
    """When this member must leave the room, without a word on whose item it is; empty where never."""
    heard = [(one, sitting.slot_of(one)) for one in to_be_heard(sitting)]
    out = [slot for one, slot in heard if slot is not None and sitting.is_out(one, person)]
    return _YOU_ARE_OUT.filled(times=_times(out)) if out else Text("", "")


def _times(slots: Iterable[Slot]) -> str:
    """`2026-04-12 10:00–10:20, 11:00–11:20; 2026-04-13 …`: the day once."""
    order = sorted(slots, key=lambda one: one.begins)
    days = groupby(order, key=lambda one: said_at(one.begins)[:10])
    return "; ".join(
        f"{day} " + ", ".join(f"{said_at(one.begins)[11:]}–{said_at(one.ends)[11:]}" for one in some)
        for day, some in days
    )


def appointment_of(case: Case) -> Appointment | None:
    """When the case is heard, as its people were told last; None where they were told nothing, or it is past its decision."""
    found = Appointment.objects.filter(case=case, meeting__step=case.step).select_related("meeting__round")
    return found.order_by("-told_at", "-id").first()
