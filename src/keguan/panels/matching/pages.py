"""The desk on which an officer has panels proposed, looks them over, changes them by hand and confirms them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.casework.calendar import workdays
from keguan.casework.models import Case, Round, Task
from keguan.casework.pages.answering import request_id, status_of_refusal
from keguan.casework.pages.case_words import case_href
from keguan.casework.pages.rounds.rankings import round_and_step
from keguan.casework.permissions import reviewers_visible_to
from keguan.casework.versions import definition_of
from keguan.components.access import actor_on, holding, page
from keguan.components.deeds import SeeOther
from keguan.components.fields import Field, filled
from keguan.components.notices import tell
from keguan.components.status import Crumb, Line
from keguan.components.typed import posted_key
from keguan.engine.steps.review import late_before, owed_by
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.names import clean_text
from keguan.kernel.problems import Problem, Refusal
from keguan.language.prose import bounds_said
from keguan.language.schema import Review
from keguan.language.wording import step_title
from keguan.panels.matching import queries, services
from keguan.panels.matching.making import Bounds
from keguan.panels.matching.models import STATES, WHOLE, Proposal, ProposedSeat
from keguan.panels.matching.ports import DESK, because_said
from keguan.registers.experts.queries import known_by, pool
from keguan.registers.trace import services as trace

ASSIGNS = holding(Text("为批次的办件指派评审专家", "assign reviewers to the cases of a round"), "officer")
_SAME = Field(
    "same_institution_most",
    "number",
    Text("同一法人单位的专家最多（人）", "Experts of one legal entity at most"),
    value="2",
    hint=Text("每个评审组内；不限请留空。", "On one panel; leave empty for no bound."),
)
_NEW = Field(
    "most_new",
    "number",
    Text("每位专家本次最多新增（件）", "New reviews for one expert at most"),
    hint=Text("不填的，以专家自己的上限为准。", "If empty, as many as the expert takes."),
)
_REASON = Field(
    "reason",
    "prose",
    Text("理由", "Reason"),
    hint=Text(
        "与方案一并保存并留痕（个人信息保护法 第二十四条：系统只作推荐，由人决定）。",
        "Kept with the proposal and in the trace (Personal Information Protection Law, art. 24: the machine recommends, a person"
        " decides).",
    ),
    required=True,
    most=1000,
)
_UNCONFIRMED = Problem(
    "matching.unconfirmed", Text("请勾选“已核对”。", "Tick that you have looked it over."), "confirmed"
)
_CHOOSE = Problem(
    "matching.choose", Text("请选择接替的专家，或选择空缺。", "Choose an expert, or leave the seat empty."), "expert"
)
FOUND_MOST = 20


@page(ASSIGNS)
def panels(request: HttpRequest, code: str, step: str) -> HttpResponseBase:
    """The last proposal, or the way to one."""
    found, review = _round(request, code, step)
    return _desk(request, found, review)


@page(ASSIGNS, methods=("POST",))
def panels_propose(request: HttpRequest, code: str, step: str) -> HttpResponseBase:
    """Have panels proposed, or the last proposal mended."""
    found, review = _round(request, code, step)
    bounds, problems = _bounds(request)
    if problems:
        return _desk(request, found, review, problems, 422)
    answer = services.ask(found, review, bounds, actor_on(request), posted_key(request))
    if isinstance(answer, Refusal):
        return _desk(request, found, review, answer.problems, status_of_refusal(answer))
    if answer.state == "ready":
        tell(request, Text("方案已拟定，请核对。", "The panels are proposed; look them over."))
    return SeeOther(reverse("panels", args=[code, step]))


@page(ASSIGNS, methods=("POST",))
def panels_confirm(request: HttpRequest, code: str, step: str) -> HttpResponseBase:
    """Assign everybody who is proposed, after a confirmation."""
    found, review = _round(request, code, step)
    proposal = _proposal(found, review, request.POST.get("proposal", ""))
    if request.POST.get("confirmed") != "yes":
        return _desk(request, found, review, (_UNCONFIRMED,), 422)
    seen = request.POST.get("changes", "")
    # A form that does not say what it showed showed nothing.
    number = int(seen) if seen.isdecimal() and len(seen) < 10 else -1
    answer = services.confirm(proposal, actor_on(request), seen=number, request_id=request_id(request))
    if isinstance(answer, Refusal):
        return _desk(request, found, review, answer.problems, status_of_refusal(answer))
    refused = ProposedSeat.objects.filter(case__proposal=proposal, state="refused").count()
    if refused:
        said = Text(
            "已指派；{n} 席未能指派，原因见下。",
            "Assigned; seats that could not be filled, for the reasons below: {n}.",
        )
        tell(request, said.filled(n=refused), "warn")
    else:
        tell(request, Text("已确认，正在逐件指派。", "Confirmed: each case is being assigned."))
    return SeeOther(reverse("panels", args=[code, step]))


@page(ASSIGNS, methods=("POST",))
def panels_resume(request: HttpRequest, code: str, step: str) -> HttpResponseBase:
    """Go on with work that broke off."""
    found, review = _round(request, code, step)
    proposal = _proposal(found, review, request.POST.get("proposal", ""))
    if services.is_silent(proposal):
        services.resume(proposal)
    return SeeOther(reverse("panels", args=[code, step]))


def _round(request: HttpRequest, code: str, step: str) -> tuple[Round, Review]:
    found, review = round_and_step(request, code, step, Review)
    if review.panel.draw is not None:
        raise Http404
    if not actor_on(request).holds(review.assigned_by, programme=found.programme.code):
        raise ASSIGNS.refusal()
    return found, review


def _proposal(found: Round, review: Review, pk: str) -> Proposal:
    rows = Proposal.objects.select_related("round", "round__programme").filter(round=found, step=str(review.id))
    return get_object_or_404(rows, pk=int(pk) if pk.isdecimal() and len(pk) < 19 else 0)


def _bounds(request: HttpRequest) -> tuple[Bounds, tuple[Problem, ...]]:
    problems: list[Problem] = []
    read: dict[str, int | None] = {}
    for one in (_SAME, _NEW):
        typed = clean_text(request.POST.get(one.name, "")).strip()
        read[one.name] = int(typed) if typed.isdecimal() and 0 < len(typed) < 4 and int(typed) > 0 else None
        if typed and read[one.name] is None:
            said = Text("请填写1至999的整数，或留空。", "Give a whole number from 1 to 999, or leave it empty.")
            problems.append(Problem("matching.bound", said, one.name, typed[:20]))
    return Bounds(**read), tuple(problems)


def _desk(
    request: HttpRequest, found: Round, review: Review, problems: tuple[Problem, ...] = (), status: int = 200
) -> HttpResponse:
    actor = actor_on(request)
    proposal = queries.latest(found, review)
    waiting, overdue = _waiting(actor, found, review)
    view = request.GET.get("view", "")
    view = view if view in queries.VIEWS else ""
    listed, cases = None, []
    if proposal is not None and proposal.state != "making":
        listed = Paginator(queries.cases_of(actor, proposal, found.programme.code, view), queries.CASES_SHOWN).get_page(
            request.GET.get("page")
        )
        cases = queries.shown(list(listed), proposal, found)
        if cases:
            trace.read(actor, "reviewers", f"{found.code}/{review.id}", request_id=request_id(request))
    fields = [_SAME, _NEW] if proposal is None else [_given(one, proposal) for one in (_SAME, _NEW)]
    if request.method == "POST" and "same_institution_most" in request.POST:
        fields = filled(fields, request.POST, problems)
    context: dict[str, Any] = {
        "round": found,
        "step": review,
        "title": DESK.filled(step=step_title(review)),
        "proposal": proposal,
        "changes": 0 if proposal is None else queries.standing_of(proposal).by_hand,
        "state": None if proposal is None else STATES[proposal.state],
        "lines": [] if proposal is None else [*_asked(review), *_lines(proposal)],
        "shortages": []
        if proposal is None
        else [(Text(one["zh"], one["en"]), one["cases"][:20]) for one in proposal.shortages],
        "cases": cases,
        "listed": listed,
        "view": view,
        "views": list(queries.VIEWS.items()),
        "waiting": waiting,
        "overdue": overdue,
        "is_silent": proposal is not None and services.is_silent(proposal),
        "is_at_work": proposal is not None and proposal.state in ("making", "confirming"),
        "fields": fields,
        "problems": problems,
        "crumbs": _crumbs(found, review),
    }
    return render(request, "matching/panels.html", context, status=status)


def _waiting(actor: Actor, found: Round, review: Review) -> tuple[int, int]:
    """How many cases are here, and for how many of those with a free seat whoever is asked now would be asked late, so that
    assigning begins their time anew."""
    step = str(review.id)
    here = Case.objects.filter(reviewers_visible_to(actor), round=found, step=step)
    now = clock.now()
    owed = owed_by(definition_of(found.programme), review, found.opens, now, workdays())
    late = Q(pk__in=[])
    if owed is not None:
        # While a seat is free, its officer is asked to fill it. They are looked up together, and only where a case is late.
        free = Task.objects.filter(round=found, step=step, role=review.assigned_by, person__isnull=True)
        late = Q(due_at__lt=late_before(owed, now)) & Q(pk__in=free.order_by().values("case"))
    counted = here.aggregate(all=Count("pk"), late=Count("pk", filter=late))
    return counted["all"], counted["late"]


def _asked(review: Review) -> list[Line | None]:
    said = bounds_said(review.panel)
    if not said:
        return []
    whole = Text("；".join(one.zh for one in said), "; ".join(one.en for one in said))
    return [Line(Text("计划的要求", "What the programme asks"), whole)]


def _lines(proposal: Proposal) -> list[Line | None]:
    now = queries.standing_of(proposal)
    mean = now.value // now.seats if now.seats else 0
    proof = Text("已证明没有更好的方案", "proven: no plan is better")
    gap = Text("与上界相差 {n}%", "within {n}% of the bound").filled(n=f"{proposal.gap * 100:.3f}")
    note = proof if proposal.is_proven else gap
    if now.by_hand:
        by_hand = Text(
            "人工更换 {n} 席之后的合计；更换之前为 {before}，{note}只就更换之前而言",
            "after seats were changed by hand ({n}); before, it was {before}, and that alone is “{note}”",
        )
        note = by_hand.filled(n=now.by_hand, before=f"{proposal.value / WHOLE:.2f}", note=note)
    return [
        Line(Text("计算时间", "Computed"), proposal.made_at, "moment"),
        Line(Text("给定的限制", "Bounds given"), _bounds_said(proposal)),
        Line(Text("比较的专家", "Experts compared"), proposal.pool, "number"),
        Line(Text("未列入的专家", "Experts left out"), _aside_said(proposal)),
        Line(Text("拟指派席位", "Seats filled"), now.seats, "number"),
        Line(Text("空缺席位", "Seats left empty"), proposal.missing + proposal.seats - now.seats, "number"),
        Line(Text("平均契合度", "Mean fit"), f"{queries.percent(mean)}%"),
        Line(
            Text("契合度总和 / 上界", "Sum of fits / bound"),
            f"{now.value / WHOLE:.2f} / {proposal.upper / WHOLE:.2f}",
            note=note,
        ),
        Line(Text("与上一方案相同 / 不同", "As before / changed"), f"{proposal.kept} / {proposal.changed}")
        if proposal.kept
        else None,
    ]


def _given(field: Field, proposal: Proposal) -> Field:
    """A bound as it was given for the last proposal."""
    value = proposal.terms.get(field.name)
    return replace(field, value="" if value is None else str(value))


def _bounds_said(proposal: Proposal) -> Text:
    said = []
    for field in (_SAME, _NEW):
        value = proposal.terms.get(field.name)
        number = Text("不限", "none") if value is None else Text(str(value), str(value))
        said.append(Text("{label}：{n}", "{label}: {n}").filled(label=field.label, n=number))
    return Text("；".join(one.zh for one in said), "; ".join(one.en for one in said))


_ASIDE = {
    "question": Text("身份待核{n}名", "{n} with an open question of identity"),
    "stale": Text("信息逾期未作年度确认{n}名", "{n} whose entry is not confirmed in time"),
    "away": Text("登记不参加评审{n}名", "{n} away"),
    "resting": Text("轮换间隔内{n}名", "{n} resting after an earlier round"),
}


def _aside_said(proposal: Proposal) -> Text:
    """Why some of the pool were not compared, and how many."""
    said = [text.filled(n=n) for why, text in _ASIDE.items() if (n := proposal.left_out.get(why))]
    if not said:
        return Text("无", "none")
    return Text("；".join(one.zh for one in said), "; ".join(one.en for one in said))


def _crumbs(found: Round, review: Review, *more: Crumb) -> list[Crumb]:
    here = DESK.filled(step=step_title(review))
    return [
        Crumb(Text("批次", "Rounds"), reverse("rounds")),
        Crumb(found.code, reverse("round", args=[found.code])),
        Crumb(here, reverse("panels", args=[found.code, review.id])) if more else Crumb(here),
        *more,
    ]


# ------------------------------------------------------------------------------------------------------ replacing


@page(ASSIGNS, methods=("GET", "POST"))
def panels_replace(request: HttpRequest, code: str, step: str, pk: int) -> HttpResponseBase:
    """Take a proposed expert off, and put another in their place or nobody, for a reason."""
    found, review = _round(request, code, step)
    actor = actor_on(request)
    seats = ProposedSeat.objects.select_related("case", "case__case", "case__proposal", "expert__person")
    seat = get_object_or_404(seats, pk=pk, case__proposal__round=found, case__proposal__step=str(review.id))
    if not Case.objects.filter(reviewers_visible_to(actor), pk=seat.case.case_id).exists():
        raise Http404
    problems: tuple[Problem, ...] = ()
    if request.method == "POST" and "find" not in request.POST:
        chosen = request.POST.get("expert", "")
        is_read = chosen == "nobody" or (chosen.isdecimal() and len(chosen) < 19)
        if not is_read:
            problems = (_CHOOSE,) if request.POST.get("reason", "").strip() else (_CHOOSE, _no_reason())
        else:
            expert = None if chosen == "nobody" else int(chosen)
            reason = clean_text(request.POST.get("reason", ""))[:1000]
            answer = services.replace(seat, expert, reason, actor, request_id(request))
            if answer is None:
                tell(request, Text("已更换，理由已留痕。", "Changed; the trace keeps the reason."))
                return SeeOther(reverse("panels", args=[code, step]))
            problems = answer.problems
    trace.read(actor, "reviewers", f"{found.code}/{review.id}", request_id=request_id(request))
    return _replace_page(request, found, review, seat, problems)


def _no_reason() -> Problem:
    return Problem("reason.missing", Text("请写明理由。", "Give a reason."), "reason", source=services.LAW)


def _replace_page(
    request: HttpRequest, found: Round, review: Review, seat: ProposedSeat, problems: tuple[Problem, ...]
) -> HttpResponse:
    typed = request.POST if request.method == "POST" else request.GET
    words = clean_text(typed.get("q", "")).strip()[:60]
    others = {one["expert"]: one for one in seat.case.others}
    chosen = typed.get("expert", "")
    hits = list(known_by(pool(), words)[:FOUND_MOST]) if words else []
    kept = {int(chosen)} if chosen.isdecimal() and len(chosen) < 19 else set()
    rows = {one.pk: one for one in pool().filter(pk__in=kept if words else {*others, *kept})}
    rows |= {one.pk: one for one in hits}
    loads = queries.loads({pk: row.max_load for pk, row in rows.items()}, seat.case.proposal)
    shown = [
        (
            row,
            others.get(pk, {}).get("fit"),
            because_said(others[pk]["reasons"], others[pk]["by"]) if pk in others else (),
        )
        for pk, row in rows.items()
    ]
    title = Text("更换拟指派的专家", "Replace a proposed expert")
    context = {
        "round": found,
        "step": review,
        "title": title,
        "seat": seat,
        "percent": queries.percent(seat.fit),
        "because": because_said(seat.reasons, seat.by),
        "case": seat.case.case,
        "case_href": case_href(seat.case.case.number),
        "choices": [
            (row, None if fit is None else queries.percent(fit), because, loads[row.pk])
            for row, fit, because in sorted(shown, key=lambda one: -(one[1] or 0))
        ],
        "chosen": chosen,
        "words": words,
        "is_nothing_found": bool(words) and not hits,
        "field": _REASON.typed_in(request.POST).with_problems(problems) if request.method == "POST" else _REASON,
        "problems": problems,
        "crumbs": _crumbs(found, review, Crumb(title)),
    }
    return render(request, "matching/replace.html", context, status=422 if problems else 200)
