"""The order of a round as its pages read it, adopted or as it would be adopted now.

It is kept, column by column, so that a page spends its time on what it shows. An adopted one never changes. One that is not is
made anew as soon as a case has come, gone or changed: a large one is looked over again for that once a minute. In small ones
what registers say anew of applicants counts within a minute, too.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max, Sum

from keguan.casework.models import Case, Ranking, Round
from keguan.casework.rounds import services
from keguan.casework.rounds.kept_counts import COUNTED_ANEW, KEPT
from keguan.kernel import clock
from keguan.kernel.problems import Problem, Refusal
from keguan.language.schema import Rank

KEPT_FOR_S = 24 * 60 * 60.0
READ_WHOLE = 2_000
FEW = 10
"""An order of so many is computed at each look."""
_BARRED = ("eligible", "unknown")
_SEPARATOR = "\n"


@dataclass(frozen=True, slots=True)
class Place:
    """One case's place. order: the value that ordered it, as it is shown; why: as `engine.rounds.Line` has it."""

    number: str
    position: int
    order: str
    asked_fen: int
    amount_fen: int
    why: str


@dataclass(frozen=True)
class Order:
    """A round's order, best first. ranking: the adopted one, None where it is computed. at: when it was adopted or computed;
    seen: when it was last looked over. too_early: why it is not complete. asked_fen, amount_fen, whys: by place."""

    key: str
    mark: str
    ranking: int | None
    at: datetime
    seen: datetime
    budget_fen: int
    too_early: tuple[Problem, ...]
    asked_fen: Sequence[int]
    amount_fen: Sequence[int]
    whys: tuple[str, ...]
    numbers_said: str
    orders_said: str

    @property
    def is_adopted(self) -> bool:
        """Whether it stands."""
        return self.ranking is not None

    @property
    def cases(self) -> int:
        """How many have a place."""
        return len(self.whys)

    @property
    def is_kept(self) -> bool:
        """Whether it is long enough to be kept: to read an adopted one whole is cheap for longer than to compute one."""
        return self.cases > (READ_WHOLE if self.is_adopted else FEW)

    def holds(self, of_round: Round, step: Rank, now: datetime) -> bool:
        """Whether it can be shown as it is, without being looked over."""
        if self.is_adopted:
            return True
        if self.cases > COUNTED_ANEW:
            return self.seen <= now < self.seen + KEPT
        return self.at <= now < self.at + KEPT and self.mark == _mark(of_round, step)

    @property
    def spent_fen(self) -> int:
        """What is granted, all together."""
        return sum(self.amount_fen)

    @property
    def last(self) -> int:
        """The place above the budget line; 0 where nothing is granted."""
        return max((place for place, fen in enumerate(self.amount_fen, start=1) if fen), default=0)

    @cached_property
    def numbers(self) -> list[str]:
        """The cases."""
        return self.numbers_said.split(_SEPARATOR) if self.whys else []

    @cached_property
    def _orders(self) -> list[str]:
        return self.orders_said.split(_SEPARATOR)

    @property
    def is_barred(self) -> list[bool]:
        """By place: whether nothing can be granted there."""
        return [why in _BARRED for why in self.whys]

    def places(self, which: Iterable[int]) -> list[Place]:
        """These places, from 1."""
        return [
            Place(
                self.numbers[place - 1],
                place,
                self._orders[place - 1],
                self.asked_fen[place - 1],
                self.amount_fen[place - 1],
                self.whys[place - 1],
            )
            for place in which
        ]


@dataclass(frozen=True, slots=True)
class Groups:
    """All places of an order by region, host and answer. kinds: each combination of the three that occurs, "" where one is not
    known; at: by place, best first, which combination."""

    kinds: list[tuple[str, str, str]]
    at: Sequence[int]


def order_of(of_round: Round, step: Rank) -> Order:
    """The round's order at this step."""
    rankings = Ranking.objects.filter(round=of_round, step=step.id)
    key, now = f"order:{of_round.pk}-{step.id}", clock.now()
    kept: Order | None = cache.get(key)
    if kept is None or kept.ranking != rankings.values_list("pk", flat=True).first():
        made = _made(of_round, step, rankings.first(), key)
    elif kept.holds(of_round, step, now):
        return kept
    elif kept.cases > COUNTED_ANEW and kept.mark == _mark(of_round, step):
        made = replace(kept, seen=now)
    else:
        made = _made(of_round, step, None, key)
    if made.is_kept:
        cache.set(key, made, KEPT_FOR_S)
    return made


def groups_of(order: Order, answer: tuple[str, str] | None) -> Groups:
    """What all places are grouped by. answer: the form and the question, where applications are told apart by one."""
    key = f"{order.key}-kinds-{'.'.join(answer or ())}"
    kept: tuple[datetime, Groups] | None = cache.get(key) if order.is_kept else None
    if kept is not None and kept[0] == order.at:
        return kept[1]
    where = f"memo__answers__{answer[0]}__{answer[1]}" if answer else "number"
    rows = Case.objects.filter(number__in=order.numbers)
    known = {
        number: values
        for number, *values in rows.values_list("number", "host__region_code", "host__name", where).iterator(2000)
    }
    kinds: dict[tuple[str, str, str], int] = {}
    at = array("L")
    for number in order.numbers:
        region, host, given = known.get(number, ("", "", ""))
        kind = (f"{region[:4]}00" if region else "", host or "", given if answer and isinstance(given, str) else "")
        at.append(kinds.setdefault(kind, len(kinds)))
    found = Groups(list(kinds), at)
    if order.is_kept:
        cache.set(key, (order.at, found), KEPT_FOR_S)
    return found


def _mark(of_round: Round, step: Rank) -> str:
    """Another one as soon as a case has come to the ranking, has left it or was acted on, and as the budget changes."""
    there = Case.objects.filter(round=of_round, step=step.id)
    found = there.aggregate(n=Count("pk"), last=Max("changed_at"), acts=Sum("revision"))
    waits = services.are_on_their_way(of_round, str(step.id))
    return f"{found['n']} {found['last']} {found['acts']} {waits} {of_round.budget_fen}"


def _made(of_round: Round, step: Rank, stands: Ranking | None, key: str) -> Order:
    too_early: tuple[Problem, ...] = ()
    now, mark = clock.now(), "" if stands else _mark(of_round, step)
    lines: Sequence[Mapping[str, Any]]
    if stands is not None:
        lines, budget, at = stands.lines, stands.budget_fen, stands.at
    else:
        computed = services.preview_ranking(of_round, str(step.id))
        if isinstance(computed, Refusal):
            too_early = computed.problems
            computed = services.ranking_so_far(of_round, step)
        lines, budget, at = [services.plain_line(one) for one in computed.lines], of_round.budget_fen, now
    return Order(
        key=key,
        mark=mark,
        ranking=stands.pk if stands else None,
        at=at,
        seen=now,
        budget_fen=budget,
        too_early=too_early,
        asked_fen=array("q", (one["asked_fen"] for one in lines)),
        amount_fen=array("q", (one["amount_fen"] for one in lines)),
        whys=tuple(one["why"] for one in lines),
        numbers_said=_SEPARATOR.join(one["number"] for one in lines),
        orders_said=_SEPARATOR.join("" if one["order"] is None else str(one["order"]) for one in lines),
    )
