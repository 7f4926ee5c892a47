"""A round's scores read together, as the page tells them: at once where they are few, by a job and kept where they are many.

What is kept holds for all readers; each is shown of it what they may know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, Max, Q
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from keguan.casework.models import Ranking, Round, Seat
from keguan.casework.rounds.score_reading import COMBINATIONS, Moved, Read, contradicting, read_scores
from keguan.casework.versions import definition_of
from keguan.fairness.scores import NonConsensus, by_case
from keguan.kernel import clock
from keguan.language.schema import Rank, Review

JOB: Final = "casework.read_scores"
AT_ONCE: Final = 2_000
"""Up to so many score sheets are read while somebody waits."""
ROWS: Final = 100
"""So many of each table stand on one page, which has five of them."""
KEPT_FOR_S: Final = 24 * 60 * 60.0
LOOKED_OVER: Final = timedelta(minutes=10)
"""So long what was kept is shown without asking whether more scores have come."""
COUNTED: Final = timedelta(minutes=1)
"""So long a count of seats holds where there are many, or no sheet among them yet: to find none, seats of all rounds are read."""


@dataclass(frozen=True, slots=True)
class CaseTold:
    """One case: its score, two calibrated ones ("—" for none), highest less lowest, and a mark: `apart` (non-consensus), `wide`."""

    number: str
    official: str
    additive: str
    standard: str
    spread: int
    mark: str


@dataclass(frozen=True, slots=True)
class ReviewerTold:
    """One reviewer by their sign, with the numbers that would come within and fall out without them; whether that was tried."""

    sign: int
    cases: int
    leaning: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    is_tried: bool


@dataclass(frozen=True, slots=True)
class FragileTold:
    """One case that would cross the line without somebody: where it is now, and without how many it would."""

    number: str
    is_within: bool
    by: int


@dataclass(frozen=True, slots=True)
class SheetTold:
    """One score sheet that stands out: points off, or a comment of this kind with these words."""

    number: str
    seat: int
    total: int
    points: str = ""
    kind: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """All that is told. moves: for each combination what comes within and what falls out. apart: groups that cannot be
    compared, 0 where all can. tried, untried: how many reviewers were left out one by one, and how many were not. movers: for
    each without whom the line moves, the cases that cross it. sizes, tables: the long tables `cases`, `fragile`, `reviewers`,
    `outliers` and `comments`."""

    mark: str
    at: datetime
    seen: datetime
    apart: int
    moves: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]
    tried: int
    untried: int
    movers: tuple[tuple[str, ...], ...]
    sizes: dict[str, int]
    tables: dict[str, Sequence[Any]] | None = None


def told_of(of_round: Round, step: Rank) -> Told | Literal["waits"] | None:
    """What the scores tell; None where there is none to read, `waits` while a job reads them. An older telling is shown until the
    next one is there."""
    now, key = clock.now(), _key(of_round, step)
    kept: Told | None = cache.get(key)
    if kept is not None and kept.seen <= now < kept.seen + LOOKED_OVER:
        return kept
    sheets, mark = _mark(of_round, step, may_be_kept=True)
    if not sheets:
        return None
    if sheets <= AT_ONCE:
        read = read_scores(of_round, step)
        return None if read is None else _tell(read, mark)
    if kept is not None and kept.mark == mark:
        cache.set(key, replace(kept, seen=now), KEPT_FOR_S)
        return kept
    try:
        with transaction.atomic():
            app.configure_task(JOB, queueing_lock=f"{JOB} {of_round.pk} {step.id}").defer(
                of_round=of_round.pk, step=str(step.id)
            )
    except AlreadyEnqueued:
        pass
    return kept or "waits"


def make(of_round: int, step_id: str) -> None:
    """Read the scores of a large round and keep what they tell, as the job does."""
    found = Round.objects.select_related("programme").get(pk=of_round)
    step = definition_of(found.programme).programme.step(step_id)
    if not isinstance(step, Rank):
        return
    (_, mark), key = _mark(found, step), _key(found, step)
    kept: Told | None = cache.get(key)
    read = None if kept is not None and kept.mark == mark else read_scores(found, step)
    if read is None:  # nothing to read, or read by the job before
        return
    told = _tell(read, mark)
    parts = {
        f"{key}-{name}-{at // ROWS + 1}": rows[at : at + ROWS]
        for name, rows in (told.tables or {}).items()
        for at in range(0, len(rows), ROWS)
    }
    cache.set_many(parts, 2 * KEPT_FOR_S)
    cache.set(key, replace(told, tables=None), KEPT_FOR_S)


def rows_of(of_round: Round, step: Rank, told: Told, table: str, page: int) -> Sequence[Any]:
    """The rows of one page of a table, from 1."""
    if told.tables is not None:
        return told.tables[table][(page - 1) * ROWS : page * ROWS]
    return cache.get(f"{_key(of_round, step)}-{table}-{page}") or ()


def _key(of_round: Round, step: Rank) -> str:
    return f"scores:{of_round.pk}-{step.id}"


def _mark(of_round: Round, step: Rank, *, may_be_kept: bool = False) -> tuple[int, str]:
    """How many sheets there are, and what changes as soon as another comes, changes or is set aside."""
    now, key = clock.now(), f"{_key(of_round, step)}-mark"
    kept: tuple[datetime, tuple[int, str]] | None = cache.get(key) if may_be_kept else None
    if kept is not None and kept[0] <= now < kept[0] + COUNTED:
        return kept[1]
    steps = definition_of(of_round.programme).programme.steps
    before = [str(one.id) for one in steps[: steps.index(step)] if isinstance(one, Review)]
    ranking = Ranking.objects.filter(round=of_round, step=step.id).values_list("pk", flat=True).first()
    seats = Seat.objects.filter(case__round=of_round, step__in=before[-1:])
    final = Count("pk", filter=Q(state="final"))
    found = seats.aggregate(n=final, all=Count("pk"), last=Max("changed_at"))
    marked = found["n"], f"{ranking} {found['n']} {found['all']} {found['last']} {of_round.budget_fen}"
    if found["all"] > AT_ONCE or not found["n"]:
        cache.set(key, (now, marked), COUNTED.total_seconds())
    return marked


def _tell(read: Read, mark: str) -> Told:
    from keguan.fairness.calibration import NotComparable, additive, outliers

    model = additive(read.scores)
    apart = len(model.groups) if isinstance(model, NotComparable) else 0
    leaning = {} if isinstance(model, NotComparable) else model.reviewers
    signs = {expert: at for at, expert in enumerate(dict.fromkeys(one.expert for one in read.sheets), start=1)}
    counted = dict.fromkeys(signs, 0)
    for one in read.sheets:
        counted[one.expert] += 1
    each = read.each_left_out()
    reviewers = []
    for expert, sign in signs.items():
        moved = each.get(expert)
        off = f"{leaning[expert]:+.1f}" if expert in leaning else "—"
        gained, lost = (moved.gained, moved.lost) if moved else ((), ())
        reviewers.append(ReviewerTold(sign, counted[expert], off, gained, lost, moved is not None))
    seats = {(one.number, one.expert): one.seat for one in read.sheets}
    off_by = [
        SheetTold(
            str(one.score.case),
            seats[str(one.score.case), int(str(one.score.reviewer))],
            one.score.total,
            points=f"{one.points:+.1f}",
        )
        for one in outliers(read.scores)
    ]
    rubric = read.definition.programme.rubric(read.review.rubric)
    comments = [
        SheetTold(sheet.number, sheet.seat, sheet.total, kind=one.kind, words=tuple(one.words))
        for sheet, one in contradicting(read.sheets, rubric)
    ]
    tables: dict[str, Sequence[Any]] = {
        "cases": _cases(read, {} if isinstance(model, NotComparable) else dict(model.cases), is_apart=bool(apart)),
        "fragile": _fragile(read, each.values()),
        "reviewers": reviewers,
        "outliers": off_by,
        "comments": comments,
    }
    moves = ((how, read.under(how)) for how in COMBINATIONS if how != read.review.combine)
    now = clock.now()
    return Told(
        mark=mark,
        at=now,
        seen=now,
        apart=apart,
        moves=tuple((how, moved.gained, moved.lost) for how, moved in moves),
        tried=len(each),
        untried=len(signs) - len(each),
        movers=tuple((*one.gained, *one.lost) for one in each.values() if one.gained or one.lost),
        sizes={name: len(rows) for name, rows in tables.items()},
        tables=tables,
    )


def _fragile(read: Read, each: Iterable[Moved]) -> list[FragileTold]:
    """In the order of the ranking. Never without whom: one sign over all rows would make a person of it."""
    by = Counter(number for one in each for number in (*one.gained, *one.lost))
    return [FragileTold(one.number, one.within, by[one.number]) for one in read.official.lines if one.number in by]


def _cases(read: Read, worth: dict[Any, float], *, is_apart: bool) -> list[CaseTold]:
    from keguan.fairness.calibration import disagreement, standardised

    wide, moved_to = disagreement(read.scores), {} if is_apart else standardised(read.scores)
    official, rule = by_case(read.scores, read.review.combine), read.review.nonconsensus
    totals: dict[str, list[int]] = {}
    for sheet in read.sheets:
        totals.setdefault(sheet.number, []).append(sheet.total)
    rows = []
    for number, given in totals.items():
        lies, mark = wide.get(number), ""
        if rule and NonConsensus(rule.top, rule.spread).holds(given):
            mark = "apart"
        elif lies and lies.is_wide:
            mark = "wide"
        score, value, moved = official.get(number), worth.get(number), moved_to.get(number)
        rows.append(
            CaseTold(
                number,
                f"{float(score):.2f}" if score is not None else "—",
                f"{value:.1f}" if value is not None else "—",
                f"{moved:.1f}" if moved is not None else "—",
                max(given) - min(given),
                mark,
            )
        )
    return rows
