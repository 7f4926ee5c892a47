"""What each reviewer gave which case of a round: the sheet on which scores are read together."""

from __future__ import annotations

from collections.abc import Collection, Hashable

from keguan.casework.models import Round, Seat

Totals = dict[str, dict[str, dict[Hashable, int]]]
"""By case number, review step and reviewer (the number of an expert's entry)."""


def totals_of(of_round: Round, at: str, steps: Collection[str]) -> Totals:
    """Each reviewer's total for the cases of a round that stand at a step, from these reviews. One query, none without any.

    Of a case that was reviewed twice the last time counts. Who asks must be allowed to know which seats are one reviewer's.
    """
    found: Totals = {}
    if not steps:
        return found
    seats = Seat.objects.filter(case__round=of_round, case__step=at, step__in=list(steps), state="final")
    rows = seats.order_by("attempt").values_list("case__number", "step", "attempt", "holder__expert", "total")
    latest: dict[tuple[str, str], int] = {}
    for number, step, attempt, expert, total in rows:
        of_case = found.setdefault(number, {})
        if latest.get((number, step)) != attempt:
            latest[number, step] = attempt
            of_case[step] = {}
        of_case[step][expert] = total or 0
    return found
