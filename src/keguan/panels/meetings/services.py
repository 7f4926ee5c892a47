"""What happens in a meeting: who is there, what is taken up, votes, results. Each deed is one transaction, traced.

A vote goes into the sums of the urn, and who voted into another table; the trace says that somebody voted, never what.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.db import transaction

from keguan.casework import services as casework
from keguan.casework.votes import keep_vote
from keguan.engine.decision import Command
from keguan.engine.moves import refuse
from keguan.engine.voting import carries
from keguan.fairness.ballots import MOTION
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal
from keguan.panels.meetings.models import (
    CLOSED,
    OPEN,
    VOID,
    Ballot,
    Dissent,
    Item,
    KeptOut,
    Opinion,
    Urn,
    Voted,
)
from keguan.panels.meetings.planning import NOT_SECRETARY
from keguan.panels.meetings.rights import is_secretary
from keguan.panels.meetings.sittings import Sitting
from keguan.registers.trace import services as trace

Said = Sitting | Refusal
LONGEST: Final = 2000
_WAY_OUT: Final = Text(
    "请休会：本议项和已完成的表决保留，人数够后再继续。",
    "Adjourn: the item and what was voted before are kept; resume when there are enough.",
)
_NOT_MEMBER = refuse("right.missing", Text("您不是本次会议的成员。", "You are no member of this meeting."))
_NO_ITEM = refuse("meeting.item", Text("议程中没有这一项。", "The agenda has no such item."))


def _deed(pk: int, actor: Actor, request_id: str, do: Callable[[Sitting], Refusal | None]) -> Said:
    """Do something with the meeting locked; the meeting as it stands afterwards, or the refusal, which is traced."""
    with transaction.atomic():
        sitting = Sitting.of(pk, locking=True)
        trace.stamp(actor, request_id)
        refusal = do(sitting)
        if refusal is not None:
            codes = [one.code for one in refusal.problems]
            payload = {"meeting": pk, "problems": codes}
            trace.write("meeting:sitting:refused", actor, outcome="refused", payload=payload, request_id=request_id)
            return refusal
        return Sitting.of(pk)


def _trace(sitting: Sitting, tag: str, actor: Actor, **payload: object) -> None:
    trace.write(tag, actor, payload={"code": sitting.meeting.round.code, "meeting": sitting.meeting.pk, **payload})


# ----------------------------------------------------------------------------------------- opening and closing


def open_(pk: int, actor: Actor, request_id: str = "") -> Said:
    """Open the meeting, or take it up again after it was adjourned. Needs a quorum."""

    def do(sitting: Sitting) -> Refusal | None:
        meeting, there = sitting.meeting, sitting.quorum()
        if not is_secretary(actor, meeting):
            return NOT_SECRETARY
        if meeting.state not in ("planned", "adjourned"):
            return refuse("meeting.state", Text("会议已经开始或结束。", "The meeting runs already, or is over."))
        if there is None or not there.is_met:
            fix = Text("请先登记到会委员。", "Note first who is present.")
            return refuse("meeting.no_quorum", there.said() if there else _NOT_VOTED, fix=fix)
        tag = "meeting:sitting:opened" if meeting.state == "planned" else "meeting:sitting:resumed"
        meeting.state, meeting.opened_at = "open", meeting.opened_at or clock.now()
        meeting.save(update_fields=["state", "opened_at"])
        _trace(sitting, tag, actor, present=there.present, members=there.members)
        return None

    return _deed(pk, actor, request_id, do)


_NOT_VOTED = Text("本环节不表决。", "Nothing is voted on at this step.")


def adjourn(pk: int, actor: Actor, request_id: str = "") -> Said:
    """Adjourn: a running ballot is void, the item waits again, and everything that was voted before stands."""

    def do(sitting: Sitting) -> Refusal | None:
        meeting = sitting.meeting
        if not is_secretary(actor, meeting):
            return NOT_SECRETARY
        if meeting.state != "open":
            return refuse("meeting.state", Text("会议没有在进行。", "The meeting is not in session."))
        item = sitting.now
        if item is not None:
            if ballot := sitting.open_ballot(item):
                _void(ballot, "adjourned")
            item.state = "waiting"
            item.save(update_fields=["state"])
        meeting.state = "adjourned"
        meeting.save(update_fields=["state"])
        _trace(sitting, "meeting:sitting:adjourned", actor, kept=item.case.number if item else "")
        return None

    return _deed(pk, actor, request_id, do)


def close(pk: int, actor: Actor, request_id: str = "") -> Said:
    """End the meeting. What was not taken up may stand on the agenda of another."""

    def do(sitting: Sitting) -> Refusal | None:
        meeting = sitting.meeting
        if not is_secretary(actor, meeting):
            return NOT_SECRETARY
        if meeting.state == "closed":
            return refuse("meeting.closed", Text("会议已结束。", "The meeting is over."))
        if sitting.now and sitting.open_ballot(sitting.now):
            said = Text("还有表决没有结束。", "A ballot is still open.")
            return refuse(
                "meeting.ballot_open", said, fix=Text("请先结束表决，或休会。", "Close the ballot, or adjourn.")
            )
        meeting.items.filter(state="now").update(state="waiting")
        meeting.members.filter(present=True).update(present=False, left_at=clock.now())
        meeting.state, meeting.closed_at = "closed", clock.now()
        meeting.save(update_fields=["state", "closed_at"])
        _trace(sitting, "meeting:sitting:closed", actor, done=sum(one.state == "done" for one in sitting.items))
        return None

    return _deed(pk, actor, request_id, do)


# ----------------------------------------------------------------------------------------------- who is there


def be_there(pk: int, person: int, actor: Actor, *, present: bool, request_id: str = "") -> Said:
    """Note that a member came or left: the secretary for anybody, a member for themselves."""

    def do(sitting: Sitting) -> Refusal | None:
        member = sitting.member(person)
        if member is None or not (is_secretary(actor, sitting.meeting) or actor.person == person):
            return _NOT_MEMBER
        if sitting.meeting.state == "closed":
            return refuse("meeting.closed", Text("会议已结束。", "The meeting is over."))
        if member.present == present:
            return None
        member.present = present
        member.came_at = clock.now() if present else member.came_at
        member.left_at = None if present else clock.now()
        member.save(update_fields=["present", "came_at", "left_at"])
        _trace(sitting, "meeting:member:came" if present else "meeting:member:left", actor, person=person)
        return None

    return _deed(pk, actor, request_id, do)


def keep_out(pk: int, item: int, person: int, reason: str, actor: Actor, request_id: str = "") -> Said:
    """A member must leave for an item: they declare it themselves, or the secretary notes it. With the reason; it stays.

    Not while the ballot runs once they have voted in it: it is void first.
    """

    def do(sitting: Sitting) -> Refusal | None:
        found = sitting.item(item)
        if found is None or sitting.member(person) is None:
            return _NO_ITEM
        if not (is_secretary(actor, sitting.meeting) or actor.person == person):
            return _NOT_MEMBER
        if not reason.strip() or len(reason) > LONGEST:
            return refuse("reason.missing", Text("请写明回避理由。", "Say why they must leave."), where="reason")
        if sitting.is_out(found, person):
            return None
        ballot = sitting.open_ballot(found)
        if ballot is not None and any(one.person == person for one in ballot.voted.all()):
            _void(ballot, "recusal")
            _trace(sitting, "meeting:ballot:void", actor, number=found.case.number, ballot=ballot.number)
        words = reason.strip()
        KeptOut.objects.create(
            item=found, person=person, reason_zh=words, reason_en=words, source="declared", at=clock.now()
        )
        _trace(sitting, "meeting:member:sent-out", actor, person=person, number=found.case.number, reason=words)
        return None

    return _deed(pk, actor, request_id, do)


# ------------------------------------------------------------------------------------------------ the agenda


def take_up(pk: int, item: int, actor: Actor, request_id: str = "") -> Said:
    """Take up an item; the one before it must be dealt with, or waits again. Needs a quorum of those who may stay."""

    def do(sitting: Sitting) -> Refusal | None:
        found, now = sitting.item(item), sitting.now
        if not is_secretary(actor, sitting.meeting):
            return NOT_SECRETARY
        if found is None or found.state == "done":
            return _NO_ITEM
        if sitting.meeting.state != "open":
            return refuse("meeting.state", Text("会议没有在进行。", "The meeting is not in session."))
        if now is not None and sitting.open_ballot(now):
            said = Text("正在审议的议项还有表决没有结束。", "The ballot on the item before is still open.")
            return refuse(
                "meeting.ballot_open", said, fix=Text("请先结束表决，或休会。", "Close the ballot, or adjourn.")
            )
        if short := _short(sitting, found):
            return short
        if now is not None and now.pk != found.pk:
            now.state = "done" if _is_decided(sitting, now) else "waiting"
            now.save(update_fields=["state"])
        found.state = "now"
        found.save(update_fields=["state"])
        out = sorted(sitting.kept_out.get(found.pk, {}))
        _trace(sitting, "meeting:item:taken-up", actor, number=found.case.number, out=out)
        return None

    return _deed(pk, actor, request_id, do)


def _is_decided(sitting: Sitting, item: Item) -> bool:
    return any(one.state == CLOSED for one in sitting.ballots.get(item.pk, []))


def _short(sitting: Sitting, item: Item) -> Refusal | None:
    there = sitting.quorum(item)
    if there is None:
        return refuse("meeting.no_vote", _NOT_VOTED)
    if there.is_met:
        return None
    source = sitting.vote.source if sitting.vote else ""
    return refuse("meeting.no_quorum", there.said(), value=str(there.present), source=source, fix=_WAY_OUT)


def give_opinion(pk: int, item: int, score: int | None, comment: str, actor: Actor, request_id: str = "") -> Said:
    """A member's written opinion before the meeting: a score and a comment, changed as often as they like until then."""

    def do(sitting: Sitting) -> Refusal | None:
        found, until = sitting.item(item), sitting.meeting.written_until
        if found is None or sitting.member(actor.person) is None:
            return _NOT_MEMBER
        if sitting.is_out(found, actor.person):
            return refuse("right.recused", Text("本议项您须回避。", "You must keep out of this item."))
        if sitting.meeting.state != "planned" or until is None or clock.now() > until:
            return refuse("meeting.written_over", Text("书面意见已截止。", "Written opinions are closed."))
        problems = []
        if score is not None and not 0 <= score <= 100:
            problems.append(
                Problem("opinion.score", Text("评分为0至100。", "A score is 0 to 100."), "score", str(score))
            )
        if len(comment) > LONGEST:
            said = Text("意见不超过{n}字。", "At most {n} characters.").filled(n=LONGEST)
            problems.append(Problem("opinion.long", said, "comment"))
        if score is None and not comment.strip():
            problems.append(Problem("opinion.empty", Text("请评分或写意见。", "Give a score or a comment."), "comment"))
        if problems:
            return Refusal(tuple(problems))
        Opinion.objects.update_or_create(
            item=found,
            person=actor.person or 0,
            defaults={"score": score, "comment": comment.strip(), "at": clock.now()},
        )
        _trace(sitting, "meeting:opinion:given", actor, number=found.case.number)
        return None

    return _deed(pk, actor, request_id, do)


