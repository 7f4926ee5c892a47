"""Who is late with a review, and when they were last reminded of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, IntegerField, OuterRef, Q, Subquery
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast

from keguan.casework.models import Message, Seat
from keguan.engine.steps.review import WAITS
from keguan.kernel import clock


@dataclass(frozen=True, slots=True)
class LateSeat:
    """A seat whose review is overdue. reminded: when its holder was last reminded of it, None for never. name: whose it is,
    for those who may know reviewers."""

    case: int
    number: str
    title: str
    seat: int
    state: str
    due: datetime | None
    person: int
    name: str
    reminded: datetime | None

    @property
    def was_told_today(self) -> bool:
        """Whether nobody reminds them any more before tomorrow."""
        return self.reminded is not None and clock.local_date(self.reminded) >= clock.today()


def late_seats(cases: Q, step: str) -> list[LateSeat]:
    """The seats at this step that still owe a review whose time is over, of the cases that `cases` chooses (by the names of
    a seat: `case__round`). One query. Whoever must keep out by now is not among them: they only decline."""
    told = Message.objects.filter(kind="overdue", case=OuterRef("case"), person=OuterRef("holder__expert__person"))
    of_step = KeyTransform(step, KeyTransform("steps", "case__memo__state"))
    rows = (
        Seat.objects.filter(cases, case__step=step, step=step, case__end="", case__due_at__lte=clock.now())
        .filter(state__in=WAITS)
        .exclude(recusal__is_hard=True)
        .annotate(
            coming=Cast(KeyTextTransform("attempt", of_step), IntegerField()),
            reminded=Subquery(told.order_by("-id").values("at")[:1]),
        )
        .filter(attempt=F("coming"))
        .order_by("case__due_at", "case__number", "number")
    )
    return [
        LateSeat(*one)
        for one in rows.values_list(
            "case",
            "case__number",
            "case__title",
            "number",
            "state",
            "case__due_at",
            "holder__expert__person",
            "holder__expert__person__name",
            "reminded",
        )
    ]
