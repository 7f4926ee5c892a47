"""Who assigned a panel hears that a reviewer declined: the seat is theirs to fill. Nobody's name stands in it."""

from __future__ import annotations

from datetime import datetime

from keguan.casework.handing import told_of
from keguan.casework.messages import send
from keguan.casework.models import Case
from keguan.casework.vacancies import people_of
from keguan.engine.decision import Decided, SeatMoved
from keguan.engine.steps.review import DECLINES
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.schema import Review

_DECLINED = Text(
    "{number} 有一位专家谢绝评审（{why}），请补派。", "A reviewer declined {number} ({why}): fill the seat anew."
)


def tell_of_declined(case: Case, definition: Definition, decided: Decided, now: datetime) -> None:
    """Each seat that was declined, to whoever handles the case, or to all who may assign its reviewers."""
    for moved in decided.effects:
        if isinstance(moved, SeatMoved) and moved.state == "declined":
            step = definition.programme.step(moved.step)
            role = step.assigned_by if isinstance(step, Review) else "officer"
            line = _DECLINED.filled(number=case.number, why=DECLINES.get(moved.because, DECLINES["other"]))
            send("declined", sorted(told_of(case, role) - people_of(case)), case, line, now)
