"""Decide for each new message how it goes out, and when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from keguan.casework import messages
from keguan.casework.calendar import workdays
from keguan.casework.message_kinds import KINDS
from keguan.casework.models import Message
from keguan.doors.mail.models import Delivery, Wishes
from keguan.doors.mail.wishes import goes_out, how
from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM
from keguan.registers.parties.models import Person
from keguan.registers.trace import services as trace

AT_ONCE = 500
TOO_OLD: Final = timedelta(days=7)
"""A message that nobody sorted for so long (the worker stood still) is no news any more; it stands on its reader's page."""


def sort(most: int = AT_ONCE) -> int:
    """Sort the oldest messages that nobody has sorted yet. Returns how many. One transaction; several workers may do it
    at once."""
    with transaction.atomic():
        rows = messages.take_unsorted(most)
        if rows:
            _sort(rows)
    return len(rows)


def _sort(rows: list[Message]) -> None:
    now, calendar = clock.now(), workdays()
    people = Person.objects.in_bulk({row.person_id for row in rows})
    wished = Wishes.objects.in_bulk(list(people))
    deliveries: list[Delivery] = []
    lines: list[trace.Line] = []
    for row in rows:
        kind = KINDS[row.kind]
        wishes = wished.get(row.person_id) or Wishes(person_id=row.person_id)
        way = how(wishes, row.kind)
        is_news, has_address = row.at >= now - TOO_OLD, bool(people[row.person_id].email)
        if is_news and has_address and (due := goes_out(wishes, way, kind, now, calendar)):
            deliveries.append(_delivery(row, "mail", due))
        if is_news and wishes.by_text and kind.by_text and (due := goes_out(wishes, "at_once", kind, now, calendar)):
            deliveries.append(_delivery(row, "text", due))
        mail = "too_old" if not is_news else way if has_address else "no_address"
        # Not the case: who is told about it may be a reviewer, or whoever objects.
        payload = {"message": row.pk, "person": row.person_id, "kind": row.kind, "mail": mail}
        lines.append(trace.Line("notice:page:put", payload=payload))
    Delivery.objects.bulk_create(deliveries)
    messages.sorted_out([row.pk for row in rows], now)
    trace.write_many(SYSTEM, lines)


def _delivery(row: Message, channel: str, due_at: datetime) -> Delivery:
    return Delivery(message=row, person_id=row.person_id, channel=channel, due_at=due_at, changed_at=clock.now())
