"""Times at which a waiting step is looked at again."""

from __future__ import annotations

from datetime import datetime

from keguan.engine.decision import Situation, Wake
from keguan.kernel.clock import local_date
from keguan.language.schema import Step


def reminders(situation: Situation, step: Step, due: datetime | None) -> tuple[Wake, ...]:
    """One reminder, `step.remind` before the step is due, if that is still ahead."""
    if due is None or step.remind is None:
        return ()
    span = situation.definition.span(step.remind, local_date(situation.terms.opens))
    at = span.before(due, situation.calendar)
    return (Wake(step.id, at, "remind"),) if at > situation.now else ()
