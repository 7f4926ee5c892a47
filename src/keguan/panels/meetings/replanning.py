"""A planned meeting is moved, corrected or cancelled: its members are told, and so is whoever was told of a slot in it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from keguan.casework.messages import send
from keguan.engine.moves import refuse
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Refusal
from keguan.panels.meetings.appointments import call_off, tell_of_places
from keguan.panels.meetings.deeds import Said, deed, note
from keguan.panels.meetings.models import Meeting
from keguan.panels.meetings.planning import NOT_SECRETARY, wrong
from keguan.panels.meetings.rights import is_secretary
from keguan.panels.meetings.sittings import Sitting
from keguan.panels.meetings.slots import said_at

LONGEST_REASON = 500
_CHANGED = Text(
    "{title}有变：{at}（北京时间），{place}。原定{was}，{place_was}。",
    "{title} has changed: {at} (Beijing time), {place}. It was planned for {was}, {place_was}.",
)
_CANCELLED = Text(
    "{title}取消，原定{was}（北京时间），{place}。理由：{reason}",
    "{title}, planned for {was} (Beijing time), {place}, is cancelled: {reason}",
)
_BY_SLOTS = Text("已设定答辩时段，时间随时段而定。", "Its defences have slots, and its times are theirs.")
_SET_SLOTS = Text("请在“答辩时间表”重新设定时段。", "Set the slots anew in the schedule of defences.")


def change(
    pk: int,
    actor: Actor,
    *,
    place: str,
    begins: datetime,
    ends: datetime,
    written_until: datetime | None = None,
    request_id: str = "",
) -> Said:
    """Change where and when a planned meeting is, and until when members write. Its members are told. The slots that had its old
    place go with it, and so hears whoever was told of them; a slot with a place of its own stays."""

    def do(sitting: Sitting) -> Refusal | None:
        meeting = sitting.meeting
        if not_planned := _not_planned(sitting, actor):
            return not_planned
        is_moved = (begins, ends) != (meeting.begins, meeting.ends)
        if is_moved and sitting.slots:
            return refuse("meeting.slots", _BY_SLOTS, where="day", fix=_SET_SLOTS)
        if problems := wrong(sitting.step, place, begins, ends, meeting.kind, written_until, is_moved=is_moved):
            return Refusal(problems)
        told = {"was": said_at(meeting.begins), "place_was": meeting.place}
        Meeting.objects.filter(pk=pk).update(
            place=place.strip(), begins=begins, ends=ends, written_until=written_until, sequence=F("sequence") + 1
        )
        told |= {"at": f"{said_at(begins)}–{said_at(ends)[-5:]}", "place": place.strip()}
        _tell_members(sitting, _CHANGED.filled(title=meeting.full_title, **told))
        sitting.meeting.slots.filter(place=meeting.place).update(place=place.strip())
        tell_of_places(Sitting.of(pk))
        note(sitting, "meeting:sitting:changed", actor, n=meeting.number, **told)
        return None

    return deed(pk, actor, request_id, do)


def cancel(pk: int, reason: str, actor: Actor, request_id: str = "") -> Said:
    """Cancel a planned meeting, with the reason: its cases are free for another. Its members are told, and whoever was told
    when they are heard."""

    def do(sitting: Sitting) -> Refusal | None:
        meeting, why = sitting.meeting, reason.strip()
        if not_planned := _not_planned(sitting, actor):
            return not_planned
        if not why or len(why) > LONGEST_REASON:
            said = Text("请写明取消的理由，不超过{n}字。", "Say why it is cancelled, in {n} characters at most.")
            return refuse("reason.missing", said.filled(n=LONGEST_REASON), where="reason")
        call_off(sitting)
        Meeting.objects.filter(pk=pk).update(
            state="cancelled", cancelled_at=clock.now(), why_cancelled=why, sequence=F("sequence") + 1
        )
        told = {"title": meeting.full_title, "was": said_at(meeting.begins), "place": meeting.place, "reason": why}
        _tell_members(sitting, _CANCELLED.filled(**told))
        note(sitting, "meeting:sitting:cancelled", actor, n=meeting.number, reason=why)
        return None

    return deed(pk, actor, request_id, do)


def _not_planned(sitting: Sitting, actor: Actor) -> Refusal | None:
    if not is_secretary(actor, sitting.meeting):
        return NOT_SECRETARY
    if sitting.meeting.state == "planned":
        return None
    said = Text("会议已经开始、结束或取消。", "The meeting has begun, is over, or is cancelled.")
    return refuse(
        "meeting.state", said, fix=Text("进行中的会议请休会或结束。", "Adjourn or end one that is in session.")
    )


def _tell_members(sitting: Sitting, line: Text) -> None:
    people, path = [one.person_id for one in sitting.members], sitting.meeting.href
    send("meeting", people, None, line, clock.now(), path=path)
