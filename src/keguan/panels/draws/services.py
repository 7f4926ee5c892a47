"""What is done to a draw: prepared, fixed, given its chance, published. Each in one transaction, traced with it.

A draw changes cases only in `chairs.settle`, and there only through `casework.services.act`.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from django.db import transaction
from django.db.models import Max

from keguan.casework.models import Case, Round
from keguan.casework.permissions import is_own
from keguan.casework.services import take_locks
from keguan.engine.steps.review import LIVE
from keguan.fairness.draw import Drawn, FrozenList, contradictions, drawn
from keguan.fairness.draw_bundle import bundle_of, seed_from, silent, written_out
from keguan.fairness.randomness import (
    moment,
    named_problems,
    normal_value,
    reveal_problems,
    value_problems,
    written,
)
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import digest
from keguan.kernel.problems import Problem, Refusal, Refused
from keguan.language.schema import Review
from keguan.panels.draws.models import SITS, STATES, Chair, Draw, Place
from keguan.panels.draws.pool import Wanted, prepared_list
from keguan.panels.draws.queries import AFTER_CHANCE, frozen_of, seating_of, under_review
from keguan.panels.draws.rights import runs
from keguan.registers.trace import services as trace

_NOT_YOURS = Problem(
    "right.missing", Text("只有本环节的经办人可以办理抽取。", "Only those who run this step see to its draw.")
)


@transaction.atomic
def prepare(
    of_round: Round, step: Review, numbers: Sequence[str], reason: str, actor: Actor, request_id: str = ""
) -> Draw:
    """Put together the list of the next draw: for these cases, or for all that wait and were never drawn for.

    A list that was prepared before and not fixed is replaced. Raises Refused.
    """
    _must_run(of_round, step, actor)
    trace.stamp(actor, request_id)
    take_locks((f"draw of {of_round.pk} at {step.id}",))
    Draw.objects.filter(round=of_round, step=step.id, state="prepared").delete()
    wanted = wanted_for(of_round, step, numbers, reason, actor)
    number = (Draw.objects.filter(round=of_round, step=step.id).aggregate(last=Max("number"))["last"] or 0) + 1
    name = f"{of_round.code}.{step.id}.{number}"
    about = {
        "programme": of_round.programme.code,
        "version": of_round.programme.version,
        "programme_digest": of_round.programme.digest,
        "round": of_round.code,
        "step": str(step.id),
        "number": number,
        "reason": reason,
    }
    found = prepared_list(name, about, of_round, step, wanted)
    document = found.frozen.document()
    document["about"] = {**about, "left_out": dict(sorted(found.left_out.items()))}
    made = Draw.objects.create(
        round=of_round,
        step=str(step.id),
        number=number,
        name=name,
        reason=reason,
        document=document,
        attempts={one.case.number: _attempt(one.case, step) for one in wanted},
        prepared_at=clock.now(),
        prepared_by=actor.person,
    )
    Place.objects.bulk_create(
        Place(draw=made, place=place, expert_id=one.expert, salt=one.salt, kept_out=one.kept_out)
        for place, one in enumerate(found.behind)
    )
    payload = {"draw": name, "cases": len(wanted), "experts": len(found.behind)}
    trace.write("draw:list:prepared", actor, payload=payload)
    return made


def waiting_cases(of_round: Round, step: str) -> list[Case]:
    """The cases that stand at this step, with what a draw needs to know of them."""
    rows = Case.objects.filter(round=of_round, step=step, end="").select_related("memo", "host", "programme")
    return list(rows.order_by("number"))


def wanted_for(of_round: Round, step: Review, numbers: Sequence[str], reason: str, actor: Actor) -> list[Wanted]:
    """The cases that a draw would be for, and how many each wants from each stratum. Raises Refused."""
    waiting = {one.number: one for one in waiting_cases(of_round, str(step.id))}
    problems = [
        Problem("draw.no_case", Text("本环节没有这个办件。", "No such case stands at this step."), "cases", number[:40])
        for number in numbers
        if number not in waiting
    ]
    before = _earlier(of_round, step, waiting)
    chosen = (
        [waiting[number] for number in numbers if number in waiting]
        if numbers
        else [one for one in waiting.values() if one.number not in before and not _has_seats(one, step)]
    )
    wanted: list[Wanted] = []
    for case in chosen:
        if is_own(actor, case):
            said = Text("您本人的办件由其他经办人抽取。", "Another officer draws for a case of your own.")
            problems.append(Problem("draw.own_case", said, "cases", case.number))
        earlier = before.get(case.number, [])
        seats, named = _still_wanted(step, case, earlier)
        if not sum(seats.values()):
            problems.append(_still_served(case, earlier))
        wanted.append(Wanted(case, seats, named))
    if any(before.get(one.number) for one in chosen) and not reason:
        said = Text(
            "已经抽取过的办件再次抽取，须写明理由，理由将公布。", "A second draw needs a reason, which is published."
        )
        problems.append(Problem("draw.reason", said, "reason"))
    if not chosen and not problems:
        said = Text("没有等待抽取的办件。", "No case waits for a draw.")
        problems.append(Problem("draw.no_cases", said, "cases", fix=_CHOOSE))
    if problems:
        raise Refused.because(*problems)
    return wanted


_CHOOSE = Text(
    "备选已用完的办件，请填写编号和理由后补充抽取。",
    "For cases whose reserves are used up, give their numbers and a reason.",
)


def _still_served(case: Case, earlier: Sequence[Draw]) -> Problem:
    said = Text(
        "{case}已在{draw}中抽取，席位由其备选递补。", "{case} is drawn for in {draw}: its seats go to the reserves."
    ).filled(case=case.number, draw=earlier[0].name if earlier else "—")
    return Problem("draw.already", said, "cases", case.number)


def _earlier(of_round: Round, step: Review, waiting: dict[str, Case]) -> dict[str, list[Draw]]:
    """The draws that there were for each waiting case, void ones too."""
    found: dict[str, list[Draw]] = {}
    for draw in Draw.objects.filter(round=of_round, step=step.id).exclude(state="prepared"):
        for number, attempt in draw.attempts.items():
            if number in waiting and _attempt(waiting[number], step) == attempt:
                found.setdefault(number, []).append(draw)
    return found


def _still_wanted(step: Review, case: Case, earlier: Sequence[Draw]) -> tuple[dict[str, int], frozenset[int]]:
    """How many seats each stratum still wants: all of them before there was a draw, then those that no reserve can take."""
    draw = step.panel.draw
    assert draw is not None  # noqa: S101 - the caller has looked
    chanced = [one for one in earlier if one.state in AFTER_CHANCE]
    if any(one.state == "fixed" for one in earlier):
        return {}, frozenset()
    if not chanced:
        return {str(one.stratum): one.seats for one in draw.strata}, frozenset()
    chairs = list(Chair.objects.filter(draw__in=chanced, case=case).values_list("stratum", "state", "place__expert"))
    sitting = [(stratum, state) for stratum, state, _ in chairs if state in SITS]
    waiting = {stratum for stratum, state, _ in chairs if state == "reserve"}
    seats = {}
    for one in draw.strata:
        name = str(one.stratum)
        seats[name] = 0 if name in waiting else one.seats - sum(stratum == name for stratum, _ in sitting)
    return seats, frozenset(expert for _, _, expert in chairs)


def _has_seats(case: Case, step: Review) -> bool:
    memo = case.memo.state["steps"].get(str(step.id), {}).get("memo", {})
    return any(state in LIVE for state in (memo.get("seats") or {}).values())


def _attempt(case: Case, step: Review) -> int:
    return int(case.memo.state["steps"].get(str(step.id), {}).get("attempt", 1))


@transaction.atomic
def fix(
    draw: Draw,
    named: dict[str, object],
    commitments: Sequence[tuple[str, str]],
    reveal_by: str,
    unrevealed: str,
    actor: Actor,
    request_id: str = "",
) -> Draw:
    """Fix the list: from now on its digest binds it, and nothing but the named value can decide. Raises Refused."""
    draw = held_in(draw, actor, request_id, "prepared")
    now = clock.now().replace(microsecond=0)
    document = {
        **draw.document,
        "frozen_at": written(now),
        "randomness": named,
        "commitments": [{"party": party, "commitment": promise} for party, promise in commitments],
        "reveal_by": reveal_by,
        "unrevealed": unrevealed,
    }
    draw.document = document
    frozen = frozen_of(draw)
    if problems := (*contradictions(frozen), *_gone(draw, frozen), *named_problems(frozen)):
        raise Refused.because(*problems)
    draw.digest, draw.fixed_at, draw.public_at = frozen.digest, now, moment(named["public_at"])
    draw.state = "fixed"
    draw.save(update_fields=["document", "digest", "fixed_at", "public_at", "state"])
    payload = {"draw": draw.name, "digest": draw.digest, "public_at": str(named["public_at"])}
    trace.write("draw:list:fixed", actor, payload=payload)
    return draw


def _gone(draw: Draw, frozen: FrozenList) -> tuple[Problem, ...]:
    """Cases that have left the step since the list was prepared."""
    there = {one.number for one in Case.objects.filter(round=draw.round, step=draw.step, end="")}
    said = Text("该办件已不在本环节，请重新准备名单。", "The case has left this step: prepare the list again.")
    return tuple(Problem("draw.case_gone", said, "cases", one.case) for one in frozen.cases if one.case not in there)


@transaction.atomic
def reveal(draw: Draw, party: str, secret: str, actor: Actor, request_id: str = "") -> Draw:
    """A party's secret, in time and as it was promised. Raises Refused."""
    draw = held_in(draw, actor, request_id, "fixed")
    told = {"party": party, "secret": secret.strip().lower(), "at": written(clock.now())}
    reveals = [*draw.reveals, told]
    if problems := reveal_problems(frozen_of(draw), reveals):
        raise Refused.because(*problems)
    draw.reveals = reveals
    draw.save(update_fields=["reveals"])
    trace.write("draw:secret:revealed", actor, payload={"draw": draw.name, "party": party})
    return draw


