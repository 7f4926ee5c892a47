"""The agenda of a meeting while it runs: what is taken up, taken up once more, and entered as the decision on a case."""

from __future__ import annotations

from keguan.casework import services as casework
from keguan.casework.leaving import closed_to_who_left
from keguan.casework.versions import definition_of
from keguan.engine.decision import Command
from keguan.engine.moves import reason_owed, refuse
from keguan.engine.voting import UNDECIDED
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.money import Money
from keguan.kernel.problems import Refusal
from keguan.panels.meetings.ballots import void
from keguan.panels.meetings.deeds import NO_ITEM, NOT_MEMBER, Said, ask, deed, lacks_quorum, note
from keguan.panels.meetings.models import CLOSED, Ballot, Item
from keguan.panels.meetings.motions import carried_by, counted_said, voted_on
from keguan.panels.meetings.outcomes import adjourned, decided_since, overtaken
from keguan.panels.meetings.planning import NOT_SECRETARY
from keguan.panels.meetings.rights import is_secretary
from keguan.panels.meetings.sittings import Sitting

_VOIDS = Text(
    "这次表决作废，不计票，已投的票不再保留；随后重新提请表决，每人重新投票。",
    "It is void and not counted, and the votes cast are thrown away; it is put to the vote anew, and everybody votes again.",
)

_WHAT = {"approve": Text("同意", "approved"), "reject": Text("不同意", "rejected")}
_AMOUNT = Text("同意，批准{amount}", "approved, with {amount}")
_ENDS = Text(
    "登记后本件：{what}，办结为“{end}”。申报人会看到决定和理由。",
    "Entered, the case is {what} and ends: {end}. Its applicant reads the decision and the reason.",
)
_GOES_ON = Text(
    "登记后本件：{what}，进入下一环节。申报人会看到决定和理由。",
    "Entered, the case is {what} and goes on to its next step. Its applicant reads the decision and the reason.",
)


def take_up(pk: int, item: int, actor: Actor, request_id: str = "") -> Said:
    """Take up an item; the one before it must be dealt with, or waits again. Needs a quorum of those who may stay."""

    def do(sitting: Sitting) -> Refusal | None:
        found, now = sitting.item(item), sitting.now
        if not is_secretary(actor, sitting.meeting):
            return NOT_SECRETARY
        if found is None or found.state == "done":
            return NO_ITEM
        if sitting.meeting.state != "open":
            return refuse("meeting.state", Text("会议没有在进行。", "The meeting is not in session."))
        if since := decided_since(sitting, found):
            return since
        if now is not None and sitting.open_ballot(now):
            said = Text("正在审议的议项还有表决没有结束。", "The ballot on the item before is still open.")
            return refuse(
                "meeting.ballot_open", said, fix=Text("请先结束表决，或休会。", "Close the ballot, or adjourn.")
            )
        if short := lacks_quorum(sitting, found):
            return short
        if now is not None and now.pk != found.pk:
            now.state = "done" if _is_decided(sitting, now) else "waiting"
            now.save(update_fields=["state"])
        found.state = "now"
        found.save(update_fields=["state"])
        out = sorted(one.person_id for one, _ in sitting.left(found))
        note(sitting, "meeting:item:taken-up", actor, number=found.case.number, out=out)
        return None

    return deed(pk, actor, request_id, do)


def _is_decided(sitting: Sitting, item: Item) -> bool:
    last = next((one for one in sitting.ballots.get(item.pk, []) if one.was_counted), None)
    return last is not None and last.state == CLOSED


