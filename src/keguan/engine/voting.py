"""What a ballot carried, judged by the rule that the programme states; the counts come from the meeting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keguan.engine.decision import Command
from keguan.engine.moves import refuse
from keguan.fairness.ballots import ABSTAIN, AGAINST, FOR, Quorum, Rule, Tally, quorum, tally
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Refusal
from keguan.language.schema import Vote

APPROVE, REJECT = "approve", "reject"
"""What a motion asks for."""
TITLES: Mapping[str, Text] = {
    FOR: Text("赞成", "For"),
    AGAINST: Text("反对", "Against"),
    ABSTAIN: Text("弃权", "Abstained"),
}
UNDECIDED = Text(
    "动议未通过，本件没有决定，仍待决定：可再次表决，或列入另一次会议。",
    "The motion is not carried, and the case stays undecided: it is voted on again, or goes to another meeting.",
)
"""What is said of a ballot after which nothing may be decided."""
_MEETING = Text("请在会议上表决后再登记决定。", "Let the meeting vote on it; the decision follows the ballot.")


_THEN: Mapping[str, Text] = {
    APPROVE: Text("请在会议页面按表决结果登记：同意。", "On the page of its meeting it is entered as voted: approved."),
    REJECT: Text(
        "请在会议页面按表决结果登记：不同意。", "On the page of its meeting it is entered as voted: rejected."
    ),
    "": UNDECIDED,
}


def rule_of(vote: Vote) -> Rule:
    """The rule by which a step's ballots are counted."""
    return Rule(vote.quorum, vote.threshold, vote.of, vote.least)


def counted(vote: Vote, result: Mapping[str, Any]) -> Tally:
    """The tally of a ballot. result: `for`, `against`, `abstain`, `present`, `members` (those who may vote on the case)."""
    counts = {option: int(result[option]) for option in (FOR, AGAINST, ABSTAIN)}
    return tally(rule_of(vote), counts, present=int(result["present"]), members=int(result["members"]))


def quorum_at(vote: Vote, result: Mapping[str, Any]) -> Quorum:
    """Whether enough were present when the ballot was closed."""
    return quorum(rule_of(vote), int(result["present"]), int(result["members"]))


def carries(vote: Vote, result: Mapping[str, Any]) -> str:
    """`approve` or `reject`: what may be decided after this ballot. A motion to approve what is proposed that fails, or ties,
    is a rejection; one to approve another amount, or to reject, that fails decides nothing (""), nor do too few votes."""
    tally = counted(vote, result)
    if quorum_at(vote, result).lacks(tally.cast):
        return ""
    carried = tally.carried == FOR
    if result.get("motion", APPROVE) == REJECT:
        return REJECT if carried else ""
    if carried:
        return APPROVE
    amount, proposed = result.get("amount_fen"), result.get("proposed_fen")
    return REJECT if not amount or not proposed or amount == proposed else ""


def outcome(vote: Vote, result: Mapping[str, Any]) -> Text:
    """What was counted and how it ended, in one sentence: 赞成3票，反对1票，弃权0票，动议通过."""
    counts, _, ended = counted(vote, result).said(TITLES)
    return Text(f"{counts.zh}，{ended.zh}", f"{counts.en}; {ended.en}")


def told(vote: Vote, result: Mapping[str, Any]) -> Text:
    """The outcome, and what follows from it: which decision is entered, or that the case waits still."""
    said = Text("会议表决：{how}。", "A meeting voted: {how}. ").filled(how=outcome(vote, result))
    then = _THEN[carries(vote, result)]
    return Text(said.zh + then.zh, said.en + then.en)


def not_as_voted(vote: Vote, result: Mapping[str, Any] | None, command: Command) -> Refusal | None:
    """Why the decision asked for is not the one that a ballot carried; None where it is."""
    if result is None:
        said = Text(
            "本环节由会议表决决定，任何一人不能单独决定。", "A meeting decides this by vote; nobody decides it alone."
        )
        return refuse("decide.not_voted", said, source=vote.source, fix=_MEETING)
    present = quorum_at(vote, result)
    if not present.is_met:
        return refuse("decide.no_quorum", present.said(), value=str(present.present), source=vote.source, fix=_MEETING)
    cast = counted(vote, result).cast
    if present.lacks(cast):
        return refuse("decide.too_few_votes", present.said_of(cast), value=str(cast), source=vote.source, fix=_MEETING)
    if (carried := carries(vote, result)) != command.name:
        said = Text("表决结果不是这项决定：{how}。", "The ballot did not carry this: {how}.")
        how = outcome(vote, result)
        fix = None if carried else UNDECIDED
        return refuse("decide.not_carried", said.filled(how=how), source=vote.source, fix=fix)
    voted = result.get("amount_fen")
    if command.name == APPROVE and voted and command.content.get("amount_fen", voted) != voted:
        said = Text("金额应为表决通过的金额。", "The amount is the one that was voted on.")
        return refuse("decide.amount_voted", said, where="amount_fen", value=str(voted), source=vote.source)
    return None
