"""The room of a meeting: opened, adjourned and closed, who is there, and who leaves it for an item."""

from __future__ import annotations

from keguan.casework.reviewing.votes import forget_votes
from keguan.engine.moves import refuse
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import local_date
from keguan.kernel.problems import Refusal
from keguan.panels.meetings.ballots import void
from keguan.panels.meetings.deeds import LONGEST, NEVER, NO_ITEM, NOT_MEMBER, NOT_VOTED, Question, Said, ask, deed, note
from keguan.panels.meetings.minutes_content import fix_minutes
from keguan.panels.meetings.models import CLOSED, OPEN, RECUSED, Ballot, Item, KeptOut, Member
from keguan.panels.meetings.planning import NOT_SECRETARY, OVER
from keguan.panels.meetings.rights import is_secretary
from keguan.panels.meetings.sittings import Sitting

_EARLY = Text(
    "改期的，请“更改安排”，成员会收到通知。现在开会的，记录实际时间；已通知申报人的答辩时间不会自动更改。",
    "To move it, change the meeting, and its members are told. If it opens now, the real time is kept; what applicants "
    "were told of their slots does not change by itself.",
)
_TWICE = Text(
    "{names}同时登记为另一次进行中的会议到会（{round}，{meeting}）。",
    "Present in another meeting that is in session, too ({meeting} on {round}): {names}.",
)
_CHECK = Text(
    "请核对谁在哪里到会；已离开的，请先在该次会议登记离会。",
    "See who is really where; who has left there is noted as gone there first.",
)
_VOIDS = Text(
    "休会后这次表决作废，不计票；复会后须重新表决。",
    "Adjourned, it is void and not counted: it is held again afterwards.",
)
_ALL_DONE = Text("议项已全部审议。", "All items are dealt with.")
_ENDS = Text(
    "会议结束后不能恢复，记录随即确定；没有审议的议项须列入另一次会议。以后继续的，请休会。",
    "A meeting that has ended is not resumed, and its minutes are fixed: what is left goes to another. To go on later, adjourn.",
)


def open_(pk: int, actor: Actor, request_id: str = "", *, early: bool = False, twice: int = 0) -> Said:
    """Open the meeting, or take it up again after it was adjourned. Needs a quorum. early: before its planned day, which is
    asked about otherwise; the time kept is the real one. twice: so many are known to be present in another meeting in
    session; where there are more, it asks first, and says who."""

    def do(sitting: Sitting) -> Refusal | None:
        meeting, there = sitting.meeting, sitting.quorum()
        if not is_secretary(actor, meeting):
            return NOT_SECRETARY
        if meeting.state not in ("planned", "adjourned"):
            return refuse("meeting.state", Text("会议已经开始或结束。", "The meeting runs already, or is over."))
        if there is None or not there.is_met:
            fix = Text("请先登记到会委员。", "Note first who is present.")
            fix = NEVER if there is not None and not there.is_reachable else fix
            return refuse("meeting.no_quorum", there.said() if there else NOT_VOTED, fix=fix)
        if question := _unsure(sitting, early=early, twice=twice):
            return question
        tag = "meeting:sitting:opened" if meeting.state == "planned" else "meeting:sitting:resumed"
        if meeting.state == "adjourned":
            meeting.resumed.append(clock.now())
        meeting.state, meeting.opened_at = "open", meeting.opened_at or clock.now()
        meeting.save(update_fields=["state", "opened_at", "resumed"])
        note(sitting, tag, actor, present=there.present, members=there.members)
        return None

    return deed(pk, actor, request_id, do)


def _unsure(sitting: Sitting, *, early: bool, twice: int) -> Question | None:
    """What is asked before a meeting is opened. Who says yes to a number of people says yes to its day, too."""
    meeting, planned, today = sitting.meeting, local_date(sitting.meeting.begins), clock.today()
    is_early = meeting.state == "planned" and today < planned
    said = Text("会议安排在{planned}，今天是{today}。", "It is planned for {planned}, and today is {today}.")
    said = said.filled(planned=planned, today=today) if is_early else Text("", "")
    if len(both := _in_two_rooms(sitting)) > twice:
        names, there = "、".join(sorted({one.person.name for one in both})), both[0].meeting
        two = _TWICE.filled(names=names, meeting=there.title, round=there.round.title)
        gap = " " if is_early else ""
        return ask("meeting.twice", Text(said.zh + two.zh, said.en + gap + two.en), count=len(both) + 1, fix=_CHECK)
    return ask("meeting.early", said, fix=_EARLY) if is_early and not early else None


def _in_two_rooms(sitting: Sitting) -> list[Member]:
    """The places, in other meetings in session, of people who are present in this one."""
    here = [one.person_id for one in sitting.members if one.present]
    rows = Member.objects.filter(person__in=here, present=True, meeting__state="open").exclude(meeting=sitting.meeting)
    return list(rows.select_related("person", "meeting__round"))


def adjourn(pk: int, actor: Actor, request_id: str = "", *, breaking_off: bool = False) -> Said:
    """Adjourn: a running ballot is void, the item waits again, and everything that was voted before stands. breaking_off: it
    is known that a ballot runs; it is asked about otherwise."""

    def do(sitting: Sitting) -> Refusal | None:
        meeting = sitting.meeting
        if not is_secretary(actor, meeting):
            return NOT_SECRETARY
        if meeting.state != "open":
            return refuse("meeting.state", Text("会议没有在进行。", "The meeting is not in session."))
        item = sitting.now
        if item is not None:
            if ballot := sitting.open_ballot(item):
                if not breaking_off:
                    said = Text("表决正在进行，已投{n}票。", "A ballot runs; votes cast: {n}.")
                    return ask("meeting.voids", said.filled(n=len(ballot.voters)), fix=_VOIDS)
                void(ballot, "adjourned")
            item.state = "waiting"
            item.save(update_fields=["state"])
        meeting.state = "adjourned"
        meeting.adjourned.append(clock.now())
        meeting.save(update_fields=["state", "adjourned"])
        note(sitting, "meeting:sitting:adjourned", actor, kept=item.case.number if item else "")
        return None

    return deed(pk, actor, request_id, do)


