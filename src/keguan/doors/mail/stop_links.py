"""The link by which a mail is unsubscribed from: it says who and which kinds, signed, and needs no sign-in (RFC 8058)."""

from __future__ import annotations

from collections.abc import Sequence

from django.core import signing

_SALT = "keguan.mail.stop"


def made(person: int, kinds: Sequence[str]) -> str:
    """The last part of the link's address."""
    return signing.dumps([person, list(kinds)], salt=_SALT)


def read(token: str) -> tuple[int, list[str]] | None:
    """Whose mails of which kinds; None for a link that was not made here. Links do not grow old: nor do mails."""
    try:
        person, kinds = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    return int(person), [str(word) for word in kinds]