# ----------------------------------------------------------------------------------------------------- voting


def open_ballot(
    pk: int, item: int, actor: Actor, *, motion: str = "", amount_fen: int | None = None, request_id: str = ""
) -> Said:
    """Put the item that is taken up to a secret vote. motion: `approve` or `reject`; amount_fen: not above what is proposed.
    A ballot that was closed before, and not entered yet, is overtaken by this one."""

    def do(sitting: Sitting) -> Refusal | None:
        found = sitting.item(item)
        if not is_secretary(actor, sitting.meeting):
            return NOT_SECRETARY
        if found is None or found.state != "now" or sitting.meeting.state != "open":
            return refuse("meeting.not_up", Text("请先提请审议这一项。", "Take the item up first."))
        if sitting.open_ballot(found):
            return refuse("meeting.ballot_open", Text("表决正在进行。", "A ballot is open."))
        if found.case.step != sitting.meeting.step:
            return refuse("meeting.decided", Text("本件的决定已经登记。", "The decision on this case is entered."))
        if short := _short(sitting, found):
            return short
        chosen = motion or found.motion
        proposed = found.amount_fen or 0
        amount = amount_fen if amount_fen is not None else proposed
        if chosen not in ("approve", "reject") or (
            chosen == "approve" and sitting.step.amount and not 0 < amount <= proposed
        ):
            said = Text(
                "同意的金额应大于0且不超过建议金额。", "What is approved is above zero and at most what is proposed."
            )
            return refuse("meeting.amount", said, where="amount_fen", value=str(amount))
        number = len(sitting.ballots.get(found.pk, [])) + 1
        given = amount if chosen == "approve" and sitting.step.amount else None
        ballot = Ballot.objects.create(
            item=found, number=number, motion=chosen, amount_fen=given, opened_at=clock.now()
        )
        Urn.objects.create(ballot=ballot, sums=[0] * len(MOTION))
        _trace(sitting, "meeting:ballot:opened", actor, number=found.case.number, ballot=number, motion=chosen)
        return None

    return _deed(pk, actor, request_id, do)


