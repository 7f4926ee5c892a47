"""The papers of a deciding body in their order: one application at a time, with what its members may read, and the decision."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from keguan.casework.leaving import sent_out
from keguan.casework.models import SEAT_STATES, Case, Round
from keguan.casework.pages.case_words import status_of
from keguan.casework.pages.opened import note_reading
from keguan.casework.pages.rounds.places import places_of
from keguan.casework.pages.rounds.rankings import (
    READS_SCORES,
    ToDecide,
    reads_scores,
    round_and_step,
    to_decide,
    voted_on,
)
from keguan.casework.permissions import can_see_reviews, is_own, must_leave
from keguan.casework.queries import SeatShown, case_by_number, seats_of
from keguan.casework.rounds.kept_counts import once_a_minute
from keguan.casework.rounds.resolutions import decided_in
from keguan.casework.versions import definition_of
from keguan.components.access import actor_on, page
from keguan.components.status import Crumb, Line, Status
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Forbidden
from keguan.language.schema import Decide
from keguan.language.uses import form_of
from keguan.language.wording import step_title
from keguan.registers.trace.services import Reading

MOST = 2000
_KEPT_OUT = Status(
    Text("本人办件，或已代表另一方办理：请回避", "Your own, or you acted on it for another body: keep out"), "bad"
)


@page(READS_SCORES)
def paper(request: HttpRequest, code: str, step: str, number: str) -> HttpResponseBase:
    """One application of the agenda: place, amounts, book, scores and comments without names, and the form to decide."""
    found, decide = round_and_step(request, code, step, Decide)
    actor = actor_on(request)
    if not reads_scores(actor, found):
        raise READS_SCORES.refusal()
    now = clock.now()
    pairs = once_a_minute(f"agenda:{found.pk}-{step}", now, lambda: _agenda(found, decide, now)).pairs
    decides = actor.holds(decide.by, programme=found.programme.code)
    # Papers that are closed to the reader are passed over; who asks for one by its number is told why.
    out = sent_out(actor, [pk for pk, _ in pairs]) if decides else {}
    numbers = [shown for pk, shown in pairs if pk not in out or shown == number]
    case = case_by_number(actor, number) if number in numbers else None
    if case is None:
        raise Http404
    if closed := must_leave(actor, case):
        raise Forbidden("read the papers of this case", (closed,))
    at = numbers.index(number)
    around = [
        reverse("paper", args=[code, step, numbers[place]]) if 0 <= place < len(numbers) else ""
        for place in (at - 1, at + 1)
    ]
    own, sees = is_own(actor, case), can_see_reviews(actor, case)
    seats = seats_of(actor, case) if sees and not own else ()
    is_here = case.step == step
    voted = voted_on([case], decide)
    to = to_decide(case, step, actor, decides=decides, reads=sees, voted=voted) if is_here else None
    context = {
        "round": found,
        "step": decide,
        "case": case,
        "status": status_of(case),
        "at": at + 1,
        "count": len(numbers),
        "previous": around[0],
        "next": around[1],
        "lines": _lines(case, to, sees=sees and not own),
        "forms": [] if own else _forms(case),
        "seats": [one for one in seats if one.state == "final"],
        "kept_out": _kept_out(seats),
        "one": to,
        "decides": decides,
        "gives_money": decide.amount is not None,
        "must_keep_out": _KEPT_OUT if is_here and decides and to and not to.can_decide else None,
        "places": places_of(actor, found, definition_of(found.programme)) if to and to.votes else [],
        "onward": around[1] or reverse("deciding", args=[code, step]),
        "crumbs": [
            Crumb(Text("批次", "Rounds"), reverse("rounds")),
            Crumb(code, reverse("round", args=[code])),
            Crumb(step_title(decide), reverse("deciding", args=[code, step])),
            Crumb(number),
        ],
    }
    things: list[Reading] = ["reviews"] if seats else []
    note_reading(request, case, actor, things)
    return render(request, "casework/paper.html", context)


@dataclass(frozen=True, slots=True)
class Agenda:
    """What is or was on an agenda, in order: the row and the number of each case."""

    at: datetime
    pairs: tuple[tuple[int, str], ...]

    @property
    def cases(self) -> int:
        """How many there are."""
        return len(self.pairs)


def _agenda(found: Round, decide: Decide, now: datetime) -> Agenda:
    on_it = Case.objects.filter(Q(step=decide.id) | Q(pk__in=decided_in(found, decide).values("pk")), round=found)
    order = on_it.order_by("position", "-score_hundredths", "submitted_at", "id")
    return Agenda(now, tuple(order.values_list("pk", "number")[:MOST]))


def _lines(case: Case, to: ToDecide | None, *, sees: bool) -> list[Line | None]:
    score = case.score_hundredths
    return [
        Line(Text("申报单位", "Host"), case.host.name if case.host else ""),
        Line(Text("项目负责人", "Principal investigator"), case.principal.name) if case.principal else None,
        Line(Text("名次", "Rank"), case.position, "number") if case.position else None,
        Line(Text("得分", "Score"), f"{score / 100:.2f}") if score is not None and sees else None,
        Line(Text("申请金额", "Asked for"), case.asked_fen, "money") if case.asked_fen else None,
        Line(Text("建议金额", "Proposed"), to.proposed, "money") if to and to.proposed else None,
        Line(Text("表决金额", "Voted on"), to.voted_fen, "money") if to and to.voted_fen else None,
        Line(Text("已定金额", "Granted"), case.amount_fen, "money") if case.amount_fen else None,
    ]


def _forms(case: Case) -> list[tuple[Text, str]]:
    """The forms that were handed in before the decision, each of which has its book."""
    programme = definition_of(case.programme).programme
    names = [form_of(step) for step in programme.steps]
    return [(programme.form(name).title, name) for name in names if name and name in case.memo.answers]


def _kept_out(seats: tuple[SeatShown, ...]) -> list[tuple[Text, int]]:
    """How many reviewers stepped back or were released, without names."""
    counted = Counter(one.state for one in seats if one.state in ("declined", "released", "set_aside"))
    return [(SEAT_STATES[state], n) for state, n in sorted(counted.items())]