def vote_again(pk: int, item: int, actor: Actor, request_id: str = "", *, breaking_off: bool = False) -> Said:
    """Take an item up once more: after a ballot that decided nothing, or whose result is not entered yet; or while one runs,
    which is void then, and what is in its urn thrown away. breaking_off: it is known that a ballot runs; it is asked about
    otherwise."""

    def do(sitting: Sitting) -> Refusal | None:
        found = sitting.item(item)
        if not is_secretary(actor, sitting.meeting):
            return NOT_SECRETARY
        if found is None or found.state == "waiting" or sitting.meeting.state != "open":
            return NO_ITEM
        running = sitting.open_ballot(found)
        if sitting.now is not None and (sitting.now.pk != found.pk or running is None):
            return NO_ITEM
        if since := decided_since(sitting, found):
            return since
        if running is not None:
            if not breaking_off:
                said = Text("表决正在进行，已投{n}票。", "A ballot runs; votes cast: {n}.")
                return ask("meeting.voids_again", said.filled(n=len(running.voters)), fix=_VOIDS)
            void(running, "again")
            note(sitting, "meeting:ballot:void", actor, number=found.case.number, ballot=running.number)
        found.state = "now"
        found.save(update_fields=["state"])
        note(sitting, "meeting:item:again", actor, number=found.case.number)
        return None

    return deed(pk, actor, request_id, do)


def enter(
    pk: int, item: int, reason: str, actor: Actor, key: str, request_id: str = "", *, sure: bool = False
) -> casework.Done | Refusal:
    """Enter what the last ballot carried as the decision on the case, with the reason that its applicant reads. A member does
    it who took part, in session or once the meeting has ended; the engine judges the counts by the case's own version. sure:
    they were told what was counted and what becomes of the case; where not, they are asked first."""
    sitting = Sitting.of(pk)
    found = sitting.item(item)
    ballot = next((one for one in sitting.ballots.get(item, []) if one.state == CLOSED), None)
    if found is None or ballot is None or sitting.vote is None:
        return refuse("decide.not_voted", Text("还没有表决结果。", "There is no result yet."))
    if sitting.member(actor.person) is None:
        return NOT_MEMBER
    if out := sitting.kept_out[found.pk].get(actor.person or 0):
        return Refusal((closed_to_who_left(Text(out.reason_zh, out.reason_en)),))
    if sitting.open_ballot(found):
        return refuse("meeting.ballot_open", Text("还有表决没有结束。", "A ballot is still open."))
    if since := decided_since(sitting, found):
        return since
    if why := overtaken(sitting, found, ballot):
        return refuse("decide.not_voted", why, fix=Text("请重新表决。", "Vote anew."))
    verb = carried_by(sitting, found, ballot)
    if not verb:
        said = Text(
            "“{motion}”的动议未获通过，不产生决定。", "The motion to {motion} is not carried, and decides nothing."
        )
        return refuse("decide.not_carried", said.filled(motion=voted_on(ballot, found)), fix=UNDECIDED)
    if why_not := adjourned(sitting.meeting):
        return Refusal((why_not,))
    content: dict[str, object] = {"reason": reason, "ballot": ballot.pk}
    if verb == "approve" and ballot.amount_fen is not None:
        content["amount_fen"] = ballot.amount_fen
    command = Command(verb, sitting.meeting.step, content)
    if not sure:
        return reason_owed(command) or _before_entering(sitting, found, ballot, verb)
    return casework.act(found.case.number, command, actor, key, request_id=request_id)


def _before_entering(sitting: Sitting, item: Item, ballot: Ballot, verb: str) -> Refusal:
    """What was counted, and what becomes of the case: asked before it does."""
    said = "；".join(one.zh for one in counted_said(sitting, item, ballot))
    counts = Text(said, "; ".join(one.en for one in counted_said(sitting, item, ballot)))
    say = Text("{number}，第{n}次表决（{motion}）：{counts}。", "{number}, ballot {n}, to {motion}: {counts}.")
    told = {"number": item.case.number, "n": ballot.number, "motion": voted_on(ballot, item), "counts": counts}
    programme = definition_of(sitting.meeting.round.programme).programme
    target = sitting.step.routes.get("approved" if verb == "approve" else "rejected", "")
    end = next((one.title for one in programme.ends if one.end == target), None)
    what = (
        _AMOUNT.filled(amount=Money(ballot.amount_fen).said) if verb == "approve" and ballot.amount_fen else _WHAT[verb]
    )
    fix = (_ENDS if end is not None else _GOES_ON).filled(what=what, end=end or "")
    return ask("meeting.enter", say.filled(**told), fix=fix)
