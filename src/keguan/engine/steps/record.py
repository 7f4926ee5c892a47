"""record 登记入库: the machine makes an entry in a register."""

from __future__ import annotations

from keguan.engine.decision import Command, Enter, Situation
from keguan.engine.moves import Move, Verb, names_in, refuse
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import local_date
from keguan.kernel.problems import Refusal
from keguan.language.schema import Record


def verbs(step: Record) -> tuple[Verb, ...]:
    """Nobody records by hand."""
    return ()


def offers(situation: Situation, step: Record, verb: Verb) -> bool:
    """Nothing to do."""
    return False


def enter(situation: Situation, step: Record) -> Move:
    """The entry begins today and holds as long as the definition says."""
    title = situation.definition.value(step.entry, names_in(situation))
    last = None
    if step.valid is not None:
        span = situation.definition.span(step.valid, local_date(situation.terms.opens))
        last = span.after(situation.now, situation.calendar)
    entry = Enter(step.register, str(title or situation.state.number), step.series or "", situation.now, last)
    return Move(outcome="recorded", effects=(entry,))


def decide(situation: Situation, step: Record, command: Command) -> Move | Refusal:
    """Never asked: the entry is made on arrival."""
    return refuse("record.automatic", Text("登记由系统完成。", "The machine makes the entry."))