@transaction.atomic
def enter(draw: Draw, value: str, signature: str, evidence: str, actor: Actor, request_id: str = "") -> Draw:
    """The public value, once it is public: members and reserves follow from it. Raises Refused.

    Where a party that promised kept silent and the rule says stop, the draw becomes void instead.
    """
    draw = held_in(draw, actor, request_id, "fixed")
    frozen = frozen_of(draw)
    draw.value, draw.entered_at = (
        normal_value(str(frozen.randomness["source"]), value),
        clock.now().replace(microsecond=0),
    )
    draw.signature, draw.evidence = "".join(signature.split()).lower(), evidence
    if problems := value_problems(frozen, draw.entered):
        raise Refused.because(*problems)
    kept_silent = silent(frozen, draw.reveals)
    if kept_silent and frozen.unrevealed == "stop":
        return _voided(draw, Text("未揭示：{who}", "not revealed: {who}").filled(who="、".join(kept_silent)).zh, actor)
    seed = seed_from(frozen, draw.entered, draw.reveals)
    outcome = drawn(frozen, seed)
    if isinstance(outcome, Refusal):
        return _voided(draw, outcome.problems[0].say.zh, actor)
    draw.outcome, draw.state = outcome.document(), "drawn"
    draw.save(update_fields=["value", "signature", "evidence", "entered_at", "outcome", "state"])
    _set_chairs(draw, outcome)
    payload = {"draw": draw.name, "value": draw.value, "seed": seed.hex(), "outcome": digest(draw.outcome)}
    trace.write("draw:value:entered", actor, payload=payload)
    return draw


