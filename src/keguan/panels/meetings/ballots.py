"""Secret ballots: opened, voted in once each, closed and counted, and dissent for the minutes.

A vote goes into the sums of the urn, and who voted into another table; the trace says that somebody voted, never what.
"""

from __future__ import annotations

from keguan.casework.reviewing.votes import keep_vote
from keguan.engine.moves import refuse
from keguan.fairness.ballots import MOTION
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.money import Money
from keguan.kernel.problems import Refusal
from keguan.panels.meetings.deeds import LONGEST, NOT_MEMBER, Said, ask, deed, lacks_quorum, note
from keguan.panels.meetings.minutes_content import add_dissents
from keguan.panels.meetings.models import CLOSED, OPEN, VOID, Ballot, Dissent, Urn, Voted
from keguan.panels.meetings.outcomes import decided_since
from keguan.panels.meetings.planning import NOT_SECRETARY
from keguan.panels.meetings.rights import is_secretary
from keguan.panels.meetings.sittings import Sitting

_WAIT = Text(
    "请等其余委员投票；等不到的，休会，或再次审议本项：这次表决作废，不计票。票数不足的不计票，以免看出各人的票。",
    "Wait for the votes of the others; or adjourn, or take it up once more: the ballot is then void and not counted. So few votes"
    " are not counted, lest the sums tell how somebody voted.",
)


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
        if since := decided_since(sitting, found):
            return since
        if short := lacks_quorum(sitting, found):
            return short
        chosen = motion or found.motion
        proposed = found.amount_fen or 0
        amount = amount_fen if amount_fen is not None else proposed
        if chosen not in ("approve", "reject") or (
            chosen == "approve" and sitting.step.amount and not 0 < amount <= proposed
        ):
            said = Text(
                "同意的金额应大于0且不超过建议金额{most}。",
                "What is approved is above zero and at most what is proposed: {most}.",
            ).filled(most=Money(proposed).said)
            return refuse("meeting.amount", said, where="amount", value=Money(amount).said)
        number = len(sitting.ballots.get(found.pk, [])) + 1
        given = amount if chosen == "approve" and sitting.step.amount else None
        ballot = Ballot.objects.create(
            item=found, number=number, motion=chosen, amount_fen=given, opened_at=clock.now()
        )
        Urn.objects.create(ballot=ballot, sums=[0] * len(MOTION))
        note(
            sitting,
            "meeting:ballot:opened",
            actor,
            number=found.case.number,
            ballot=number,
            motion=chosen,
            amount_fen=given,
        )
        return None

    return deed(pk, actor, request_id, do)


def vote(pk: int, ballot: int, choice: str, actor: Actor, request_id: str = "") -> Said:
    """Cast a vote, once. Refused: after closing, twice, by who must keep out or is not present, and without a quorum."""

    def do(sitting: Sitting) -> Refusal | None:
        member = sitting.member(actor.person)
        found = next((one for all_ in sitting.ballots.values() for one in all_ if one.pk == ballot), None)
        item = sitting.item(found.item_id) if found else None
        if member is None:
            return NOT_MEMBER
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
        if member.person_id in found.voters:
            said = Text("您已经投票，每人一票，不能更改。", "You have voted: one vote each, and it does not change.")
            return refuse("vote.twice", said)
        if short := lacks_quorum(sitting, item):
            return short
        Voted.objects.create(ballot=found, person=member.person_id)
        urn = Urn.objects.select_for_update().get(ballot=found)
        urn.sums[MOTION.index(choice)] += 1
        urn.save(update_fields=["sums"])
        note(sitting, "meeting:ballot:cast", actor, number=item.case.number, ballot=found.number)
        return None

    return deed(pk, actor, request_id, do)


