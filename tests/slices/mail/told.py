"""Messages to people with an address, and the minute's work of the job."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from tests import make
from tests.make import world as w

from keguan.casework.models import Case, Message
from keguan.doors.mail import sending, sorting
from keguan.kernel.clock import clock_at
from keguan.registers.parties.models import Person

MORNING = w.moment("2026-03-17", "10:00")
"""A Tuesday."""

_numbers = count(1)


def reader(**given: Any) -> Person:
    return make.person(**{"email": f"reader{next(_numbers)}@example.org", **given})


def message(
    to: Person, kind: str = "waits", case: Case | None = None, at: datetime = MORNING, said: str = "a"
) -> Message:
    return Message.objects.create(person=to, case=case, kind=kind, zh=said, en=said, at=at)


def minute(at: datetime = MORNING) -> None:
    """The job runs."""
    with clock_at(at):
        sending.give_up_on_the_lost()
        while sorting.sort():
            pass
        sending.send_due("mail")
        sending.send_due("text")
