"""decide 立项决定: a body that did not run the case decides it, with a reason that the applicant will read.

Where the step states a vote, a member of the body only writes down what a ballot carried (`engine.voting`).
"""

from __future__ import annotations

from typing import Any

from keguan.engine.decision import Ask, Command, Situation, Wake
from keguan.engine.moves import Move, Verb, due_after, names_in, reason_owed, refuse, text_of
from keguan.engine.voting import carries, not_as_voted
from keguan.engine.waiting import reminders
from keguan.kernel.bilingual import Text
from keguan.kernel.money import Money
from keguan.kernel.problems import Refusal
from keguan.language.schema import Decide

_READABLE = 10**18
"""No amount of public money comes near so many fen."""


def verbs(step: Decide) -> tuple[Verb, ...]:
    """Approve or reject."""
    return (
        Verb("approve", Text("同意", "Approve"), step.by),
        Verb("reject", Text("不同意", "Reject"), step.by),
    )


def offers(situation: Situation, step: Decide, verb: Verb) -> bool:
    """Approving is offered where there is something to give; what is voted on is not decided at the case."""
    if step.vote is not None:
        result = _voted(situation, step)
        return result is not None and carries(step.vote, result) == verb.name
    return verb.name == "reject" or step.amount is None or proposed(situation, step) > 0


def proposed(situation: Situation, step: Decide) -> int:
    """The grant that the procedure proposes, in fen; 0 where it gives none."""
    if step.amount is None:
        return 0
    value = situation.definition.value(step.amount, names_in(situation))
    return int(value) if value else 0


def _voted(situation: Situation, step: Decide) -> dict[str, Any] | None:
    """The ballot on the case, with what was proposed; None before there is one."""
    result = situation.facts.get("vote")
    return None if result is None else {"proposed_fen": proposed(situation, step), **result}


def enter(situation: Situation, step: Decide) -> Move:
    """The deciding body has it on its agenda."""
    due = due_after(situation, step)
    wakes = (Wake(step.id, due, "remind"),) if due else ()
    return Move(
        due=due,
        memo={"proposed": proposed(situation, step)},
        effects=(Ask(step.id, step.by, due), *wakes, *reminders(situation, step, due)),
    )


def decide(situation: Situation, step: Decide, command: Command) -> Move | Refusal:
    """Approve at most the proposed amount, or reject; both with a reason, and as the vote went where there is one."""
    if owed := reason_owed(command):
        return owed
    if step.vote is not None and (against := not_as_voted(step.vote, _voted(situation, step), command)):
        return against
    reason = text_of(command, "reason")
    if command.name == "reject":
        return Move(outcome="rejected", memo={"reason": reason, "amount": 0})
    if step.amount is None:
        return Move(outcome="approved", memo={"reason": reason})
    ceiling = proposed(situation, step)
    voted = (situation.facts.get("vote") or {}).get("amount_fen") if step.vote is not None else None
    amount = command.content.get("amount_fen", voted or ceiling)
    if ceiling <= 0:
        said = Text(
            "本件不在预算之内，没有可批准的金额。", "The case is beyond the budget: there is no amount to approve."
        )
        return refuse("decide.nothing", said, where="amount_fen")
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 < amount <= ceiling:
        said = Text("批准金额应大于0且不超过建议金额。", "The amount must be above zero and at most what was proposed.")
        typed = isinstance(amount, int) and not isinstance(amount, bool) and abs(amount) < _READABLE
        found = Money(amount).said if typed else str(amount)[:40]
        return refuse("decide.amount", said, where="amount_fen", value=found)
    return Move(outcome="approved", memo={"reason": reason, "amount": amount})
