"""The public pages of notices: what is shown, until when, and how to object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.casework.models import Notice, ProgrammeVersion
from keguan.casework.pages.programme_words import RuleWords, StepWords, forms_said, steps_said
from keguan.casework.pages.public.guide_words import FormWords, form_said
from keguan.casework.templatetags.casework import left
from keguan.casework.versions import definition_of
from keguan.components.access import PUBLIC, page
from keguan.components.list_pages import list_page
from keguan.components.lists import Choice, Column, Filter, ListSpec, Rows
from keguan.components.reader import said
from keguan.components.status import Crumb, Line, Status
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.language.wording import OUTCOMES

OBJECT = "object"
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


def _left(notice: Notice) -> Text | str:
    return left(notice.until) if state_of(notice) is STANDING else ""


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
        Column("left", Text("剩余时间", "Time left"), _left),
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
        "contact": settings.PUBLISHER.contact,
        "objecting": _objecting(found) if state is STANDING else None,
        "aftermath": _aftermath(found),
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


@dataclass(frozen=True, slots=True)
class Objecting:
    """How one objects: what the form asks, which rules it has to meet, who decides in which steps."""

    form: FormWords
    steps: tuple[StepWords, ...]
    rules: tuple[RuleWords, ...]


def _objecting(notice: Notice) -> Objecting | None:
    """None where the programme takes no objections, or none are set up here."""
    if OBJECT not in definition_of(notice.case.programme).programme.side_cases:
        return None
    version = ProgrammeVersion.objects.filter(code=OBJECT).order_by("-published_at").defer("sources").first()
    if version is None:
        return None
    definition = definition_of(version)
    steps = tuple(steps_said(definition))
    return Objecting(
        form_said(definition, forms_said(definition)[0]), steps, tuple(rule for step in steps for rule in step.rules)
    )


def _aftermath(notice: Notice) -> Text | None:
    """What became of a notice that is over; why a case ended afterwards is not for the public."""
    if not notice.outcome:
        return None
    ends = {str(end.end): end for end in definition_of(notice.case.programme).programme.ends}
    end = ends.get(notice.case.end)
    if notice.outcome != "unopposed":
        return _NOT_STANDING.filled(how=OUTCOMES.get(notice.outcome, Text("", "")))
    if notice.case.end and (end is None or not end.success):
        return _NOT_DONE
    return _DONE.filled(end=end.title) if end else _GOES_ON


_NOT_STANDING = Text("{how}，公示的结果不生效。", "The published result does not stand: {how}.")
_NOT_DONE = Text(
    "公示期满无异议；该结果后来没有实施。", "No objection was upheld; later the result was not carried out."
)
_DONE = Text("公示期满无异议，已办结：{end}。", "No objection was upheld; the case has ended: {end}.")
_GOES_ON = Text(
    "公示期满无异议，结果生效，后续手续正在办理。",
    "No objection was upheld: the result stands, and what follows is under way.",
)
