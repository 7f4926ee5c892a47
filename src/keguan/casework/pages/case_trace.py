"""The trace of one case as its page tells it: sentences, without queries of their own, and nobody named who must not be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from keguan.casework import sentences as said
from keguan.casework.explain import decided_at
from keguan.components.status import Tone
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.registers.trace.models import Event
from keguan.registers.trace.queries import events_of_case
from keguan.registers.trace.sentences import deed

MOST = 300


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of the trace."""

    at: datetime
    said: Text
    tone: Tone


def events_for(number: str) -> list[Event]:
    """The events of a case that its page tells, the oldest first. Changes of columns repeat what deeds say."""
    newest = events_of_case(number).exclude(tag__startswith="db:").order_by("-id")[:MOST]
    return list(reversed(newest))


def told(
    definition: Definition,
    events: Iterable[Event],
    reader: Actor,
    names: Mapping[int, str],
    reviewing: frozenset[int],
    objecting: frozenset[int],
) -> list[Sentence]:
    """The events in words. names: of those whom the reader may know. reviewing, objecting: people who are never named to
    this reader. The same person reading the same again and again is told once."""
    lines: list[Sentence] = []
    before: tuple[object, ...] = ()
    for event in events:
        same = (event.actor, event.tag, event.outcome)
        if event.outcome == "read" and same == before:
            continue
        before = same
        hidden = _hidden(event, reader, reviewing, objecting)
        by = said.who(event, reader, names, hidden, definition)
        line = Text("{who}{what}", "{who} {what}").filled(who=by, what=deed(event))
        tone: Tone = "bad" if event.outcome == "refused" else "info" if event.outcome == "read" else "good"
        lines.append(Sentence(decided_at(event.payload, event), line, tone))
    return lines


def _hidden(event: Event, reader: Actor, reviewing: frozenset[int], objecting: frozenset[int]) -> dict[int, Text]:
    if event.actor is None or event.actor == reader.person:
        return {}
    if event.actor in reviewing:
        return {event.pk: said.REVIEWER}
    objects = event.tag.startswith("case:open-side:") and said.OBJECTION in str(event.payload.get("events"))
    if event.actor in objecting or (objects and not reader.holds("supervision")):
        return {event.pk: said.SOMEBODY}
    return {}