def close(pk: int, actor: Actor, request_id: str = "", *, undone: int | None = None) -> Said:
    """End the meeting, which asks first. What was not taken up may stand on the agenda of another. undone: so many items are
    known not to be dealt with, and that it ends; None where nobody was asked yet."""

    def do(sitting: Sitting) -> Refusal | None:
        meeting = sitting.meeting
        if not is_secretary(actor, meeting):
            return NOT_SECRETARY
        if meeting.is_over:
            return OVER
        if meeting.state == "planned":
            fix = Text("不再召开的，请取消会议。", "If it is not held, cancel it.")
            return refuse("meeting.state", Text("会议还没有开始。", "The meeting has not begun."), fix=fix)
        if sitting.now and sitting.open_ballot(sitting.now):
            said = Text("还有表决没有结束。", "A ballot is still open.")
            return refuse(
                "meeting.ballot_open", said, fix=Text("请先结束表决，或休会。", "Close the ballot, or adjourn.")
            )
        left = sum(one.state != "done" for one in sitting.items)
        if undone is None or left > undone:
            said = Text("还有{n}个议项没有审议。", "Items not dealt with: {n}.").filled(n=left) if left else _ALL_DONE
            return ask("meeting.undone" if left else "meeting.ends", said, count=left + 1, fix=_ENDS)
        meeting.items.filter(state="now").update(state="waiting")
        there = [one for one in sitting.members if one.present]
        for member in there:
            member.present = False
            member.left.append(clock.now())
        Member.objects.bulk_update(there, ["present", "left"])
        meeting.state, meeting.closed_at = "closed", clock.now()
        meeting.save(update_fields=["state", "closed_at"])
        fix_minutes(pk)
        note(sitting, "meeting:sitting:closed", actor, done=sum(one.state == "done" for one in sitting.items))
        return None

    return deed(pk, actor, request_id, do)


def be_there(pk: int, person: int, actor: Actor, *, present: bool, request_id: str = "") -> Said:
    """Note that a member came or left: the secretary for anybody, a member for themselves from the meeting's day on."""

    def do(sitting: Sitting) -> Refusal | None:
        member = sitting.member(person)
        if member is None or not (is_secretary(actor, sitting.meeting) or actor.person == person):
            return NOT_MEMBER
        if sitting.meeting.is_over:
            return OVER
        if member.present == present:
            return None
        if present and not is_secretary(actor, sitting.meeting) and not sitting.meeting.is_its_day:
            said = Text("会议安排在{planned}，当天才能签到。", "The meeting is on {planned}: one has come on that day.")
            said = said.filled(planned=local_date(sitting.meeting.begins))
            fix = Text("提前召开的，由会议秘书登记到会。", "If it is held earlier, its secretary notes who has come.")
            return refuse("meeting.not_yet", said, value=str(local_date(sitting.meeting.begins)), fix=fix)
        member.present = present
        (member.came if present else member.left).append(clock.now())
        member.save(update_fields=["present", "came", "left"])
        note(sitting, "meeting:member:came" if present else "meeting:member:left", actor, person=person)
        return None

    return deed(pk, actor, request_id, do)


def keep_out(pk: int, item: int, person: int, reason: str, actor: Actor, request_id: str = "") -> Said:
    """A member must leave for an item, told before the meeting or in it: they declare it themselves, or the secretary notes
    it. With the reason; it stays, and holds for the case in every meeting.

    A ballot in which they have voted is void: one that runs, and one that was counted, until the decision is entered.
    """

    def do(sitting: Sitting) -> Refusal | None:
        found = sitting.item(item)
        if found is None or sitting.member(person) is None:
            return NO_ITEM
        if not (is_secretary(actor, sitting.meeting) or actor.person == person):
            return NOT_MEMBER
        if not reason.strip() or len(reason) > LONGEST:
            return refuse("reason.missing", Text("请写明回避理由。", "Say why they must leave."), where="reason")
        if sitting.meeting.is_over:
            return OVER
        if sitting.is_out(found, person):
            return None
        _void_votes(sitting, found, person, actor)
        words = reason.strip()
        KeptOut.objects.create(
            case=found.case, person=person, reason_zh=words, reason_en=words, source="declared", at=clock.now()
        )
        note(sitting, "meeting:member:sent-out", actor, person=person, number=found.case.number, reason=words)
        return None

    return deed(pk, actor, request_id, do)


def _void_votes(sitting: Sitting, item: Item, person: int, actor: Actor) -> None:
    """Make void what this member has voted on the case, in any meeting, until it is decided: it is voted on anew."""
    ballots = Ballot.objects.filter(item__case=item.case_id, item__meeting__step=sitting.meeting.step)
    voted = ballots.filter(voted__person=person)
    for ballot in voted.filter(state=OPEN):
        void(ballot, "recusal")
        note(sitting, "meeting:ballot:void", actor, number=item.case.number, ballot=ballot.number)
    found = sitting.standing[item.pk]
    if found.ballot is None or found.is_past:
        return
    stands = voted.filter(pk=found.ballot, state=CLOSED).first()
    if stands is None:
        return
    void(stands, RECUSED)
    forget_votes(item.case)
    # One that is taken up once more stays so.
    Item.objects.filter(pk=stands.item_id, state="done").update(state="waiting")
    note(sitting, "meeting:ballot:void", actor, number=item.case.number, ballot=stands.number)
