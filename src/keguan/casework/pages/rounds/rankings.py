"""The ranking of a round, computed or adopted, with the budget line; and the page on which the committee decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.casework.leaving import sent_out
from keguan.casework.models import Case, CaseVote, Round
from keguan.casework.pages.answering import status_of_refusal
from keguan.casework.pages.case_words import case_href, status_of
from keguan.casework.pages.programme_words import figures_said
from keguan.casework.pages.rounds.places import places_of
from keguan.casework.pages.rounds.rounds import rounds_for
from keguan.casework.permissions import is_own
from keguan.casework.reviewing.votes import as_result
from keguan.casework.rounds import services
from keguan.casework.rounds.granted import granted_fen
from keguan.casework.rounds.orders import Place, order_of
from keguan.casework.rounds.resolutions import decided_in
from keguan.casework.versions import definition_of
from keguan.components.access import actor_on, holding, page
from keguan.components.deeds import SeeOther
from keguan.components.notices import tell
from keguan.components.status import Crumb, Status
from keguan.components.turning import turn_to
from keguan.components.typed import posted_key
from keguan.engine.voting import told
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import local_date
from keguan.kernel.ids import new_key
from keguan.kernel.money import Money
from keguan.kernel.problems import Forbidden, Problem, Refusal
from keguan.language.schema import Decide, Programme, Rank, Review, Step
from keguan.language.wording import expression_said, step_title, tie_said

READS_SCORES = holding(Text("查看批次排序", "see the ranking of a round"), "officer", "committee", "supervision")
DECIDES = holding(
    Text("查看待决定的办件", "see what is to be decided"), "officer", "committee", "planning", "supervision"
)
RANKS = holding(Text("确认批次排序", "adopt the ranking of a round"), "officer", "committee", "planning")
WHY = {
    "": Status(Text("在预算之内", "Within the budget"), "good"),
    "budget": Status(Text("超出预算", "Beyond the budget"), "warn"),
    "eligible": Status(Text("未达到入围条件", "Below the bar"), "bad"),
    "unknown": Status(Text("缺少数据，不能排序", "Lacks a value it is ranked by"), "bad"),
}
SHARED = {
    True: Status(Text("全额安排", "In full"), "good"),
    False: Status(Text("按比例安排", "Its share of the pool"), "good"),
}
"""Where a pool is shared, no line of a budget is drawn: by whether all that was asked for is given."""
_CLOSED = Status(Text("本人办件或须回避，不显示", "Your own, or you must keep out: not shown"))
OUT = Status(Text("您须回避，不显示", "You must keep out: not shown"), "bad")
"""What stands in a row of which the reader may know nothing else."""
MOST_DECIDED = 80
"""So many cases stand on the agenda at a time: as they are decided, the next come up."""


@dataclass(frozen=True, slots=True)
class Line:
    """One case's place. is_last_within: the budget line is drawn below it. is_out: the reader was sent out for the case, and
    reads nothing of it but that."""

    number: str
    href: str
    title: str
    host: str
    position: int
    order: str
    asked_fen: int
    amount_fen: int
    why: Status
    is_last_within: bool = False
    is_out: bool = False


def round_and_step(request: HttpRequest, code: str, step_id: str, kind: type) -> tuple[Round, Any]:
    """The round and its step of this kind, as far as the reader may see the round. Raises Http404."""
    found = get_object_or_404(rounds_for(actor_on(request)).exclude(status="draft"), code=code)
    for step in definition_of(found.programme).programme.steps:
        if step.id == step_id and isinstance(step, kind):
            return found, step
    raise Http404


def is_scored(programme: Programme) -> bool:
    """Whether experts give scores in this programme."""
    return any(isinstance(one, Review) for one in programme.steps)


def reads_scores(actor: Actor, found: Round) -> bool:
    """Whether the actor reads the scores of this round."""
    return any(actor.holds(role, programme=found.programme.code) for role in ("officer", "committee", "supervision"))


@page(READS_SCORES)
def ranking(request: HttpRequest, code: str, step: str) -> HttpResponseBase:
    """The ranking: adopted, or as it would be adopted now."""
    found, rank = round_and_step(request, code, step, Rank)
    return _ranking_page(request, found, rank)


def _ranking_page(
    request: HttpRequest, found: Round, rank: Rank, problems: tuple[Problem, ...] = (), status: int = 200
) -> HttpResponse:
    actor = actor_on(request)
    if not reads_scores(actor, found):
        raise READS_SCORES.refusal()
    order = order_of(found, rank)
    programme = definition_of(found.programme).programme
    out = sent_out_numbers(actor, found)
    turn = turn_to(order.cases, request.GET, reverse("ranking", args=[found.code, rank.id]))
    last = order.last
    is_shared = rank.share == "pro_rata"
    shown = _lines(order.places(turn.places), last, own=own_numbers(actor, found, out), out=out, is_shared=is_shared)
    spent = order.spent_fen
    context = {
        "round": found,
        "step": rank,
        "title": step_title(rank),
        "stands": order,
        "last": last,
        "lines": shown,
        "turn": turn,
        # A sum less the other rows would tell the amount of the one that is closed.
        "tells_sums": not out or out.isdisjoint(order.numbers),
        "budget_fen": order.budget_fen,
        "spent_fen": spent,
        "left_fen": order.budget_fen - spent,
        "order": expression_said(programme, rank.order) if rank.order else None,
        "ties": [tie_said(programme, tie) for tie in rank.ties],
        "eligible": expression_said(programme, rank.eligible) if rank.eligible else None,
        "figures": figures_said(definition_of(found.programme), rank.eligible, local_date(found.opens))
        if rank.eligible
        else None,
        "is_shared": is_shared,
        "is_scored": is_scored(programme),
        "can_adopt": not order.is_adopted
        and not order.too_early
        and bool(order.cases)
        and actor.holds(rank.by, programme=found.programme.code),
        "too_early": order.too_early,
        "problems": problems,
        "crumbs": _crumbs(found, rank),
    }
    return render(request, "casework/ranking.html", context, status=status)


def own_numbers(actor: Actor, found: Round, out: frozenset[str] | None = None) -> frozenset[str]:
    """The reader's own cases in the round, and those for which they were sent out: scores of these are closed to them.

    out: from `sent_out_numbers`, where that was asked already."""
    own = Q(members__contains=[actor.person]) | Q(applicant=actor.person) | Q(principal=actor.person)
    rows = Case.objects.filter(own, round=found).values_list("number", flat=True) if actor.person is not None else ()
    return frozenset(rows) | (sent_out_numbers(actor, found) if out is None else out)


def sent_out_numbers(actor: Actor, found: Round) -> frozenset[str]:
    """The cases of the round for which the actor was sent out; asked for members of a body that votes alone."""
    steps = definition_of(found.programme).programme.steps
    bodies = {step.by for step in steps if isinstance(step, Decide) and step.vote}
    if not any(actor.holds(body, programme=found.programme.code) for body in bodies):
        return frozenset()
    # Of all cases one was sent out for few; a round may have a hundred thousand.
    out = sent_out(actor, None)
    return frozenset(Case.objects.filter(round=found, pk__in=list(out)).values_list("number", flat=True) if out else ())


def _lines(
    places: Sequence[Place], last: int, own: frozenset[str], out: frozenset[str], *, is_shared: bool
) -> list[Line]:
    """Lines of a ranking as this reader meets them. last: the place above the budget line."""
    cases = Case.objects.filter(number__in=[one.number for one in places])
    known = {number: (title, host) for number, title, host in cases.values_list("number", "title", "host__name")}
    whys = {one.number: SHARED[one.amount_fen == one.asked_fen] for one in places if is_shared and not one.why}
    return [
        _line(one, *known.get(one.number, ("", "")), last, own, out, whys.get(one.number) or WHY.get(one.why))
        for one in places
    ]


def _line(
    one: Place,
    title: str,
    host: str | None,
    last: int,
    own: frozenset[str],
    out: frozenset[str],
    why: Status | None,
) -> Line:
    is_last = one.position == last
    if one.number in out:
        return Line("", "", "", "", one.position, "", 0, 0, OUT, is_last_within=is_last, is_out=True)
    closed = one.number in own
    return Line(
        number=one.number,
        href=case_href(one.number),
        title=title,
        host=host or "",
        position=one.position,
        order="" if closed else one.order,
        asked_fen=one.asked_fen,
        amount_fen=one.amount_fen,
        why=_CLOSED if closed else why or WHY["unknown"],
        is_last_within=is_last,
    )


def _crumbs(found: Round, step: Step) -> list[Crumb]:
    return [
        Crumb(Text("批次", "Rounds"), reverse("rounds")),
        Crumb(found.code, reverse("round", args=[found.code])),
        Crumb(step_title(step)),
    ]


@page(RANKS, methods=("POST",))
def ranking_adopt(request: HttpRequest, code: str, step: str) -> HttpResponseBase:
    """Fix the order of the round, after a confirmation."""
    found, rank = round_and_step(request, code, step, Rank)
    if request.POST.get("confirmed") != "yes":
        said = Text("请勾选“已核对”后确认。", "Tick that you have looked it over, then adopt.")
        return _ranking_page(request, found, rank, (Problem("rank.unconfirmed", said, "confirmed"),), 422)
    answer = services.adopt_ranking(code, step, actor_on(request), posted_key(request))
    if isinstance(answer, Refusal):
        if any(one.code == "right.missing" for one in answer.problems) and not reads_scores(actor_on(request), found):
            raise Forbidden("adopt the ranking", answer.problems)
        return _ranking_page(request, found, rank, answer.problems, status_of_refusal(answer))
    tell(request, Text("排序已确认，各办件已进入下一环节。", "The ranking is adopted; every case has moved on."))
    return SeeOther(reverse("ranking", args=[code, step]))


# ------------------------------------------------------------------------------------------------------ deciding


@dataclass(frozen=True, slots=True)
class ToDecide:
    """One case on the committee's agenda. votes: a meeting decides it; ballot: what its last ballot said, None before one, and
    voted_fen: the amount of that, None where it is what was proposed. out: why this reader was sent out for it, None for who
    was not."""

    case: Case
    proposed: int
    in_wan: str
    score: str
    status: Status
    can_decide: bool
    key: str
    votes: bool = False
    ballot: Text | None = None
    voted_fen: int | None = None
    out: Text | None = None


@page(DECIDES)
def deciding(request: HttpRequest, code: str, step: str) -> HttpResponseBase:
    """The agenda: every case at the decision in its order, with the budget line, and a form for each."""
    found, decide = round_and_step(request, code, step, Decide)
    actor = actor_on(request)
    decides = actor.holds(decide.by, programme=found.programme.code)
    reads = reads_scores(actor, found)
    programme = definition_of(found.programme).programme
    order = ("position", "-score_hundredths", "submitted_at", "id")
    first = Case.objects.filter(round=found, step=step).order_by(*order)[: MOST_DECIDED + 1]
    rows = list(
        # What is joined is read of these only.
        Case.objects.filter(pk__in=first.values("pk"))
        .select_related("memo", "host", "programme", "round")
        .defer("programme__sources", "memo__answers")
        .order_by(*order)
    )
    voted = voted_on(rows, decide)
    out = sent_out(actor, [one.pk for one in rows]) if decides else {}
    agenda = [
        to_decide(one, step, actor, decides=decides, reads=reads, voted=voted, out=out.get(one.pk))
        for one in rows[:MOST_DECIDED]
    ]
    # Whoever must leave for an item learns its number from it, not its place, nor the amount: it stands at the end.
    agenda.sort(key=lambda one: one.out is not None)
    last = max((at for at, one in enumerate(agenda) if one.proposed and one.out is None), default=-1)
    gives_money = decide.amount is not None
    kept_from = sent_out_numbers(actor, found)
    context = {
        "round": found,
        "step": decide,
        "title": step_title(decide),
        "agenda": [(one, gives_money and at == last and last < len(agenda) - 1) for at, one in enumerate(agenda)],
        "first_paper": next((one.case.number for one in agenda if one.out is None), ""),
        "most": MOST_DECIDED if len(rows) > MOST_DECIDED else 0,
        "gives_money": gives_money,
        "proposed_fen": sum(one.proposed for one in agenda if one.out is None),
        "leaves_out": bool(kept_from) or any(one.out is not None for one in agenda),
        "decides": decides,
        "ranks": [one for one in programme.steps if isinstance(one, Rank)],
        "reads": reads,
        "is_scored": is_scored(programme),
        "places": places_of(actor, found, definition_of(found.programme)),
        "is_begun": decided_in(found, decide).exists(),
        # Neither sum holds what the reader must keep out of: the difference would tell them its amount.
        "given_fen": granted_fen(found, kept_from) if gives_money else 0,
        "crumbs": _crumbs(found, decide),
        "here": request.path,
    }
    return render(request, "casework/deciding.html", context)


@dataclass(frozen=True, slots=True)
class Voted:
    """What the last ballot on a case said, since it came to the step, and the amount it was on."""

    said: Text
    amount_fen: int | None


def voted_on(cases: Iterable[Case], decide: Decide) -> Mapping[int, Voted] | None:
    """The cases on which a meeting has voted; None where this step takes no vote. One query, none without a vote."""
    if decide.vote is None:
        return None
    coming = {one.pk: one.memo.state["steps"].get(decide.id, {}).get("attempt", 1) for one in cases}
    votes = CaseVote.objects.filter(case__in=list(coming), step=decide.id).order_by("pk")
    return {
        one.case_id: Voted(told(decide.vote, as_result(one)), one.amount_fen)
        for one in votes
        if one.attempt == coming[one.case_id]
    }


def to_decide(
    case: Case,
    step: str,
    actor: Actor,
    *,
    decides: bool,
    reads: bool,
    voted: Mapping[int, Voted] | None = None,
    out: Text | None = None,
) -> ToDecide:
    """A case at the decision as this reader meets it. voted: as `voted_on` found; out: as `sent_out` did."""
    memo = case.memo.state["steps"][step]["memo"]
    proposed = int(memo.get("proposed") or 0)
    ballot = (voted or {}).get(case.pk)
    put = ballot.amount_fen if ballot else None
    own = is_own(actor, case)
    acted = {person for body, people in case.memo.state["hands"].items() if body != "planning" for person in people}
    score = case.score_hundredths
    return ToDecide(
        case=case,
        proposed=proposed,
        in_wan=Money(put or proposed).in_wan(),
        score=f"{score / 100:.2f}" if score is not None and reads and not own and out is None else "",
        status=status_of(case),
        can_decide=decides and not own and out is None and actor.person not in acted,
        key=new_key(),
        votes=voted is not None,
        ballot=ballot.said if ballot and not own and out is None else None,
        voted_fen=put if put != proposed else None,
        out=out,
    )
