"""The page of a round at a glance: for those who run and watch it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.casework.messages import end_title
from keguan.casework.pages.rounds.fields import NONE_SET
from keguan.casework.pages.rounds.rounds import SEES_ROUNDS, rounds_for
from keguan.casework.pages.rounds.what_if import grouped_by
from keguan.casework.versions import definition_of
from keguan.components.access import actor_on, page
from keguan.components.status import Crumb, Line
from keguan.insight.rounds.queries import Share, Stay, glance_at
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.duration import counted
from keguan.language.schema import Field, Programme
from keguan.language.wording import step_title, value_said
from keguan.registers.organisations.queries import regions_said

_TITLE = Text("批次总览", "The round at a glance")
_NONE = Text("（未登记）", "(not recorded)")
_NO_HOUR = Text("不足 1 小时", "under an hour")
_ASKED = Text("申请金额", "Asked for")
_BUDGET = Text("批次预算", "Budget")
_WON = Text("已定金额", "Granted")


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
    question = grouped_by(definition.programme)
    shares: list[tuple[Text, list[tuple[Text | str, Share]]]] = [
        (Text("按地区", "By region"), [(names.get(one.value, _NONE), one) for one in glance.regions]),
        (
            Text("申报最多的单位（{n}个）", "Hosts with the most ({n})").filled(n=len(glance.hosts)),
            [(one.value or _NONE, one) for one in glance.hosts],
        ),
    ]
    if question:
        shares.insert(0, (_by(question), _answers(definition.programme, question, glance.topics)))
    slowest = max((one.median for one in glance.stays if one.median), default=timedelta())
    context = {
        "round": found,
        "title": _TITLE,
        "at": glance.at,
        "lines": _money(found.budget_fen, whole.asked_fen, whole.won_fen, whole.cases, whole.submitted),
        "purse": _purse(found.budget_fen, whole.asked_fen, whole.won_fen),
        "stands": [
            (titles[one.step], one, f"{listed}&at={one.step}", _part(one.reached, whole.cases)) for one in whole.stands
        ],
        "ends": [(end_title(definition, end), n, f"{listed}&end={end}") for end, n in sorted(whole.ends.items())],
        "waiting": [
            (titles.get(one.step, one.step), one, _long(one.median), _long(one.longest)) for one in glance.waiting
        ],
        "stays": [_stay(titles[one.step], one, slowest) for one in glance.stays],
        "shares": [
            (title, [(name, one, _part(one.count, whole.submitted)) for name, one in rows]) for title, rows in shares
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
        Line(Text("其中已提交", "Handed in"), submitted, "number") if submitted != cases else None,
        Line(_BUDGET, NONE_SET) if not budget else None,
        Line(_ASKED, asked, "money") if not budget else None,
        Line(_WON, won, "money") if not budget else None,
        Line(Text("预算余额", "Left in the budget"), budget - won, "money") if budget else None,
    ]


def _purse(budget: int, asked: int, won: int) -> list[tuple[Text, int, int]]:
    """What is asked for and what was granted beside the budget: each with its part of the largest, in hundredths."""
    if not budget:
        return []
    most = max(budget, asked, won)
    named = ((_ASKED, asked), (_BUDGET, budget), (_WON, won))
    return [(title, fen, _part(fen, most)) for title, fen in named]


def _stay(title: Text, one: Stay, slowest: timedelta) -> tuple[Text, Stay, int, Text | None, Text | None, Text | None]:
    """A step with how long cases stayed there. The bar is of the median, beside that of the slowest step."""
    median, longest, so_far = (
        _long(time) if time is not None else None for time in (one.median, one.longest, one.so_far)
    )
    return (
        title,
        one,
        _part(int((one.median or timedelta()).total_seconds()), int(slowest.total_seconds())),
        median,
        longest,
        so_far,
    )


def _part(number: int, of: int) -> int:
    """How long a bar is, in hundredths; what is there at all is seen."""
    return max(1, round(100 * number / of)) if number and of else 0


def _by(question: tuple[str, Field]) -> Text:
    return Text("按“{question}”", "By “{question}”").filled(question=question[1].title)


def _answers(
    programme: Programme, question: tuple[str, Field], topics: Sequence[Share]
) -> list[tuple[Text | str, Share]]:
    where = f"{question[0]}.{question[1].field}"
    return [(value_said(programme, where, one.value) if one.value else _NONE, one) for one in topics]


def _long(time: timedelta) -> Text:
    hours = int(time.total_seconds() // 3600)
    if hours >= 48:
        return counted(hours // 24, "days")
    return counted(hours, "hours") if hours else _NO_HOUR
