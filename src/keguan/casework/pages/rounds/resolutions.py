"""The resolution on a round as a page: its text, its digest computed anew, who signed; fixing the text, and signing it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from keguan.casework.models import Case, Round
from keguan.casework.pages.answering import request_id, status_of_refusal
from keguan.casework.pages.case_words import case_href
from keguan.casework.pages.rounds.rankings import DECIDES, round_and_step
from keguan.casework.rounds import resolutions as service
from keguan.casework.rounds.resolution_reading import Reading, decisions_of, numbers_of, read
from keguan.casework.rounds.resolutions import NOT_QUALIFIED, but_for
from keguan.components import reader
from keguan.components.access import actor_on, page
from keguan.components.deeds import SeeOther
from keguan.components.lists import Column
from keguan.components.notices import tell
from keguan.components.proving import prove_again
from keguan.components.status import Crumb, Line, Status
from keguan.components.turning import turn_to
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal
from keguan.language.schema import Decide
from keguan.language.wording import step_title
from keguan.registers.parties.models import Person

RESOLUTION = Text("决议", "Resolution")
_OUTCOMES = {
    True: Status(Text("同意", "Approved"), "good"),
    False: Status(Text("不同意", "Rejected"), "bad"),
}
_COLUMNS = (
    Column("position", Text("名次", "Rank"), lambda one: one.position, "number"),
    Column("number", Text("办件", "Case"), lambda one: one.number, link=lambda one: case_href(one.number)),
    Column("title", Text("名称", "Title"), lambda one: one.title),
    Column("host", Text("申报单位", "Host"), lambda one: one.host),
    Column("outcome", Text("决定", "Decision"), lambda one: _OUTCOMES[one.is_approved], "status"),
    Column("amount", Text("资助金额", "Grant"), lambda one: one.amount_fen or None, "money"),
    Column(
        "departs",
        Text("与排序相比", "Against the ranking"),
        lambda one: Status(Text("低于排序结果", "Below the ranking"), "warn") if one.departs else None,
        "status",
    ),
    Column("reason", Text("理由", "Reason"), lambda one: one.reason),
)


def _signatures(withheld: Collection[str]) -> tuple[Column, ...]:
    """Who signed; withheld: numbers that the reader is not told."""
    return (
        Column("name", Text("委员", "Member"), lambda one: one.name),
        Column("at", Text("签署时间", "Signed"), lambda one: one.at, "moment"),
        Column("digest", Text("所签摘要值", "Digest signed"), lambda one: one.digest),
        Column(
            "but-for",
            Text("不含", "But for"),
            lambda one: reader.said(but_for(one, withheld)) if one.but_for else "",
        ),
        Column("state", Text("状态", "State"), lambda one: _SIGNED if one.at else _TO_SIGN, "status"),
    )


_SIGNED, _TO_SIGN = Status(Text("已签署", "Signed"), "good"), Status(Text("待签署", "To be signed"), "warn")
_UNCONFIRMED = Problem(
    "resolution.unconfirmed", Text("请勾选“已阅读”。", "Tick that you have read it."), where="confirmed"
)


@page(DECIDES)
def resolution(request: HttpRequest, code: str, step: str) -> HttpResponseBase:
    """The text, whether it is what it was, and who signed it."""
    of_round, decide = round_and_step(request, code, step, Decide)
    return _page(request, of_round, decide)


@page(DECIDES, methods=("POST",))
def fix(request: HttpRequest, code: str, step: str) -> HttpResponseBase:
    """Fix the text, after a confirmation."""
    of_round, decide = round_and_step(request, code, step, Decide)
    if request.POST.get("confirmed") != "yes":
        return _page(request, of_round, decide, (_UNCONFIRMED,), 422)
    answer = service.fix(of_round, decide, request.POST.get("digest", ""), actor_on(request), request_id(request))
    if isinstance(answer, Refusal):
        return _page(request, of_round, decide, answer.problems, status_of_refusal(answer))
    tell(request, Text("决议已定稿，请作出决定的委员签署。", "The text is fixed; those who decided sign it now."))
    return SeeOther(reverse("resolution", args=[code, step]))


@page(DECIDES, methods=("GET", "POST"))
def sign(request: HttpRequest, code: str, step: str) -> HttpResponseBase:
    """Sign the fixed text, having proved again who one is."""
    unproven = prove_again(request)
    of_round, decide = round_and_step(request, code, step, Decide)
    if request.method != "POST":
        return _page(request, of_round, decide, is_signing=True)
    if unproven:
        return _page(request, of_round, decide, (unproven,), 422)
    if request.POST.get("confirmed") != "yes":
        return _page(request, of_round, decide, (_UNCONFIRMED,), 422, is_signing=True)
    answer = service.sign(of_round, decide, request.POST.get("digest", ""), actor_on(request), request_id(request))
    if isinstance(answer, Refusal):
        return _page(request, of_round, decide, answer.problems, status_of_refusal(answer), is_signing=True)
    tell(request, Text("已签署。", "Signed."))
    return SeeOther(reverse("resolution", args=[code, step]))


def _page(
    request: HttpRequest,
    of_round: Round,
    decide: Decide,
    problems: tuple[Problem, ...] = (),
    status: int = 200,
    *,
    is_signing: bool = False,
) -> HttpResponse:
    actor = actor_on(request)
    waiting = Case.objects.filter(round=of_round, step=decide.id).count()
    fixed = service.latest(of_round, str(decide.id), request.GET.get("version", ""), whole=False)
    newest = service.latest(of_round, str(decide.id), whole=False) if fixed and request.GET.get("version") else fixed
    reading = read(of_round, decide, fixed, waiting, anew=bool(problems))
    if reading is None:
        raise Http404
    signatures = list(fixed.signatures.all()) if fixed else []
    found = reading.found_with(signatures)
    withheld = service.withheld_from(actor, numbers_of(of_round, decide, fixed, reading))
    decides = actor.holds(decide.by, programme=of_round.programme.code)
    mine = next((one for one in signatures if one.person == actor.person), None)
    can_sign = bool(found and found.is_whole and found.stands and mine and mine.at is None and fixed == newest)
    here = reverse("resolution_sign" if is_signing else "resolution", args=[of_round.code, decide.id])
    turn = turn_to(reading.cases, request.GET, here, at="decisions")
    shown = decisions_of(of_round, decide, fixed, reading, turn.page)
    left = service.sent_out_of(actor, numbers_of(of_round, decide, fixed, reading)) if is_signing else {}
    context: dict[str, Any] = {
        "round": of_round,
        "step": decide,
        "title": RESOLUTION,
        "fixed": fixed,
        "found": found,
        "lines": _lines(reading, fixed, found, tells_sums=not withheld),
        "withheld": sorted(withheld.values(), key=lambda why: why.zh),
        "columns": _COLUMNS,
        "decisions": [one for one in shown if one.number not in withheld],
        "turn": turn,
        "signature_columns": _signatures(withheld),
        "signatures": signatures,
        "note": NOT_QUALIFIED,
        "waiting": waiting,
        "now_digest": reading.now_digest,
        "can_fix": decides and not waiting and (found is None or not found.stands or not found.is_whole),
        "can_sign": can_sign and decides,
        "is_signing": is_signing and can_sign and decides,
        "but_for": len(left),
        "problems": problems,
        "crumbs": [
            Crumb(Text("批次", "Rounds"), reverse("rounds")),
            Crumb(of_round.code, reverse("round", args=[of_round.code])),
            Crumb(step_title(decide), reverse("deciding", args=[of_round.code, decide.id])),
            Crumb(RESOLUTION),
        ],
    }
    return render(request, "casework/resolution.html", context, status=status)


def _lines(reading: Reading, fixed: Any, found: service.Checked | None, *, tells_sums: bool) -> list[Line | None]:
    lines: list[Line | None] = [
        Line(Text("决定", "Decisions"), reading.cases, "number"),
        Line(Text("批次预算", "Budget"), reading.budget_fen, "money")
        if reading.gives_money and reading.budget_fen
        else None,
        Line(Text("决定资助", "Granted"), reading.granted_fen, "money") if reading.gives_money and tells_sums else None,
    ]
    if fixed is None or found is None:
        return lines
    by = Person.objects.filter(pk=fixed.fixed_by).values_list("name", flat=True).first()
    whole = found.is_whole and found.is_traced
    return [
        *lines,
        Line(Text("版本", "Version"), fixed.version, "number"),
        Line(Text("定稿时间", "Text fixed"), fixed.fixed_at, "moment", note=by or ""),
        Line(Text("定稿摘要值（SHA-256）", "Digest when fixed (SHA-256)"), fixed.digest),
        Line(Text("现在重新计算", "Computed again now"), found.computed)
        if not reading.is_kept
        else Line(Text("一分钟内重新计算", "Computed again within the last minute"), found.computed),
        Line(
            Text("核对", "Verification"),
            Status(Text("一致", "The same"), "good") if whole else Status(Text("不一致", "Not the same"), "bad"),
            "status",
        ),
    ]
