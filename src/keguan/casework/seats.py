"""Seats on review panels: the anonymous seat, and the one row that says who holds it."""

from __future__ import annotations

from datetime import datetime

from keguan.casework.models import Case, SeatHolder, Task
from keguan.casework.models import Seat as SeatRow
from keguan.engine.decision import Seat, SeatMoved
from keguan.engine.state import CaseState


def give_seat(case: Case, given: Seat, after: CaseState, now: datetime) -> None:
    """An expert gets a seat, and a task."""
    row = SeatRow.objects.create(
        case=case, step=given.step, attempt=after.steps[given.step].attempt, number=int(given.seat), changed_at=now
    )
    holder = SeatHolder.objects.create(seat=row, expert_id=given.expert)
    Task.objects.get_or_create(
        case=case,
        step=given.step,
        role="expert",
        person_id=holder.expert.person_id,
        defaults={"code": case.code, "opened_at": now, "due_at": after.steps[given.step].due},
    )


def move_seat(case: Case, moved: SeatMoved, after: CaseState, now: datetime) -> None:
    """A seat's holder accepted, declined, was released or scored."""
    row = SeatRow.objects.select_related("holder__expert").get(
        case=case, step=moved.step, attempt=after.steps[moved.step].attempt, number=int(moved.seat)
    )
    row.state, row.reason, row.changed_at = moved.state, moved.reason, now
    if moved.state == "final":
        row.scores, row.comment, row.total = dict(moved.scores), moved.comment, moved.total
    row.save()
    if moved.state in ("final", "declined", "released"):
        Task.objects.filter(case=case, step=moved.step, person=row.holder.expert.person_id).delete()
