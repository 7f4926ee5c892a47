"""The page of a round at a glance: for those who run and watch it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.casework.messages import end_title
from keguan.casework.pages.rounds import SEES_ROUNDS, rounds_for
from keguan.casework.versions import definition_of
from keguan.components.access import actor_on, page
from keguan.components.lists import Column
from keguan.components.reader import said
from keguan.components.status import Crumb, Line
from keguan.insight import charts
from keguan.insight.charts import Chart
from keguan.insight.rounds.queries import HOSTS_SHOWN, Share, glance_at
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.language.wording import step_title
from keguan.registers.organisations.queries import regions_said

_TITLE = Text("批次总览", "The round at a glance")
_NONE = Text("（未登记）", "(not recorded)")
_DAYS = Text("{d} 天", "{d} days")
_HOURS = Text("{h} 小时", "{h} hours")
_FUNNEL = Text("走到各环节的办件数", "Cases that reached each step")
_ALT = Text("条形图：{told}。数字见旁边的表。", "Bars: {told}. The numbers stand in the table beside.")


@page(SEES_ROUNDS)
def overview(request: HttpRequest, code: str) -> HttpResponseBase:
    """How far the cases are, how long they wait, the money, the regions and the hosts."""
    actor, now = actor_on(request), clock.now()
    found = get_object_or_404(rounds_for(actor), code=code)
    definition = definition_of(found.programme)
    glance = glance_at(actor, found, definition, now)
    whole = glance.overview
    names = regions_said([one.value for one in glance.regions if one.value != "00"])
    titles = {str(step.id): step_title(step) for step in definition.programme.steps}
    listed = f"{reverse('cases')}?round={code}"
    funnel = [(titles[one.step], one.reached) for one in whole.stands]
    chart = _bars(_FUNNEL, funnel)
    context = {
        "round": found,
        "title": _TITLE,
        "at": glance.at,
        "lines": _money(found.budget_fen, whole.asked_fen, whole.won_fen, whole.cases, whole.submitted),
        "chart": chart if whole.cases and charts.is_drawn(chart) else None,
        "stands": [(titles[one.step], one, f"{listed}&step={one.step}") for one in whole.stands],
        "ends": [(end_title(definition, end), n) for end, n in sorted(whole.ends.items())],
        "waiting": [
            (titles.get(one.step, one.step), one, _long(one.median), _long(one.longest)) for one in glance.waiting
        ],
        "columns": _columns(),
        "shares": [
            (Text("按地区", "By region"), [(names.get(one.value, _NONE), one) for one in glance.regions]),
            (
                Text("申报最多的{n}个单位", "The {n} hosts with the most").filled(n=HOSTS_SHOWN),
                [(one.value or _NONE, one) for one in glance.hosts],
            ),
        ],
        "crumbs": [
            Crumb(Text("批次", "Rounds"), reverse("rounds")),
            Crumb(found.code, reverse("round", args=[code])),
            Crumb(_TITLE),
        ],
    }
    return render(request, "rounds/overview.html", context)


def _money(budget: int, asked: int, won: int, cases: int, submitted: int) -> list[Line | None]:
    return [
        Line(Text("办件", "Cases"), cases, "number"),
        Line(Text("其中已提交", "Handed in"), submitted, "number"),
        Line(Text("申请金额", "Asked for"), asked, "money"),
        Line(Text("批次预算", "Budget"), budget, "money") if budget else None,
        Line(Text("已定金额", "Granted"), won, "money"),
        Line(Text("预算余额", "Left in the budget"), budget - won, "money") if budget else None,
    ]


def _columns() -> tuple[Column, ...]:
    def share(row: Any) -> Share:
        return row[1]

    return (
        Column("name", Text("类别", "Group"), lambda row: row[0]),
        Column("count", Text("项数", "Applications"), lambda row: share(row).count, "number"),
        Column("asked", Text("申请金额", "Asked for"), lambda row: share(row).asked_fen or None, "money"),
        Column("won", Text("已定金额", "Granted"), lambda row: share(row).won_fen or None, "money"),
    )


def _long(time: timedelta) -> Text:
    hours = int(time.total_seconds() // 3600)
    return _DAYS.filled(d=hours // 24) if hours >= 48 else _HOURS.filled(h=hours)


def _bars(title: Text, rows: Sequence[tuple[Text, int]]) -> Chart:
    told = Text("，".join(f"{name.zh} {n}" for name, n in rows), ", ".join(f"{name.en} {n}" for name, n in rows))
    spec = {
        "data": {"values": [{"name": said(name), "value": n} for name, n in rows]},
        "width": 460,
        "height": {"step": 24},
        "mark": "bar",
        "encoding": {
            "x": {"field": "value", "type": "quantitative", "title": None},
            "y": {"field": "name", "type": "nominal", "title": None, "sort": None},
        },
    }
    return Chart(title, _ALT.filled(told=told), spec)
