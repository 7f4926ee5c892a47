"""pay 拨付: the plan of instalments is recorded, the first as due. The money itself moves in the finance system."""

from __future__ import annotations

from keguan.engine.decision import Command, Due, Situation
from keguan.engine.moves import Move, Verb, names_in, refuse
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import local_date
from keguan.kernel.problems import Refusal
from keguan.language.schema import Pay


def verbs(step: Pay) -> tuple[Verb, ...]:
    """If the amount is not known the plan waits for the finance desk."""
    return (Verb("plan", Text("生成拨付计划", "Make the plan"), step.by),)


def offers(situation: Situation, step: Pay, verb: Verb) -> bool:
    """Only while it waits."""
    return True


def enter(situation: Situation, step: Pay) -> Move:
    """Instalments by their shares, each rounded down to the fen, the last one takes the rest."""
    amount = situation.definition.value(step.amount, names_in(situation))
    if not amount or amount <= 0:
        return Move()
    day = local_date(situation.terms.opens)
    effects: list[Due] = []
    left = int(amount)
    for number, tranche in enumerate(step.tranches, start=1):
        last = number == len(step.tranches)
        part = left if last else int(amount) * int(tranche.share) // 100
        left -= part
        due = (
            situation.definition.span(tranche.due, day).after(situation.now, situation.calendar)
            if tranche.due
            else None
        )
        effects.append(Due(number, int(tranche.share), part, due, tranche.say))
    return Move(outcome="planned", memo={"amount": int(amount)}, effects=tuple(effects))


def decide(situation: Situation, step: Pay, command: Command) -> Move | Refusal:
    """Try again, now that the amount may be known."""
    move = enter(situation, step)
    if move.outcome:
        return move
    return refuse("pay.no_amount", Text("没有可拨付的金额。", "There is no amount to pay."), where="amount")
