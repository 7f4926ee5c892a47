"""What a round does with all its cases at once: put them in order and spend its budget, or share a pool."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from keguan.fairness.scores import RANK_BASED, Score, by_rank, hundredths
from keguan.kernel.money import Money, share_pool
from keguan.language.definition import Definition
from keguan.language.schema import Programme, Rank, Review


@dataclass(frozen=True, slots=True)
class Entry:
    """One case that waits to be ranked. names: what its expressions may read. submitted: breaks the last tie.

    totals: by review step, each reviewer's total, for scores that need the whole round.
    """

    number: str
    names: Mapping[str, Any]
    submitted: datetime
    totals: Mapping[str, Mapping[Hashable, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A case's place in the ranking. amount_fen is 0 for a case beyond the budget or not eligible.

    why: "" within; "budget" beyond it; "eligible" below the bar; "unknown" where a needed value is missing.
    """

    number: str
    position: int
    order: Any
    asked_fen: int
    amount_fen: int
    within: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A case before the others are looked at. key: the smallest stands first. amount: what it would get, in fen. why: as of a
    `Line`, "" for who may get something."""

    number: str
    key: tuple[Any, ...]
    order: Any
    amount: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """The order of a round, best first, and what of the budget it spends."""

    lines: tuple[Line, ...]
    budget_fen: int

    @property
    def spent_fen(self) -> int:
        """What the cases within would get together; never above the budget."""
        return sum(line.amount_fen for line in self.lines)


def rank(definition: Definition, step: Rank, entries: Sequence[Entry], budget_fen: int) -> Ranking:
    """Put a round's cases in order and spend its budget down the list, or share it in proportion.

    Down the list the line is drawn at the first case that does not fit: nobody wins by asking less than a better one.
    A case that misses a value or does not meet `eligible` comes last and gets nothing.
    """
    weighed = sorted(
        (weigh(definition, step, entry) for entry in with_places(definition.programme, entries)),
        key=lambda one: one.key,
    )
    lines = tuple(
        Line(
            number=one.number,
            position=position,
            order=one.order,
            asked_fen=one.amount or 0,
            amount_fen=grant,
            within=grant > 0,
            why=one.why or ("" if grant > 0 else "budget"),
        )
        for position, (one, grant) in enumerate(zip(weighed, grants(step, weighed, budget_fen), strict=True), start=1)
    )
    return Ranking(lines, budget_fen)


def with_places(programme: Programme, entries: Sequence[Entry]) -> Sequence[Entry]:
    """The same cases with the scores that only the whole round gives, for reviews that combine by rank."""
    for step in programme.steps:
        if (
            not isinstance(step, Review)
            or step.combine != RANK_BASED
            or not any(one.totals.get(step.id) for one in entries)
        ):
            continue
        scores = [
            Score(one.number, who, total) for one in entries for who, total in one.totals.get(step.id, {}).items()
        ]
        places, name = by_rank(scores), f"{step.id}.score"
        entries = [
            replace(one, names={key: value for key, value in one.names.items() if key != name} | _score(name, place))
            for one in entries
            for place in (places.get(one.number),)
        ]
    return entries


def _score(name: str, place: Fraction | None) -> dict[str, Decimal]:
    return {} if place is None else {name: Decimal(hundredths(place)) / 100}


def weigh(definition: Definition, step: Rank, entry: Entry) -> Weighed:
    """What the step's expressions say of one case, whatever the others are."""
    amount = _amount(definition, step, entry)
    order = _order(definition, step, entry)
    why = _bar(definition, step, entry, amount, order)
    values = [order, *(definition.value(tie, entry.names) for tie in step.ties)]
    highest_first = tuple((value is None, -value if value is not None else 0) for value in values)
    return Weighed(entry.number, (bool(why), *highest_first, entry.submitted, entry.number), order, amount, why)


def grants(step: Rank, weighed: Sequence[Weighed], budget_fen: int) -> list[int]:
    """What each of these cases gets, best first, in fen."""
    amounts, whys = [one.amount for one in weighed], [one.why for one in weighed]
    return _shared(amounts, whys, budget_fen) if step.share == "pro_rata" else _in_order(amounts, whys, budget_fen)


def _order(definition: Definition, step: Rank, entry: Entry) -> Any:
    return 0 if step.order is None else definition.value(step.order, entry.names)


def _amount(definition: Definition, step: Rank, entry: Entry) -> int | None:
    value = definition.value(step.amount, entry.names)
    return None if value is None else int(value)


def _bar(definition: Definition, step: Rank, entry: Entry, amount: int | None, order: Any) -> str:
    if amount is None or amount <= 0 or order is None:
        return "unknown"
    if step.eligible is None:
        return ""
    eligible = definition.value(step.eligible, entry.names)
    return "unknown" if eligible is None else "" if eligible else "eligible"


def _in_order(amounts: Sequence[int | None], whys: Sequence[str], budget_fen: int) -> list[int]:
    left, drawn = budget_fen, False
    granted = []
    for amount, why in zip(amounts, whys, strict=True):
        fits = not why and not drawn and amount is not None and amount <= left
        drawn = drawn or (not why and not fits)
        granted.append(amount if fits and amount else 0)
        left -= granted[-1]
    return granted


def _shared(amounts: Sequence[int | None], whys: Sequence[str], budget_fen: int) -> list[int]:
    claims = [Money(0 if why or amount is None else amount) for amount, why in zip(amounts, whys, strict=True)]
    return [money.fen for money in share_pool(claims, Money(budget_fen))]


def grants_at(
    asked: Sequence[int], barred: Sequence[bool], budget_fen: int, *, line: int | None, percent: int, is_shared: bool
) -> list[int]:
    """What each case of a ranking would get under other terms, best first, in fen; a question that changes nothing.

    asked, barred: what each asks, and whether it cannot be granted anything. line: the budget line below this place,
    whatever the budget says; None where the budget draws it. percent: each gets so much of what it asks.
    """
    amounts: list[int | None] = [one * percent // 100 for one in asked]
    whys = ["eligible" if one else "" for one in barred]
    if line is not None:
        whys = [why or ("budget" if place > line else "") for place, why in enumerate(whys, start=1)]
        return [0 if why else amount or 0 for amount, why in zip(amounts, whys, strict=True)]
    return _shared(amounts, whys, budget_fen) if is_shared else _in_order(amounts, whys, budget_fen)
