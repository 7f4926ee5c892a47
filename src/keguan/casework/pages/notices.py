"""The public pages of notices: what is shown, until when, and how to object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.casework.models import Notice
from keguan.components.access import PUBLIC, page
from keguan.components.list_pages import list_page
from keguan.components.lists import Choice, Column, Filter, ListSpec, Rows
from keguan.components.reader import said
from keguan.components.status import Crumb, Line, Status
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.language.wording import OUTCOMES

STANDING = Status(Text("公示中", "Standing"), "info")


def rows() -> QuerySet[Notice]:
    """Every notice, with its case's round."""
    return Notice.objects.select_related("case", "case__round", "case__programme").defer("case__programme__sources")


def state_of(notice: Notice) -> Status:
    """Whether the notice stands, or how it ended."""
    if notice.outcome:
        return Status(OUTCOMES.get(notice.outcome, Text("", "")), "good" if notice.outcome == "unopposed" else "bad")
    return (
        STANDING if clock.now() < notice.until else Status(Text("公示期满，办理中", "Over, being settled"), "neutral")
    )


def shown_said(notice: Notice) -> str:
    """All that is published, in one line."""
    return " · ".join(said(value_of(one)) for one in notice.shown if one["value"])


def value_of(shown: Mapping[str, Any]) -> Text:
    """One published value in both languages."""
    return Text(str(shown["value"]), str(shown.get("value_en") or shown["value"]))


def _standing(found: Rows, word: str) -> Rows:
    now = clock.now()
    return found.filter(until__gt=now) if word == "standing" else found.filter(until__lte=now)


NOTICES = ListSpec(
    name="notices",
    title=Text("公示", "Public notices"),
    columns=(
        Column(
            "shown", Text("公示内容", "What is published"), shown_said, link=lambda n: reverse("notice", args=[n.pk])
        ),
        Column("programme", Text("计划", "Programme"), lambda n: n.case.programme.title),
        Column("round", Text("批次", "Round"), lambda n: n.case.round.title if n.case.round else ""),
        Column("since", Text("开始", "Since"), lambda n: n.since, "moment", sort=("since",)),
        Column("until", Text("截止", "Until"), lambda n: n.until, "deadline", sort=("until",)),
        Column("state", Text("状态", "State"), state_of, "status"),
    ),
    filters=(
        Filter(
            "when",
            Text("时间", "When"),
            _standing,
            (Choice("standing", Text("公示中", "Standing")), Choice("over", Text("已结束", "Over"))),
        ),
    ),
    default_sort="-since",
    empty=Text("目前没有公示。", "There are no notices."),
)


@page(PUBLIC)
def notices(request: HttpRequest) -> HttpResponseBase:
    """All notices, the newest first."""
    return list_page(request, NOTICES, rows(), template="casework/notices.html")


@page(PUBLIC)
def notice(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One notice."""
    found = get_object_or_404(rows(), pk=pk)
    state = state_of(found)
    context: dict[str, Any] = {
        "notice": found,
        "state": state,
        "is_standing": state is STANDING,
        "lines": [
            *(Line(Text(one["zh"], one["en"]), value_of(one)) for one in found.shown),
            Line(Text("计划", "Programme"), found.case.programme.title),
            Line(Text("批次", "Round"), found.case.round.title, href=reverse("call", args=[found.case.round.code]))
            if found.case.round
            else None,
            Line(Text("公示开始", "Since"), found.since, "moment"),
            Line(Text("公示截止", "Until"), found.until, "deadline"),
        ],
        "crumbs": [Crumb(NOTICES.title, reverse("notices")), Crumb(shown_said(found).split(" · ")[0])],
    }
    return render(request, "casework/notice.html", context)
