"""The charts of results: by year, region, programme and host; the regions also as tiles.

The tiles are our own layout: each prefecture a square of the same size, roughly where it lies. No outline of a border is
drawn, because there is no open geometry of prefectures that may be published in China without a map approval number; and
squares of one size do not let empty land look like much money.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from keguan.casework.models import ProgrammeVersion
from keguan.components.reader import about, in_wan, said
from keguan.insight.awards.queries import Total, Totals, all_totals
from keguan.insight.charts import ACCENT, Chart
from keguan.kernel.bilingual import Text
from keguan.registers.organisations.models import Region

HOSTS_SHOWN = 20
TILES: Mapping[str, tuple[int, int, Text]] = {
    "654300": (2, 0, Text("阿勒泰", "Altay")),
    "652700": (0, 1, Text("博州", "Bortala")),
    "654200": (1, 1, Text("塔城", "Tacheng")),
    "650200": (2, 1, Text("克拉玛依", "Karamay")),
    "652300": (3, 1, Text("昌吉", "Changji")),
    "654000": (0, 2, Text("伊犁", "Ili")),
    "650100": (2, 2, Text("乌鲁木齐", "Ürümqi")),
    "650400": (3, 2, Text("吐鲁番", "Turpan")),
    "650500": (4, 2, Text("哈密", "Hami")),
    "653000": (0, 3, Text("克州", "Kizilsu")),
    "652900": (1, 3, Text("阿克苏", "Aksu")),
    "652800": (2, 3, Text("巴州", "Bayingolin")),
    "653100": (0, 4, Text("喀什", "Kashgar")),
    "653200": (1, 4, Text("和田", "Hotan")),
    "659000": (4, 4, Text("兵团城市", "XPCC cities")),
}
"""Column, row and short name of each prefecture of Xinjiang; the cities directly under it share one tile."""

_COUNT = Text("项数", "Results")
_WAN = Text("金额（万元）", "CNY 10,000")
_NONE = Text("未公布", "not published")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table beside a chart."""

    name: Text
    count: int
    fen: int


@dataclass(frozen=True, slots=True)
class Table:
    """One way of looking at the results: the numbers, and the charts drawn of them."""

    by: str
    title: Text
    rows: tuple[Row, ...]
    charts: tuple[Chart, ...]


def tables(found_at: Totals | None = None) -> list[Table]:
    """All tables with their charts, of these numbers or as they are. At most five queries, however many results there are."""
    found = (found_at or all_totals()).by
    regions = _regions(found["region"])
    return [
        _table("year", Text("按年度", "By year"), [(Text(one.value, one.value), one) for one in found["year"]]),
        _table(
            "region",
            Text("按地区", "By region"),
            [(regions.get(one.value, _NONE), one) for one in found["region"]],
            *_tiles(found["region"]),
        ),
        _table("programme", Text("按计划", "By programme"), _programmes(found["programme"])),
        _table(
            "host",
            Text("按承担单位（前{n}）", "By host (the first {n})").filled(n=HOSTS_SHOWN),
            [(Text(one.value, one.value), one) for one in found["host"][:HOSTS_SHOWN]],
        ),
    ]


def _programmes(found: Sequence[Total]) -> list[tuple[Text, Total]]:
    titles = {
        code: Text(zh, en)
        for code, zh, en in ProgrammeVersion.objects.order_by("published_at").values_list(
            "code", "title_zh", "title_en"
        )
    }
    return [(titles.get(one.value, Text(one.value, one.value)), one) for one in found]


def _regions(found: Sequence[Total]) -> dict[str, Text]:
    wanted = [one.value for one in found if one.value]
    rows = Region.objects.filter(code__in=wanted).order_by(F("valid_to").asc(nulls_last=True))
    return {row.code: Text(row.name, row.name_en or row.name) for row in rows}


def _table(by: str, title: Text, found: Sequence[tuple[Text, Total]], *more: Chart) -> Table:
    rows = tuple(Row(name, one.count, one.fen) for name, one in found)
    return Table(by, title, rows, (*more, _bars(by, title, rows)) if rows else ())


def _alt(title: Text, rows: Sequence[Row]) -> Text:
    largest = max(rows, key=lambda one: (one.fen, one.count))
    told = Text(
        "{title}：共{n}类，最多的是{name}，{count}项、{wan}万元；全部数字见旁边的表。",
        "{title}: groups: {n}; the largest is {name}, results: {count}, CNY {yuan}; all numbers stand in the table beside.",
    )
    wan = in_wan(about(largest.fen))
    return told.filled(
        title=title, n=len(rows), name=largest.name, count=largest.count, wan=f"{wan:,f}", yuan=f"{wan * 10_000:,.0f}"
    )


def _bars(by: str, title: Text, rows: Sequence[Row]) -> Chart:
    """Bars of money; of counts, where no amount is published."""
    is_money = any(one.fen for one in rows)
    values = [{"name": said(one.name), "value": float(in_wan(one.fen)) if is_money else one.count} for one in rows]
    across = {"field": "value", "type": "quantitative", "title": said(_WAN if is_money else _COUNT)}
    along = {"field": "name", "type": "nominal", "title": None, "sort": None}
    spec: dict[str, Any] = {"data": {"values": values}, "width": 420}
    if by == "year":
        spec |= {"mark": "bar", "width": {"step": 48}, "height": 220}
        spec["encoding"] = {"x": along | {"axis": {"labelAngle": 0}}, "y": across}
    else:
        spec |= {"height": {"step": 24}, "mark": "bar", "encoding": {"x": across, "y": along}}
    return Chart(title, _alt(title, rows), spec)


def _tiles(found: Sequence[Total]) -> tuple[Chart, ...]:
    known = {one.value: one for one in found}
    if not known.keys() & TILES.keys():
        return ()
    is_money = any(one.fen for one in found)
    values: list[dict[str, Any]] = []
    for code, (column, row, name) in TILES.items():
        one = known.get(code, Total(code, 0, 0))
        value = float(in_wan(one.fen)) if is_money else float(one.count)
        values.append(
            {"x": column, "y": row, "name": said(name), "value": value, "said": f"{value:,.0f}" if one.count else "–"}
        )
    place = {
        "x": {"field": "x", "type": "ordinal", "axis": None, "scale": {"paddingInner": 0.06}},
        "y": {"field": "y", "type": "ordinal", "axis": None, "scale": {"paddingInner": 0.06}},
    }
    title = Text("按地区（方格示意）", "By region, as tiles")
    shade = {
        "field": "value",
        "type": "quantitative",
        "scale": {"range": ["#eef1ef", ACCENT]},
        "legend": {"title": said(_WAN if is_money else _COUNT)},
    }
    most = max(one["value"] for one in values)
    ink = {"condition": {"test": f"datum.value > {most / 2}", "value": "white"}, "value": "#1d2528"}
    spec = {
        "data": {"values": values},
        "width": {"step": 84},
        "height": {"step": 64},
        "encoding": place,
        "layer": [
            {"mark": {"type": "rect", "cornerRadius": 3, "stroke": "#7c8a8c"}, "encoding": {"color": shade}},
            {
                "mark": {"type": "text", "dy": -8, "fontSize": 13, "fontWeight": 600},
                "encoding": {"text": {"field": "name"}, "color": ink},
            },
            {"mark": {"type": "text", "dy": 12, "fontSize": 12}, "encoding": {"text": {"field": "said"}, "color": ink}},
        ],
    }
    rows = [Row(TILES[one.value][2], one.count, one.fen) for one in found if one.value in TILES]
    return (Chart(title, _alt(title, rows), spec),)
