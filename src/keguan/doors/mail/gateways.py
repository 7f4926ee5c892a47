"""Text messages go through a gateway that each installation names: KEGUAN_TEXT_GATEWAY, a class that keeps to `Gateway`."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

_log = structlog.get_logger(__name__)


class NotSent(Exception):  # noqa: N818 - what the gateway says
    """The gateway refused the text message. for_good: whether asking again is of no use."""

    def __init__(self, why: str, *, for_good: bool = False) -> None:
        super().__init__(why)
        self.for_good = for_good


class Gateway(Protocol):
    """Whoever hands text messages to a mobile network."""

    def send(self, mobile: str, text: str) -> None:
        """Hand over one text message. Raises NotSent if it was refused, OSError if nobody knows."""


class LogGateway:
    """No gateway: the text goes into the log of this installation, where whoever runs it reads it."""

    def send(self, mobile: str, text: str) -> None:
        """Log it, with the end of the number alone."""
        _log.info("text message", to=f"…{mobile[-4:]}", text=text)


@lru_cache(maxsize=1)
def gateway() -> Gateway:
    """The gateway of this installation. Raises ImportError for one that is not there."""
    found: Gateway = import_string(settings.TEXT_GATEWAY)()
    return found
