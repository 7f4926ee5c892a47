"""What a mail or a text message says: of which kind, about which case, and where to read on. Nothing of what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from keguan.casework.message_kinds import KINDS, MessageKind
from keguan.casework.models import Message
from keguan.components.reader import reading_in
from keguan.doors.mail import stop_links
from keguan.doors.mail.wishes import hows
from keguan.kernel.bilingual import Text

NAME = Text("科管", "Keguan")
MOST_LINES = 50
"""A mail names so many at most; the rest stands on the page."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message as it leaves the house."""

    title: Text
    said: Text
    href: str


def letter(to: str, person: int, language: str, rows: Sequence[Message], envelope: str) -> EmailMultiAlternatives:
    """The mail that tells a person of these messages. Each has its case's number at hand as `number`.

    language: "zh" or "en". envelope: its Message-ID begins with this.
    """
    stoppable = sorted({row.kind for row in rows if "none" in hows(_kind(row))})
    stop = _address(reverse("notices_stop", args=[stop_links.made(person, stoppable)])) if stoppable else ""
    context = {
        "lines": [_line(row) for row in rows[:MOST_LINES]],
        "more": max(0, len(rows) - MOST_LINES),
        "messages": _address(reverse("messages")),
        "wishes": _address(reverse("notice_wishes")),
        "stop": stop,
        "name": settings.PUBLISHER.name,
        "language": language,
    }
    with reading_in(language):
        text, page = (render_to_string(f"mail/letter.{form}", context) for form in ("txt", "html"))
    host = urlsplit(settings.PUBLISHER.address).hostname or "localhost"
    headers = {
        "Message-ID": f"<{envelope}@{host}>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": "en" if language == "en" else "zh-Hans",
    }
    if stop:
        headers |= {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    found = EmailMultiAlternatives(_subject(rows).said_in(language), text, to=[to], headers=headers)
    found.attach_alternative(page, "text/html")
    return found


def short(rows: Sequence[Message], language: str) -> str:
    """The same as a text message, in one sentence."""
    if len(rows) == 1:
        said = _line(rows[0]).said
    else:
        said = Text("您有{n}条新通知，请登录查看。", "You have {n} new notices; sign in to read them.").filled(
            n=len(rows)
        )
    return Text("【科管】{said}", "[Keguan] {said}").filled(said=said).said_in(language)


def _subject(rows: Sequence[Message]) -> Text:
    if len(rows) == 1:
        about = Text("{name}：{title} {number}", "{name}: {title} {number}")
        return about.filled(name=NAME, title=_kind(rows[0]).title, number=_number(rows[0]))
    return Text("{name}：{n}条通知", "{name}: {n} notices").filled(name=NAME, n=len(rows))


def _line(row: Message) -> Line:
    kind = _kind(row)
    href = reverse("case", args=[_number(row)]) if _number(row) else reverse(kind.leads_to or "messages")
    return Line(kind.title, kind.outside.filled(number=_number(row)), _address(href))


def _kind(row: Message) -> MessageKind:
    return KINDS[row.kind]


def _number(row: Message) -> str:
    return getattr(row, "number", None) or ""


def _address(path: str) -> str:
    return f"{settings.PUBLISHER.address}{path}"
