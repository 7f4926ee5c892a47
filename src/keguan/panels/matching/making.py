"""A proposal computed: who is near each case, who must keep out, and the plan with the most fit in sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from keguan.casework.models import Case, SeatHolder
from keguan.casework.permissions import reviewers_visible_to
from keguan.casework.recusal import at_hand, given_this_year, recusals
from keguan.casework.versions import definition_of
from keguan.engine.steps.review import LIVE
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.language.schema import Review
from keguan.panels.matching.expertise import Pool, application_of, pool_of
from keguan.panels.matching.models import WHOLE, ProposedCase, ProposedSeat
from keguan.registers.experts.queries import ready

if TYPE_CHECKING:
    from keguan.fairness.affinity import Near
    from keguan.fairness.assignment import Bound, Candidates, Plan

NEAREST = 60
"""So many experts are looked at for a case, the nearest first."""
SPARE = 30
"""So many more, those with the lightest load, where words bring too few."""
_FREE = 1_000_000
OTHERS = 12
"""So many of those who were not proposed are kept for the officer to choose from."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the officer asks of the panels. None: no bound of its own.

    same_institution_most: experts of one employer on a panel. most_new: reviews that one expert gets by this proposal.
    """

    same_institution_most: int | None = None
    most_new: int | None = None


@dataclass(slots=True)
class Open:
    """A case with free seats, and who could take them, the nearest first. seated: employer and prefecture of those who sit."""

    case: Case
    free: int
    seated: list[tuple[int | None, str]] = field(default_factory=list)
    fits: dict[int, float] = field(default_factory=dict)


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


def look_around(opened: Sequence[Open], step: Review) -> Pool:
    """Who could take the free seats of each case: near by their works, free of every relation, and not asked before.

    One query for each case, and some for all.
    """
    found = pool_of(ready(), clock.today())
    asked = [application_of(definition_of(one.case.programme), one.case.memo.answers) for one in opened]
    near = found.expertise.nearest(asked, NEAREST)
    load = at_hand(found.experts)
    lightest = sorted(found.experts, key=lambda expert: (load.get(expert, 0), expert))
    gone = _panels(opened, step, found)
    for one, nearest in zip(opened, near, strict=True):
        _look(one, step, nearest, lightest, gone.get(one.case.pk, frozenset()))
    return found


def _look(one: Open, step: Review, nearest: Near, lightest: Sequence[int], gone: frozenset[int]) -> None:
    fits = dict(zip(nearest.experts.tolist(), nearest.fits.tolist(), strict=True))
    spare = [expert for expert in lightest if expert not in fits][:SPARE]
    fits |= dict.fromkeys(spare, 0.0)
    asked = [expert for expert in fits if expert not in gone]
    against = recusals(one.case, step, asked, one.case.memo.answers)
    one.fits = {expert: fits[expert] for expert in asked if not against[expert]}


def _panels(opened: Sequence[Open], step: Review, found: Pool) -> Mapping[int, frozenset[int]]:
    """Who declined or was released, by case: they are not asked again. And from where the others are."""
    attempts = {one.case.pk: one.case.memo.state["steps"].get(step.id, {}).get("attempt", 1) for one in opened}
    by_case = {one.case.pk: one for one in opened}
    rows = SeatHolder.objects.filter(seat__case__in=list(attempts), seat__step=step.id)
    gone: dict[int, set[int]] = {}
    for case, attempt, state, expert, employer, region in rows.values_list(
        "seat__case", "seat__attempt", "seat__state", "expert", "expert__person__employer", "expert__region_code"
    ):
        if attempt != attempts[case]:
            continue
        if state in LIVE:
            by_case[case].seated.append((employer, _prefecture(region)))
        else:
            gone.setdefault(case, set()).add(expert)
    return {case: frozenset(who) for case, who in gone.items()}


def plan_for(
    opened: Sequence[Open], found: Pool, step: Review, bounds: Bounds, before: Sequence[tuple[int, int]] = ()
) -> Made:
    """The best plan over these cases; where an earlier one stands (case id, expert), the nearest to it.

    The programme's own bounds hold beside the officer's, the narrower one of two. Proven by the bound that it comes with.
    Source of the method: fairness/assignment.
    """
    import numpy as np

    from keguan.fairness.assignment import Candidates, Terms, assign, repair

    experts = sorted(found.experts)
    place = {expert: at for at, expert in enumerate(experts)}
    employers = [found.experts[one].person.employer_id for one in experts]
    same = _narrower(bounds.same_institution_most, step.panel.same_institution_most)
    pairs = [
        (at, place[expert], fit)
        for at, one in enumerate(opened)
        for expert, fit in one.fits.items()
        if not _is_crowded(one, employers[place[expert]], same)
    ]
    case, expert, fit = (np.array(part) for part in zip(*pairs, strict=True)) if pairs else (np.zeros(0),) * 3
    candidates = Candidates(len(opened), len(experts), case.astype(np.int64), expert.astype(np.int64), fit)
    load = at_hand(experts)
    held = np.array([load.get(one, 0) for one in experts], dtype=np.int64)
    most = np.array([found.experts[one].max_load for one in experts], dtype=np.int64)
    given = given_this_year(experts)
    yearly = [found.experts[one].yearly_most for one in experts]
    if any(cap is not None for cap in yearly):
        room = [
            _FREE if cap is None else max(0, cap - given.get(one, 0)) for one, cap in zip(experts, yearly, strict=True)
        ]
        most = np.minimum(most, held + np.array(room, dtype=np.int64))
    if bounds.most_new is not None:
        most = np.minimum(most, held + bounds.most_new)
    if step.panel.most_load is not None and opened:
        here = _panels_of(opened[0].case.round_id, step, experts)
        more = np.array([max(0, step.panel.most_load - here[one]) for one in experts], dtype=np.int64)
        most = np.minimum(most, held + more)
    terms = Terms(
        size=np.array([one.free for one in opened], dtype=np.int64),
        most_load=np.maximum(most, held),
        held=held,
        institution=np.array([one or -1 for one in employers], dtype=np.int64),
        same_institution_most=same,
        bounds=_from_elsewhere(opened, found, step, candidates, experts),
    )
    at_case = {one.case.pk: at for at, one in enumerate(opened)}
    earlier = [(at_case[of], place[who]) for of, who in before if of in at_case and who in place]
    plan = repair(candidates, terms, earlier).plan if earlier else assign(candidates, terms)
    return Made(opened, experts, found, plan)


def _narrower(one: int | None, other: int | None) -> int | None:
    return min(one, other) if one is not None and other is not None else other if one is None else one


def _is_crowded(one: Open, employer: int | None, most: int | None) -> bool:
    return most is not None and employer is not None and sum(of == employer for of, _ in one.seated) >= most


def _panels_of(round_id: int | None, step: Review, experts: Sequence[int]) -> Counter[int]:
    """On how many panels of the round each of them sits or has scored."""
    rows = SeatHolder.objects.filter(expert__in=experts, seat__case__round=round_id, seat__step=step.id)
    return Counter(rows.filter(seat__state__in=LIVE).values_list("expert", flat=True))


def _from_elsewhere(
    opened: Sequence[Open], found: Pool, step: Review, candidates: Candidates, experts: Sequence[int]
) -> tuple[Bound, ...]:
    """What the programme wants of other regions and other units, less those who sit already. The wider one first."""
    import numpy as np

    from keguan.fairness.assignment import Bound, outside

    prefectures = [_prefecture(found.experts[one].region_code) for one in experts]
    homes = [_prefecture(one.case.host.region_code if one.case.host else "") for one in opened]
    numbers = {code: at for at, code in enumerate(sorted({*prefectures, *homes} - {""}))}
    regions = (
        np.array([numbers.get(code, -1) for code in prefectures], dtype=np.int64),
        np.array([numbers.get(code, -1) for code in homes], dtype=np.int64),
        [
            sum(bool(region) and region != home for _, region in one.seated)
            for one, home in zip(opened, homes, strict=True)
        ],
    )
    units = (
        np.array([found.experts[one].person.employer_id or -1 for one in experts], dtype=np.int64),
        np.array([one.case.host_id or -1 for one in opened], dtype=np.int64),
        [sum(of is not None and of != one.case.host_id for of, _ in one.seated) for one in opened],
    )
    bounds = []
    for code, say, wanted, (theirs, own, seated) in (
        ("region", _OTHER_REGION, step.panel.outside_region_least, regions),
        ("unit", _OTHER_UNIT, step.panel.outside_unit_least, units),
    ):
        if wanted is not None:
            left = [min(one.free, max(0, wanted - already)) for one, already in zip(opened, seated, strict=True)]
            least = np.array(left, dtype=np.int64)
            bounds.append(Bound(code, say, outside(candidates, theirs, own), least=least))
    return tuple(bounds)


def _prefecture(region_code: str) -> str:
    """The first four digits of GB/T 2260: another prefecture is another region."""
    return region_code[:4]


_OTHER_REGION = Text("外地区专家", "experts from other regions")
_OTHER_UNIT = Text("外单位专家", "experts from other units")


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
    asked = application_of(definition_of(one.case.programme), one.case.memo.answers)
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
