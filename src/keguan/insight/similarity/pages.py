"""The pages of similarity: what was found, and both texts side by side, where a person decides."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from keguan.casework.pages.case_words import case_href
from keguan.casework.pages.opened import note_reading
from keguan.casework.permissions import can_handle
from keguan.components.access import actor_on, holding, page
from keguan.components.deeds import SeeOther
from keguan.components.fields import Field
from keguan.components.list_pages import list_page
from keguan.components.lists import Choice
from keguan.components.notices import tell
from keguan.components.status import Crumb, Line
from keguan.insight.similarity import decisions
from keguan.insight.similarity.lists import LIST, SIMILARITY, kind_of, other_number, status_of
from keguan.insight.similarity.models import STATES, Finding
from keguan.insight.similarity.queries import (
    SideBySide,
    decided_before,
    finding_for,
    findings,
    looked_at,
    mirrored,
    side_by_side,
    standing_of,
)
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal

LOOKS = holding(Text("查看查重结果", "look at text shared with other documents"), "officer", "supervision")
_DECIDED = Text("已记录判定：{state}。", "Decided: {state}.")
_OF_ANSWERS = Text(
    "占本申报，长文字和名称按全数、单行文字按四分之一计",
    "of this application; long answers and the title count in full, lines a quarter",
)
_OF_FILES = Text("占本申报附件中读出的文字", "of the text that could be read in its attachments")
_FIELDS = (
    Field(
        "state",
        "choice",
        Text("判定", "Decision"),
        required=True,
        choices=tuple(Choice(state, STATES[state]) for state in ("no_matter", "matters")),
    ),
    Field(
        "reason",
        "prose",
        Text("理由", "Reason"),
        required=True,
        most=decisions.MOST_REASON,
        hint=Text(
            "如：同一负责人的前期项目，已在申报书中说明。",
            "For instance: earlier work of the same principal, named in the proposal.",
        ),
    ),
)


@page(LOOKS)
def similarity(request: HttpRequest) -> HttpResponseBase:
    """Findings of all cases that this reader runs or watches; of one round or case, where the address says so."""
    actor = actor_on(request)
    case = looked_at(actor, request.GET.get("case", ""))
    standing = standing_of(case) if case else None
    return list_page(request, LIST, findings(actor), template="similarity/list.html", case=case, standing=standing)


@page(LOOKS, methods=("GET", "POST"))
def finding(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Both texts side by side with what they share, and the decision."""
    actor = actor_on(request)
    found = finding_for(actor, pk)
    if found is None:
        raise Http404
    if request.method == "POST":
        answer = decisions.decide(
            pk,
            request.POST.get("state", ""),
            request.POST.get("reason", ""),
            actor,
            seen=request.POST.get("seen", ""),
            request_id=cast(str, getattr(request, "request_id", "")),
        )
        if not isinstance(answer, Refusal):
            tell(request, _DECIDED.filled(state=STATES[answer.state]))
            return SeeOther(f"{reverse('similarity')}?case={found.document.case.number}" if found.document.case else "")
        if answer.problems[0].code == "right.missing":
            raise LOOKS.refusal()
        return _shown(request, finding_for(actor, pk) or found, actor, answer.problems)
    return _shown(request, found, actor)


def _shown(request: HttpRequest, found: Finding, actor: Actor, problems: tuple[Problem, ...] = ()) -> HttpResponseBase:
    case = found.document.case
    assert case is not None  # noqa: S101 - findings are on cases
    texts = side_by_side(actor, found)
    fields = [one.typed_in(request.POST).with_problems(problems) if problems else one for one in _FIELDS]
    may_decide = can_handle(actor, case) and found.document.gone_at is None
    there = mirrored(actor, found)
    context: dict[str, Any] = {
        "found": found,
        "case": case,
        "case_href": case_href(case.number),
        "status": status_of(found.state),
        "texts": texts,
        "lines": _lines(found, texts),
        "other_number": other_number(found),
        "part": kind_of(found.document),
        "other_part": kind_of(found.other),
        "fields": fields if may_decide else [],
        "there": there,
        "there_status": status_of(there.state) if there else None,
        "is_as_there": there is not None and there.state == found.state,
        "problems": problems,
        "before": [(status_of(one.state), one) for one in decided_before(found)],
        "crumbs": [
            Crumb(SIMILARITY, reverse("similarity")),
            Crumb(case.number, f"{reverse('similarity')}?case={case.number}"),
            Crumb(other_number(found)),
        ],
    }
    note_reading(request, case, actor, ["proposal"])
    if found.other.case and not texts.closed:
        note_reading(request, found.other.case, actor, ["proposal"])
    return render(request, "similarity/finding.html", context, status=422 if problems else 200)


def _lines(found: Finding, texts: SideBySide) -> list[Line | None]:
    case, other, project = found.document.case, found.other.case, found.other.project
    whose = other or project
    opens = case_href(other.number) if other else reverse("project", args=[project.pk]) if project else ""
    gone = found.document.gone_at or found.other.gone_at
    return [
        Line(Text("本申报", "This application"), case.number, href=case_href(case.number), note=case.title)
        if case
        else None,
        Line(Text("比对内容", "Compared part"), kind_of(found.document)),
        Line(
            Text("重复对象", "Found in"),
            other_number(found),
            href="" if texts.closed else opens,
            note="" if texts.closed or not whose else whose.title,
        ),
        Line(Text("对象类别", "Kind"), kind_of(found.other)),
        Line(Text("对象单位", "Its host"), whose.host.name) if whose and whose.host and not texts.closed else None,
        Line(
            Text("重复比例", "Share"),
            f"{found.share // 10} %",
            note=_OF_FILES if found.document.part == "attachments" else _OF_ANSWERS,
        ),
        Line(Text("占对象比例", "Of the other"), f"{found.other_share // 10} %"),
        Line(Text("比对时间", "Compared"), found.found_at, "moment"),
        Line(
            Text("版本", "Version"), Text("其中一份此后已更正或撤回", "one of the two was corrected or withdrawn since")
        )
        if gone
        else None,
        Line(Text("判定人", "Decided by"), found.decided_by.name) if found.decided_by else None,
        Line(Text("判定时间", "Decided"), found.decided_at, "moment") if found.decided_at else None,
        Line(Text("理由", "Reason"), found.reason, "prose") if found.reason else None,
    ]
