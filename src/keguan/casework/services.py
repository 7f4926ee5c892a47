"""The one write door of casework. Everything that happens to a case happens through `act`, in one transaction.

Each service answers with `Done` or with a `Refusal`: an expected no is a value, carries every problem at once, and is
traced too. What a person typed is never lost by a refusal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from keguan.casework import effects, office_checks, store
from keguan.casework.calendar import workdays
from keguan.casework.leaving import closed_to_who_left, sent_out
from keguan.casework.memo import restored
from keguan.casework.models import Case, Deed
from keguan.casework.reviewing.drawn import drawn_for
from keguan.casework.reviewing.rechecking import turned_out
from keguan.casework.reviewing.recusal import own_recusals, recusals
from keguan.casework.reviewing.votes import held, vote_on
from keguan.casework.situation import facts, references
from keguan.casework.situation.acting import acting_for
from keguan.casework.situation.attachments import no_room
from keguan.casework.situation.late import late_until
from keguan.casework.store import Held
from keguan.casework.versions import definition_of
from keguan.database import prepared
from keguan.engine import machine
from keguan.engine.afterwards import MOVE_UP
from keguan.engine.decision import Command, Decided, RoundTerms, Situation, TellParent
from keguan.engine.moves import refuse
from keguan.engine.state import CaseState, Values, evolve_all
from keguan.engine.steps.review import SET_ASIDE
from keguan.engine.voting import APPROVE, REJECT
from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM, Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import digest
from keguan.kernel.names import clean_text
from keguan.kernel.problems import Problem, Refusal, Refused
from keguan.language.definition import Definition
from keguan.language.schema import Decide, Endorse, Review
from keguan.language.uses import form_of
from keguan.registers.trace import services as trace
from keguan.registers.trace.sentences import has_sentence


@dataclass(frozen=True, slots=True)
class Done:
    """It happened. step: where the case is now, "" after its end; again: this key had been carried out before."""

    number: str
    revision: int
    step: str = ""
    end: str = ""
    again: bool = False


def act(
    number: str, command: Command, actor: Actor, key: str, *, revision: int | None = None, request_id: str = ""
) -> Done | Refusal:
    """Ask something of a case. Nothing is half-written: it all happens, or a refusal is traced.

    key: the idempotency key of the request; the same key with the same content gives the same answer and acts once.
    revision: the revision the person saw, where acting on a stale page must be refused.
    Raises Case.DoesNotExist for an unknown number.
    """
    try:
        with transaction.atomic():
            held = store.hold(number, stamp=(actor, request_id), key=key)
            answer = _act(held, command, actor, key, revision)
            if isinstance(answer, Refusal):
                trace_refusal(number, command, answer, actor)
            return answer
    except Refused as refused:
        # A register said no in the middle: everything is rolled back, the attempt is traced all the same.
        with transaction.atomic():
            trace.stamp(actor, request_id)
            trace_refusal(number, command, refused.refusal, actor)
        return refused.refusal


MOST_ID = 2**63
"""No row of the database has this id or a higher one."""

_OF_SIDES = ("open_side", "close_side")
"""What only a side case itself tells its parent (`sides.open_side`, `_tell_parent`): nobody asks for it by hand."""


def _act(held: Held, command: Command, actor: Actor, key: str, revision: int | None) -> Done | Refusal:
    case = held.case
    asked = content_digest(case.number, f"{command.name}@{command.step}", command.content)
    if held.deed:
        return _said_before(*held.deed, asked)
    if revision is not None and revision != case.revision:
        return _stale(case)
    if command.name in _OF_SIDES:
        return refuse("command.unknown", Text("本环节没有这项操作。", "This step has no such action."))
    if problems := _pointing_nowhere(case, command):
        return Refusal(problems)
    situation = _situation(case, actor, command, locking=True)
    if closed := _kept_from_deciding(case, situation, command, actor):
        return Refusal((closed,))
    decision = machine.decide(situation, command)
    owed = (*office_checks.owed(case, command), *_overfull(situation, command))
    if isinstance(decision, Refusal):
        return Refusal((*decision.problems, *owed)) if owed else decision
    if owed:
        return Refusal(owed)
    after = carry_out(case, situation, command, decision, actor, key=key, asked=asked)
    return Done(case.number, after.revision, after.step, after.end)


def _kept_from_deciding(case: Case, situation: Situation, command: Command, actor: Actor) -> Problem | None:
    """Why a member of a body that votes enters no decision: they keep out of the case, or its ballot is held; None otherwise."""
    step = situation.definition.programme.step(case.step) if case.step else None
    if command.name not in (APPROVE, REJECT) or not isinstance(step, Decide) or step.vote is None:
        return None
    why = sent_out(actor, [case.pk]).get(case.pk)
    if why is not None:
        return closed_to_who_left(why)
    voted = situation.facts.get("vote")
    return held(int(voted["ballot"])) if voted else None


def _pointing_nowhere(case: Case, command: Command) -> tuple[Problem, ...]:
    """People, organisations and files that a form points at and that are not there. Nothing else looks them up first."""
    definition = definition_of(case.programme)
    form = form_of(definition.programme.step(case.step)) if "values" in command.content and case.step else ""
    return references.unknown(case, definition, form, command.content["values"]) if form else ()


def _overfull(situation: Situation, command: Command) -> tuple[Problem, ...]:
    """More attachments than a case has room for, however they came here."""
    state, values = situation.state, command.content.get("values")
    form = form_of(situation.definition.programme.step(state.step)) if state.step else ""
    if not form or not isinstance(values, Mapping):
        return ()
    problem = no_room(state.number, situation.definition, {**state.answers, form: values})
    return (problem,) if problem else ()


def locked(number: str) -> Case:
    """The case with all that a decision needs, locked until the transaction ends. Raises Case.DoesNotExist."""
    return store.hold(number).case


def carry_out(
    case: Case,
    situation: Situation,
    command: Command,
    decided: Decided,
    actor: Actor,
    *,
    key: str = "",
    asked: str = "",
) -> CaseState:
    """Write everything that a decision means: rows, effects, tasks, alarms, trace. Needs the case locked.

    key, asked: the idempotency key to remember it under, and the digest of what was asked; "" where another deed is
    remembered that this one is part of.
    """
    after = evolve_all(situation.state, decided.events)
    writes = store.Writes()
    if key:
        _remember(
            writes, case.pk, Done(case.number, after.revision, after.step, after.end), actor, command.name, key, asked
        )
    effects.carry_out(writes, case, situation, command, decided, after, actor)
    for effect in decided.effects:
        if isinstance(effect, TellParent):
            _tell_parent(case, effect.end)
    return after


def _tell_parent(side: Case, end: str) -> None:
    """The parent of a side case that has ended hears how, and moves if that moves it."""
    if side.parent is None:
        return
    parent = locked(side.parent.number)
    if parent.end:
        if side.programme.code == "withdraw" and end == "accepted":
            said = Text("原办件已办结，不能再撤回。", "The case has ended: it can no longer be withdrawn.")
            raise Refused.because(Problem("side.parent_ended", said, value=parent.end))
        return
    command = Command("close_side", parent.step, {"number": side.number, "programme": side.programme.code, "end": end})
    situation = situation_for(parent, SYSTEM)
    decision = machine.decide(situation, command)
    if isinstance(decision, Refusal):
        # Never in silence: the parent would wait for this side case for ever.
        raise Refused(decision)
    carry_out(parent, situation, command, decision, SYSTEM)


def situation_for(case: Case, actor: Actor, *, with_facts: bool = True) -> Situation:
    """The case as this person meets it now, for pages: what they may do, what the rules say. Writes nothing.

    case: from `store` while it is being applied for. with_facts: False where no rule is going to be asked.
    """
    return _situation(case, actor, Command("look", case.step), with_facts=with_facts)


def situations_for(cases: Sequence[Case]) -> list[Situation]:
    """Many cases of one programme as the machine meets them now, for rules and orders: their facts are computed together,
    in about one query for each step at which some stand. cases: with memo, host, round and programme at hand."""
    now, found = clock.now(), [_situation(one, SYSTEM, Command("look", one.step), with_facts=False) for one in cases]
    at_step: dict[str, list[int]] = {}
    for at, one in enumerate(found):
        if one.state.step:
            at_step.setdefault(one.state.step, []).append(at)
    for step, places in at_step.items():
        of = found[places[0]].definition
        about = [(cases[at], facts.about_of(of, found[at].state.answers)) for at in places]
        known = facts.compute_many(of.facts_for(step), about, now)
        for at, its in zip(places, known, strict=True):
            found[at] = replace(found[at], facts=its)
    return found


def _situation(
    case: Case, actor: Actor, command: Command, *, with_facts: bool = True, locking: bool = False
) -> Situation:
    definition = definition_of(case.programme)
    state = state_of(case)
    attempt = state.steps[state.step].attempt if state.step else 1
    acting = acting_for(case, actor, attempt=attempt)
    now = clock.now()
    known = _facts(case, definition, state, command, actor, now, locking=locking) if with_facts else {}
    return Situation(
        definition=definition,
        terms=terms_of(case, now),
        state=state,
        acting=acting,
        now=now,
        calendar=workdays(),
        facts=known,
        begun=case.begun,
    )


def state_of(case: Case) -> CaseState:
    """The engine's state of a stored case."""
    return restored(case.memo.state, number=case.number, revision=case.revision, answers=case.memo.answers)


