"""What a round looks like as a whole, as far as one reader may see its cases. Five queries, however many cases there are.

Counting a hundred thousand cases takes a second: those who may see them all share one counting for a minute.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Aggregate, Count, ExpressionWrapper, F, Func, Max, Q, QuerySet, Sum, Value
from django.db.models.fields import DateTimeField, DurationField, FloatField
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from keguan.casework.models import Case, Round, Task
from keguan.casework.pages.rounds.what_if import grouped_by
from keguan.casework.permissions import closed_ids, listed_to, runs_or_watches_programme
from keguan.casework.rounds.granted import not_undone
from keguan.casework.rounds.kept_counts import once_a_minute
from keguan.engine.machine import PASSED_OVER
from keguan.kernel.actors import Actor
from keguan.language.definition import Definition

Cases = QuerySet[Any, Any]
HOSTS_SHOWN = 15


@dataclass(frozen=True, slots=True)
class Stand:
    """One step of the programme. here: cases that are at it; reached: all that ever came to it, however they ended."""

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
class Stay:
    """How long cases stayed in a step: half of those that left it at most `median`, none longer than `longest`; of those
    still there the longest so far is `so_far`. left, here: how many. A case that came back counts with its last stay."""

    step: str
    left: int
    median: timedelta | None
    longest: timedelta | None
    here: int
    so_far: timedelta | None


@dataclass(frozen=True, slots=True)
class Share:
    """The applications of one group. value: a region code, a host's name or an answer. asked_fen, won_fen: in fen."""

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


@dataclass(frozen=True, slots=True)
class Glance:
    """A round as it stood at a moment. regions, hosts: the applications that came in by the region of their host, and
    those of the hosts with the most. topics: by what they answer to the question that tells them apart."""

    at: datetime
    overview: Overview
    waiting: tuple[Waiting, ...]
    stays: tuple[Stay, ...]
    regions: tuple[Share, ...]
    hosts: tuple[Share, ...]
    topics: tuple[Share, ...] = ()

    @property
    def cases(self) -> int:
        """How many cases were counted."""
        return self.overview.cases


def glance_at(actor: Actor, of_round: Round, definition: Definition, now: datetime) -> Glance:
    """The round as it stands now; as it stood at most a minute ago where it is large."""
    if not runs_or_watches_programme(actor, of_round.programme.code):
        return _counted(Case.objects.filter(listed_to(actor)), of_round, definition, now)
    came_in = Case.objects.filter(submitted_at__isnull=False)
    if closed := closed_ids(actor):
        return _counted(came_in.exclude(pk__in=closed), of_round, definition, now)
    return once_a_minute(f"round-at-a-glance:{of_round.pk}", now, lambda: _counted(came_in, of_round, definition, now))


def _counted(cases: Cases, of_round: Round, definition: Definition, now: datetime) -> Glance:
    cases = cases.filter(round=of_round).order_by()
    regions, hosts = _shares(cases, definition)
    reached, stays = _way(cases, definition, now)
    return Glance(
        now,
        _overview(cases, definition, reached),
        tuple(_waiting(cases, now)),
        tuple(stays),
        tuple(regions),
        tuple(hosts),
        tuple(_by_topic(cases, definition)),
    )


def _overview(cases: Cases, definition: Definition, reached: Mapping[str, int]) -> Overview:
    """How far the cases are, and what they ask for."""
    rows = cases.values_list("step", "end").annotate(
        n=Count("pk"),
        came_in=Count("submitted_at"),
        asked=Sum("asked_fen"),
        won=Sum("amount_fen", filter=not_undone(definition)),
    )
    here: dict[str, int] = {}
    ends: dict[str, int] = {}
    submitted = asked = won = 0
    for step, end, n, came_in, asked_here, won_here in rows:
        (ends if end else here)[end or step] = n
        submitted, asked, won = submitted + came_in, asked + (asked_here or 0), won + (won_here or 0)
    steps = [str(step.id) for step in definition.programme.steps]
    stands = tuple(Stand(step, here.get(step, 0), reached.get(step, 0)) for step in steps)
    all_ = sum(here.values()) + sum(ends.values())
    return Overview(stands, ends, all_, submitted, asked, won)


