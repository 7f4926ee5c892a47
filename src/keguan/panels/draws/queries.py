"""What is asked of draws: the list, the seats as the log leaves them, and to whom a draw gives a seat."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from keguan.casework.models import Case, SeatHolder
from keguan.engine.state import Values
from keguan.engine.steps.review import LIVE
from keguan.fairness.draw import Drawn, FrozenList, Panel, list_of
from keguan.fairness.seating import Seating
from keguan.panels.draws.models import SITS, Chair, Draw

AFTER_CHANCE = ("drawn", "published")


def under_review(draw: Draw) -> QuerySet[Case]:
    """The cases of a draw that are at its step now."""
    return Case.objects.filter(number__in=list(draw.attempts), step=draw.step, end="")


def frozen_of(draw: Draw) -> FrozenList:
    """The list of a draw."""
    return list_of(draw.document)


def seating_of(draw: Draw) -> Seating:
    """The seats of a draw as its log leaves them."""
    told = draw.outcome or {"attempt": 0, "panels": []}
    panels = tuple(Panel(one["case"], _named(one["members"]), _named(one["reserves"])) for one in told["panels"])
    entries = list(draw.entries.values_list("content", flat=True))
    return Seating(frozen_of(draw), Drawn(told["attempt"], panels), entries)


def standing_of(draw: Draw) -> dict[tuple[str, str], tuple[int, int, int]]:
    """By case and stratum: how many sit now, how many seats are owed to somebody (whoever was drawn is not invited yet, or
    left and is not replaced yet), and how many reserves are left. Three queries."""
    seats = {
        (case, attempt, expert): state
        for case, attempt, expert, state in SeatHolder.objects.filter(
            seat__case__in=draw.chairs.values("case"), seat__step=draw.step
        )
        .order_by("seat__number")
        .values_list("seat__case__number", "seat__attempt", "expert", "seat__state")
    }
    goes_on = set(under_review(draw).values_list("number", flat=True))
    found: dict[tuple[str, str], list[int]] = {}
    for case, stratum, state, expert in draw.chairs.values_list("case__number", "stratum", "state", "place__expert"):
        counted = found.setdefault((case, stratum), [0, 0, 0])
        if state in SITS:
            sits = seats.get((case, draw.attempts.get(case), expert)) in LIVE
            counted[0] += sits
            counted[1] += not sits and case in goes_on
        counted[2] += state == "reserve"
    return {which: (sit, owed, waiting) for which, (sit, owed, waiting) in found.items()}


def _named(pairs: Sequence[Sequence[object]]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    return tuple((str(stratum), tuple(places)) for stratum, places in pairs)  # type: ignore[arg-type]


def entitled(case: Case, step: str, attempt: int, said: Values) -> frozenset[int]:
    """The experts whom the draw that a command names gives a seat of this case, as its log stands."""
    chairs = Chair.objects.filter(
        case=case,
        state__in=SITS,
        draw__name=str(said.get("draw", "")),
        draw__digest=str(said.get("digest", "")),
        draw__state="drawn",
        draw__step=step,
        draw__round=case.round_id,
    )
    found = list(chairs.values_list("place__expert", "draw__attempts"))
    return frozenset(expert for expert, attempts in found if attempts.get(case.number) == attempt)
