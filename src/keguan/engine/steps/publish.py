"""publish 公示: the result stands in public for a time; it closes when that is over and no objection is open."""

from __future__ import annotations

from keguan.engine.decision import Command, Situation, Wake
from keguan.engine.moves import Move, Verb, refuse
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import local_date
from keguan.kernel.problems import Refusal
from keguan.language.schema import Publish


def verbs(step: Publish) -> tuple[Verb, ...]:
    """Nobody closes a notice by hand: time does, or an upheld objection."""
    return (Verb("close", Text("公示结束", "Close the notice"), ""),)


def offers(situation: Situation, step: Publish, verb: Verb) -> bool:
    """Nothing to do but object, which is a case of its own."""
    return False


def enter(situation: Situation, step: Publish) -> Move:
    """The notice is up until the end of its last day."""
    span = situation.definition.span(step.period, local_date(situation.terms.opens))
    until = span.after(situation.now, situation.calendar)
    return Move(due=until, effects=(Wake(step.id, until, "due"),))


def decide(situation: Situation, step: Publish, command: Command) -> Move | Refusal:
    """Close as unopposed when the time is over and every objection is answered."""
    until = situation.state.current.due
    if until is None or situation.now < until:
        return refuse("publish.running", Text("公示期未满。", "The notice period is not over."))
    if objections_open(situation):
        return refuse("publish.objection_open", Text("有异议尚未处理完毕。", "An objection is still open."))
    return Move(outcome="unopposed")


def objections_open(situation: Situation) -> bool:
    """Whether an objection still waits for its answer. Nothing else that runs beside the case keeps the notice up."""
    return any(side.programme == "object" for side in situation.state.open_sides.values())
