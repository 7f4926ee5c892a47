"""What a round looks like as a whole, as far as one reader may see its cases. Three queries, however many cases there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Aggregate, Count, ExpressionWrapper, F, Func, Max, Q, Sum, Value
from django.db.models.fields import DateTimeField, DurationField, FloatField
from django.db.models.functions import Concat, Substr

from keguan.casework.models import Case, Round, Task
from keguan.casework.permissions import visible_to
from keguan.kernel.actors import Actor
from keguan.language.definition import Definition

HOSTS_SHOWN = 15


@dataclass(frozen=True, slots=True)
class Stand:
    """One step of the programme. here: cases that are at it; reached: those, and all that went on past it or ended well."""

    step: str
    here: int
    reached: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long the open tasks of a step have waited: half of them at most `median`, none longer than `longest`."""

    step: str
    tasks: int
    late: int
    median: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Share:
    """The applications of one group. value: a region code or a host's name. asked_fen, won_fen: in fen."""

    value: str
    count: int
    asked_fen: int
    won_fen: int


@dataclass(frozen=True, slots=True)
class Overview:
    """A round as a whole. ends: how many cases ended in which way; submitted: how many were ever handed in."""

    stands: tuple[Stand, ...]
    ends: dict[str, int]
    cases: int
    submitted: int
    asked_fen: int
    won_fen: int


def overview_of(actor: Actor, of_round: Round, definition: Definition) -> Overview:
    """How far the cases of the round are, and what they ask for."""
    rows = (
        _cases(actor, of_round)
        .values_list("step", "end")
        .annotate(
            n=Count("pk"),
            came_in=Count("submitted_at"),
            asked=Sum("asked_fen"),
            won=Sum("amount_fen", filter=_well(definition)),
        )
    )
    here: dict[str, int] = {}
    ends: dict[str, int] = {}
    submitted = asked = won = 0
    for step, end, n, came_in, asked_here, won_here in rows:
        (ends if end else here)[end or step] = n
        submitted, asked, won = submitted + came_in, asked + (asked_here or 0), won + (won_here or 0)
    well = sum(
        n for end, n in ends.items() if end in {str(one.end) for one in definition.programme.ends if one.success}
    )
    stands: list[Stand] = []
    reached = well
    for step in reversed(definition.programme.steps):
        reached += here.get(str(step.id), 0)
        stands.append(Stand(str(step.id), here.get(str(step.id), 0), reached))
    cases = sum(here.values()) + sum(ends.values())
    return Overview(tuple(reversed(stands)), ends, cases, submitted, asked, won)


class _Seconds(Func):
    """A duration as seconds."""

    template = "EXTRACT(EPOCH FROM %(expressions)s)"
    output_field = FloatField()


class _Median(Aggregate):
    """The value that half of them do not exceed."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def waiting_in(actor: Actor, of_round: Round, now: datetime) -> list[Waiting]:
    """How long what is to be done in the round has been waiting, by step."""
    tasks = Task.objects.filter(case__in=_cases(actor, of_round))
    waits = _Seconds(ExpressionWrapper(Value(now, DateTimeField()) - F("opened_at"), DurationField()))
    rows: Any = (
        tasks.order_by()
        .values_list("step")
        .annotate(n=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now)), half=_Median(waits), longest=Max(waits))
    )
    return [
        Waiting(step, n, late, timedelta(seconds=half), timedelta(seconds=longest))
        for step, n, late, half, longest in rows
    ]


def shares_of(actor: Actor, of_round: Round, definition: Definition) -> tuple[Sequence[Share], Sequence[Share]]:
    """The applications that came in by region of their host, and those of the hosts with the most."""
    came_in = _cases(actor, of_round).filter(submitted_at__isnull=False)
    sums: dict[str, Any] = {
        "n": Count("pk"),
        "asked": Sum("asked_fen"),
        "won": Sum("amount_fen", filter=_well(definition)),
    }
    regions = (
        came_in.values_list(Concat(Substr("host__region_code", 1, 4), Value("00"))).annotate(**sums).order_by("-n")
    )
    hosts = came_in.values_list("host__name").annotate(**sums).order_by("-n", "host__name")
    return [_share(row) for row in regions], [_share(row) for row in hosts[:HOSTS_SHOWN]]


def _share(row: Sequence[Any]) -> Share:
    return Share(row[0] or "", row[1], row[2] or 0, row[3] or 0)


def _cases(actor: Actor, of_round: Round) -> Any:
    return Case.objects.filter(visible_to(actor), round=of_round).order_by()


def _well(definition: Definition) -> Q:
    """Cases that were granted something and did not end badly afterwards."""
    return Q(end__in=["", *(str(one.end) for one in definition.programme.ends if one.success)])
