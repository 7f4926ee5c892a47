"""What the desk shows of a proposal, as far as its officer may know the reviewers of each case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, JSONField, OuterRef, Prefetch, Q
from django.db.models.expressions import RawSQL

from keguan.casework.models import Round, SeatHolder
from keguan.casework.pages.desks.cases import ids_in_order
from keguan.casework.permissions import kept_ids, knows_reviewers_of
from keguan.casework.reviewing.recusal import at_hand
from keguan.casework.steps.review.panel import STATES as SEATS
from keguan.components.lists import href_to
from keguan.components.status import Status, Tone
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.language.schema import Review
from keguan.panels.matching.models import SEAT_STATES, WHOLE, Proposal, ProposedCase, ProposedSeat
from keguan.panels.matching.ports import because_said

CASES_SHOWN = 20
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
    """One proposed expert with why, and their load. now: where the seat stands that they were given, "" where they have none.
    replace: the page on which somebody else takes their place, "" where nobody can."""

    row: ProposedSeat
    because: tuple[Text, ...]
    load: Load
    now: str
    replace: str

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


def cases_of(actor: Actor, proposal: Proposal, programme: str, view: str = "") -> list[int]:
    """The cases of a proposal whose reviewers this officer may know, by the id of their rows, in order. One query: asked for a
    page of them, PostgreSQL looks at all to sort them, and once more to count them. programme: of the proposal, by its code.
    """
    if not knows_reviewers_of(actor, programme):
        return []
    seats = ProposedSeat.objects.filter(case=OuterRef("pk"))
    rows = proposal.cases.exclude(case__in=kept_ids(actor))  # all came in; their own columns need not be read
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
    return ids_in_order(rows.order_by("pk").values_list("pk", flat=True))


def shown(cases: Sequence[int], proposal: Proposal, of_round: Round) -> list[CaseShown]:
    """These cases as the desk shows them, and no more of them than it shows. Four queries, one more where somebody was
    assigned."""
    # The few columns that are shown: rows of four tables for each seat took longer than all else of the page.
    seats = ProposedSeat.objects.defer("turn").annotate(
        name=F("expert__person__name"), employer=F("expert__person__employer__name"), most=F("expert__max_load")
    )
    rows = ProposedCase.objects.filter(pk__in=cases).select_related("case__host")
    rows = rows.only("proposal", "free", "case__number", "case__title", "case__host__name").order_by("pk")
    found = list(rows.prefetch_related(Prefetch("seats", seats)))
    seated: list[Any] = [seat for one in found for seat in one.seats.all()]
    load = loads({one.expert_id: one.most for one in seated}, proposal)
    now = _present(found, proposal)
    where = (of_round.code, proposal.step) if proposal.state == "ready" else None
    return [_case(one, load, now, where) for one in found]


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


def loads(most: Mapping[int, int], proposal: Proposal) -> dict[int, Load]:
    """What each of these experts has to do, by id. most: how much each takes. Two queries."""
    hands = at_hand(most)
    mine = ProposedSeat.objects.filter(case__proposal=proposal, state="proposed", expert__in=list(most))
    proposed = dict(mine.order_by().values_list("expert").annotate(n=Count("pk")))
    return {pk: Load(hands.get(pk, 0), proposed.get(pk, 0), takes) for pk, takes in most.items()}


@dataclass(frozen=True, slots=True)
class Standing:
    """A proposal as it stands after changes by hand. value: the sum of fits in ten-thousandths. by_hand: seats changed."""

    seats: int
    value: int
    by_hand: int


_BY_HAND = """
    SELECT jsonb_build_object('came', count(*) FILTER (WHERE seat.is_chosen), 'gone', count(*) FILTER (WHERE seat.state = 'dropped'),
        'more', coalesce(sum(seat.fit) FILTER (WHERE seat.is_chosen), 0),
        'less', coalesce(sum(seat.fit) FILTER (WHERE seat.state = 'dropped'), 0))
    FROM matching_proposedseat seat JOIN matching_proposedcase one ON one.id = seat.case_id
    WHERE seat.turn > 0 AND one.proposal_id = matching_proposal.id"""
"""What was changed by hand, and how much fit came and went with it; whoever came and went again is counted in both."""


def latest(of_round: Round, step: Review) -> Proposal | None:
    """The newest proposal for this step of the round, ready for `standing_of`. One query, which looks at the seats that were
    changed by hand alone."""
    changed = RawSQL(_BY_HAND, (), output_field=JSONField())  # noqa: S611 - a text of the house
    return Proposal.objects.filter(round=of_round, step=str(step.id)).annotate(by_hand=changed).first()


def standing_of(proposal: Proposal) -> Standing:
    """What of a proposal that `latest` found stands, whatever became of its seats since they were confirmed."""
    found: Any = proposal
    changed: Mapping[str, int] = found.by_hand
    seats = proposal.seats + changed["came"] - changed["gone"]
    return Standing(seats, proposal.value + changed["more"] - changed["less"], changed["gone"])


def _case(
    one: ProposedCase, load: Mapping[int, Load], now: Mapping[tuple[int, int], str], where: tuple[str, str] | None
) -> CaseShown:
    """where: the codes of the round and the step, for as long as experts can be replaced."""
    seats = [
        SeatShown(
            seat,
            because_said(seat.reasons, seat.by),
            load[seat.expert_id],
            now.get((one.case_id, seat.expert_id), ""),
            href_to("panels_replace", seat.pk, *where) if where and seat.state == "proposed" else "",
        )
        for seat in one.seats.all()
    ]
    filled = sum(seat.row.state in ("proposed", "assigned") for seat in seats)
    return CaseShown(one, seats, max(0, one.free - filled))
