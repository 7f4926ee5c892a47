"""How far an institution's applications are, for its research office and the authority above it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import BooleanField, Q, QuerySet, Value, When
from django.db.models import Case as Conditional
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.casework.desks import offices
from keguan.casework.desks.offices import STAGES
from keguan.casework.models import Case, Draft, Round
from keguan.casework.pages.answering import request_id, status_of_refusal
from keguan.casework.pages.call_search import state_of
from keguan.casework.pages.case_words import case_href
from keguan.casework.pages.form.sections import sections_filled
from keguan.casework.permissions import open_of_followed
from keguan.casework.situation.about import about_of
from keguan.casework.versions import definition_of
from keguan.components.access import Right, actor_on, page
from keguan.components.deeds import SeeOther
from keguan.components.list_pages import list_page
from keguan.components.lists import Column, Filter, ListSpec, Rows, Search, choices_of
from keguan.components.notices import tell
from keguan.components.status import Crumb, Line, Status, Tone
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.names import normal_name
from keguan.kernel.problems import Problem, Refusal
from keguan.language.definition import Definition
from keguan.language.schema import Apply
from keguan.registers.organisations.models import Organisation

FOLLOWS = Right(Text("查看本单位申报进展", "follow the applicants of one's institution"), offices.is_office)
PROGRESS = Text("申报进展", "Progress of applications")
_TONES: dict[str, Tone] = {
    "draft": "warn",
    "returned": "warn",
    "host": "info",
    "authority": "info",
    "succeeded": "good",
    "never": "bad",
    "ended": "bad",
}

_OF_ROUNDS = (
    Column(
        "title",
        Text("批次", "Round"),
        lambda r: r.round.title,
        link=lambda r: reverse("round_progress", args=[r.round.code]),
    ),
    Column("code", Text("编号", "Code"), lambda r: r.round.code),
    Column("state", Text("状态", "State"), lambda r: state_of(r.round), "status"),
    Column("closes", Text("截止", "Closes"), lambda r: r.round.closes, "deadline"),
    Column("begun", Text("已开始", "Begun"), lambda r: r.begun, "number"),
    Column("came_in", Text("其中已提交", "Handed in"), lambda r: r.came_in, "number"),
)


@page(FOLLOWS)
def progress(request: HttpRequest) -> HttpResponseBase:
    """The rounds in which something was begun."""
    rows = offices.rounds_in_numbers(actor_on(request))
    context = {"columns": _OF_ROUNDS, "rows": rows, "title": PROGRESS, "crumbs": [Crumb(PROGRESS)]}
    return render(request, "casework/progress.html", context)


# ------------------------------------------------------------------------------------------------------ one round


def _filled(case: Case) -> str:
    done, of = getattr(case, "sections", (None, None))
    return "" if done is None else f"{done} / {of}"


def _by_host(rows: Rows, typed: str) -> Rows:
    hosts = Organisation.objects.filter(normal_name__contains=normal_name(typed)).values("pk")
    return rows.filter(host__in=hosts)


def _search(rows: Rows, text: str) -> Rows:
    found = Q(number__startswith=text.replace(" ", "").upper())
    if name := normal_name(text):
        found |= Q(applicant__normal_name__contains=name)
    return rows.filter(found)


def _link(case: Any) -> str:
    return case_href(case.number) if case.is_open else ""


_FOLLOWED = ListSpec(
    name="progress",
    title=PROGRESS,
    columns=(
        Column("number", Text("编号", "Number"), lambda c: c.number, sort=("id",), link=_link),
        Column("title", Text("名称", "Title"), lambda c: c.title, link=_link),
        Column("who", Text("申报人", "Applicant"), lambda c: c.applicant.name if c.applicant else "", is_short=True),
        Column("host", Text("申报单位", "Host"), lambda c: c.host.name if c.host else ""),
        Column(
            "stage",
            Text("进展", "How far"),
            lambda c: Status(STAGES[c.stage], _TONES.get(c.stage, "neutral")),
            "status",
        ),
        Column("rank", Text("推荐排序", "Rank"), lambda c: c.recommended_rank, "number", sort=("recommended_rank",)),
        Column("sections", Text("已填好的部分", "Sections complete"), _filled, is_short=True),
        Column(
            "saved", Text("最近保存", "Last saved"), lambda c: getattr(c, "saved_at", None), "moment", sheet_only=True
        ),
        Column("due", Text("截止", "Due"), lambda c: c.due_at, "deadline", sort=("due_at",)),
        Column("submitted", Text("提交时间", "Submitted"), lambda c: c.submitted_at, "moment", sort=("submitted_at",)),
    ),
    filters=(
        Filter("stage", Text("进展", "How far"), lambda rows, word: rows.filter(stage=word), choices_of(STAGES)),
        Filter("host", Text("申报单位", "Host"), _by_host, hint=Text("名称的一部分", "a part of the name")),
    ),
    search=Search(
        Text("编号或申报人", "number or applicant"),
        _search,
    ),
    default_sort="-number",
    empty=Text("没有办件。", "No cases."),
    prepare=lambda rows: _look_into_drafts(rows),
)


@page(FOLLOWS)
def round_progress(request: HttpRequest, code: str) -> HttpResponseBase:
    """The institution's applications of one round, from “begun, never handed in” to their end."""
    return _round_page(request, _round(request, code))


