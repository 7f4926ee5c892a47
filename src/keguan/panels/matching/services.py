"""Panels of a round proposed, looked over, changed by hand with a reason, and confirmed: each case then goes through `act`.

A proposal never does what an officer's own hand would be refused. The machine proposes and says why; a person decides
(个人信息保护法 第二十四条), and every change by hand is traced with its reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from procrastinate.contrib.django import app

from keguan.casework import services as casework
from keguan.casework.models import Case, Round, SeatHolder
from keguan.casework.permissions import can_see_reviewers, reviewers_visible_to
from keguan.casework.reviewing.recusal import recusals, resting
from keguan.casework.versions import definition_of
from keguan.engine.decision import Command
from keguan.engine.moves import refuse
from keguan.engine.steps.review import LIVE
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal
from keguan.language.schema import Review
from keguan.panels.matching import making
from keguan.panels.matching.making import Bounds
from keguan.panels.matching.models import CHANGED, WHOLE, Proposal, ProposedCase, ProposedSeat
from keguan.registers.experts.identity import people_in_question
from keguan.registers.experts.models import Expert
from keguan.registers.experts.queries import left_out, ready
from keguan.registers.parties.access import actor_for
from keguan.registers.trace import services as trace

JOB = "matching.proposal"
AT_ONCE = 20
"""So many cases are worked through while their officer waits."""
MOST_TOLD = 20
"""So many changes are told to who confirms what they have not seen."""
SILENT = timedelta(minutes=2)
LAW = "个人信息保护法 第二十四条"


def ask(of_round: Round, step: Review, bounds: Bounds, actor: Actor, key: str) -> Proposal | Refusal:
    """Have panels proposed for every case with free seats, as near as possible to the last proposal that was not carried
    out: at once, or by a job. The same key finds the same proposal."""
    if actor.person is None:
        return refuse("right.missing", Text("请先登录。", "Sign in first."))
    if found := Proposal.objects.filter(key=key, made_by=actor.person).first():
        return found
    if step.panel.draw is not None:
        said = Text(
            "本环节的专家由公开抽取产生，不得指派。", "Reviewers of this step are drawn in public, never assigned."
        )
        return refuse("matching.drawn", said)
    waiting = making.open_cases(actor, of_round.pk, step)
    if not waiting:
        said = Text("没有缺席位的办件。", "No case has a free seat.")
        return refuse("matching.nothing", said, fix=Text("评审组均已满员。", "Every panel is full."))
    before = latest(of_round, step)
    if before is not None and before.state == "confirming":
        said = Text("上一方案正在指派，请稍后再试。", "The last proposal is being carried out; try again soon.")
        return refuse("matching.busy", said)
    now = clock.now()
    try:
        with transaction.atomic():
            made = Proposal.objects.create(
                key=key, round=of_round, step=str(step.id), terms=asdict(bounds), mends=before,
                made_by=actor.person, made_at=now, beat_at=now,
            )  # fmt: skip
            _trace("matching:proposal:asked", made, actor, cases=len(waiting), **asdict(bounds))
            _put_off_if_long(made, len(waiting))
    except IntegrityError:
        return Proposal.objects.get(key=key, made_by=actor.person)
    if len(waiting) <= AT_ONCE:
        go_on(made.pk)
    made.refresh_from_db()
    return made


def latest(of_round: Round, step: Review) -> Proposal | None:
    """The newest proposal for this step of the round."""
    return Proposal.objects.filter(round=of_round, step=str(step.id)).first()


def go_on(pk: int) -> None:
    """Do what the proposal waits for, with the duties that its officer holds now: compute it, or carry it out."""
    proposal = Proposal.objects.select_related("round", "round__programme").get(pk=pk)
    if proposal.state == "making":
        _make(proposal, actor_for(proposal.made_by))
    elif proposal.state == "confirming":
        _carry_out(proposal, actor_for(proposal.confirmed_by or proposal.made_by))


def is_silent(proposal: Proposal) -> bool:
    """Whether work on it has broken off: a server that went down in the middle."""
    return proposal.state in ("making", "confirming") and proposal.beat_at < clock.now() - SILENT


def resume(proposal: Proposal) -> None:
    """Go on with a proposal whose work broke off; nothing happens twice."""
    with transaction.atomic():
        cases = proposal.cases.count()
        _put_off_if_long(proposal, cases)
    if cases <= AT_ONCE:
        go_on(proposal.pk)


def _put_off_if_long(proposal: Proposal, cases: int) -> None:
    if cases > AT_ONCE:
        app.configure_task(JOB).defer(proposal=proposal.pk)


def _make(proposal: Proposal, actor: Actor) -> None:
    step = step_of(proposal)
    opened = making.open_cases(actor, proposal.round_id, step)
    unsettled = people_in_question()
    rest = resting(proposal.round, step.panel)
    found, aside = making.look_around(opened, step, unsettled, rest), left_out(unsettled)
    aside |= {"resting": ready(unsettled=unsettled).filter(pk__in=rest).count()} if rest else {}
    before = _standing(proposal.mends)
    made = making.plan_for(opened, found, step, Bounds(**proposal.terms), before)
    cases, seats = making.rows_of(made, proposal.pk, before)
    numbers = [one.case.number for one in made.open]
    with transaction.atomic():
        plan, changed = made.plan, sum(one.is_new for one in seats)
        if not Proposal.objects.filter(pk=proposal.pk, state="making").update(
            state="ready",
            pool=len(found.experts),
            left_out=aside,
            seats=plan.seats,
            missing=plan.missing,
            value=round(plan.value * WHOLE),
            upper=round(plan.upper * WHOLE),
            changed=changed,
            kept=len(seats) - changed if before else 0,
            shortages=[
                {"zh": one.say.zh, "en": one.say.en, "cases": [numbers[at] for at in one.cases]}
                for one in plan.shortages
            ],
            beat_at=clock.now(),
        ):
            return
        ProposedCase.objects.bulk_create(cases, batch_size=2000)
        ProposedSeat.objects.bulk_create(seats, batch_size=2000)
        Proposal.objects.filter(round=proposal.round_id, step=proposal.step, state="ready").exclude(
            pk=proposal.pk
        ).update(state="replaced")
        counted = {"cases": len(cases), "seats": plan.seats, "missing": plan.missing, "pool": len(found.experts)}
        _trace("matching:proposal:made", proposal, actor, **counted, gap=f"{plan.gap:.6f}", digest=_digest(seats))


def _standing(before: Proposal | None) -> list[tuple[int, int]]:
    """The pairs of case and expert of a proposal that nobody confirmed or took off."""
    if before is None or before.state not in ("ready", "replaced"):
        return []
    rows = ProposedSeat.objects.filter(case__proposal=before, state="proposed")
    return list(rows.values_list("case__case", "expert"))


def _digest(seats: Sequence[ProposedSeat]) -> str:
    """What the trace holds of who was proposed for what: no name, and no other plan has it."""
    pairs = sorted((one.case.case_id, one.expert_id) for one in seats)
    return sha256(repr(pairs).encode()).hexdigest()


def step_of(proposal: Proposal) -> Review:
    """The review that it is for."""
    step = definition_of(proposal.round.programme).programme.step(proposal.step)
    assert isinstance(step, Review)  # noqa: S101 - a proposal is made for a review only
    return step


# ------------------------------------------------------------------------------------------------------ by hand


def replace(seat: ProposedSeat, expert: int | None, reason: str, actor: Actor, request_id: str = "") -> Refusal | None:
    """Put another expert in the place of one who was proposed, or nobody, for a written reason. Source: LAW."""
    with transaction.atomic():
        of = ProposedCase.objects.select_related("proposal", "proposal__round").get(pk=seat.case_id)
        proposal = Proposal.objects.select_for_update(of=("self",)).get(pk=of.proposal_id)
        seat = ProposedSeat.objects.select_for_update(of=("self",)).get(pk=seat.pk)
        case = Case.objects.select_related("memo", "programme", "round").get(pk=of.case_id)
        problems = _against_replacing(proposal, seat, case, expert, reason, actor)
        if problems:
            return Refusal(problems)
        turn = changes(proposal) + 1
        ProposedSeat.objects.filter(pk=seat.pk).update(state="dropped", reason=reason.strip(), turn=turn)
        if expert is not None:
            near = next((one for one in of.others if one["expert"] == expert), None) or _near(case, expert)
            kept = {name: near[name] for name in ("fit", "by", "reasons")}
            kept |= {"is_chosen": True, "reason": reason.strip(), "turn": turn}
            ProposedSeat.objects.create(case=of, expert_id=expert, **kept)
        names = {"gone": seat.expert_id, "came": expert, "reason": reason.strip()}
        payload = {"proposal": proposal.pk, "code": of.proposal.round.code, "case": case.number}
        trace.write("matching:seat:replaced", actor, payload=payload, personal=names, request_id=request_id)
    return None


def changes(proposal: Proposal) -> int:
    """How many seats were changed by hand: what tells one look at a proposal from the next."""
    return ProposedSeat.objects.filter(CHANGED, case__proposal=proposal, state="dropped").count()


_BY_HAND = Text(
    "确需此人的，请在该办件页面上写明理由后指派。",
    "Should it be them all the same: assign them on the page of the case, with the reason.",
)


def _against_replacing(
    proposal: Proposal, seat: ProposedSeat, case: Case, expert: int | None, reason: str, actor: Actor
) -> tuple[Problem, ...]:
    if proposal.state != "ready" or seat.state != "proposed":
        said = Text("该方案已变化，请返回核对。", "The proposal has changed; go back and look again.")
        return (Problem("case.stale", said),)
    problems = []
    if not reason.strip():
        problems.append(Problem("reason.missing", Text("请写明理由。", "Give a reason."), "reason", source=LAW))
    if expert is None:
        return tuple(problems)
    step = step_of(Proposal.objects.select_related("round__programme").get(pk=proposal.pk))
    against = recusals(case, step, [expert], case.memo.answers)[expert]
    problems += [
        Problem(one.code, one.say, "expert", one.value, one.source, _BY_HAND if one.may_override else None)
        for one in against
    ]
    if seat.case.seats.filter(expert=expert, state__in=("proposed", "assigned")).exists():
        said = Text("该专家已在本件的拟评审组中。", "This expert is proposed for the case already.")
        problems.append(Problem("matching.twice", said, "expert"))
    if not can_see_reviewers(actor, case):
        problems.append(
            Problem("right.missing", Text("您不能为本件指派专家。", "You may not assign reviewers to this case."))
        )
    return tuple(problems)


def _near(case: Case, expert: int) -> dict[str, Any]:
    """How near somebody is whom the officer found by themselves."""
    row = Expert.objects.select_related("person").get(pk=expert)
    found = making.pool_of([row], clock.today())
    one = making.Open(case, 1)
    near = found.expertise.nearest([making.application_of(case)])[0]
    one.fits = {expert: float(near.fits[0]) if len(near.fits) else 0.0}
    return making.told_for(one, [expert], found)[expert]


# ------------------------------------------------------------------------------------------------------ carrying out


def confirm(proposal: Proposal, actor: Actor, *, seen: int, request_id: str = "") -> Refusal | None:
    """Assign everybody who is proposed: at once, or by a job. A second confirmation changes nothing.

    seen: the `changes` of the proposal that the officer looked over; nobody is assigned whom they never saw. Source: LAW.
    """
    with transaction.atomic():
        # Locked as for a change by hand, so that none comes between looking and assigning.
        proposal = (
            Proposal.objects.select_for_update(of=("self",)).select_related("round__programme").get(pk=proposal.pk)
        )
        if proposal.state == "ready" and changes(proposal) != seen:
            return Refusal(_changed_since(proposal, seen, actor))
        waiting = ProposedCase.objects.filter(proposal=proposal, seats__state="proposed").distinct().count()
        if not waiting:
            return refuse("matching.empty", Text("方案中没有拟指派的专家。", "Nobody is proposed."))
        mine = Proposal.objects.filter(pk=proposal.pk, state="ready")
        now = clock.now()
        if not mine.update(state="confirming", confirmed_by=actor.person, confirmed_at=now, beat_at=now):
            return refuse("case.stale", Text("该方案已变化，请核对。", "The proposal has changed; look again."))
        trace.write(
            "matching:proposal:confirmed", actor, payload={"proposal": proposal.pk, "code": proposal.round.code, "cases": waiting},
            request_id=request_id,
        )  # fmt: skip
        _put_off_if_long(proposal, waiting)
    if waiting <= AT_ONCE:
        go_on(proposal.pk)
    return None


def _changed_since(proposal: Proposal, seen: int, actor: Actor) -> tuple[Problem, ...]:
    """What the officer has not seen, case by case as far as they may know its reviewers."""
    fix = Text("请核对下列更换后再确认。", "Look over what is listed here, then confirm.")
    said = Text("您打开页面后，方案已被更换。", "The proposal was changed after you opened the page.")
    found = [Problem("case.stale", said, "confirmed", source=LAW, fix=fix)]
    rows = ProposedSeat.objects.filter(case__proposal=proposal, turn__gt=seen).select_related(
        "case__case", "expert__person"
    )
    mine = rows.filter(case__case__in=Case.objects.filter(reviewers_visible_to(actor)).values("pk"))
    by_turn: dict[int, list[ProposedSeat]] = {}
    for one in mine.order_by("turn", "pk"):
        by_turn.setdefault(one.turn, []).append(one)
    for turned in by_turn.values():
        gone = "、".join(one.expert.person.name for one in turned if one.state == "dropped")
        came = "、".join(one.expert.person.name for one in turned if one.state != "dropped")
        line = Text("办件{case}：{gone}换为{came}", "Case {case}: {came} instead of {gone}").filled(
            case=turned[0].case.case.number,
            gone=Text(gone or "—", gone or "—"),
            came=Text(came or "空缺", came or "nobody"),
        )
        found.append(Problem("case.stale", line, "confirmed"))
    return tuple(found[: MOST_TOLD + 1])


def _carry_out(proposal: Proposal, actor: Actor) -> None:
    seen = Case.objects.filter(reviewers_visible_to(actor)).values("pk")
    rows = ProposedCase.objects.filter(proposal=proposal, case__in=seen, seats__state="proposed").distinct()
    for of in rows.select_related("case").only("proposal", "case__number").order_by("pk"):
        if not Proposal.objects.filter(pk=proposal.pk, state="confirming").update(beat_at=clock.now()):
            return
        _assign(proposal, of, actor)
    with transaction.atomic():
        if Proposal.objects.filter(pk=proposal.pk, state="confirming").update(state="done", beat_at=clock.now()):
            seats = ProposedSeat.objects.filter(case__proposal=proposal)
            counted = {state: seats.filter(state=state).count() for state in ("assigned", "refused")}
            _trace("matching:proposal:done", proposal, actor, **counted)


def _assign(proposal: Proposal, of: ProposedCase, actor: Actor) -> None:
    """Assign the experts of one case. Those against whom something stands now are left out, and the others asked again."""
    proposed = {one.expert_id: one for one in of.seats.filter(state="proposed")}
    sitting = SeatHolder.objects.filter(seat__case=of.case_id, seat__step=proposal.step, seat__state__in=LIVE)
    # Where the work broke off after the deed, or somebody was faster by hand, they sit there already.
    there = set(sitting.filter(expert__in=list(proposed)).values_list("expert", flat=True))
    ProposedSeat.objects.filter(case=of, state="proposed", expert__in=there).update(state="assigned")
    seats = {expert: one for expert, one in proposed.items() if expert not in there}
    if not seats:
        return
    answer = _act(proposal, of, sorted(seats), actor)
    if isinstance(answer, Refusal):
        named = {str(one.value) for one in answer.problems if one.where == "experts"}
        kept_out = {expert for expert in seats if str(expert) in named}
        rest = [expert for expert in sorted(seats) if expert not in kept_out]
        again = _act(proposal, of, rest, actor) if kept_out and rest else answer
        for expert, seat in seats.items():
            mine = [one for one in answer.problems if one.value == str(expert)] if kept_out else answer.problems
            if expert not in kept_out and isinstance(again, Refusal):
                mine = again.problems
            seat.problems = [{"code": one.code, "zh": one.say.zh, "en": one.say.en} for one in mine]
            is_in = expert not in kept_out and not isinstance(again, Refusal)
            seat.state = "assigned" if is_in else "refused"
    else:
        for seat in seats.values():
            seat.state = "assigned"
    ProposedSeat.objects.bulk_update(seats.values(), ["state", "problems"])


def _act(proposal: Proposal, of: ProposedCase, experts: Sequence[int], actor: Actor) -> casework.Done | Refusal:
    # The same key for the same experts: going on after a break assigns nobody twice.
    key = sha256(f"{proposal.key} {of.case.number} {list(experts)}".encode()).hexdigest()[:32]
    command = Command("assign", proposal.step, {"experts": list(experts)})
    return casework.act(of.case.number, command, actor, key)


def _trace(tag: str, proposal: Proposal, actor: Actor, **more: Any) -> None:
    payload = {"proposal": proposal.pk, "code": proposal.round.code, "step": proposal.step, **more}
    trace.write(tag, actor, payload=payload)