def vote(pk: int, ballot: int, choice: str, actor: Actor, request_id: str = "") -> Said:
    """Cast a vote, once. Refused: after closing, twice, by who must keep out or is not present, and without a quorum."""

    def do(sitting: Sitting) -> Refusal | None:
        member = sitting.member(actor.person)
        found = next((one for all_ in sitting.ballots.values() for one in all_ if one.pk == ballot), None)
        item = sitting.item(found.item_id) if found else None
        if member is None:
            return _NOT_MEMBER
        if found is None or item is None:
            return refuse("vote.unknown", Text("没有这次表决。", "There is no such ballot."))
        if sitting.is_out(item, member.person_id):
            return refuse("right.recused", Text("本议项您须回避，不参加表决。", "You must keep out of this item."))
        if found.state != OPEN:
            fix = Text("如有不同意见，可以记入会议记录。", "Your dissent can go into the minutes.")
            return refuse("vote.closed", Text("这次表决已经结束。", "This ballot is closed."), fix=fix)
        if not member.present:
            fix = Text("请先签到。", "Sign in to the meeting first.")
            return refuse("vote.absent", Text("只有到会成员可以表决。", "Only members who are present vote."), fix=fix)
        if choice not in MOTION:
            said = Text("请选择赞成、反对或弃权。", "Choose for, against or abstain.")
            return refuse("vote.choice", said, where="choice")
        if any(one.person == member.person_id for one in found.voted.all()):
            said = Text("您已经投票，每人一票，不能更改。", "You have voted: one vote each, and it does not change.")
            return refuse("vote.twice", said)
        if short := _short(sitting, item):
            return short
        Voted.objects.create(ballot=found, person=member.person_id)
        urn = Urn.objects.select_for_update().get(ballot=found)
        urn.sums[MOTION.index(choice)] += 1
        urn.save(update_fields=["sums"])
        _trace(sitting, "meeting:ballot:cast", actor, number=item.case.number, ballot=found.number)
        return None

    return _deed(pk, actor, request_id, do)


