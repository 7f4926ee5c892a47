"""A state in one word and one tone, so that the same state looks the same on every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from keguan.kernel.bilingual import Text

Tone = Literal["neutral", "info", "good", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Status:
    """A state as people see it. The word carries the meaning; the tone only helps the eye."""

    text: Text
    tone: Tone = "neutral"


@dataclass(frozen=True, slots=True)
class Stage:
    """One place on the line of steps. state: where this stage stands now; note: a date or a name, short."""

    title: Text | str
    state: Literal["done", "now", "ahead", "skipped"] = "ahead"
    note: Text | str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: a plain link, so that it works without JavaScript and can be bookmarked."""

    title: Text | str
    href: str
    is_here: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way back. href "" is the page the reader is on."""

    title: Text | str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a definition list. kind says how the value is shown."""

    label: Text | str
    value: object
    kind: Literal["text", "prose", "money", "day", "moment", "deadline", "number", "status", "code"] = "text"
    href: str = ""
    note: Text | str = ""
