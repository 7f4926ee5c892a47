"""Whoever is late with a review is reminded, by those who assigned it; each at most once a day, and the trace tells it."""

from __future__ import annotations

from itertools import groupby

from django.db import transaction
from django.db.models import Q

from keguan.casework import services
from keguan.casework.messages import ALL_TOLD, send_each
from keguan.casework.reviewing.late_seats import late_seats
from keguan.engine.moves import refuse
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Refusal
from keguan.registers.trace import services as trace

_LINE = Text(
    "您对 {number} 的评审已过期限，请尽快完成；不能完成的，请谢绝，以便另请他人。",
    "Your review of {number} is overdue. Please complete it soon, or decline, so that somebody else can be asked.",
)
_NOBODY = refuse("remind.nobody", Text("没有逾期未评的席位。", "No seat is late."))


def remind_late(cases: Q, step: str, actor: Actor, request_id: str = "") -> int | Refusal:
    """Remind whoever is late there, each of each case at most once a day. Returns how many seats. Whether the actor may is
    asked before; the trace names seats, never their holders."""
    now = clock.now()
    with transaction.atomic():
        trace.stamp(actor, request_id)
        services.take_locks((f"reminders to late reviewers at {step}",))
        late = late_seats(cases, step)
        told = [one for one in late if not one.was_told_today]
        if not told:
            return ALL_TOLD if late else _NOBODY
        send_each("overdue", ((one.person, one.case, _LINE.filled(number=one.number)) for one in told), now)
        trace.write_many(
            actor,
            [
                trace.Line(
                    "review:late:reminded",
                    case_number=number,
                    request_id=request_id,
                    payload={"step": step, "seats": ", ".join(str(one.seat) for one in seats)},
                )
                for number, seats in groupby(told, key=lambda one: one.number)
            ],
        )
    return len(told)
