"""What is put to the vote, in words: the motion, the amount, and what was proposed where that is another."""

from __future__ import annotations

from typing import Any

from keguan.engine.voting import TITLES, carries, counted
from keguan.kernel.bilingual import Text
from keguan.kernel.money import Money
from keguan.panels.meetings.models import CLOSED, OPEN, RECUSED, VOID, Ballot, Item
from keguan.panels.meetings.sittings import Sitting

_WHY_VOID = {
    "adjourned": Text("未计票（表决中休会）", "not counted: the meeting was adjourned"),
    "again": Text("未计票（再次审议）", "not counted: it was taken up once more"),
    "recusal": Text("未计票（投票后有委员回避）", "not counted: a member who had voted must keep out"),
    RECUSED: Text(
        "不作为决定（计票后，投过票的委员回避）",
        "no decision: after it was counted, a member who had voted must keep out",
    ),
}
_TURNOUT = Text("投票{cast}人，到会没有投票{silent}人", "voted: {cast}, present and did not vote: {silent}")
_UNDECIDED = Text("本件没有决定，仍待决定", "the case stays undecided")
_WHAT = {"approve": Text("同意", "approve"), "reject": Text("不同意", "reject")}


def voted_on(ballot: Ballot, item: Item) -> Text:
    """What the ballot is on: 同意65万元，少于建议的70万元."""
    return _said(ballot.motion, ballot.amount_fen, item.amount_fen)


def as_counted(ballot: Ballot, item: Item) -> dict[str, Any]:
    """A closed ballot as `engine.voting` reads it."""
    return {
        **(ballot.counts or {}), "present": ballot.present, "members": ballot.members, "motion": ballot.motion,
        "amount_fen": ballot.amount_fen, "proposed_fen": item.amount_fen,
    }  # fmt: skip


def carried_by(sitting: Sitting, item: Item, ballot: Ballot) -> str:
    """`approve` or `reject`: what a closed ballot carried; "" where it decides nothing."""
    return carries(sitting.vote, as_counted(ballot, item)) if sitting.vote else ""


def counted_said(sitting: Sitting, item: Item, ballot: Ballot) -> tuple[Text, ...]:
    """What was counted in a closed ballot, what it took, and how it ended; that the case waits still, where it decides nothing."""
    if sitting.vote is None:
        return ()
    said = counted(sitting.vote, as_counted(ballot, item)).said(TITLES)
    return said if carried_by(sitting, item, ballot) else (*said, _UNDECIDED)


def motion_of(sitting: Sitting, item: Item) -> Text:
    """What stands to the vote on the item, or stood last; before a ballot, what is proposed."""
    states = (OPEN,) if item.state == "now" else (OPEN, CLOSED)
    last = next((one for one in sitting.ballots.get(item.pk, []) if one.state in states), None)
    return voted_on(last, item) if last else _said(item.motion, item.amount_fen, item.amount_fen)


def went(sitting: Sitting, item: Item, ballot: Ballot) -> tuple[Text, ...]:
    """How a ballot went, for the minutes: on what it was, how many voted and did not, and what was counted; or that it is void
    and why."""
    if ballot.state == OPEN or sitting.vote is None:
        return ()
    told = {"n": ballot.number, "motion": voted_on(ballot, item)}
    if ballot.state == VOID:
        said = Text("第{n}次表决（{motion}）作废，{why}。", "Ballot {n}, to {motion}, is void and {why}.")
        return (said.filled(**told, why=_WHY_VOID[ballot.why_void]),)
    begins = Text("第{n}次表决（{motion}）：", "Ballot {n}, to {motion}: ").filled(**told)
    cast = sum((ballot.counts or {}).values())
    turnout = _TURNOUT.filled(cast=cast, silent=(ballot.present or 0) - cast)
    parts = (turnout, *counted_said(sitting, item, ballot))
    zh, en = "；".join(one.zh for one in parts), "; ".join(one.en for one in parts)
    return (Text(f"{begins.zh}{zh}。", f"{begins.en}{en}."),)


def _said(motion: str, amount_fen: int | None, proposed_fen: int | None) -> Text:
    if motion != "approve" or not amount_fen:
        return _WHAT[motion]
    amount = Money(amount_fen).said
    if amount_fen == proposed_fen or not proposed_fen:
        return Text("同意{amount}", "approve {amount}").filled(amount=amount)
    return Text("同意{amount}，少于建议的{proposed}", "approve {amount}, less than the {proposed} proposed").filled(
        amount=amount, proposed=Money(proposed_fen).said
    )
