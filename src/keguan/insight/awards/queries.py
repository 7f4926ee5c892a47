"""Which results are public, and what is public of each.

A result is public when its notice ended without an upheld objection, and as long as its case did not end badly afterwards
(given up, withdrawn). What is told of it is what the notice froze and showed: a name or an amount that the programme does
not publish stays out, however it is asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat, ExtractYear, Substr

from keguan.casework.models import Notice, ProgrammeVersion
from keguan.casework.rounds.kept_counts import once_a_minute
from keguan.casework.versions import definition_of
from keguan.components.lists import Rows
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING, local_date

HOST, PRINCIPAL = "applicant.name", "principal.name"
_NAMES = (HOST, PRINCIPAL, "case.number")
_A_MOMENT = timedelta(microseconds=1)

_SHOWS_AMOUNT = Func(
    F("shown"),
    template="""jsonb_path_exists(%(expressions)s, '$[*] ? (@.name like_regex "\\\\.amount$")')""",
    output_field=BooleanField(),
)
SAID = Func(
    F("shown"), template="jsonb_path_query_array(%(expressions)s, '$[*].value')::text", output_field=TextField()
)
"""Every published value, as text to search in."""


def _shows(name: str) -> Q:
    return Q(shown__contains=[{"name": name}])


def awards() -> Rows:
    """The notices of all public results, the latest first, each with what rows and sums need: `fen`, `year`, `region`."""
    # Of all programmes: to ask which of them have a result takes longer than to find the results.
    ending: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for version in ProgrammeVersion.objects.defer("sources"):
        ending[tuple(sorted(one.end for one in definition_of(version).programme.ends if one.success))].append(
            version.pk
        )
    well = [Q(case__programme__in=keys, case__end__in=["", *ends]) for ends, keys in ending.items()]
    later = Notice.objects.filter(case=OuterRef("case"), outcome="unopposed", pk__gt=OuterRef("pk"))
    prefecture = Concat(Substr("case__host__region_code", 1, 4), Value("00"))
    return (
        Notice.objects.filter(reduce(or_, well, Q(pk__in=())), ~Exists(later), outcome="unopposed")
        .select_related("case__programme", "case__round")
        .only(
            *("shown", "since", "until", "case__round__code", "case__round__title_zh", "case__round__title_en"),
            *(f"case__programme__{name}" for name in ("code", "digest", "title_zh", "title_en")),
        )
        .annotate(
            fen=Case(When(_SHOWS_AMOUNT, then=F("case__amount_fen")), output_field=BigIntegerField()),
            year=ExtractYear(ExpressionWrapper(F("until") - _A_MOMENT, DateTimeField()), tzinfo=BEIJING),
            region=Case(
                When(_shows(HOST) & ~Q(case__host__region_code=""), then=prefecture),
                default=Value(""),
                output_field=TextField(),
            ),
        )
        .order_by("-until", "-pk")
    )


@dataclass(frozen=True, slots=True)
class Award:
    """One public result. What the notice did not show is empty: "" or None.

    until: the last day of its notice; the result stands from then on. fen: the amount granted.
    """

    pk: int
    title: Text
    host: str
    principal: str
    programme: Text
    programme_code: str
    round: Text
    round_code: str
    fen: int | None
    year: int
    since: date
    until: date
    region: str
    shown: tuple[Mapping[str, Any], ...]


def award_of(notice: Any) -> Award:
    """A row of `awards()` as people and files read it."""
    of = notice.case
    shown = {one["name"]: one for one in notice.shown}
    return Award(
        pk=notice.pk,
        title=_title(notice, shown),
        host=_value(shown, HOST),
        principal=_value(shown, PRINCIPAL),
        programme=of.programme.title,
        programme_code=of.programme.code,
        round=of.round.title if of.round else Text("", ""),
        round_code=of.round.code if of.round else "",
        fen=notice.fen,
        year=notice.year,
        since=local_date(notice.since),
        # A notice stands until the end of its last day, which is the first moment of the next.
        until=local_date(notice.until - _A_MOMENT),
        region=notice.region,
        shown=tuple(notice.shown),
    )


def _title(notice: Notice, shown: Mapping[str, Mapping[str, Any]]) -> Text:
    about = definition_of(notice.case.programme).programme.about.title
    others = (name for name in shown if name not in _NAMES and not name.endswith(".amount"))
    for name in (about, *others, HOST):
        if name in shown and shown[name]["value"]:
            return Text(str(shown[name]["value"]), str(shown[name].get("value_en") or shown[name]["value"]))
    return Text("—", "—")


def _value(shown: Mapping[str, Mapping[str, Any]], name: str) -> str:
    return str(shown[name]["value"]) if name in shown else ""


@dataclass(frozen=True, slots=True)
class Total:
    """How many results, and how much money, fall under one value. fen: 0 where no amount is published."""

    value: str
    count: int
    fen: int


@dataclass(frozen=True, slots=True)
class Totals:
    """All results, counted and summed each way. at: as of when; cases: how many there are."""

    at: datetime
    cases: int
    by: Mapping[str, tuple[Total, ...]]


def totals(by: str, rows: Rows) -> list[Total]:
    """Results counted and summed by `year`, `region` or `programme`: years in their order, the others the largest first. One
    query."""
    field = _FIELDS.get(by, by)
    order = (field,) if by == "year" else ("-granted", "-number", field)
    found = (
        rows.order_by()
        .values(field)
        .annotate(number=Count("pk"), granted=Coalesce(Sum("fen"), 0, output_field=BigIntegerField()))
        .order_by(*order)
    )
    return [Total(str(row[field]), row["number"], int(row["granted"])) for row in found]


def all_totals() -> Totals:
    """The same of all results, and by `host`, in one reading; of many, once a minute for everybody."""
    return once_a_minute("awards-totals", clock.now(), _all_totals)


def _all_totals() -> Totals:
    ways = ("year", "region", "programme", "host")
    told = awards().annotate(tells_host=Case(When(_shows(HOST), then=True), default=False, output_field=BooleanField()))
    rows = list(told.order_by().values_list(*(_FIELDS.get(by, by) for by in ways), "fen", "tells_host"))
    found = {}
    for place, by in enumerate(ways):
        pairs = ((row[place], row[-2]) for row in rows if by != "host" or row[-1])
        found[by] = tuple(_added_up(pairs, by))
    return Totals(clock.now(), len(rows), found)


_FIELDS = {"programme": "case__programme__code", "host": "case__host__name"}


def _added_up(pairs: Iterable[tuple[Any, int | None]], by: str) -> list[Total]:
    counts: dict[str, int] = defaultdict(int)
    sums: dict[str, int] = defaultdict(int)
    for value, fen in pairs:
        counts[str(value)] += 1
        sums[str(value)] += fen or 0
    found = [Total(value, count, sums[value]) for value, count in counts.items()]
    return sorted(found, key=lambda one: one.value if by == "year" else (-one.fen, -one.count, one.value))
