"""What became of an item, in words: whether it was taken up, by which meeting its case was decided, and which ballots stand."""

from __future__ import annotations

from keguan.casework.reviewing.votes import held_by
from keguan.components.status import Status
from keguan.engine.moves import refuse
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal
from keguan.panels.meetings.models import CLOSED, ITEM_STATES, RECUSED, Ballot, Item, Meeting
from keguan.panels.meetings.sittings import Sitting
from keguan.panels.meetings.standing import Taken

_STATES = {
    "waiting": Status(ITEM_STATES["waiting"]),
    "now": Status(ITEM_STATES["now"], "info"),
    "done": Status(ITEM_STATES["done"], "good"),
}
_LEFT = Status(Text("未审议，由以后的会议审议", "Not taken up; it comes to a later meeting"))
_LEFT_OPEN = Status(Text("没有审议完，由以后的会议审议", "Not dealt with; it comes to a later meeting"), "warn")
_UNDECIDED = Status(Text("已表决，仍待决定", "Voted on, and still to be decided"), "warn")
_BY_ANOTHER = Status(Text("已由另一次会议审议", "Dealt with in another meeting"))
_GONE = Status(Text("不再等待这项决定", "Waits for this decision no longer"))
_ENTERED = Text("决定已登记到办件。", "The decision stands on the case.")
_DECIDED_BY = Text("本件由{by}决定。", "This case was decided by {by}.")
_VOTED_BY = Text("本件已由{by}表决，等待登记决定。", "{by} has voted on this case; the decision waits to be entered.")
_WAITS_NO_LONGER = Text("本件不再等待这项决定。", "This case waits for this decision no longer.")
_CAME_BACK = Text(
    "本件此后退回本环节，须重新表决。", "The case came back to this step since, and is to be voted on anew."
)
_RECUSED = Text(
    "投过票的委员此后回避，须重新表决。", "A member who had voted keeps out since, and it is to be voted on anew."
)
_BUT = Text("但这次表决不作为决定：{why}", "But this ballot is not the decision: {why}")
_LATER = Text("由第{n}次表决取代。", "Ballot {n} took its place.")
_ON_AGENDA = Text("{number}在{by}的议程上。", "{number} is on the agenda of {by}.")
_HAS_VOTED = Text(
    "{number}已由{by}表决，等待登记决定。", "{by} has voted on {number}; the decision waits to be entered."
)


def is_elsewhere(sitting: Sitting, item: Item) -> bool:
    """Whether the ballot that stands on the case is another meeting's."""
    by = sitting.standing[item.pk].by
    return by is not None and by.pk != sitting.meeting.pk


def state_of(sitting: Sitting, item: Item) -> Status:
    """How far the item is; in a meeting that is over, what is left for a later one."""
    found = sitting.standing[item.pk]
    if item.state == "done" and not found.is_past and found.by == sitting.meeting and not found.carried:
        return _UNDECIDED
    if item.state == "done" or (item.state == "now" and not sitting.meeting.is_over):
        return _STATES[item.state]
    if is_elsewhere(sitting, item) and (found.is_decided or found.carried):
        return _BY_ANOTHER
    if found.is_past:
        return _GONE
    return left_of(sitting, item) if sitting.meeting.is_over else _STATES[item.state]


def left_of(sitting: Sitting, item: Item) -> Status:
    """What is said of an item that a meeting left for a later one."""
    return _LEFT_OPEN if sitting.ballots.get(item.pk) else _LEFT


def result_of(sitting: Sitting, item: Item) -> Text | None:
    """By which meeting the case was decided, or what keeps this one's ballots from deciding it; None while it is open."""
    found = sitting.standing[item.pk]
    if found.by is not None and is_elsewhere(sitting, item):
        if found.is_decided:
            return _DECIDED_BY.filled(by=found.by.title)
        return _VOTED_BY.filled(by=found.by.title) if found.carried else None
    if found.is_decided:
        return _ENTERED
    if found.is_past:
        return _WAITS_NO_LONGER
    last = _last_counted(sitting, item)
    if found.ballot is not None or last is None:
        return None
    return _RECUSED if last.why_void == RECUSED else _CAME_BACK


def _last_counted(sitting: Sitting, item: Item) -> Ballot | None:
    return next((one for one in sitting.ballots.get(item.pk, []) if one.was_counted), None)


def overtaken(sitting: Sitting, item: Item, ballot: Ballot) -> Text | None:
    """Why a ballot that was counted is not the decision; None where it stands."""
    found = sitting.standing[item.pk]
    if ballot.state != CLOSED or ballot.pk == found.ballot:
        return None
    later = _last_counted(sitting, item)
    if later is not None and later.pk != ballot.pk:
        return _BUT.filled(why=_LATER.filled(n=later.number))
    why = result_of(sitting, item)
    return _BUT.filled(why=why) if why is not None else None


def decided_since(sitting: Sitting, item: Item) -> Refusal | None:
    """Why the item is neither taken up nor voted on: its case was decided, or voted on by another meeting; None where it
    may be."""
    found = sitting.standing[item.pk]
    if not found.is_past and not (is_elsewhere(sitting, item) and found.carried):
        return None
    say = result_of(sitting, item) or _WAITS_NO_LONGER
    if found.is_past:
        return refuse("meeting.decided", say, value=item.case.number)
    fix = Text("请按该次会议的表决结果登记决定。", "Enter the decision as that meeting voted.")
    return refuse("meeting.voted_elsewhere", say, value=item.case.number, fix=fix)


def adjourned(meeting: Meeting) -> Problem | None:
    """Why nothing that was voted in the meeting is entered now: it is adjourned, and may vote on the case again; None otherwise."""
    if meeting.state != "adjourned":
        return None
    say = Text(
        "{meeting}正在休会，复会后可能再次表决，期间不登记决定。",
        "{meeting} is adjourned and may vote again: nothing is entered until then.",
    )
    fix = Text("请在复会后，或会议结束后登记。", "Enter it once the meeting is resumed, or has ended.")
    return Problem("meeting.adjourned", say.filled(meeting=meeting.title), fix=fix)


@held_by
def held_while_adjourned(ballot: int) -> Problem | None:
    """The same, of a ballot by its number, for whoever would enter it elsewhere."""
    found = Ballot.objects.filter(pk=ballot).select_related("item__meeting").first()
    return adjourned(found.item.meeting) if found else None


def not_free(number: str, why: Taken) -> Text:
    """Why a case is not put on another agenda."""
    return (_HAS_VOTED if why.is_voted else _ON_AGENDA).filled(number=number, by=why.by.title)
