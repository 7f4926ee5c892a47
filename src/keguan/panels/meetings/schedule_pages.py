"""The schedule of a defence session: its times, who is heard when, who is away; and what its secretary and members do there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from keguan.casework.pages.answering import request_id, status_of_refusal
from keguan.components.access import page
from keguan.components.deeds import Given, SeeOther, deed_page
from keguan.components.fields import Field, typed
from keguan.components.notices import tell
from keguan.components.status import Crumb
from keguan.components.typed import read_whole
from keguan.fairness.ordering import why_not
from keguan.fairness.schedule import Session
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING
from keguan.kernel.problems import Problem, Refusal, Refused
from keguan.panels.meetings import appointments, slots
from keguan.panels.meetings.models import Absence, Item, Slot
from keguan.panels.meetings.pages import meeting_for
from keguan.panels.meetings.rights import PLANS_MEETINGS, SEES_MEETINGS, is_secretary
from keguan.panels.meetings.sittings import Sitting
from keguan.panels.meetings.times import moment_in

MEETINGS, SCHEDULE = Text("会议", "Meetings"), Text("答辩时间表", "Schedule of defences")
_FREE = Text("有空的时段可用，还没有安排。", "Not placed yet; a slot is free for it.")


@dataclass(frozen=True, slots=True)
class Row:
    """A slot as this reader meets it. is_out: the reader must leave, and sees nothing of the item. is_told: its people were
    told of just this."""

    slot: Slot
    item: Item | None
    is_out: bool
    out: str
    away: str
    is_told: bool
    until: str


@page(SEES_MEETINGS)
def meeting_schedule(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Every slot with its item, who must leave and who is away; what has no slot, and why."""
    sitting, actor = _defence_for(request, pk)
    return _page(request, sitting, actor)


def _defence_for(request: HttpRequest, pk: int) -> tuple[Sitting, Actor]:
    sitting, actor = meeting_for(request, pk)
    if sitting.meeting.kind != "defence" or sitting.vote is None:
        raise Http404
    return sitting, actor


def _page(
    request: HttpRequest, sitting: Sitting, actor: Actor, problems: tuple[Problem, ...] = (), status: int = 200
) -> HttpResponse:
    found, secretary = sitting.meeting, is_secretary(actor, sitting.meeting)
    unsent = {case.pk for case, _, _ in appointments.unsent(sitting)} if secretary else set()
    runs = secretary and not found.is_over
    context = {
        "meeting": found,
        "title": SCHEDULE,
        "secretary": runs,
        "me": sitting.member(actor.person),
        "rows": _rows(sitting, actor, unsent),
        "left": [(one, why) for one, why in _left(sitting) if not sitting.is_out(one, actor.person)],
        "clashes": slots.clashes(sitting) if secretary else [],
        "unsent": len(unsent),
        "absences": _absences(sitting, actor, secretary=secretary),
        "members": sitting.members,
        "items": slots.to_be_heard(sitting) if runs else [],
        "away_fields": _away_fields(sitting, request) if not found.is_over else [],
        "problems": problems,
        "crumbs": [
            Crumb(MEETINGS, reverse("meetings")),
            Crumb(found.title, reverse("meeting", args=[found.pk])),
            Crumb(SCHEDULE),
        ],
    }
    return render(request, "meetings/schedule.html", context, status=status)


def _rows(sitting: Sitting, actor: Actor, unsent: set[int]) -> list[Row]:
    items = {one.pk: one for one in sitting.items}
    names = {one.person_id: one.person.name for one in sitting.members}
    return [_row(sitting, slot, items.get(slot.item_id or 0), names, actor, unsent) for slot in sitting.slots]


def _row(
    sitting: Sitting, slot: Slot, item: Item | None, names: Mapping[int, str], actor: Actor, unsent: set[int]
) -> Row:
    out = sitting.kept_out.get(item.pk, {}) if item else {}
    away = [one.person for one in sitting.absences if one.begins < slot.ends and slot.begins < one.ends]
    return Row(
        slot=slot,
        item=item,
        is_out=item is not None and sitting.is_out(item, actor.person),
        out="、".join(names[one] for one in out if one in names),
        away="、".join(names[one] for one in dict.fromkeys(away) if one in names and one not in out),
        is_told=item is not None and item.case_id not in unsent and sitting.meeting.slots_told_at is not None,
        until=slots.said_at(slot.ends)[-len("09:00") :],
    )


