"""The one way out for mail about accounts: to one address, in both languages, nothing confidential but the link it brings."""

from __future__ import annotations

import structlog
from django.core.mail import EmailMessage

from keguan.kernel.bilingual import Text

_log = structlog.get_logger(__name__)

_NAME = Text("科管 Keguan", "Keguan")
_CLOSING = Text(
    "本邮件由系统自动发出，请勿回复。若与您无关，不必理会。",
    "This mail was sent by the system; do not reply. If it does not concern you, leave it be.",
)


def send(to: str, subject: Text, body: Text) -> bool:
    """Send a mail. Returns whether it went out: a mail server that is down must not break the page that sends."""
    text = f"{body.zh}\n\n{_CLOSING.zh}\n\n———\n\n{body.en}\n\n{_CLOSING.en}\n"
    message = EmailMessage(f"{_NAME.zh} · {subject.zh} / {subject.en}", text, to=[to])
    try:
        message.send()
    except OSError as error:  # smtplib's errors are OSErrors too
        _log.error("account mail not sent", error=type(error).__name__)
        return False
    return True
