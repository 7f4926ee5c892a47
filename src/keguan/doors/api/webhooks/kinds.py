"""What a webhook may hear of, and how the trace shows that it happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.schema import kind_of
from keguan.registers.trace.models import Event

KINDS: Final[Mapping[str, Text]] = {
    "case.submitted": Text("办件提交", "A case was handed in"),
    "case.returned": Text("办件退回", "A case was returned"),
    "case.decided": Text("作出决定", "A case was decided"),
    "case.ended": Text("办件办结", "A case ended"),
    "notice.published": Text("公示发布", "A notice went up"),
}
TRIAL: Final = "webhook.made"
"""Sent once to a new address, so that its owner sees whether it is reached."""
TRIAL_SAID: Final = Text("试发", "Trial")

_DECIDED: Final = ("approved", "rejected")


def kinds_of(event: Event, definition: Definition) -> set[str]:
    """What happened with a case in one event of the trace."""
    return set(_kinds(event, definition))


def _kinds(event: Event, definition: Definition) -> Iterator[str]:
    if event.tag == "case:submit:accepted":
        yield "case.submitted"
    for one in event.payload.get("events") or ():
        match one:
            case {"event": "closed", "outcome": "returned"}:
                yield "case.returned"
            case {"event": "closed", "outcome": outcome} if outcome in _DECIDED:
                yield "case.decided"
            case {"event": "ended"}:
                yield "case.ended"
            case {"event": "entered", "step": step} if kind_of(definition.programme.step(step)) == "publish":
                yield "notice.published"