def close_ballot(pk: int, ballot: int, actor: Actor, request_id: str = "") -> Said:
    """Close the ballot and count it. Who is present and did not vote counts as present. Needs a quorum still."""

    def do(sitting: Sitting) -> Refusal | None:
        found = next((one for all_ in sitting.ballots.values() for one in all_ if one.pk == ballot), None)
        item = sitting.item(found.item_id) if found else None
        if not is_secretary(actor, sitting.meeting):
            return NOT_SECRETARY
        if found is None or item is None or found.state != OPEN:
            return refuse("vote.closed", Text("这次表决已经结束。", "This ballot is closed."))
        if short := _short(sitting, item):
            return short
        voters = {one.person for one in found.voted.all()}
        entitled = sitting.entitled(item)
        # Who voted and then left took part all the same.
        present = sum(one.present or one.person_id in voters for one in entitled)
        counts = dict(zip(MOTION, Urn.objects.get(ballot=found).sums, strict=True))
        found.state, found.closed_at, found.counts = CLOSED, clock.now(), counts
        found.present, found.members = present, len(entitled)
        found.save(update_fields=["state", "closed_at", "counts", "present", "members"])
        item.state = "done"
        item.save(update_fields=["state"])
        keep_vote(
            item.case, found.motion, counts, present=present, members=len(entitled), amount_fen=found.amount_fen,
            voters=voters, ballot=found.pk, at=clock.now(),
        )  # fmt: skip
        _trace(
            sitting, "meeting:ballot:closed", actor, number=item.case.number, ballot=found.number, present=present,
            members=len(entitled), counts=counts,
        )  # fmt: skip
        return None

    return _deed(pk, actor, request_id, do)


