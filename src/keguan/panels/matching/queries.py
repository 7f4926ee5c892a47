"""What the desk shows of a proposal, as far as its officer may know the reviewers of each case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum, prefetch_related_objects

from keguan.casework.models import Case, Round, SeatHolder
from keguan.casework.permissions import reviewers_visible_to
from keguan.casework.reviewing.recusal import at_hand
from keguan.casework.steps.review.panel import STATES as SEATS
from keguan.components.status import Status, Tone
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.language.schema import Review
from keguan.panels.matching.models import SEAT_STATES, WHOLE, Proposal, ProposedCase, ProposedSeat
from keguan.panels.matching.ports import because_said
from keguan.registers.experts.models import Expert

CASES_SHOWN = 25
_TONES: Mapping[str, Tone] = {"proposed": "info", "assigned": "good", "refused": "bad", "dropped": "neutral"}
VIEWS: Mapping[str, Text] = {
    "": Text("全部", "All"),
    "short": Text("席位不足的", "Short of seats"),
    "refused": Text("未能指派的", "Not assigned"),
    "hand": Text("人工更换的", "Changed by hand"),
    "new": Text("与上一方案不同的", "Other than before"),
}


@dataclass(frozen=True, slots=True)
class Load:
    """What an expert has to do: at hand now, by this proposal besides, and at most."""

    at_hand: int
    proposed: int
    most: int

    @property
    def is_over(self) -> bool:
        """Whether that is more than they take."""
        return self.at_hand + self.proposed > self.most

    @property
    def is_full(self) -> bool:
        """Whether one more would be."""
        return self.at_hand + self.proposed >= self.most


@dataclass(frozen=True, slots=True)
class SeatShown:
    """One proposed expert with why, and their load. now: where the seat stands that they were given, "" where they have none."""

    row: ProposedSeat
    because: tuple[Text, ...]
    load: Load
    now: str = ""

    @property
    def present(self) -> Status | None:
        """Where the seat stands today."""
        return SEATS.get(self.now)

    @property
    def percent(self) -> int:
        """The fit in whole percent."""
        return percent(self.row.fit)

    @property
    def state(self) -> Status:
        """Where it stands."""
        return Status(SEAT_STATES[self.row.state], _TONES[self.row.state])

    @property
    def problems(self) -> list[Text]:
        """What stood against it."""
        return [Text(one["zh"], one["en"]) for one in self.row.problems]


@dataclass(frozen=True, slots=True)
class CaseShown:
    """One case with everybody proposed for it. missing: seats that stay empty."""

    row: ProposedCase
    seats: Sequence[SeatShown]
    missing: int


def percent(fit: int) -> int:
    """A fit in whole percent."""
    return round(fit * 100 / WHOLE)


def cases_of(actor: Actor, proposal: Proposal, view: str = "") -> QuerySet[ProposedCase]:
    """The cases of a proposal whose reviewers this officer may know."""
    seats = ProposedSeat.objects.filter(case=OuterRef("pk"))
    rows = proposal.cases.filter(case__in=Case.objects.filter(reviewers_visible_to(actor)).values("pk"))
    match view:
        case "short":
            filled = Count("seats", filter=Q(seats__state__in=("proposed", "assigned")))
            rows = rows.alias(filled=filled).filter(filled__lt=F("free"))
        case "refused":
            rows = rows.filter(Exists(seats.filter(state="refused")))
        case "hand":
            rows = rows.filter(Exists(seats.filter(Q(is_chosen=True) | Q(state="dropped"))))
        case "new":
            rows = rows.filter(Exists(seats.filter(is_new=True)))
    return rows.select_related("case", "case__host").order_by("pk")


def shown(page: Page[ProposedCase], proposal: Proposal) -> list[CaseShown]:
    """These cases as the desk shows them. Four queries, one more where somebody was assigned."""
    seats = ProposedSeat.objects.select_related("expert", "expert__person", "expert__person__employer")
    found = list(page.object_list)
    prefetch_related_objects(found, Prefetch("seats", seats))
    load = loads([seat.expert for one in found for seat in one.seats.all()], proposal)
    now = _present(found, proposal)
    return [_case(one, load, now) for one in found]


def _present(found: Sequence[ProposedCase], proposal: Proposal) -> dict[tuple[int, int], str]:
    """Where the seats of those who were assigned stand, by case and expert; somebody may have declined since."""
    given = {(one.case_id, seat.expert_id) for one in found for seat in one.seats.all() if seat.state == "assigned"}
    if not given:
        return {}
    rows = SeatHolder.objects.filter(
        seat__case__in={case for case, _ in given}, seat__step=proposal.step, expert__in={expert for _, expert in given}
    )
    said = rows.order_by("seat__attempt", "seat__number").values_list("seat__case", "expert", "seat__state")
    return {(case, expert): state for case, expert, state in said if (case, expert) in given}


def loads(experts: Sequence[Expert], proposal: Proposal) -> dict[int, Load]:
    """What each of these experts has to do, by id. Two queries."""
    keys = {one.pk for one in experts}
    hands = at_hand(keys)
    mine = ProposedSeat.objects.filter(case__proposal=proposal, state="proposed", expert__in=keys)
    proposed = Counter(dict(mine.order_by().values_list("expert").annotate(n=Count("pk"))))
    return {one.pk: Load(hands.get(one.pk, 0), proposed.get(one.pk, 0), one.max_load) for one in experts}


@dataclass(frozen=True, slots=True)
class Standing:
    """A proposal as it stands after changes by hand. value: the sum of fits in ten-thousandths. by_hand: seats changed."""

    seats: int
    value: int
    by_hand: int


def latest(of_round: Round, step: Review) -> Proposal | None:
    """The newest proposal for this step of the round, ready for `standing_of`. One query."""
    seats = ProposedSeat.objects.filter(case__proposal=OuterRef("pk")).order_by().values("case__proposal")
    stands = seats.exclude(state="dropped")
    return (
        Proposal.objects.filter(round=of_round, step=str(step.id))
        .annotate(
            stands=Subquery(stands.values(n=Count("pk"))),
            worth=Subquery(stands.values(n=Sum("fit"))),
            by_hand=Subquery(seats.filter(state="dropped").values(n=Count("pk"))),
        )
        .first()
    )


def standing_of(proposal: Proposal) -> Standing:
    """What of a proposal that `latest` found stands, whatever became of its seats since they were confirmed."""
    counted: Any = proposal
    return Standing(counted.stands or 0, counted.worth or 0, counted.by_hand or 0)


def _case(one: ProposedCase, load: Mapping[int, Load], now: Mapping[tuple[int, int], str]) -> CaseShown:
    seats = [
        SeatShown(
            seat, because_said(seat.reasons, seat.by), load[seat.expert_id], now.get((one.case_id, seat.expert_id), "")
        )
        for seat in one.seats.all()
    ]
    filled = sum(seat.row.state in ("proposed", "assigned") for seat in seats)
    return CaseShown(one, seats, max(0, one.free - filled))
