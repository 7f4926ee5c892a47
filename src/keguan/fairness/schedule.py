"""Slots of a meeting, and who speaks in which: never without a quorum, with as few errands out of the room as can be.

Members, items and hosts are numbers here; nobody's name comes in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from keguan.fairness.ballots import Quorum, Rule, quorum

UNPLACED: Final = 10_000_000
"""What an item without a slot costs: more than everything else together."""
LOST: Final = 10_000
"""What it costs that a member who may vote on an item is away when it is taken up."""
ERRAND: Final = 3_000
"""What it costs each time that a member leaves the room and comes back."""
SPLIT: Final = 1_000
"""What it costs each time that the applications of one host are taken up apart."""


@dataclass(frozen=True, slots=True)
class Session:
    """A time in which the body sits without a break, in one room."""

    begins: datetime
    ends: datetime
    place: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in the order. session: the number of the session in which it lies."""

    begins: datetime
    ends: datetime
    place: str = ""
    session: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """An item that needs a slot. key: its number. out: the members who must leave for it. host: 0 for none."""

    key: int
    out: frozenset[int] = frozenset()
    host: int = 0


@dataclass(frozen=True, slots=True)
class Away:
    """A time for which a member announced that they cannot be there."""

    person: int
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Panel:
    """The body that sits: its members, what they announced, and how it votes."""

    members: frozenset[int]
    away: tuple[Away, ...]
    rule: Rule

    def away_in(self, slot: Slot) -> frozenset[int]:
        """Who announced to be away in any part of the slot."""
        return frozenset(
            one.person
            for one in self.away
            if one.person in self.members and one.begins < slot.ends and slot.begins < one.ends
        )

    def lost(self, turn: Turn, slot: Slot) -> frozenset[int]:
        """Who may vote on the item and is away in the slot."""
        return self.away_in(slot) - turn.out

    def quorum(self, turn: Turn, slot: Slot) -> Quorum:
        """Whether enough would be there, if everybody comes who announced nothing else."""
        entitled = self.members - turn.out
        return quorum(self.rule, len(entitled - self.away_in(slot)), len(entitled))

    def quorum_at_best(self, turn: Turn) -> Quorum:
        """Whether enough would be there, if everybody comes who need not leave for the item."""
        entitled = len(self.members - turn.out)
        return quorum(self.rule, entitled, entitled)


def cut(sessions: Sequence[Session], length: timedelta, pause: timedelta = timedelta(0)) -> list[Slot]:
    """The slots that fit into the sessions, in their order. length: of one slot; pause: between two of a session."""
    found: list[Slot] = []
    for number, session in enumerate(sorted(sessions, key=lambda one: one.begins)):
        begins = session.begins
        while begins + length <= session.ends:
            found.append(Slot(begins, begins + length, session.place, number))
            begins += length + pause
    return found


def overlapping(sessions: Sequence[Session]) -> tuple[Session, Session] | None:
    """Two sessions that overlap, None where none do: one body sits in one room at a time."""
    order = sorted(sessions, key=lambda one: (one.begins, one.ends))
    return next(((one, after) for one, after in pairwise(order) if after.begins < one.ends), None)


# ------------------------------------------------------------------------------------------------------ the order


def groups_of(turns: Sequence[Turn]) -> list[tuple[frozenset[int], int]]:
    """Items that had better follow one another, with what each run of them costs: those that the same member must leave
    for, and those of one host; two at least."""
    hosts: dict[int, set[int]] = {}
    for turn in turns:
        if turn.host:
            hosts.setdefault(turn.host, set()).add(turn.key)
    found = [(keys, ERRAND) for keys in _left_by(turns)]
    found += [(frozenset(keys), SPLIT) for _, keys in sorted(hosts.items())]
    return [(keys, costs) for keys, costs in found if len(keys) > 1]


def _left_by(turns: Sequence[Turn]) -> list[frozenset[int]]:
    """For each member who must leave at all: the items."""
    out: dict[int, set[int]] = {}
    for turn in turns:
        for person in turn.out:
            out.setdefault(person, set()).add(turn.key)
    return [frozenset(keys) for _, keys in sorted(out.items())]


def runs(keys: Collection[int], placed: Mapping[int, int], slots: Sequence[Slot]) -> int:
    """Into how many runs of neighbouring slots of one session these items fall."""
    places = sorted(placed[key] for key in keys if key in placed)
    joined = sum(after == one + 1 and slots[one].session == slots[after].session for one, after in pairwise(places))
    return len(places) - joined


def errands(placed: Mapping[int, int], turns: Sequence[Turn], slots: Sequence[Slot]) -> int:
    """How often a member leaves the room and comes back, over all members."""
    return sum(runs(keys, placed, slots) for keys in _left_by(turns))


def cost_of(placed: Mapping[int, int], turns: Sequence[Turn], slots: Sequence[Slot], panel: Panel) -> int:
    """What an order costs; the smaller, the better. Moving an item by one place costs one."""
    cost = sum(costs * runs(keys, placed, slots) for keys, costs in groups_of(turns))
    for at, turn in enumerate(turns):
        place = placed.get(turn.key)
        cost += UNPLACED if place is None else abs(at - place) + LOST * len(panel.lost(turn, slots[place]))
    return cost
