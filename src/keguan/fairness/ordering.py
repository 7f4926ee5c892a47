"""Finding the order of a schedule: who fits where, exactly; then who follows whom, by exchanges and, for few, with proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from keguan.fairness.schedule import LOST, UNPLACED, Panel, Slot, Turn, cost_of, errands, groups_of
from keguan.kernel.bilingual import Text

Placed = dict[int, int]
MOST_PROVEN: Final = 400
"""Pairs of item and slot up to which a proof is tried; beyond them it takes minutes and finds nothing better."""
_NEVER: Final = UNPLACED * 1_000
_MOST_ROUNDS: Final = 50


@dataclass(frozen=True, slots=True)
class Unplaced:
    """An item for which there is no slot, and why, in words."""

    key: int
    why: Text


@dataclass(frozen=True, slots=True)
class Order:
    """A proposed order. placed: the place of the slot among the slots, by item. is_best: no order is better by `cost_of`."""

    placed: Mapping[int, int]
    unplaced: tuple[Unplaced, ...]
    errands: int
    is_best: bool


def propose(turns: Sequence[Turn], slots: Sequence[Slot], panel: Panel, *, effort: float = 0.2) -> Order:
    """Give each item a slot of its own in which there is a quorum; an item for which there is none is told why.

    Slots come in the order of time. Among all such orders it looks for one in which members who may vote are there, those
    who must leave do so as seldom as possible, applications of one host follow one another, and items keep their order.
    effort: how long it looks for a proof, in deterministic time: the same question has the same answer on any machine.
    """
    placed, is_best = _ordered(turns, slots, panel, effort)
    left = [turn for turn in turns if turn.key not in placed]
    return Order(
        placed=placed,
        unplaced=tuple(Unplaced(turn.key, why_not(turn, turns, slots, panel)) for turn in left),
        errands=errands(placed, turns, slots),
        is_best=is_best,
    )


def _ordered(turns: Sequence[Turn], slots: Sequence[Slot], panel: Panel, effort: float) -> tuple[Placed, bool]:
    """The slot of each item that gets one, and whether no order is better by `cost_of`."""
    if not turns or not slots:
        return {}, True
    costs = {
        (at, place): abs(at - place) + LOST * len(panel.lost(turn, slot))
        for at, turn in enumerate(turns)
        for place, slot in enumerate(slots)
        if panel.quorum(turn, slot).is_met
    }
    first = _assigned(turns, slots, costs)
    together = groups_of(turns)
    if not together:
        return first, True
    then = _Table(turns, slots, costs, together, first).improved()
    if len(costs) > MOST_PROVEN:
        return then, False
    last, is_best = _proven(turns, slots, costs, together, then, effort)
    better = cost_of(last, turns, slots, panel) <= cost_of(then, turns, slots, panel)
    return (last, is_best) if better else (then, False)


def _assigned(turns: Sequence[Turn], slots: Sequence[Slot], costs: Mapping[tuple[int, int], int]) -> Placed:
    """The cheapest assignment where nobody minds who follows whom; beside each slot a chair outside for every item."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    matrix = np.full((len(turns), len(slots) + len(turns)), _NEVER, dtype=float)
    for (at, place), cost in costs.items():
        matrix[at, place] = cost
    matrix[:, len(slots) :] = UNPLACED
    rows, columns = linear_sum_assignment(matrix)
    return {turns[at].key: int(place) for at, place in zip(rows, columns, strict=True) if place < len(slots)}


class _Table:
    """Who sits where, while pairs change places as long as that makes it cheaper. For forty items that comes below what a
    constraint solver finds in a hundred times the time; it ends where no single exchange helps."""

    def __init__(
        self,
        turns: Sequence[Turn],
        slots: Sequence[Slot],
        costs: Mapping[tuple[int, int], int],
        together: Sequence[tuple[frozenset[int], int]],
        placed: Placed,
    ) -> None:
        number = {turn.key: at for at, turn in enumerate(turns)}
        self.turns, self.costs = turns, costs
        self.weights = [weight for _, weight in together]
        groups: list[set[int]] = [set() for _ in turns]
        for group, (keys, _) in enumerate(together):
            for key in keys:
                groups[number[key]].add(group)
        self.groups = groups
        self.sits: list[int | None] = [None] * len(slots)
        for key, place in placed.items():
            self.sits[place] = number[key]
        self.follows = [place > 0 and slots[place - 1].session == slot.session for place, slot in enumerate(slots)]

    def improved(self) -> Placed:
        """The slot of each item after the last exchange that helped."""
        pairs = [(one, two) for one in range(len(self.sits)) for two in range(one + 1, len(self.sits))]
        for _ in range(_MOST_ROUNDS):
            if not sum(self._exchanged(one, two) for one, two in pairs):
                break
        return {self.turns[at].key: place for place, at in enumerate(self.sits) if at is not None}

    def _exchanged(self, one: int, two: int) -> bool:
        here, there = self.sits[one], self.sits[two]
        if here is None and there is None:
            return False
        if not (self._fits(here, two) and self._fits(there, one)):
            return False
        was = self._cost(one, two)
        self.sits[one], self.sits[two] = there, here
        if self._cost(one, two) < was:
            return True
        self.sits[one], self.sits[two] = here, there
        return False

    def _fits(self, at: int | None, place: int) -> bool:
        return at is None or (at, place) in self.costs

    def _cost(self, one: int, two: int) -> int:
        """What these two slots cost, less what their neighbours save."""
        cost = 0
        for place in (one, two):
            at = self.sits[place]
            cost += 0 if at is None else self.costs[at, place]
        return cost - sum(self._saved(place) for place in {one, one + 1, two, two + 1})

    def _saved(self, place: int) -> int:
        if place >= len(self.sits) or not self.follows[place]:
            return 0
        before, here = self.sits[place - 1], self.sits[place]
        if before is None or here is None:
            return 0
        return sum(self.weights[group] for group in self.groups[before] & self.groups[here])