def terms_of(case: Case, now: datetime) -> RoundTerms:
    """The terms of a case's round for the engine. A side case has none: it may come at any time, an objection only while
    the notice that it objects to stands. now: the one moment of this situation; a later one would not have begun yet."""
    of_round = case.round
    if of_round is None:
        return RoundTerms(opens=now, closes=now, side_until=_notice_end(case, now))
    late = late_until(of_round, case.applicant_id) if now > of_round.closes and case.submitted_at is None else None
    return RoundTerms(
        opens=of_round.opens,
        closes=max(of_round.closes, late) if late else of_round.closes,
        grace_minutes=of_round.grace_minutes,
        budget_fen=of_round.budget_fen,
        quota=of_round.quota,
    )


def _notice_end(side: Case, now: datetime) -> datetime | None:
    """When the notice ends that an objection is about; it has ended where the case went on without it."""
    if side.parent is None or side.programme.code != "object":
        return None
    return side.parent.due_at if side.parent.step_kind == "publish" else side.created_at or now


def _facts(
    case: Case,
    definition: Definition,
    state: CaseState,
    command: Command,
    actor: Actor,
    now: datetime,
    *,
    locking: bool,
) -> dict[str, Any]:
    """The facts this step may need. Where they count across cases, others who would change the count wait (locking)."""
    if not state.step:
        return {}
    step = definition.programme.step(state.step)
    given = command.content.get("values")
    answers = {**state.answers, step.form: given} if given and hasattr(step, "form") else state.answers
    about = facts.about_of(definition, answers)
    wanted = definition.facts_for(step.id)
    chosen = _experts_asked(command) if isinstance(step, Review) and command.name == "assign" else []
    if locking:
        take_locks((*facts.locks(wanted, case, about), *(f"expert:{one}" for one in chosen)))
    has_ranks = (isinstance(step, Endorse) and step.ranked) or command.name == MOVE_UP
    known = facts.compute(wanted | {facts.RANKS_TAKEN} if has_ranks else wanted, case, about, now)
    if chosen and isinstance(step, Review):
        known["recusals"] = recusals(case, step, chosen, state.answers)
        if step.panel.draw is not None:
            said = command.content.get("draw")
            known["drawn"] = drawn_for(case, str(step.id), state.current.attempt, said)
    if command.name == SET_ASIDE and (panel := _panel_of(definition, state)) is not None:
        known["turned_out"] = turned_out(case, str(panel.id), state.steps[panel.id].attempt)
    if isinstance(step, Decide) and step.vote and (voted := vote_on(case, str(step.id), state.steps[step.id].attempt)):
        known["vote"] = voted
    if isinstance(step, Review) and command.name in ("accept", "score", "rescore") and actor.person is not None:
        known["own_recusals"] = own_recusals(case, step, actor.person)
    return known