class _Seconds(Func):
    """A duration as seconds."""

    template = "EXTRACT(EPOCH FROM %(expressions)s)"
    output_field = FloatField()


class _Median(Aggregate):
    """The value that half of them do not exceed."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def _waiting(cases: Cases, now: datetime) -> list[Waiting]:
    """How long what is to be done has been waiting, by step."""
    tasks = Task.objects.filter(case__in=cases)
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


_WAY = """
SELECT came.step, count(*),
  count(*) FILTER (WHERE came.stayed IS NOT NULL), percentile_cont(0.5) WITHIN GROUP (ORDER BY came.stayed), max(came.stayed),
  count(*) FILTER (WHERE came.is_here), max(%s - came.at) FILTER (WHERE came.is_here)
FROM (
  SELECT one.key AS step, (one.value ->> 'entered')::timestamptz AS at, one.key = this.step AS is_here,
    CASE WHEN one.value ->> 'outcome' <> %s
      THEN (one.value ->> 'closed')::timestamptz - (one.value ->> 'entered')::timestamptz END AS stayed
  FROM casework_case this JOIN casework_memo memo ON memo.case_id = this.id, jsonb_each(memo.state -> 'steps') one
  WHERE this.id IN ({cases})
) came GROUP BY came.step"""


def _way(cases: Cases, definition: Definition, now: datetime) -> tuple[dict[str, int], list[Stay]]:
    """How many cases ever came to each step, and how long they stayed, in the order of the programme. A step that was
    passed over was reached, and nobody stayed there."""
    chosen, values = cases.values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_WAY.format(cases=chosen), [now, PASSED_OVER, *values])
        rows = cursor.fetchall()
    stays = {step: Stay(step, *counted) for step, _, *counted in rows}
    ordered = [stays[step.id] for step in definition.programme.steps if step.id in stays]
    return {step: came for step, came, *_ in rows}, [one for one in ordered if one.left or one.here]


def _shares(cases: Cases, definition: Definition) -> tuple[list[Share], list[Share]]:
    by_host = (
        cases.filter(submitted_at__isnull=False)
        .values_list("host__name", "host__region_code")
        .annotate(n=Count("pk"), asked=Sum("asked_fen"), won=Sum("amount_fen", filter=not_undone(definition)))
    )
    hosts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    regions: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for name, region, *counted in by_host:
        # A host's region is as fine as a county; the groups are prefectures.
        for sums in (hosts[name or ""], regions[f"{(region or '')[:4]}00"]):
            sums[:] = [one + (more or 0) for one, more in zip(sums, counted, strict=True)]
    return _most_first(regions), _most_first(hosts)[:HOSTS_SHOWN]


def _by_topic(cases: Cases, definition: Definition) -> list[Share]:
    """What came in by the answer to the question that tells applications of this programme apart, if there is one."""
    question = grouped_by(definition.programme)
    if question is None:
        return []
    form, field = question[0], str(question[1].field)
    rows = (
        cases.filter(submitted_at__isnull=False)
        .annotate(answer=KeyTextTransform(field, KeyTransform(form, "memo__answers")))
        .values_list("answer")
        .annotate(n=Count("pk"), asked=Sum("asked_fen"), won=Sum("amount_fen", filter=not_undone(definition)))
    )
    return _most_first({answer or "": (n, asked or 0, won or 0) for answer, n, asked, won in rows})


def _most_first(groups: Mapping[str, Sequence[int]]) -> list[Share]:
    return [Share(name, *sums) for name, sums in sorted(groups.items(), key=lambda pair: (-pair[1][0], pair[0]))]
