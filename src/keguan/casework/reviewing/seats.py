"""Seats on review panels: the anonymous seat, and the one row that says who holds it.

By hand like the rest of the write door: two acts in five are a reviewer's.
"""

from __future__ import annotations

from datetime import datetime

from keguan.casework.models import Case
from keguan.casework.models import Seat as SeatRow
from keguan.casework.store import as_json
from keguan.database import prepared
from keguan.engine.decision import Seat, SeatMoved
from keguan.engine.state import CaseState
from keguan.engine.steps.review import SET_ASIDE
from keguan.kernel.canonical import digest

_GIVE = """
  WITH seat AS (
    INSERT INTO casework_seat (case_id, step, attempt, number, state, scores, comment, reason, blind, changed_at)
    VALUES (%s, %s, %s, %s, 'invited', '{}', '', %s, %s, %s) RETURNING id
  ), holder AS (
    INSERT INTO casework_seatholder (seat_id, expert_id) SELECT id, %s FROM seat
  )
  INSERT INTO casework_task (case_id, round_id, step, role, person_id, code, due_at, opened_at)
  SELECT %s, %s, %s, 'expert', person_id, %s, %s, %s FROM experts_expert WHERE id = %s
  ON CONFLICT DO NOTHING"""

_MOVE = """
  UPDATE casework_seat SET state = %s, reason = coalesce(nullif(%s, ''), reason), because = %s, changed_at = %s
  WHERE case_id = %s AND step = %s AND attempt = %s AND number = %s RETURNING id"""

_SCORE = _MOVE.replace("changed_at = %s", "changed_at = %s, scores = %s, comment = %s, comments = %s, total = %s")

_KEEP_EARLIER = """
  INSERT INTO reviewing_earlierscore (seat_id, version, scores, comment, comments, total, at)
  SELECT seat.id, (SELECT count(*) + 1 FROM reviewing_earlierscore WHERE seat_id = seat.id),
    seat.scores, seat.comment, seat.comments, seat.total, seat.changed_at
  FROM casework_seat seat
  WHERE seat.case_id = %s AND seat.step = %s AND seat.attempt = %s AND seat.number = %s AND seat.total IS NOT NULL"""

_DECLARE = """
  INSERT INTO reviewing_declaration (seat_id, statement, zh, en, digest, at) VALUES (%s, %s, %s, %s, %s, %s)
  ON CONFLICT DO NOTHING"""

_DRAFT_DONE = "DELETE FROM reviewing_seatdraft WHERE seat_id = %s"

_TASK_DONE = """
  DELETE FROM casework_task task USING casework_seatholder holder
    JOIN experts_expert expert ON expert.id = holder.expert_id
  WHERE holder.seat_id = %s AND task.case_id = %s AND task.step = %s AND task.person_id = expert.person_id"""


def give_seat(case: Case, given: Seat, after: CaseState, now: datetime, *, blind: bool = False) -> None:
    """An expert gets a seat, and a task. blind: they must not learn who applies."""
    step = after.steps[given.step]
    seat = [case.pk, given.step, step.attempt, int(given.seat), given.reason, blind, now, given.expert]
    task = [case.pk, case.round_id, given.step, case.code, step.due, now, given.expert]
    with prepared.cursor() as cursor:
        cursor.execute(_GIVE, [prepared.stable(value) for value in (*seat, *task)])


def move_seat(case: Case, moved: SeatMoved, after: CaseState, now: datetime) -> None:
    """A seat's holder accepted, declined, was released or scored, or their scores were set aside: these stay. Raises Seat.DoesNotExist."""
    values = [moved.state, moved.reason, moved.because, now]
    is_final = moved.state == "final"
    if is_final:
        values += [as_json(dict(moved.scores)), moved.comment, as_json(dict(moved.comments)), moved.total]
    which = [case.pk, moved.step, after.steps[moved.step].attempt, int(moved.seat)]
    with prepared.cursor() as cursor:
        if moved.again or moved.state == SET_ASIDE:
            cursor.execute(_KEEP_EARLIER, [prepared.stable(value) for value in which])
        cursor.execute(_SCORE if is_final else _MOVE, [prepared.stable(value) for value in (*values, *which)])
        row = cursor.fetchone()
        if row is None:
            raise SeatRow.DoesNotExist(f"{case.number} {moved.step} {moved.seat}")
        for statement, said in moved.declared.items():
            kept = [row[0], statement, said.zh, said.en, digest({"zh": said.zh, "en": said.en}), now]
            cursor.execute(_DECLARE, [prepared.stable(value) for value in kept])
        if moved.state in ("final", "declined", "released", SET_ASIDE):
            cursor.execute(_TASK_DONE, [prepared.stable(value) for value in (row[0], case.pk, moved.step)])
            cursor.execute(_DRAFT_DONE, [prepared.stable(row[0])])