def close_ballot(pk: int, ballot: int, actor: Actor, request_id: str = "", *, unvoted: int = 0) -> Said:
    """Close the ballot and count it. Who is present and did not vote counts as present. Needs a quorum still, and as many
    votes: of fewer the sums would tell how single people voted. unvoted: so many who are present are known not to have voted;
    where there are more, it asks first, and says how many."""

    def do(sitting: Sitting) -> Refusal | None:
        found = next((one for all_ in sitting.ballots.values() for one in all_ if one.pk == ballot), None)
        item = sitting.item(found.item_id) if found else None
        if not is_secretary(actor, sitting.meeting):
            return NOT_SECRETARY
        if found is None or item is None or found.state != OPEN:
            return refuse("vote.closed", Text("这次表决已经结束。", "This ballot is closed."))
        if since := decided_since(sitting, item):
            return since
        if short := lacks_quorum(sitting, item):
            return short
        voters = set(found.voters)
        entitled = sitting.entitled(item)
        present = len(sitting.voting(item, found))
        there = sitting.quorum(item)
        if there is not None and there.lacks(len(voters)):
            return refuse("vote.too_few", there.said_of(len(voters)), value=str(len(voters)), fix=_WAIT)
        if (missing := present - len(voters)) > unvoted:
            said = Text("已投{cast}人，在场还有{n}人没有投票。", "Voted: {cast}; present and yet to vote: {n}.")
            fix = Text(
                "请等他们投票。现在结束的，没有投票的计为到会而没有赞成。",
                "Wait for them. If it is closed now, who has not voted counts as present and not in favour.",
            )
            return ask("vote.not_all", said.filled(cast=len(voters), n=missing), count=missing, fix=fix)
        counts = dict(zip(MOTION, Urn.objects.get(ballot=found).sums, strict=True))
        found.state, found.closed_at, found.counts = CLOSED, clock.now(), counts
        found.present, found.members = present, len(entitled)
        found.save(update_fields=["state", "closed_at", "counts", "present", "members"])
        item.state = "done"
        item.save(update_fields=["state"])
        keep_vote(
            item.case, found.motion, counts, present=present, members=len(entitled), amount_fen=found.amount_fen,
            proposed_fen=item.amount_fen, voters=voters, ballot=found.pk, at=clock.now(),
        )  # fmt: skip
        note(
            sitting, "meeting:ballot:closed", actor, number=item.case.number, ballot=found.number, present=present,
            cast=len(voters), members=len(entitled), counts=counts,
        )  # fmt: skip
        return None

    return deed(pk, actor, request_id, do)


def void(ballot: Ballot, why: str) -> None:
    """End a ballot that broke off: what is in the urn is thrown away uncounted. One that was counted, whose votes may not have
    been cast as they were, is void as if it had not been: its counts stay in the trace alone."""
    Urn.objects.filter(ballot=ballot).delete()
    ballot.state, ballot.why_void, ballot.closed_at = VOID, why, clock.now()
    ballot.counts = ballot.present = ballot.members = None
    ballot.save(update_fields=["state", "why_void", "closed_at", "counts", "present", "members"])


def dissent(pk: int, ballot: int, text: str, actor: Actor, request_id: str = "") -> Said:
    """Have one's dissent from a result recorded in the minutes, in one's own words."""

    def do(sitting: Sitting) -> Refusal | None:
        found = next((one for all_ in sitting.ballots.values() for one in all_ if one.pk == ballot), None)
        if found is None or sitting.member(actor.person) is None or found.state != CLOSED:
            return refuse(
                "dissent.ballot", Text("表决结束后才能记录不同意见。", "Dissent is recorded after the ballot.")
            )
        if actor.person not in found.voters:
            return refuse("right.missing", Text("只有参加表决的成员可以记录不同意见。", "Only who voted may dissent."))
        item = sitting.item(found.item_id)
        if item is None or sitting.is_out(item, actor.person):
            return refuse("right.recused", Text("本议项您须回避。", "You must keep out of this item."))
        if not text.strip() or len(text) > LONGEST:
            said = Text("请写明不同意见，不超过{n}字。", "Write down your dissent, {n} characters at most.")
            return refuse("dissent.text", said.filled(n=LONGEST), where="text")
        Dissent.objects.update_or_create(
            ballot=found, person=actor.person or 0, defaults={"text": text.strip(), "at": clock.now()}
        )
        add_dissents(sitting, item)
        note(sitting, "meeting:ballot:dissent", actor, number=item.case.number, ballot=found.number)
        return None

    return deed(pk, actor, request_id, do)
