"""Where a case stands, and the events that move it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

Values = Mapping[str, Any]
"""JSON values by name: texts, whole numbers, bools, ISO dates, lists of rows."""


@dataclass(frozen=True, slots=True)
class StepState:
    """One step of one case. attempt counts how often the case came here. memo holds what the kind must remember."""

    entered: datetime
    due: datetime | None = None
    attempt: int = 1
    outcome: str = ""
    closed: datetime | None = None
    memo: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Side:
    """A side case (withdrawal, objection) that is open on this case, or how it ended."""

    programme: str
    end: str = ""


@dataclass(frozen=True, slots=True)
class CaseState:
    """The whole of a case that the engine looks at. It is the fold of its events: `evolve` is the only way to change it.

    step: the id of the current step, "" before the first and after the end. end: how it ended, "" while it runs.
    hands: which persons acted for which body, so that nobody acts for two.
    """

    number: str
    step: str = ""
    end: str = ""
    revision: int = 0
    steps: Mapping[str, StepState] = field(default_factory=dict)
    answers: Mapping[str, Values] = field(default_factory=dict)
    sides: Mapping[str, Side] = field(default_factory=dict)
    hands: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def current(self) -> StepState:
        """The state of the current step. Raises KeyError when the case is not in a step."""
        return self.steps[self.step]

    @property
    def open_sides(self) -> Mapping[str, Side]:
        """The side cases that still run."""
        return {number: side for number, side in self.sides.items() if not side.end}


@dataclass(frozen=True, slots=True)
class Entered:
    """The case came to a step."""

    step: str
    at: datetime
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A form was handed in."""

    form: str
    values: Values


@dataclass(frozen=True, slots=True)
class Noted:
    """The current step remembers something; `memo` entries replace those of the same name."""

    step: str
    memo: Values


@dataclass(frozen=True, slots=True)
class Closed:
    """A step was closed with an outcome, by a person for a body, or by the system (person None)."""

    step: str
    outcome: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reopened:
    """A closed step goes on where it was closed: the same attempt, with what it remembers."""

    step: str
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Prolonged:
    """An open step has time until then."""

    step: str
    due: datetime


@dataclass(frozen=True, slots=True)
class SideMoved:
    """A side case was opened on this case, or ended."""

    number: str
    programme: str
    end: str = ""


@dataclass(frozen=True, slots=True)
class Acted:
    """A person acted for a body: remembered for the separation of duties."""

    person: int
    body: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The case ended."""

    end: str
    at: datetime


Event = Entered | Answered | Noted | Closed | Reopened | Prolonged | SideMoved | Acted | Ended


def evolve(state: CaseState, event: Event) -> CaseState:
    """The state after an event. Total: every event applies to every state it was decided on."""
    match event:
        case Entered(step, at, due):
            before = state.steps.get(step)
            attempt = before.attempt + 1 if before else 1
            entered = StepState(entered=at, due=due, attempt=attempt)
            return replace(state, step=step, steps={**state.steps, step: entered})
        case Answered(form, values):
            return replace(state, answers={**state.answers, form: dict(values)})
        case Noted(step, memo):
            noted = replace(state.steps[step], memo={**state.steps[step].memo, **memo})
            return replace(state, steps={**state.steps, step: noted})
        case Closed(step, outcome, at):
            closed = replace(state.steps[step], outcome=outcome, closed=at)
            return replace(state, steps={**state.steps, step: closed})
        case Reopened(step, due):
            again = replace(state.steps[step], outcome="", closed=None, due=due)
            return replace(state, step=step, steps={**state.steps, step: again})
        case Prolonged(step, due):
            return replace(state, steps={**state.steps, step: replace(state.steps[step], due=due)})
        case SideMoved(number, programme, end):
            return replace(state, sides={**state.sides, number: Side(programme, end)})
        case Acted(person, body):
            held = state.hands.get(body, ())
            if person in held:
                return state
            return replace(state, hands={**state.hands, body: (*held, person)})
        case Ended(end, _):
            return replace(state, step="", end=end)


def evolve_all(state: CaseState, events: tuple[Event, ...]) -> CaseState:
    """The state after one decision: all its events, and one revision further."""
    for event in events:
        state = evolve(state, event)
    return replace(state, revision=state.revision + 1)