def _left(sitting: Sitting) -> list[tuple[Item, Text]]:
    """The items without a slot, each with the reason."""
    if not sitting.slots:
        return []
    items = slots.to_be_heard(sitting)
    panel, times = slots.panel_of(sitting), slots.times_of(sitting)
    turns = [slots.turn_of(sitting, one) for one in items]
    free = [time for time, slot in zip(times, sitting.slots, strict=True) if slot.item_id is None]
    found = []
    # The reason lies in who must leave for the item, and is the same for most.
    reasons: dict[frozenset[int], Text] = {}
    for item, turn in zip(items, turns, strict=True):
        if sitting.slot_of(item) is None:
            if turn.out not in reasons:
                has_place = any(panel.quorum(turn, one).is_met for one in free)
                reasons[turn.out] = _FREE if has_place else why_not(turn, turns, times, panel)
            found.append((item, reasons[turn.out]))
    return found


def _absences(sitting: Sitting, actor: Actor, *, secretary: bool) -> list[tuple[Absence, str, bool]]:
    names = {one.person_id: one.person.name for one in sitting.members}
    return [(one, names.get(one.person, ""), secretary or one.person == actor.person) for one in sitting.absences]


def _away_fields(sitting: Sitting, request: HttpRequest) -> list[Field]:
    day = f"{sitting.meeting.begins.astimezone(BEIJING):%Y-%m-%d}"
    fields = [
        Field("day", "day", Text("日期", "Day"), day, required=True),
        Field("from", "text", Text("从", "From"), "09:00", required=True),
        Field("to", "text", Text("到", "Until"), "12:00", required=True),
    ]
    return [one.typed_in(request.POST) for one in fields] if "day" in request.POST else fields


# -------------------------------------------------------------------------------------------------- what is done

Deed = Callable[[HttpRequest, int, Actor], Any]


def _number(request: HttpRequest, name: str) -> int:
    sent = request.POST.get(name, "")
    return int(sent) if sent.isdecimal() and len(sent) < 18 else 0


def _away(request: HttpRequest, pk: int, actor: Actor) -> Any:
    given = Given(request.POST, {"day": Text("日期", "Day")})
    day = given.day("day")
    given.needed("day")
    begins, ends = moment_in(given, day, "from"), moment_in(given, day, "to")
    if given.problems or begins is None or ends is None:
        return Refusal(tuple(given.problems))
    person = _number(request, "person") or actor.person or 0
    return slots.be_away(pk, person, begins, ends, actor, request_id(request))


DEEDS: dict[str, tuple[Deed, Text]] = {
    "propose": (lambda r, pk, a: slots.propose_order(pk, a, request_id(r)), Text("已排出顺序，请核对。", "An order is proposed: look it over.")),
    "place": (
        lambda r, pk, a: slots.place(pk, _number(r, "item"), _number(r, "slot"), a, request_id(r)),
        Text("已调整。", "Moved."),
    ),
    "tell": (
        lambda r, pk, a: appointments.tell_slots(pk, a, request_id(r)),
        Text("已确认，并通知了有变动的申报人和成员。", "Confirmed; whoever it concerns is told."),
    ),
    "away": (_away, Text("请假已登记。", "The absence is noted.")),
    "back": (lambda r, pk, a: slots.be_back(pk, _number(r, "absence"), a, request_id(r)), Text("已取消请假。", "The absence is taken back.")),
}  # fmt: skip


@page(SEES_MEETINGS, methods=("POST",))
def meeting_schedule_do(request: HttpRequest, pk: int, deed: str) -> HttpResponseBase:
    """Do one thing with the schedule, and back to its page; or why not, with what was typed."""
    sitting, actor = _defence_for(request, pk)
    if deed not in DEEDS:
        raise Http404
    do, told = DEEDS[deed]
    answer = do(request, pk, actor)
    if isinstance(answer, Refusal):
        return _page(request, Sitting.of(pk), actor, answer.problems, status_of_refusal(answer))
    tell(request, told)
    return SeeOther(reverse("meeting_schedule", args=[sitting.meeting.pk]))


# ------------------------------------------------------------------------------------------------------ its times