def _proven(
    turns: Sequence[Turn],
    slots: Sequence[Slot],
    costs: Mapping[tuple[int, int], int],
    together: Sequence[tuple[frozenset[int], int]],
    first: Placed,
    effort: float,
) -> tuple[Placed, bool]:
    """The best order that a solver finds from this one, and whether it proved that none is better."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    sits = {pair: model.new_bool_var("") for pair in costs}
    by_turn: list[list[Any]] = [[] for _ in turns]
    by_slot: list[list[Any]] = [[] for _ in slots]
    for (at, place), sat in sits.items():
        by_turn[at].append(sat)
        by_slot[place].append(sat)
        model.add_hint(sat, first.get(turns[at].key) == place)
    for some in (*by_turn, *by_slot):
        model.add_at_most_one(some)
    terms = [(cost - UNPLACED) * sits[pair] for pair, cost in costs.items()]
    number = {turn.key: at for at, turn in enumerate(turns)}
    for keys, weight in together:
        members = [number[key] for key in sorted(keys)]
        before: Any = 0
        for place, slot in enumerate(slots):
            here = sum(sits[at, place] for at in members if (at, place) in sits)
            is_new_session = place == 0 or slots[place - 1].session != slot.session
            starts = model.new_bool_var("")
            model.add(starts >= here - (0 if is_new_session else before))
            terms.append(weight * starts)
            before = here
    model.minimize(sum(terms))
    solver = cp_model.CpSolver()
    # One worker and deterministic time: the same agenda gets the same order, on any machine.
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = effort
    ended = solver.solve(model)
    if ended not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return first, False
    placed = {turns[at].key: place for (at, place), sat in sits.items() if solver.boolean_value(sat)}
    return placed, ended == cp_model.OPTIMAL


# ------------------------------------------------------------------------------------------------------- in words

_NO_SLOTS = Text("还没有时段。", "There are no slots.")
_TOO_MANY_OUT = Text(
    "回避后只剩{members}人可以表决，至少需{needed}人，任何时段都不行：请增补成员，或移到另一次会议。",
    "Only {members} may vote on it, {needed} are needed, so no slot will do: add members, or take it to another meeting.",
)
_TOO_MANY_AWAY = Text(
    "每个时段请假的人都太多：人最多的时段，可表决的{members}人中到{present}人，至少需{needed}人。请另加时段。",
    "Too many are away in every slot: at best {present} of {members} who may vote are there, {needed} are needed. Add slots.",
)
_TOO_FEW = Text(
    "时段不够：{slots}个时段，{turns}个议项。请另加时段，或缩短每项的时间。",
    "Slots: {slots}, items: {turns}: add slots, or make each shorter.",
)
_TAKEN = Text(
    "只有{fitting}个时段够法定人数，都排了同样没有别处可去的议项。请另加时段。",
    "Only {fitting} slots would have a quorum, and items that fit nowhere else have them. Add slots.",
)


def why_not(turn: Turn, turns: Sequence[Turn], slots: Sequence[Slot], panel: Panel) -> Text:
    """Why there is no slot for an item among all that need one, and the way out."""
    if not slots:
        return _NO_SLOTS
    most = panel.quorum_at_best(turn)
    if not most.is_met:
        return _TOO_MANY_OUT.filled(members=most.members, needed=most.needed)
    counted = [panel.quorum(turn, slot) for slot in slots]
    fitting = sum(one.is_met for one in counted)
    if not fitting:
        best = max(counted, key=lambda one: one.present)
        return _TOO_MANY_AWAY.filled(members=best.members, present=best.present, needed=best.needed)
    if len(slots) < len(turns):
        return _TOO_FEW.filled(slots=len(slots), turns=len(turns))
    return _TAKEN.filled(fitting=fitting)
