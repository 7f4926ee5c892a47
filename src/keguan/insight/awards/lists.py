"""The list of results: one specification for its page and its spreadsheet, with facets that count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import QueryDict

from keguan.casework.models import ProgrammeVersion
from keguan.components.lists import Choice, Column, Filter, ListSpec, Rows, Search, href_to
from keguan.insight.awards.queries import HOST, SAID, Award, Total, Totals, all_totals, award_of, totals
from keguan.kernel.bilingual import Text
from keguan.registers.organisations.queries import regions_said

AWARDS = Text("资助与认定结果", "Awards")


def _award(row: Any) -> Award:
    if not hasattr(row, "award"):
        row.award = award_of(row)  # kept for the other columns
    found: Award = row.award
    return found


def _saying(rows: Rows, words: str) -> Rows:
    rows = rows.annotate(said=SAID)
    for word in words.split():
        rows = rows.filter(said__icontains=word)
    return rows


def _of_host(rows: Rows, name: str) -> Rows:
    return rows.filter(shown__contains=[{"name": HOST, "value": name}])


def _whole(value: str) -> int:
    if not (value.isdecimal() and len(value) == 4):
        raise ValueError(value)
    return int(value)


_FACETS = (
    Filter("programme", Text("计划", "Programme"), lambda rows, code: rows.filter(case__programme__code=code)),
    Filter("year", Text("年度", "Year"), lambda rows, year: rows.filter(year=_whole(year))),
    Filter("region", Text("地区", "Region"), lambda rows, code: rows.filter(region=code)),
)
LIST = ListSpec(
    name="awards",
    title=AWARDS,
    columns=(
        Column(
            "title",
            Text("名称", "Title"),
            lambda row: _award(row).title,
            link=lambda row: href_to("award", row.pk),
        ),
        Column("host", Text("承担单位", "Host"), lambda row: _award(row).host),
        Column("principal", Text("负责人", "Principal"), lambda row: _award(row).principal),
        Column("programme", Text("计划", "Programme"), lambda row: _award(row).programme),
        Column("amount", Text("金额", "Amount"), lambda row: _award(row).fen, "money", sort=("fen",)),
        Column("year", Text("年度", "Year"), lambda row: str(_award(row).year), sort=("until",)),
        Column("round", Text("批次", "Round"), lambda row: _award(row).round, sheet_only=True),
        Column("region", Text("地区代码", "Region code"), lambda row: _award(row).region, sheet_only=True),
        Column("since", Text("公示开始", "Notice from"), lambda row: _award(row).since, "day", sheet_only=True),
        Column("until", Text("公示截止", "Notice until"), lambda row: _award(row).until, "day", sheet_only=True),
    ),
    filters=(*_FACETS, Filter("host", Text("承担单位", "Host"), _of_host, is_quiet=True)),
    search=Search(Text("在公示的全部内容中查找", "In everything that was published"), _saying),
    default_sort="-year",
    empty=Text("没有符合条件的结果。", "No result matches."),
)


def list_for(asked: QueryDict, rows: Rows) -> ListSpec:
    """The list with the values of each facet counted: what the other facets and the words leave of it. A query per facet, or
    one for all where nothing is asked."""
    kept = all_totals() if not any(asked.get(one) for one in ("q", *(one.key for one in LIST.filters))) else None
    filters = [replace(facet, choices=_choices(facet.key, _counted(facet.key, asked, rows, kept))) for facet in _FACETS]
    return replace(LIST, filters=(*filters, *LIST.filters[len(filters) :]))


def _counted(by: str, asked: QueryDict, rows: Rows, kept: Totals | None) -> Sequence[Total]:
    return kept.by[by] if kept else totals(by, LIST.listing(_without(asked, by), rows).queryset)


def _without(asked: QueryDict, key: str) -> QueryDict:
    others = asked.copy()
    for one in (key, "sort", "page"):
        others.pop(one, None)
    return others


def _choices(by: str, totalled: Sequence[Total]) -> tuple[Choice, ...]:
    found = [one for one in totalled if one.value]
    if by == "year":
        found.reverse()
    titles = _titles(by, [one.value for one in found])
    counted = Text("{title}（{n}）", "{title} ({n})")
    return tuple(
        Choice(one.value, counted.filled(title=titles.get(one.value, Text(one.value, one.value)), n=one.count))
        for one in found
    )


def _titles(by: str, values: list[str]) -> dict[str, Text]:
    if by == "region":
        return regions_said(values)
    if by == "programme":
        rows = ProgrammeVersion.objects.filter(code__in=values).order_by("published_at")
        return {code: Text(zh, en) for code, zh, en in rows.values_list("code", "title_zh", "title_en")}
    return {}
