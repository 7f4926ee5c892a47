"""The ways a case can take through a programme: which outcomes can happen, where they lead, what lies before what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from keguan.language.schema import Agree, Apply, Check, Deliver, Programme, Screen, Step, kind_of
from keguan.language.vocabulary import KINDS

SKIPPED = "passed_over"
"""The pseudo-outcome of a step that is passed over because its `when` does not hold."""

BACK = frozenset({"returned"})
"""Outcomes that send a case back; every other outcome leads onward."""

_NOTHING_DONE = frozenset({"returned", "refused", "failed", "lapsed", "upheld", SKIPPED})


@dataclass(frozen=True, slots=True)
class Edge:
    """One arrow: this outcome of this step leads to that step or end. to is "" where nothing says where."""

    step: str
    outcome: str
    to: str


def forward_target(programme: Programme, step: Step) -> str:
    """Where a step's forward outcome leads: its route, else the next step, else the only end that is a success."""
    routed = step.routes.get(KINDS[kind_of(step)].forward)
    if routed:
        return routed
    after = programme.steps.index(step) + 1
    if after < len(programme.steps):
        return programme.steps[after].id
    successes = [end.end for end in programme.ends if end.success]
    return successes[0] if len(successes) == 1 else ""


def possible_outcomes(programme: Programme, step: Step) -> tuple[str, ...]:
    """The outcomes that this step of this programme can really have, the forward one first.

    `lapsed` needs a deadline (an application has its round's), `upheld` the side case `object`; a screening or check can send back only where it says where to.
    """
    kind = kind_of(step)
    return tuple(outcome for outcome in KINDS[kind].outcomes if _can_happen(programme, step, outcome))


def _can_happen(programme: Programme, step: Step, outcome: str) -> bool:
    match outcome:
        case "lapsed":
            return step.lapse is not None or (isinstance(step, Apply) and programme.rounds != "side")
        case "upheld":
            return "object" in programme.side_cases
        case "returned" if isinstance(step, Screen | Check):
            return "returned" in step.routes
        case _:
            return True


class Paths:
    """The arrows of a programme and the questions asked of them. Needs unique step ids."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.ends = frozenset(end.end for end in programme.ends)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Every arrow, in the order of the steps; outcomes without a target lead to ""."""
        found: list[Edge] = []
        for step in self.programme.steps:
            forward = forward_target(self.programme, step)
            for outcome in possible_outcomes(self.programme, step):
                to = forward if outcome == KINDS[kind_of(step)].forward else step.routes.get(outcome, "")
                found.append(Edge(step.id, outcome, to))
            if step.when is not None:
                found.append(Edge(step.id, SKIPPED, forward))
        return tuple(found)

    @property
    def first(self) -> str:
        """The step every case begins with."""
        return self.programme.steps[0].id

    def reached(self, start: str = "", without: Iterable[Edge] = ()) -> frozenset[str]:
        """Every step and end that can be reached from `start` (default: the first step) when these arrows are cut."""
        cut = frozenset(without)
        start = start or self.first
        seen, waiting = {start}, [start]
        while waiting:
            here = waiting.pop()
            for edge in self.edges:
                if edge.step == here and edge.to and edge.to not in seen and edge not in cut:
                    seen.add(edge.to)
                    waiting.append(edge.to)
        return frozenset(seen)

    def always_before(self, done: Iterable[str], target: str) -> bool:
        """Whether every way to `target` passes one of the steps `done` with its work done (not skipped, not returned)."""
        done = frozenset(done)
        if not done:
            return False
        cut = [edge for edge in self.edges if edge.step in done and edge.outcome not in _NOTHING_DONE]
        return target not in self.reached(without=cut)

    def fills(self, form: str) -> tuple[str, ...]:
        """The steps in which this form is filled."""
        return tuple(
            step.id for step in self.programme.steps if isinstance(step, Apply | Agree | Deliver) and step.form == form
        )

    def back_edges(self) -> tuple[Edge, ...]:
        """Arrows to the same or an earlier step of the list."""
        order: dict[str, int] = {step.id: at for at, step in enumerate(self.programme.steps)}
        return tuple(edge for edge in self.edges if edge.to in order and order[edge.to] <= order[edge.step])
