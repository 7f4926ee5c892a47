"""What came to a desk is told its holders once a day: each case by itself would be a flood, and none of it would be silence."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import Count, Q

from keguan.casework.messages import send
from keguan.casework.queries import mine_of
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.registers.parties.access import actor_for

NEW: Final = timedelta(days=7)
"""So far back something is new to a desk that was told nothing since, such as while the worker stood still."""

_LINE = Text(
    "您的职责有 {n} 件办件等待办理，其中新到 {new} 件。",
    "Cases that wait for your duties: {n}, of them newly come: {new}.",
)

# A case that was pushed to an institution is answered by its research office.
_AT_DESKS = """
WITH come AS (
    SELECT role, organisation_id, code FROM casework_task
    WHERE person_id IS NULL AND role <> 'applicant' AND opened_at > %(since)s
  UNION
    SELECT 'host', pushed.host_id, task.code FROM casework_task task JOIN casework_case pushed ON pushed.id = task.case_id
    WHERE task.person_id IS NULL AND task.role = 'applicant' AND task.opened_at > %(since)s)
SELECT held.person_id, max(told.at) FROM (
    SELECT DISTINCT duty.person_id FROM come JOIN parties_duty duty ON duty.role = come.role
      AND (duty.organisation_id = come.organisation_id OR duty.organisation_id IS NULL OR come.organisation_id IS NULL)
      AND duty.programme IN ('', come.code)
    WHERE duty.since <= %(today)s AND (duty.until IS NULL OR duty.until >= %(today)s)) held
  LEFT JOIN casework_message told ON told.person_id = held.person_id AND told.kind = 'desk' AND told.at > %(since)s
GROUP BY held.person_id ORDER BY held.person_id"""


def tell_desks() -> int:
    """Tell whoever holds a duty how many cases wait for it, where some are new since they were told last. Returns how many
    people. Counted as their own list of what waits: without what they keep out of, and what a colleague took over."""
    now, told = clock.now(), 0
    with connection.cursor() as cursor:
        cursor.execute(_AT_DESKS, {"since": now - NEW, "today": clock.local_date(now)})
        people: list[tuple[int, datetime | None]] = cursor.fetchall()
    for person, last in people:
        # What waits for a ranking waits for the others of its round.
        waiting = mine_of(actor_for(person)).filter(person__isnull=True).exclude(case__step_kind="rank").order_by()
        new = Q(opened_at__gt=last or now - NEW)
        found = waiting.aggregate(n=Count("case", distinct=True), new=Count("case", distinct=True, filter=new))
        if found["new"]:
            send("desk", [person], None, _LINE.filled(**found), now)
            told += 1
    return told
