"""Times at which a waiting step is looked at again."""

from __future__ import annotations

from datetime import datetime

from keguan.engine.decision import Situation, Wake
from keguan.engine.moves import Move, refuse
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import local_date
from keguan.kernel.problems import Refusal
from keguan.language.schema import Step


def lapsed(situation: Situation, due: datetime | None) -> Move | Refusal:
    """The step lapses if its time is over; not even the system may end it early."""
    if due is not None and situation.now >= due:
        return Move(outcome="lapsed")
    return refuse("step.not_due", Text("期限未到。", "The time is not over yet."), value=due.isoformat() if due else "")


def over(situation: Situation, due: datetime | None) -> Refusal | None:
    """Why nothing can be done any more at a step that lapses: its time is over, whether or not that was written down yet."""
    if due is None or situation.now < due:
        return None
    said = Text("本环节期限已过。", "The time for this step is over.")
    return refuse("step.over", said, value=due.isoformat())


def reminders(situation: Situation, step: Step, due: datetime | None) -> tuple[Wake, ...]:
    """One reminder, `step.remind` before the step is due, if that is still ahead."""
    if due is None or step.remind is None:
        return ()
    span = situation.definition.span(step.remind, local_date(situation.terms.opens))
    at = span.before(due, situation.calendar)
    return (Wake(step.id, at, "remind"),) if at > situation.now else ()
