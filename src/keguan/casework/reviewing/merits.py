"""What a complete panel says of its reviewers, handed to the register of experts; and back, for the officers of the case."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db.models import Min
from django.urls import reverse

from keguan.casework.models import Case, Seat
from keguan.engine.state import StepState
from keguan.kernel.actors import Actor
from keguan.kernel.clock import local_date
from keguan.language.definition import Definition
from keguan.language.schema import Review
from keguan.registers.experts.merits import Reviewed, arise, key_of
from keguan.registers.experts.models import Merit
from keguan.registers.experts.own_reviews import OfCase, named_by


def _named(case: str, step: str, attempt: int, number: int) -> tuple[object, ...]:
    return ("review", case, step, attempt, number)


@named_by
def own_reviews(actor: Actor, keys: Collection[str]) -> dict[str, OfCase]:
    """Those of the cases that the actor has scored, as their own list of reviews names them. One query."""
    if actor.person is None:
        return {}
    mine = Seat.objects.filter(holder__expert__person=actor.person, state="final").exclude(recusal__is_hard=True)
    rows = mine.order_by("-case_id").values_list("case__number", "case__title", "step", "attempt", "number")
    found: dict[str, OfCase] = {}
    for case, title, step, attempt, number in rows:
        if (key := key_of(_named(case, step, attempt, number))) in keys:
            found[key] = OfCase(case, title, reverse("case", args=[case]))
            if len(found) == len(keys):
                break
    return found


def enter_merits(case: Case, definition: Definition, step: Review, closed: StepState, now: datetime) -> None:
    """The panel is complete: each of its reviews is entered with the expert. Two statements and a line of the trace."""
    seats = list(
        Seat.objects.filter(case=case, step=step.id, attempt=closed.attempt, state="final")
        .annotate(first_at=Min("earlier__at"), accepted_at=Min("declarations__at"))
        .select_related("holder")
    )
    points = sum(one.points for one in definition.programme.rubric(step.rubric).criteria)
    reviews = [_reviewed(case, seat, seats, points, closed) for seat in seats]
    arise(reviews, case.code, case.round.code if case.round else "", now)


def _reviewed(case: Case, seat: Seat, seats: Sequence[Seat], points: int, closed: StepState) -> Reviewed:
    others = [one.total for one in seats if one.pk != seat.pk and one.total is not None]
    apart = None
    if others and seat.total is not None and points:
        apart = round((seat.total - sum(others) / len(others)) * 10_000 / points)
    # Who corrected their scores in time was in time: the first ones count. A deadline is the first moment too late.
    done = local_date(getattr(seat, "first_at", None) or seat.changed_at)
    # Whoever was asked, or accepted, when the day had passed already could not keep it.
    accepted = getattr(seat, "accepted_at", None)
    due = closed.due if closed.due is not None and accepted is not None and accepted < closed.due else None
    early = None if due is None else (local_date(due) - timedelta(days=1) - done).days
    return Reviewed(
        expert=seat.holder.expert_id,
        of=_named(case.number, seat.step, seat.attempt, seat.number),
        days_early=early,
        criteria=len(seat.scores),
        remarks=sum(bool(said) for said in seat.comments.values()),
        characters=len(seat.comment),
        deviation=apart,
    )


def merits_of(case: Case) -> list[Merit]:
    """What the reviews of this case left with their experts, for who may know the reviewers. Two queries."""
    seats = Seat.objects.filter(case=case, state="final").values_list("step", "attempt", "number")
    keys = [key_of(_named(case.number, *one)) for one in seats]
    return list(Merit.objects.filter(key__in=keys).select_related("expert__person").order_by("closed_at", "pk"))
