"""What stands across the pages of a proposal that a reviewer reads: for whom they are, and since when."""

from __future__ import annotations

from datetime import datetime

from keguan.components import reader
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING

_SAID = Text("仅供 {who} 评审 · {at:%Y-%m-%d %H:%M}", "For review by {who} · {at:%Y-%m-%d %H:%M}")


def said_of(actor: Actor, at: datetime) -> str:
    """The reader's name and the moment of reading, in the reader's language."""
    return reader.said(_SAID.filled(who=actor.name, at=at.astimezone(BEIJING)))