@page(FOLLOWS, methods=("POST",))
def remind(request: HttpRequest, code: str) -> HttpResponseBase:
    """Remind whoever has not handed in yet."""
    found = _round(request, code)
    answer = offices.remind(found, actor_on(request), request_id(request))
    if isinstance(answer, Refusal):
        return _round_page(request, found, answer.problems, status_of_refusal(answer))
    tell(request, Text("已提醒 {n} 件的申报人。", "Their applicants were reminded, cases: {n}.").filled(n=answer))
    return SeeOther(reverse("round_progress", args=[code]))


def _round(request: HttpRequest, code: str) -> Round:
    return get_object_or_404(offices.rounds_followed(actor_on(request)), code=code)


def _round_page(
    request: HttpRequest, found: Round, problems: tuple[Problem, ...] = (), status: int = 200
) -> HttpResponseBase:
    actor, definition = actor_on(request), definition_of(found.programme)
    cases = offices.followed(actor, found, definition)
    numbers, authorities = offices.stage_numbers(cases)
    here = reverse("round_progress", args=[found.code])
    told = offices.last_reminded(actor, found)
    quotas = offices.quotas_of(authorities, found, definition)
    answer = list_page(
        request,
        _FOLLOWED,
        _shown(cases, actor),
        template="casework/round_progress.html",
        round=found,
        lines=_terms(found, quotas, sum(numbers.values())),
        numbers=[(STAGES[stage], n, f"{here}?stage={stage}") for stage, n in numbers.items()],
        orders=_orders(actor, found, definition, quotas),
        checks=_checks(actor, found),
        can_remind=bool(numbers.get("draft") or numbers.get("returned")),
        told=told,
        problems=problems,
        crumbs=[Crumb(PROGRESS, reverse("progress")), Crumb(found.code)],
    )
    if isinstance(answer, HttpResponse) and problems:
        answer.status_code = status
    return answer


def _orders(
    actor: Actor, found: Round, definition: Definition, quotas: Sequence[offices.Quota]
) -> list[tuple[Text, str]]:
    """Where each of the actor's authorities puts its recommendations in order."""
    step = offices.recommends(definition)
    said = Text("推荐排序：{name}", "Order of recommendation: {name}")
    return [
        (said.filled(name=one.name), reverse("recommendations", args=[found.code, one.organisation]))
        for one in quotas
        if step is not None and step.ranked and actor.holds("authority", organisation=one.organisation)
    ]


def _checks(actor: Actor, found: Round) -> list[str]:
    """Where each of the actor's institutions keeps its own checks; names stand on their pages."""
    offices_of = {duty.organisation for duty in actor.duties if duty.role in ("host", "authority")}
    return [reverse("office_checks", args=[found.code, one]) for one in sorted(one for one in offices_of if one)]


def _terms(found: Round, quotas: Sequence[offices.Quota], cases: int) -> list[Line | None]:
    used = Text("{used} / {allowed}", "{used} of {allowed}")
    return [
        Line(Text("截止", "Closes"), found.closes, "deadline"),
        Line(Text("已开始", "Begun"), cases, "number"),
        *(
            Line(
                Text("推荐限额：{name}", "Quota of {name}").filled(name=one.name),
                Text(str(one.used), str(one.used))
                if one.allowed is None
                else used.filled(used=one.used, allowed=one.allowed),
                note=Text("已推荐", "recommended"),
            )
            for one in quotas
        ),
    ]


def _shown(rows: QuerySet[Case], actor: Actor) -> QuerySet[Case]:
    seen = Conditional(
        When(open_of_followed(actor), then=Value(True)), default=Value(False), output_field=BooleanField()
    )
    return rows.annotate(is_open=seen).select_related("programme", "round", "host", "applicant").only(
        *("number", "title", "step", "step_kind", "end", "due_at", "submitted_at", "recommended_rank", "host__name"),
        *("applicant__name", "programme__code", "programme__digest", "round__opens"),
    )  # fmt: skip


def _look_into_drafts(rows: Sequence[Any]) -> None:
    """When each draft was last saved; of those never handed in also what it is called and how many sections are filled."""
    open_ones = {case.pk: case for case in rows if case.stage in ("draft", "returned")}
    drafts = Draft.objects.filter(case__in=list(open_ones)).prefetch_related("fields") if open_ones else ()
    for draft in drafts:
        case = open_ones[draft.case_id]
        definition = definition_of(case.programme)
        if not any(isinstance(step, Apply) and step.form == draft.form for step in definition.programme.steps):
            continue
        case.saved_at = draft.saved_at
        if case.stage == "draft":
            form = definition.programme.form(draft.form)
            names = definition.names({}, {}, {}, clock.local_date(case.round.opens))
            case.sections = sections_filled(definition, form, draft.values, names)
            case.title = about_of(definition, {draft.form: draft.values}).title
