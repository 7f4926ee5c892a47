"""The trace of one case as its page tells it: sentences, without queries of their own, and nobody named who must not be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from keguan.casework import sentences as said
from keguan.casework.steps.corrections import Mark, marks_in
from keguan.components.status import Tone
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.wording import step_title
from keguan.registers.trace.models import Event
from keguan.registers.trace.queries import decided_at, told_of_case
from keguan.registers.trace.sentences import deed

AT_THE_DESK = "desk:"
"""Tags of what officers note and hand to one another: told beside the notes, to those alone who read them."""
MOST = 300
"""Deeds that a page tells, and lines of readings: the newest of each."""
_TONES: Mapping[str, Tone] = {"done": "good", "refused": "bad", "read": "info"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of the trace. times: how often one person read the same thing on one day, `at` for the last time."""

    at: datetime
    said: Text
    tone: Tone
    times: int = 1


@dataclass(frozen=True, slots=True)
class Trace:
    """The trace of a case: what was done, and apart from it who read what. times: how often it was read; readers: by how
    many people.

    is_cut: whether there is more than a page tells.
    """

    deeds: tuple[Sentence, ...] = ()
    readings: tuple[Sentence, ...] = ()
    times: int = 0
    readers: int = 0
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Return:
    """Once the case was sent back: by which step, why, and the fields it marked. by: the id of the step."""

    at: datetime
    by: str
    step: Text
    reason: str
    marks: tuple[Mark, ...]

    @property
    def remarks(self) -> dict[str, str]:
        """What was said of each marked field, by its place."""
        return {one.place: one.remark for one in self.marks}


def events_for(number: str) -> list[Event]:
    """The events of a case that its page tells, the oldest first. Changes of columns repeat what deeds say; what stands at
    the desk is told beside the notes, to those alone who read them. One query; readings crowd out no deed."""
    return told_of_case(number, without=("db:", AT_THE_DESK), most=MOST)


def returns_in(definition: Definition, events: Iterable[Event]) -> list[Return]:
    """Every time the case was sent back for correction, the first at the top. The case itself remembers the last only."""
    return [
        Return(
            decided_at(event.payload, event),
            str(noted["step"]),
            step_title(definition.programme.step(noted["step"])),
            str(noted["memo"].get("reason", "")),
            marks_in(definition, noted["memo"]),
        )
        for event in events
        if event.tag == "case:return:accepted"
        for noted in event.payload["events"]
        if noted["event"] == "noted"
    ]


def told(
    definition: Definition,
    events: Sequence[Event],
    reader: Actor,
    names: Mapping[int, str],
    reviewing: frozenset[int],
    objecting: frozenset[int],
) -> Trace:
    """The events in words. names: of those whom the reader may know. reviewing, objecting: people who are never named to
    this reader."""

    def line(event: Event) -> Sentence:
        by = said.who(event, reader, names, _hidden(event, reader, reviewing, objecting), definition)
        did = Text("{who}{what}", "{who} {what}").filled(who=by, what=deed(event))
        return Sentence(decided_at(event.payload, event), did, _TONES[event.outcome], _times(event))

    readings = [event for event in events if event.outcome == "read"]
    deeds = [event for event in events if event.outcome != "read"]
    return Trace(
        tuple(map(line, deeds)),
        tuple(map(line, readings)),
        sum(map(_times, readings)),
        len({event.actor for event in readings}),
        is_cut=MOST in (len(deeds), len(readings)),
    )


def _times(event: Event) -> int:
    return int(getattr(event, "times", 1))


def _hidden(event: Event, reader: Actor, reviewing: frozenset[int], objecting: frozenset[int]) -> dict[int, Text]:
    if event.actor is None or event.actor == reader.person:
        return {}
    if event.actor in reviewing:
        return {event.pk: said.REVIEWER}
    objects = event.tag.startswith("case:open-side:") and said.OBJECTION in str(event.payload.get("events"))
    if event.actor in objecting or (objects and not reader.holds("supervision")):
        return {event.pk: said.SOMEBODY}
    return {}
