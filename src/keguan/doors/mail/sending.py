"""Hand over what is due: each message once, whatever happens.

Deliveries are claimed in the database before anything is handed over, and settled afterwards. Where it cannot be known
whether the server took it (this process died in between, the line broke), the delivery is `unknown`: it is told so and
not sent again, for the message itself stands on its reader's page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Final, Literal
from uuid import uuid4

import structlog
from django.core import mail
from django.db import transaction
from django.db.models import F

from keguan.casework.models import Message
from keguan.doors.mail.gateways import NotSent, gateway
from keguan.doors.mail.letters import letter, short
from keguan.doors.mail.models import Delivery, Wishes
from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM
from keguan.registers.parties.models import Account, Person
from keguan.registers.trace import services as trace

Channel = Literal["mail", "text"]
Outcome = Literal["sent", "refused", "refused_for_good", "unknown", "no_server"]

AT_ONCE = 100
LEASE: Final = timedelta(minutes=30)
"""Longer than a batch can take. What is claimed for so long was claimed by a process that is no more."""
WAITS: Final = tuple(timedelta(minutes=n) for n in (5, 30, 120, 480, 1440))
"""How long to wait after each refusal; after the last, it is given up."""
SERVER_IS_BACK: Final = timedelta(minutes=5)
PERMANENT: Final = 500

_TAGS: Final = {
    ("mail", "sent"): "notice:mail:sent",
    ("mail", "waiting"): "notice:mail:refused",
    ("mail", "given_up"): "notice:mail:given-up",
    ("mail", "unknown"): "notice:mail:unknown",
    ("text", "sent"): "notice:text:sent",
    ("text", "waiting"): "notice:text:refused",
    ("text", "given_up"): "notice:text:given-up",
    ("text", "unknown"): "notice:text:unknown",
}

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Reader:
    """Where somebody is reached, and in which language."""

    email: str
    language: str
    mobile: str


def send_due(channel: Channel) -> int:
    """Hand over everything that is due now. Returns how many envelopes the server took. Several workers may do it at once."""
    sent = 0
    while claimed := _claim(channel, AT_ONCE):
        readers = _readers({row.person_id for row in claimed})
        post = _Mails() if channel == "mail" else _Texts()
        for envelope, rows in groupby(claimed, key=lambda row: row.envelope):
            batch = list(rows)
            outcome = _handed_over(post, readers[batch[0].person_id], batch, envelope)
            settle(batch, outcome)
            sent += outcome == "sent"
        post.close()
    return sent


def _handed_over(post: _Mails | _Texts, reader: Reader, rows: Sequence[Delivery], envelope: str) -> Outcome:
    try:
        return post.hand_over(reader, rows, envelope)
    except Exception:
        # One letter with a fault must not keep the others from their readers; the log says why.
        log.exception("notice failed", envelope=envelope)
        return "unknown"


def _claim(channel: Channel, most: int) -> list[Delivery]:
    """Deliveries that are due, in envelopes by person, from now on ours alone."""
    now = clock.now()
    with transaction.atomic():
        due = Delivery.objects.filter(channel=channel, state="waiting", due_at__lte=now).order_by("person_id", "pk")
        rows = list(due.select_for_update(of=("self",), no_key=True, skip_locked=True)[:most])
        envelopes: dict[int, str] = defaultdict(lambda: uuid4().hex)
        for row in rows:
            row.state, row.envelope, row.changed_at = "claimed", envelopes[row.person_id], now
        Delivery.objects.bulk_update(rows, ["state", "envelope", "changed_at"])
    keys = [row.pk for row in rows]
    found = Delivery.objects.filter(pk__in=keys).select_related("message").order_by("person_id", "pk")
    return list(found.annotate(number=F("message__case__number")))


def settle(rows: Sequence[Delivery], outcome: Outcome) -> None:
    """Keep what became of one envelope, and trace it."""
    now, first = clock.now(), rows[0]
    state: str = outcome
    due_at, tries = first.due_at, first.tries
    if outcome == "no_server":
        # Nobody's address is to blame: it is tried again for as long as it takes.
        state, due_at = "waiting", now + SERVER_IS_BACK
    elif outcome in ("refused", "refused_for_good"):
        tries += 1
        again = outcome == "refused" and tries <= len(WAITS)
        state, due_at = ("waiting", now + WAITS[tries - 1]) if again else ("given_up", due_at)
    with transaction.atomic():
        mine = Delivery.objects.filter(pk__in=[row.pk for row in rows], envelope=first.envelope)
        mine.update(state=state, due_at=due_at, tries=tries, changed_at=now)
        if outcome != "no_server":
            _trace(rows, state)


def give_up_on_the_lost() -> int:
    """Of what was claimed by a process that is no more, nobody knows whether it went out. Returns how many."""
    with transaction.atomic():
        lost = Delivery.objects.filter(state="claimed", changed_at__lt=clock.now() - LEASE).select_related("message")
        rows = list(lost.select_for_update(of=("self",), no_key=True, skip_locked=True))
        Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(state="unknown", changed_at=clock.now())
        _trace(rows, "unknown")
    return len(rows)


def _trace(rows: Iterable[Delivery], state: str) -> None:
    """One line for each delivery. It does not name the case: who is told about it may be a reviewer, or whoever objects."""
    lines = [
        trace.Line(
            _TAGS[row.channel, state],
            outcome="done" if state == "sent" else "refused",
            payload={
                "message": row.message_id,
                "person": row.person_id,
                "kind": row.message.kind,
                "envelope": row.envelope,
            },
        )
        for row in rows
    ]
    trace.write_many(SYSTEM, lines)


def _readers(people: set[int]) -> dict[int, Reader]:
    languages = dict(Account.objects.filter(person__in=people).values_list("person", "language"))
    mobiles = dict(Wishes.objects.filter(person__in=people, by_text=True).values_list("person", "mobile"))
    emails = Person.objects.filter(pk__in=people).values_list("pk", "email")
    return {pk: Reader(email, languages.get(pk, "zh"), mobiles.get(pk, "")) for pk, email in emails}


def _messages(rows: Sequence[Delivery]) -> list[Message]:
    for row in rows:
        row.message.number = row.number  # type: ignore[attr-defined]
    return [row.message for row in rows]


class _Mails:
    """One line to the mail server, kept open from mail to mail and opened anew after whatever went wrong."""

    def __init__(self) -> None:
        self.server = mail.get_connection()
        self.is_open = False

    def hand_over(self, reader: Reader, rows: Sequence[Delivery], envelope: str) -> Outcome:
        if not reader.email:
            return "refused_for_good"
        written = letter(reader.email, rows[0].person_id, reader.language, _messages(rows), envelope)
        try:
            if not self.is_open:
                self.server.open()
                self.is_open = True
        except OSError as error:  # smtplib's errors are OSErrors too
            log.error("mail server not reached", error=type(error).__name__)
            return "no_server"
        try:
            self.server.send_messages([written])
        except ValueError as error:  # an address that no header can hold
            log.error("mail not written", error=type(error).__name__)
            return "refused_for_good"
        except SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            self.close()
            return "refused_for_good" if codes and min(codes) >= PERMANENT else "refused"
        except SMTPResponseException as error:
            log.error("mail refused", code=error.smtp_code)
            self.close()
            return "refused"
        except OSError as error:
            log.error("mail perhaps not sent", error=type(error).__name__)
            self.close()
            return "unknown"
        return "sent"

    def close(self) -> None:
        with suppress(OSError):
            self.server.close()
        self.is_open = False


class _Texts:
    """Text messages, by the gateway of this installation."""

    def hand_over(self, reader: Reader, rows: Sequence[Delivery], envelope: str) -> Outcome:
        if not reader.mobile:
            return "refused_for_good"
        try:
            gateway().send(reader.mobile, short(_messages(rows), reader.language))
        except NotSent as error:
            return "refused_for_good" if error.for_good else "refused"
        except OSError as error:
            log.error("text message perhaps not sent", error=type(error).__name__)
            return "unknown"
        return "sent"

    def close(self) -> None:
        pass
