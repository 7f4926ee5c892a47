"""rank 排序: the case waits until its round is put in order, and learns its place (see `engine.rounds`)."""

from __future__ import annotations

from keguan.engine.decision import Ask, Command, Situation
from keguan.engine.moves import Move, Verb
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Refusal
from keguan.language.schema import Rank


def verbs(step: Rank) -> tuple[Verb, ...]:
    """Only the round places a case; the officer ranks the round."""
    return (Verb("place", Text("排序", "Place"), ""),)


def offers(situation: Situation, step: Rank, verb: Verb) -> bool:
    """Nothing to do at the case itself."""
    return False


def enter(situation: Situation, step: Rank) -> Move:
    """The round's officer sees one more case ready to be ranked."""
    return Move(effects=(Ask(step.id, step.by),))


def decide(situation: Situation, step: Rank, command: Command) -> Move | Refusal:
    """Take the place that the round gave."""
    content = command.content
    memo = {"position": content["position"], "amount": content["amount_fen"]}
    return Move(outcome="within" if content["within"] else "beyond", memo=memo)