def _panel_of(definition: Definition, state: CaseState) -> Review | None:
    """The panel where the case stands, or that it came from."""
    reached = [one for one in definition.programme.steps if isinstance(one, Review) and one.id in state.steps]
    return next((one for one in reached if one.id == state.step), reached[-1] if reached else None)


def _experts_asked(command: Command) -> list[int]:
    """The ids that could be experts at all; what else was sent is for the engine to refuse."""
    asked = command.content.get("experts")
    sent = asked if isinstance(asked, list | tuple) else ()
    return [one for one in sent if isinstance(one, int) and not isinstance(one, bool) and 0 < one < MOST_ID]


def take_locks(names: tuple[str, ...]) -> None:
    """Wait for, and hold until the transaction ends, the advisory locks of these names, always in one order."""
    if names:
        with prepared.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(k) FROM (SELECT hashtextextended(n, 0) AS k"
                " FROM unnest(%s::text[]) AS n ORDER BY 1) AS keys",
                [list(names)],
            )


# -------------------------------------------------------------------------------------------- answers and refusals


def content_digest(number: str, name: str, content: Values) -> str:
    """What an idempotency key stands for: the same key with another content is refused."""
    return digest({"number": number, "name": name, "content": content})


def answered_before(key: str, asked: str) -> Done | Refusal | None:
    """The answer that this key has had, if it was carried out before."""
    deed = Deed.objects.filter(key=key).only("content_digest", "answer").first()
    return None if deed is None else _said_before(deed.content_digest, deed.answer, asked)