@page(PLANS_MEETINGS, methods=("GET", "POST"))
def meeting_slots(request: HttpRequest, pk: int) -> HttpResponseBase:
    """When the session sits, how long an item takes, and what to bring: the slots are cut from it."""
    sitting, actor = _defence_for(request, pk)
    if not is_secretary(actor, sitting.meeting):
        raise PLANS_MEETINGS.refusal()
    back = reverse("meeting_schedule", args=[pk])

    def do(given: Given) -> tuple[Text, str]:
        fields = {one.name: one for one in _slot_fields(sitting)}
        sessions = _sessions(given, typed(fields["sessions"], given.post))
        length, pause = _minutes(given, "length"), _minutes(given, "pause")
        given.check()
        bring = Text(given.text("bring_zh"), given.text("bring_en"))
        answer = slots.set_slots(
            pk, sessions, actor, length_minutes=length, pause_minutes=pause, bring=bring, request_id=request_id(request)
        )
        if isinstance(answer, Refusal):
            raise Refused(answer)
        return Text("时段已设定，请排顺序。", "The slots are set: now propose an order."), back

    return deed_page(
        request,
        Text("设定答辩时段", "Set the slots of the defences"),
        _slot_fields(sitting),
        do,
        button=Text("设定时段", "Set the slots"),
        back=back,
        hint=Text("重新设定会清空已排的顺序；申报人在您再次确认后才收到变动。", "Setting them anew clears the order; who applies hears of changes only once you confirm."),
        crumbs=[Crumb(MEETINGS, reverse("meetings")), Crumb(sitting.meeting.title, reverse("meeting", args=[pk]))],
    )  # fmt: skip


def _slot_fields(sitting: Sitting) -> list[Field]:
    meeting, first, second = sitting.meeting, *[*sitting.slots[:2], None, None][:2]
    length = appointments.minutes(first.begins, first.ends) if first else 20
    follows = first is not None and second is not None and first.session == second.session
    pause = appointments.minutes(first.ends, second.begins) if first and second and follows else 5
    return [
        Field("sessions", "table", Text("会议时间（北京时间）", "When it sits (Beijing time)"), tuple(_session_rows(sitting)), required=True,
              hint=Text("每行一段不间断的时间；可有几天、几个会议室。", "One line for each stretch without a break; several days and rooms may be."),
              columns=(
                  Field("day", "day", Text("日期", "Day")), Field("from", "text", Text("从", "From")),
                  Field("to", "text", Text("到", "Until")), Field("place", "text", Text("地点", "Place")),
              )),
        Field("length", "number", Text("每项时长", "Each takes"), str(length), unit=Text("分钟", "minutes"), required=True),
        Field("pause", "number", Text("项间间隔", "Pause between two"), str(pause), unit=Text("分钟", "minutes"), required=True),
        Field("bring_zh", "prose", Text("请申报人携带", "What to bring, in Chinese"), meeting.bring_zh, most=slots.MOST_TO_BRING),
        Field("bring_en", "prose", Text("请申报人携带（英文）", "What to bring, in English"), meeting.bring_en, most=slots.MOST_TO_BRING),
    ]  # fmt: skip


def _session_rows(sitting: Sitting) -> list[dict[str, str]]:
    """The stretches as they stand, or the meeting's own time."""
    meeting = sitting.meeting
    stretches = [list(some) for _, some in groupby(sitting.slots, key=lambda one: one.session)]
    told = [(some[0].begins, some[-1].ends, some[0].place) for some in stretches]
    return [
        {
            "day": f"{begins.astimezone(BEIJING):%Y-%m-%d}",
            "from": f"{begins.astimezone(BEIJING):%H:%M}",
            "to": f"{ends.astimezone(BEIJING):%H:%M}",
            "place": place,
        }
        for begins, ends, place in told or [(meeting.begins, meeting.ends, meeting.place)]
    ]


def _sessions(given: Given, rows: Any) -> list[Session]:
    found = []
    for at, row in enumerate(rows):
        cells = {f"sessions[{at}].{name}": value for name, value in row.items()}
        one = Given(given.post.copy(), given.labels)
        one.post.update(cells)  # `typed` leaves out empty rows, so rows are numbered as they will be shown again
        day = one.day(f"sessions[{at}].day")
        if day is None and not one.problems:
            one.problems.append(
                Problem("deed.missing", Text("请填写日期。", "Fill in the day."), f"sessions[{at}].day")
            )
        begins, ends = (moment_in(one, day, f"sessions[{at}].{name}") for name in ("from", "to"))
        given.problems += one.problems
        if begins is not None and ends is not None:
            found.append(Session(begins, ends, row.get("place", "").strip()))
    if not found and not given.problems:
        given.problems.append(Problem("deed.missing", Text("请填写会议时间。", "Say when it sits."), "sessions"))
    return found


def _minutes(given: Given, name: str) -> int:
    whole = read_whole(given.needed(name), name) if given.text(name) else given.needed(name)
    if isinstance(whole, Problem):
        given.problems.append(whole)
    return whole if isinstance(whole, int) else 0
