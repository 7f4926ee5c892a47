"""What goes into a decision and what comes out: command and situation in, events and effects out, or a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from keguan.engine.state import CaseState, Event, Values
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Refusal
from keguan.kernel.workdays import Workdays
from keguan.language.definition import Definition
from keguan.language.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody wants to happen to a case: a verb, the step it is meant for, and its content.

    step: the step the person saw; a command for a step that has moved on is a conflict, never a surprise.
    """

    name: str
    step: str
    content: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts, as this case sees them.

    roles: the language's role words the person holds *for this case* (host officer of its host, and so on).
    own: whether it is the person's own case (applicant, principal or member of the team). seat: the reviewer's seat.
    """

    person: int | None = None
    roles: frozenset[str] = frozenset()
    own: bool = False
    seat: str = ""
    is_system: bool = False


SYSTEM = Acting(is_system=True)


@dataclass(frozen=True, slots=True)
class RoundTerms:
    """What the engine needs of a round. grace_minutes: how long after closing a started draft may still come in.

    side_until: for a side case, which has no round, when it must have come in; None where it may come at any time.
    """

    opens: datetime
    closes: datetime
    grace_minutes: int = 0
    budget_fen: int = 0
    quota: int = 0
    side_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a decision may depend on. facts: the values of the vocabulary's facts, as far as they were asked for; under
    `grounds` what counted ones were counted from, which decides nothing and is kept with the verdict.

    begun: when the applicant's draft was begun, None without one (the grace rule asks).
    """

    definition: Definition
    terms: RoundTerms
    state: CaseState
    acting: Acting
    now: datetime
    calendar: Workdays
    facts: Mapping[str, Any] = field(default_factory=dict)
    begun: datetime | None = None


# ---------------------------------------------------------------------------------------------- effects


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody in a role has something to do until `due`."""

    step: str
    role: str
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Settle:
    """What a role was asked to do at a step is done, though the step goes on."""

    step: str
    role: str


@dataclass(frozen=True, slots=True)
class Wake:
    """Come back at a time: the step lapses, the notice is over, people are reminded."""

    step: str
    at: datetime
    purpose: str  # "due" or "remind"


@dataclass(frozen=True, slots=True)
class Seat:
    """A reviewer gets a seat on the panel. reason: why, where something was for the officer to judge."""

    step: str
    seat: str
    expert: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SeatMoved:
    """A seat's holder accepted, declined, was released, or scored (whole points by criterion, their total).

    because: why they declined, as a word. declared: the statements made on accepting, word for word. comments: what was
    said of single criteria. again: whether the scores replace earlier ones, which are kept.
    """

    step: str
    seat: str
    state: str
    reason: str = ""
    because: str = ""
    declared: Mapping[str, Text] = field(default_factory=dict)
    scores: Mapping[str, int] = field(default_factory=dict)
    comment: str = ""
    comments: Mapping[str, str] = field(default_factory=dict)
    total: int | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class FeeOwed:
    """A reviewer is owed a fee for a final review."""

    step: str
    seat: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Enter:
    """An entry for a register."""

    register: str
    title: str
    series: str
    first: datetime
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Due:
    """One instalment of money."""

    tranche: int
    share_percent: int
    amount_fen: int
    due: datetime | None
    say: Text | None


@dataclass(frozen=True, slots=True)
class Tell:
    """A message to those in a role."""

    role: str
    say: Text


@dataclass(frozen=True, slots=True)
class TellParent:
    """A side case ended: its parent hears how."""

    end: str


Effect = Ask | Settle | Wake | Seat | SeatMoved | FeeOwed | Enter | Due | Tell | TellParent


@dataclass(frozen=True, slots=True)
class Decided:
    """Yes: what happened, what follows from it, and the verdicts it rests on."""

    events: tuple[Event, ...]
    effects: tuple[Effect, ...] = ()
    verdicts: tuple[Verdict, ...] = ()


Decision = Decided | Refusal