def _said_before(content_digest: str, answer: dict[str, Any], asked: str) -> Done | Refusal:
    if content_digest != asked:
        said = Text(
            "同一请求编号已用于另一内容，请刷新页面后重试。",
            "This request key was used for something else; reload the page.",
        )
        return refuse("case.key_reused", said)
    return Done(**answer, again=True)


def remember(case: Case, done: Done, actor: Actor, command: str, key: str, asked: str) -> None:
    """Keep the answer under its key."""
    writes = store.Writes()
    _remember(writes, case.pk, done, actor, command, key, asked)
    writes.send()


def _remember(writes: store.Writes, case_id: int, done: Done, actor: Actor, command: str, key: str, asked: str) -> None:
    answer = {"number": done.number, "revision": done.revision, "step": done.step, "end": done.end}
    writes.add(
        "INSERT INTO casework_deed (key, case_id, actor, command, content_digest, answer, at)"
        " VALUES (%s, %s, %s, %s, %s, %s::jsonb, %s)",
        [key, case_id, actor.person, command, asked, store.as_json(answer), clock.now()],
    )


def _stale(case: Case) -> Refusal:
    return refuse(
        "case.stale",
        Text(
            "您打开页面后该办件已有变化，请核对后再提交。",
            "The case has changed since you opened the page; check and send again.",
        ),
        value=str(case.revision),
        fix=Text("您填写的内容已保留在页面上。", "What you typed is still on the page."),
    )


def trace_refusal(number: str, command: Command, refusal: Refusal, actor: Actor) -> None:
    """A refused attempt leaves its trace: what was asked, and every problem by code and place."""
    # What was asked for may be anything, and no text of the database holds a NUL.
    tag = f"case:{command.name.replace('_', '-')}:refused"
    trace.write(
        tag if has_sentence(tag) else "case:unknown:refused",
        actor,
        outcome="refused",
        case_number=number,
        payload={
            "command": clean_text(command.name)[:200],
            "step": clean_text(command.step)[:200],
            "problems": [
                {"code": one.code, "where": clean_text(one.where)[:200], "source": one.source}
                for one in refusal.problems
            ],
        },
    )
