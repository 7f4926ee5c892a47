"""Rounds for staff: the list, one round in numbers, publishing and extending it."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.casework.drafting.opening import assign
from keguan.casework.messages import end_title
from keguan.casework.models import ROUND_STATUSES, CallChange, Case, Round
from keguan.casework.pages.answering import status_of_refusal
from keguan.casework.pages.call_search import STATES, in_state
from keguan.casework.pages.call_search import state_of as window_of
from keguan.casework.pages.rounds.changes import Told, like_last, told_versions
from keguan.casework.pages.rounds.fields import EXTENSION, LATE, NONE_SET, SUBJECTS, read_moment
from keguan.casework.pages.rounds.places import places_of
from keguan.casework.queries import RoundNumbers, round_numbers
from keguan.casework.rounds import services
from keguan.casework.rounds.kept_counts import COUNTED_ANEW
from keguan.casework.rounds.versions import versions_of
from keguan.casework.situation.late import allow_late
from keguan.casework.versions import definition_of
from keguan.components.access import actor_on, holding, opens, page
from keguan.components.deeds import Given, SeeOther, deed_page
from keguan.components.fields import filled
from keguan.components.list_pages import list_page
from keguan.components.lists import Column, Filter, ListSpec, Rows, choices_of
from keguan.components.notices import tell
from keguan.components.status import Crumb, Line, Status
from keguan.components.typed import posted_revision
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal, Refused
from keguan.language.schema import Decide, Rank
from keguan.language.wording import step_title
from keguan.registers.organisations.queries import matches
from keguan.registers.parties.queries import names_of

_NO_SUCH = Text("第{line}行：名录中没有这个单位。", "Line {line}: no such organisation in the register.")
_SEVERAL = Text(
    "第{line}行：有多个同名单位，请填统一社会信用代码。", "Line {line}: several of this name; give the code."
)

STAFF = ("officer", "planning", "supervision", "finance", "committee")
SEES_ROUNDS = holding(Text("查看批次管理", "see how rounds are run"), *STAFF)
PLANS = holding(Text("设置和发布批次", "set up and publish rounds"), "planning")


def rounds_for(actor: Actor) -> QuerySet[Round]:
    """The rounds this reader may see: drafts only those who plan the programme."""
    scope = Q(pk__in=[])
    for duty in actor.duties:
        if duty.role in STAFF:
            published = Q() if duty.role == "planning" else ~Q(status="draft")
            scope |= published & (Q(programme__code=duty.programme) if duty.programme else Q(pk__isnull=False))
    return Round.objects.filter(scope).select_related("programme").defer("programme__sources")


def status_of(one: Round) -> Status:
    """A draft, or where its window stands."""
    return Status(ROUND_STATUSES["draft"], "warn") if one.status == "draft" else window_of(one)


def _of_status(rows: Rows, word: str) -> Rows:
    """The rounds whose badge says this word, as `status_of` gives it."""
    is_draft = Q(status="draft")
    return rows.filter(is_draft if word == "draft" else ~is_draft & in_state(word))


ROUNDS = ListSpec(
    name="rounds",
    title=Text("批次", "Rounds"),
    columns=(
        Column(
            "code",
            Text("编号", "Code"),
            lambda r: r.code,
            sort=("code",),
            link=lambda r: reverse("round", args=[r.code]),
        ),
        Column("title", Text("名称", "Title"), lambda r: r.title, link=lambda r: reverse("round", args=[r.code])),
        Column("programme", Text("计划", "Programme"), lambda r: r.programme.title),
        Column("state", Text("状态", "State"), status_of, "status"),
        Column("opens", Text("开始", "Opens"), lambda r: r.opens, "moment", sort=("opens",)),
        Column("closes", Text("截止", "Closes"), lambda r: r.closes, "deadline", sort=("closes",)),
        Column(
            "budget",
            Text("预算", "Budget"),
            lambda r: r.budget_fen or None,
            "money",
            sort=("budget_fen",),
            none=NONE_SET,
        ),
    ),
    filters=(
        Filter(
            "status",
            Text("状态", "State"),
            _of_status,
            choices_of({"draft": ROUND_STATUSES["draft"], **STATES}),
        ),
    ),
    default_sort="-opens",
)


@page(SEES_ROUNDS)
def rounds(request: HttpRequest) -> HttpResponseBase:
    """All rounds."""
    actor = actor_on(request)
    can_plan = PLANS.holds(actor)
    return list_page(request, ROUNDS, rounds_for(actor), template="casework/rounds.html", can_plan=can_plan)


@page(SEES_ROUNDS)
def round_(request: HttpRequest, code: str) -> HttpResponseBase:
    """One round: its terms, its cases by step, what can be done with it."""
    return round_page(request, code)


def round_page(request: HttpRequest, code: str, problems: tuple[Problem, ...] = (), status: int = 200) -> HttpResponse:
    """The page of a round; after a refusal with what was typed."""
    actor = actor_on(request)
    found = get_object_or_404(rounds_for(actor), code=code)
    definition = definition_of(found.programme)
    plans = actor.holds("planning", programme=found.programme.code)
    changed = told_versions(versions_of(found)) if found.status != "draft" else []
    fields = filled(EXTENSION, request.POST, problems) if problems else list(EXTENSION)
    context = {
        "round": found,
        "status": status_of(found),
        "lines": _lines(found),
        "like": like_last(found) if found.status == "draft" else None,
        "changed": changed,
        "names": _names(changed),
        "can_copy": plans and found.kind == "open",
        "counted": (counted := round_numbers(actor, found)),
        "numbers": _numbers(counted, found),
        "is_large": counted.cases > COUNTED_ANEW,
        "can_publish": plans
        and found.status == "draft"
        and found.drafted_by != actor.person
        and not found.returned_because,
        "can_change": plans and services.is_drafter(found, actor),
        "can_send_back": plans and found.status == "draft" and not services.is_drafter(found, actor),
        "waits_for_another": plans and found.status == "draft" and found.drafted_by == actor.person,
        "change": CallChange.objects.filter(round=found).first() if plans and found.status == "published" else None,
        "can_extend": plans and found.status == "published",
        "can_assign": plans and found.status == "published" and found.kind == "assigned",
        "subjects": filled(SUBJECTS, request.POST, problems)[0] if problems else SUBJECTS[0],
        "fields": fields,
        "problems": problems,
        "places": [
            (step_title(step), href)
            for step in definition.programme.steps
            if isinstance(step, Rank | Decide)
            and opens(href := reverse("ranking" if isinstance(step, Rank) else "deciding", args=[code, step.id]), actor)
        ]
        + places_of(actor, found, definition),
        "crumbs": [Crumb(Text("批次", "Rounds"), reverse("rounds")), Crumb(found.code)],
    }
    return render(request, "casework/round.html", context, status=status)


def _names(changed: list[Told]) -> dict[str, str]:
    """Who changed the call, by number, for those who run rounds."""
    people = {person for one in changed for person in (one.by, one.drafted_by) if person is not None}
    return {str(pk): name for pk, name in names_of(people).items()} if people else {}


def _lines(found: Round) -> list[Line | None]:
    return [
        Line(Text("计划", "Programme"), found.programme.title, note=found.programme.version),
        Line(Text("公开页", "Public page"), found.code, href=reverse("call", args=[found.code]))
        if found.status != "draft"
        else None,
        Line(Text("开始", "Opens"), found.opens, "moment"),
        Line(Text("截止", "Closes"), found.closes, "deadline"),
        Line(Text("宽限（分钟）", "Grace (minutes)"), found.grace_minutes, "number"),
        Line(Text("预算", "Budget"), found.budget_fen, "money")
        if found.budget_fen
        else Line(Text("预算", "Budget"), NONE_SET),
        Line(Text("每个推荐单位的限额", "Quota per recommender"), found.quota or None, "number"),
        Line(Text("摘要", "Summary"), found.summary, "prose"),
        Line(Text("申报须知", "Notes for applicants"), found.notes, "prose") if found.notes else None,
        Line(Text("联系方式", "Contact"), found.contact, "prose") if found.contact else None,
        Line(Text("发布时间", "Published"), found.published_at, "moment") if found.published_at else None,
    ]


def _numbers(counted: RoundNumbers, found: Round) -> list[tuple[Text, int, str]]:
    """How many cases stand at each step or ended in each way, with the list behind each number."""
    definition = definition_of(found.programme)
    behind = f"{reverse('cases')}?round={found.code}"
    shown = [
        (step_title(step), counted.by_step[str(step.id)], f"{behind}&at={step.id}")
        for step in definition.programme.steps
        if counted.by_step.get(str(step.id))
    ]
    shown += [(end_title(definition, end), n, f"{behind}&end={end}") for end, n in sorted(counted.by_end.items())]
    return shown


@page(PLANS, methods=("POST",))
def round_publish(request: HttpRequest, code: str) -> HttpResponseBase:
    """Publish a drafted round."""
    get_object_or_404(rounds_for(actor_on(request)), code=code)
    answer = services.publish_round(code, actor_on(request), revision=posted_revision(request))
    if isinstance(answer, Refusal):
        return round_page(request, code, answer.problems, status_of_refusal(answer))
    tell(request, Text("批次已发布，申报通知已公开。", "The round is published; its call is public."))
    return SeeOther(reverse("round", args=[code]))


@page(PLANS, methods=("POST",))
def round_assign(request: HttpRequest, code: str) -> HttpResponseBase:
    """Push a case to each organisation that was listed, one to a line."""
    get_object_or_404(rounds_for(actor_on(request)), code=code)
    hosts, problems = _subjects(request.POST.get("subjects", ""))
    if problems:
        return round_page(request, code, problems, 422)
    answer = assign(code, hosts, actor_on(request))
    if isinstance(answer, Refusal):
        return round_page(request, code, answer.problems, status_of_refusal(answer))
    tell(request, Text("已下达 {n} 个办件。", "Cases pushed: {n}.").filled(n=answer))
    return SeeOther(reverse("round", args=[code]))


def _subjects(typed: str) -> tuple[list[int], tuple[Problem, ...]]:
    """The organisations named, one to a line by name or code, and each line that names none or several."""
    found: list[int] = []
    problems: list[Problem] = []
    for number, line in enumerate(typed.splitlines(), start=1):
        if not line.strip():
            continue
        named = matches(line)
        if len(named) == 1:
            found.append(named[0].pk)
        else:
            said = _SEVERAL if named else _NO_SUCH
            problems.append(Problem("round.subject", said.filled(line=number), "subjects", line.strip()[:80]))
    if not found and not problems:
        problems.append(Problem("round.subjects", Text("请填写单位。", "Name the organisations."), "subjects"))
    return found, tuple(problems)


@page(PLANS, methods=("POST",))
def round_extend(request: HttpRequest, code: str) -> HttpResponseBase:
    """Move the deadline later, for everybody, with a public reason."""
    get_object_or_404(rounds_for(actor_on(request)), code=code)
    closes = read_moment(request.POST.get("closes", ""), "closes")
    if isinstance(closes, Problem):
        return round_page(request, code, (closes,), 422)
    answer = services.extend_round(code, closes, request.POST.get("reason", ""), actor_on(request))
    if isinstance(answer, Refusal):
        return round_page(request, code, answer.problems, status_of_refusal(answer))
    tell(request, Text("截止时间已延后。", "The deadline was moved."))
    return SeeOther(reverse("round", args=[code]))


@page(PLANS, methods=("GET", "POST"))
def round_late(request: HttpRequest, code: str) -> HttpResponseBase:
    """Let one applicant hand in after the deadline, with a reason."""
    actor = actor_on(request)
    found = get_object_or_404(rounds_for(actor), code=code)
    back = reverse("round", args=[code])

    def do(given: Given) -> tuple[Text, str]:
        number, reason = given.needed("number"), given.needed("reason")
        until = read_moment(given.text("until"), "until")
        if isinstance(until, Problem):
            given.problems.append(until)
        if number and not Case.objects.filter(number=number, round=found).exists():
            said = Text("本批次没有这个办件。", "This round has no such case.")
            given.problems.append(Problem("late.unknown", said, "number", number[:80]))
        given.check()
        answer = allow_late(number, cast(datetime, until), reason, actor)
        if isinstance(answer, Refusal):
            raise Refused(answer)
        return Text("已准予延后，并已通知申报人。", "It is allowed; the applicant has been told."), back

    return deed_page(
        request,
        Text("个别延后提交", "Late by exception"),
        LATE,
        do,
        button=Text("准予", "Allow"),
        back=back,
        hint=Text(
            "只对一个申报有效；草稿已逾期失效的，申报人可重新开始并从原草稿带入。理由记入痕迹。",
            "For one application only. Where its draft has lapsed, the applicant begins anew and fills it from the old one. "
            "The reason goes into the trace.",
        ),
        crumbs=[Crumb(Text("批次", "Rounds"), reverse("rounds")), Crumb(found.code, back)],
    )
