"""A proposal computed: who is near each case, who must keep out, and the plan with the most fit in sum."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keguan.casework.models import Case, SeatHolder
from keguan.casework.permissions import reviewers_visible_to
from keguan.casework.reviewing.fields import disciplines_of, is_of
from keguan.casework.reviewing.recusal import at_hand, recusals
from keguan.engine.steps.review import LIVE
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.language.schema import Review
from keguan.panels.matching.bounds import Bounds, Open, Sitting, entity_of, narrower, terms_for
from keguan.panels.matching.expertise import Pool, application_of, pool_of
from keguan.panels.matching.models import WHOLE, ProposedCase, ProposedSeat
from keguan.registers.experts.queries import ready
from keguan.registers.organisations.entities import legal_entities

if TYPE_CHECKING:
    from keguan.fairness.affinity import Near
    from keguan.fairness.assignment import Plan

NEAREST = 60
"""So many experts are looked at for a case, the nearest first."""
SPARE = 30
"""So many more, those with the lightest load, where words bring too few; and as many of each field that must be covered."""
OTHERS = 12
"""So many of those who were not proposed are kept for the officer to choose from."""


@dataclass(frozen=True, slots=True)
class Made:
    """A plan over these cases and experts."""

    open: Sequence[Open]
    experts: Sequence[int]
    pool: Pool
    plan: Plan


def open_cases(actor: Actor, round_id: int, step: Review) -> list[Open]:
    """The cases of the round whose panels this officer may know and that have free seats, by number."""
    rows = Case.objects.filter(reviewers_visible_to(actor), round=round_id, step=step.id)
    found = []
    for case in rows.select_related("memo", "programme", "round", "host").order_by("number"):
        there = case.memo.state["steps"].get(step.id, {})
        states = (there.get("memo") or {}).get("seats") or {}
        free = step.panel.size - sum(state in LIVE for state in states.values())
        if free > 0:
            found.append(Open(case, free))
    return found


def look_around(opened: Sequence[Open], step: Review, unsettled: Collection[int], rest: Collection[int] = ()) -> Pool:
    """Who could take the free seats of each case: near by their works, free of every relation, and not asked before.

    unsettled: from `people_in_question`. rest: experts who rest, from `resting`. One query for each case, and some for all.
    """
    found = pool_of(ready(unsettled=unsettled).exclude(pk__in=rest), clock.today())
    asked = [application_of(one.case) for one in opened]
    near = found.expertise.nearest(asked, NEAREST)
    load = at_hand(found.experts)
    lightest = sorted(found.experts, key=lambda expert: (load.get(expert, 0), expert))
    peers: dict[tuple[str, ...], list[int]] = {}
    for one, nearest in zip(opened, near, strict=True):
        fields = disciplines_of(one.case, step.panel) if step.panel.same_field_least else []
        for codes in fields:
            if codes not in peers:
                peers[codes] = [expert for expert in lightest if is_of(found.experts[expert].fields, codes)]
        spare = [lightest, *(peers[codes] for codes in fields)]
        _look(one, step, nearest, spare)
    return found


def _look(one: Open, step: Review, nearest: Near, spare: Sequence[Sequence[int]]) -> None:
    fits = dict(zip(nearest.experts.tolist(), nearest.fits.tolist(), strict=True))
    for lightest in spare:
        fits |= dict.fromkeys([expert for expert in lightest if expert not in fits][:SPARE], 0.0)
    against = recusals(one.case, step, fits, one.case.memo.answers)
    one.fits = {expert: fit for expert, fit in fits.items() if not against[expert]}


def _panels(opened: Sequence[Open], step: Review, found: Pool) -> dict[int, int]:
    """Who sits on each panel already, and whose case it is, as legal entities; these by the employers of all."""
    attempts = {one.case.pk: one.case.memo.state["steps"].get(step.id, {}).get("attempt", 1) for one in opened}
    by_case = {one.case.pk: one for one in opened}
    rows = SeatHolder.objects.filter(seat__case__in=list(attempts), seat__step=step.id, seat__state__in=LIVE)
    seated = [
        (case, known)
        for case, attempt, *known in rows.values_list("seat__case", "seat__attempt", *Sitting.COLUMNS)
        if attempt == attempts[case]
    ]
    employers = (one.person.employer_id for one in found.experts.values())
    entities = legal_entities((*employers, *(known[0] for _, known in seated), *(one.case.host_id for one in opened)))
    for case, (employer, *known) in seated:
        by_case[case].seated.append(Sitting(entities.get(employer), *known))
    for one in opened:
        one.home = entities.get(one.case.host_id or 0)
    return entities


def plan_for(
    opened: Sequence[Open], found: Pool, step: Review, bounds: Bounds, before: Sequence[tuple[int, int]] = ()
) -> Made:
    """The best plan over these cases; where an earlier one stands (case id, expert), the nearest to it.

    The programme's own bounds hold beside the officer's, the narrower one of two. Proven by the bound that it comes with.
    Source of the method: fairness/assignment.
    """
    import numpy as np

    from keguan.fairness.assignment import Candidates, assign, repair

    entities = _panels(opened, step, found)
    experts = sorted(found.experts)
    place = {expert: at for at, expert in enumerate(experts)}
    same = narrower(bounds.same_institution_most, step.panel.same_institution_most)
    pairs = [
        (at, place[expert], fit)
        for at, one in enumerate(opened)
        for expert, fit in one.fits.items()
        if not one.is_crowded(entity_of(found.experts[expert], entities), same)
    ]
    case, expert, fit = (np.array(part) for part in zip(*pairs, strict=True)) if pairs else (np.zeros(0),) * 3
    candidates = Candidates(len(opened), len(experts), case.astype(np.int64), expert.astype(np.int64), fit)
    terms = terms_for(opened, found, step, bounds, candidates, experts, entities)
    at_case = {one.case.pk: at for at, one in enumerate(opened)}
    earlier = [(at_case[of], place[who]) for of, who in before if of in at_case and who in place]
    plan = repair(candidates, terms, earlier).plan if earlier else assign(candidates, terms)
    return Made(opened, experts, found, plan)


def rows_of(
    made: Made, proposal: int, before: Sequence[tuple[int, int]]
) -> tuple[list[ProposedCase], list[ProposedSeat]]:
    """The plan as rows to be kept, with the reasons for everybody proposed and for the next nearest."""
    chosen: dict[int, list[int]] = {}
    for at, expert in made.plan.pairs():
        chosen.setdefault(at, []).append(made.experts[expert])
    cases, seats = [], []
    earlier = set(before)
    for at, one in enumerate(made.open):
        mine = sorted(chosen.get(at, ()), key=lambda expert: (-one.fits[expert], expert))
        others = [expert for expert in one.fits if expert not in mine][:OTHERS]
        told = told_for(one, [*mine, *others], made.pool)
        case = ProposedCase(
            proposal_id=proposal, case=one.case, free=one.free, others=[told[expert] for expert in others]
        )
        cases.append(case)
        for expert in mine:
            said = told[expert]
            is_new = bool(earlier) and (one.case.pk, expert) not in earlier
            kept = {"fit": said["fit"], "by": said["by"], "reasons": said["reasons"]}
            seats.append(ProposedSeat(case=case, expert_id=expert, is_new=is_new, **kept))
    return cases, seats


def told_for(one: Open, experts: Sequence[int], found: Pool) -> dict[int, dict[str, Any]]:
    """Fit, basis and reasons of each of these experts for one case."""
    asked = application_of(one.case)
    reasons = found.expertise.reasons(asked, experts)
    return {
        expert: {
            "expert": expert,
            "fit": round(one.fits[expert] * WHOLE),
            "by": found.by(expert, reasons[expert], one.fits[expert]),
            "reasons": found.told(reasons[expert]),
        }
        for expert in experts
    }