def vote_again(pk: int, item: int, actor: Actor, request_id: str = "") -> Said:
    """Take an item up once more after a ballot that decided nothing, or whose result is not entered yet."""

    def do(sitting: Sitting) -> Refusal | None:
        found = sitting.item(item)
        if not is_secretary(actor, sitting.meeting):
            return NOT_SECRETARY
        if found is None or found.state != "done" or sitting.meeting.state != "open" or sitting.now is not None:
            return _NO_ITEM
        if found.case.step != sitting.meeting.step:
            return refuse("meeting.decided", Text("本件的决定已经登记。", "The decision on this case is entered."))
        found.state = "now"
        found.save(update_fields=["state"])
        _trace(sitting, "meeting:item:again", actor, number=found.case.number)
        return None

    return _deed(pk, actor, request_id, do)


def _void(ballot: Ballot, why: str) -> None:
    """A ballot that broke off: what is in the urn is thrown away uncounted."""
    Urn.objects.filter(ballot=ballot).delete()
    ballot.state, ballot.why_void, ballot.closed_at = VOID, why, clock.now()
    ballot.save(update_fields=["state", "why_void", "closed_at"])


def dissent(pk: int, ballot: int, text: str, actor: Actor, request_id: str = "") -> Said:
    """Have one's dissent from a result recorded in the minutes, in one's own words."""

    def do(sitting: Sitting) -> Refusal | None:
        found = next((one for all_ in sitting.ballots.values() for one in all_ if one.pk == ballot), None)
        if found is None or sitting.member(actor.person) is None or found.state != CLOSED:
            return refuse(
                "dissent.ballot", Text("表决结束后才能记录不同意见。", "Dissent is recorded after the ballot.")
            )
        if not any(one.person == actor.person for one in found.voted.all()):
            return refuse("right.missing", Text("只有参加表决的成员可以记录不同意见。", "Only who voted may dissent."))
        if not text.strip() or len(text) > LONGEST:
            said = Text("请写明不同意见，不超过{n}字。", "Write down your dissent, {n} characters at most.")
            return refuse("dissent.text", said.filled(n=LONGEST), where="text")
        Dissent.objects.update_or_create(
            ballot=found, person=actor.person or 0, defaults={"text": text.strip(), "at": clock.now()}
        )
        item = sitting.item(found.item_id)
        _trace(sitting, "meeting:ballot:dissent", actor, number=item.case.number if item else "", ballot=found.number)
        return None

    return _deed(pk, actor, request_id, do)


# ------------------------------------------------------------------------------------------- entering results


def enter(pk: int, item: int, reason: str, actor: Actor, key: str, request_id: str = "") -> casework.Done | Refusal:
    """Enter what the last ballot carried as the decision on the case, with the reason that its applicant reads. A member does
    it who took part; the engine judges the counts by the case's own version."""
    sitting = Sitting.of(pk)
    found = sitting.item(item)
    ballot = next((one for one in sitting.ballots.get(item, []) if one.state == CLOSED), None)
    if found is None or ballot is None or sitting.vote is None:
        return refuse("decide.not_voted", Text("还没有表决结果。", "There is no result yet."))
    if sitting.member(actor.person) is None or sitting.is_out(found, actor.person):
        return _NOT_MEMBER
    result = {**(ballot.counts or {}), "present": ballot.present, "members": ballot.members, "motion": ballot.motion}
    verb = carries(sitting.vote, result)
    if not verb:
        said = Text("不同意的动议未获通过，不产生决定。", "A motion to reject that fails decides nothing.")
        return refuse("decide.not_carried", said, fix=Text("请再次表决。", "Vote again."))
    content: dict[str, object] = {"reason": reason, "ballot": ballot.pk}
    if verb == "approve" and ballot.amount_fen is not None:
        content["amount_fen"] = ballot.amount_fen
    return casework.act(
        found.case.number, Command(verb, sitting.meeting.step, content), actor, key, request_id=request_id
    )