def _set_chairs(draw: Draw, outcome: Drawn) -> None:
    places = {one.place: one for one in draw.places.all()}
    cases = {one.number: one.pk for one in Case.objects.filter(number__in=list(draw.attempts)).only("number")}
    Chair.objects.bulk_create(
        Chair(draw=draw, case_id=cases[panel.case], stratum=stratum, order=order, place=places[place], state=state)
        for panel in outcome.panels
        for state, parts in (("drawn", panel.members), ("reserve", panel.reserves))
        for stratum, chosen in parts
        for order, place in enumerate(chosen)
    )


@transaction.atomic
def void(draw: Draw, reason: str, actor: Actor, request_id: str = "") -> Draw:
    """Give a draw up before its chance is entered, with a reason that is published. Raises Refused."""
    draw = held_in(draw, actor, request_id, "prepared", "fixed")
    if not reason:
        raise Refused.because(Problem("draw.void_reason", Text("请写明理由。", "Give the reason."), "reason"))
    return _voided(draw, reason, actor)


def _voided(draw: Draw, reason: str, actor: Actor) -> Draw:
    draw.state, draw.closed_because = "void", reason
    draw.save(update_fields=["state", "closed_because", "value", "signature", "evidence", "entered_at"])
    trace.write("draw:list:voided", actor, payload={"draw": draw.name, "reason": reason})
    return draw


@transaction.atomic
def publish(draw: Draw, actor: Actor, request_id: str = "") -> Draw:
    """Publish the whole draw as one file, once none of its cases is under review any more. Raises Refused."""
    draw = held_in(draw, actor, request_id, "drawn")
    if still := under_review(draw).count():
        said = Text("还有{n}件正在评审，评审结束后方可公布。", "Cases still under review: {n}. Publish afterwards.")
        raise Refused.because(Problem("draw.under_review", said.filled(n=still), value=str(still)))
    now = clock.now().replace(microsecond=0)
    told = bundle_of(frozen_of(draw), draw.entered, draw.reveals, seating_of(draw), published_at=written(now))
    file = written_out(told)
    draw.bundle, draw.published_at, draw.state = file.decode(), now, "published"
    draw.save(update_fields=["bundle", "published_at", "state"])
    trace.write("draw:bundle:published", actor, payload={"draw": draw.name, "sha256": sha256(file).hexdigest()})
    return draw


def resume(draw: Draw, actor: Actor, request_id: str = "") -> Draw:
    """The draw, locked, for its seats to be filled. A published one goes on where a case came back to its panel, and is
    published once more when that is over; the file that people hold stays until then. Raises Refused."""
    held = held_in(draw, actor, request_id, "drawn", "published")
    if held.state == "published":
        if not under_review(held).exists():
            raise Refused.because(_in_state(held))
        held.state = "drawn"
        held.save(update_fields=["state"])
    return held


def _must_run(of_round: Round, step: Review, actor: Actor) -> None:
    if not runs(of_round, step, actor):
        raise Refused.because(_NOT_YOURS)


def held_in(draw: Draw, actor: Actor, request_id: str, *states: str) -> Draw:
    """The draw, locked and in one of these states. The caller has checked the right. Raises Refused."""
    trace.stamp(actor, request_id)
    held = Draw.objects.select_for_update(of=("self",)).select_related("round__programme").get(pk=draw.pk)
    if held.state not in states:
        raise Refused.because(_in_state(held))
    return held


def _in_state(draw: Draw) -> Problem:
    said = Text("该抽取现在是“{state}”，不能这样做。", "The draw is “{state}” now; this cannot be done.")
    return Problem("draw.state", said.filled(state=STATES[draw.state]), value=draw.state)
