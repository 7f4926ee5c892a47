"""Mail servers and gateways for tests: one that notes who handed over what, and can be told to misbehave."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Sequence
from threading import Lock

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from keguan.doors.mail.gateways import NotSent

TAKEN: list[EmailMessage] = []
"""What the server took, in this test."""

before: list[Callable[[EmailMessage], None]] = []
after: list[Callable[[EmailMessage], None]] = []
"""What happens around each mail."""

TEXTS: list[tuple[str, str]] = []
REFUSE_TEXTS: list[NotSent] = []

_lock = Lock()


class Killed(BaseException):
    """The process is no more: nothing catches this."""


def fresh() -> None:
    """A server that works, with nothing taken."""
    for kept in (TAKEN, before, after, TEXTS, REFUSE_TEXTS):
        kept.clear()


class Server(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for one in email_messages:
            for deed in before:
                deed(one)
            with _lock:
                TAKEN.append(one)
            for deed in after:
                deed(one)
        return len(email_messages)


class Unreachable(BaseEmailBackend):
    def open(self) -> bool:
        raise ConnectionRefusedError

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise AssertionError("nobody opened the line")


class Texts:
    """A gateway."""

    def send(self, mobile: str, text: str) -> None:
        if REFUSE_TEXTS:
            raise REFUSE_TEXTS[0]
        TEXTS.append((mobile, text))


def refusing(code: int) -> Callable[[EmailMessage], None]:
    """The server refuses whom the mail is to."""

    def deed(one: EmailMessage) -> None:
        raise smtplib.SMTPRecipientsRefused({one.to[0]: (code, b"no")})

    return deed


def breaking(one: EmailMessage) -> None:
    """The line breaks."""
    raise smtplib.SMTPServerDisconnected("gone")
