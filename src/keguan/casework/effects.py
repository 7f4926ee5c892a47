"""What a decision means for the rows: the case's columns, its memory, tasks, alarms, registers, messages, trace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from keguan.casework.entries import enter, owe, owe_fee
from keguan.casework.memo import stored
from keguan.casework.messages import tell, tell_named, tell_of_vacancy
from keguan.casework.models import Case, SeatHolder
from keguan.casework.notices import put_up, take_down
from keguan.casework.reviewing.declined import tell_of_declined
from keguan.casework.reviewing.merits import enter_merits
from keguan.casework.reviewing.seats import give_seat, move_seat
from keguan.casework.situation import facts
from keguan.casework.situation.acting import deputised_by
from keguan.casework.store import Writes, as_json
from keguan.casework.vacancies import office_of
from keguan.engine.decision import Ask, Command, Decided, Due, Enter, FeeOwed, Seat, SeatMoved, Settle, Situation, Wake
from keguan.engine.machine import WITHDRAWN
from keguan.engine.state import Answered, CaseState, Closed, Ended, Entered, Prolonged
from keguan.engine.steps import kind_for
from keguan.kernel.actors import Actor
from keguan.kernel.canonical import digest
from keguan.language.definition import Definition
from keguan.language.schema import Review, kind_of
from keguan.language.verdicts import Verdict
from keguan.registers.trace import services as trace


def carry_out(
    writes: Writes,
    case: Case,
    situation: Situation,
    command: Command,
    decided: Decided,
    after: CaseState,
    actor: Actor,
) -> None:
    """Write all of a decision, and what waits in `writes`. Needs the case locked and a transaction open."""
    now = situation.now
    digests = {event.form: digest(event.values) for event in decided.events if isinstance(event, Answered)}
    _keep_answers(writes, case, decided, digests, actor, now)
    _keep_case(writes, case, situation.definition, decided, after, now)
    if decided.verdicts:
        _keep_verdicts(writes, case, situation.state, decided.verdicts, actor, now)
    _follow_up(writes, case, after, decided, now)
    tell_named(writes, case, decided, now)
    _trace(writes, case, situation, command, decided, after, actor, digests)
    writes.send()
    for event in decided.events:
        if isinstance(event, Entered) and _kind(situation.definition, event.step) == "publish":
            put_up(case, situation.definition, after, event)
        elif (isinstance(event, Closed) and _kind(situation.definition, event.step) == "publish") or (
            isinstance(event, Ended) and event.end == WITHDRAWN
        ):
            take_down(case, event)
    for effect in decided.effects:
        match effect:
            case Seat():
                give_seat(case, effect, after, now, blind=situation.definition.programme.is_double_blind)
            case SeatMoved():
                move_seat(case, effect, after, now)
            case FeeOwed():
                owe_fee(case, effect, after, now)
            case Due():
                owe(case, effect, actor, after.hands, now)
            case Enter():
                enter(case, situation.definition, effect, actor)
    for event in decided.events:
        if isinstance(event, Closed) and event.outcome == "reviewed":
            review = situation.definition.programme.step(event.step)
            if isinstance(review, Review):
                enter_merits(case, situation.definition, review, after.steps[event.step], now)
    _judged(case, situation, decided, actor)
    tell(case, situation.definition, decided, after, now)
    tell_of_declined(case, situation.definition, decided, now)


# ------------------------------------------------------------------------------------------------- the case's rows


def _keep_answers(
    writes: Writes, case: Case, decided: Decided, digests: Mapping[str, str], actor: Actor, now: datetime
) -> None:
    for event in decided.events:
        if isinstance(event, Answered):
            writes.add(
                "INSERT INTO casework_answers (case_id, form, version, values, digest, at, by)"
                " SELECT %s, %s, coalesce(max(version), 0) + 1, %s::jsonb, %s, %s, %s"
                " FROM casework_answers WHERE case_id = %s AND form = %s",
                [
                    *(case.pk, event.form, as_json(event.values), digests[event.form], now, actor.person),
                    *(case.pk, event.form),
                ],
            )


_OF_THE_CASE = (
    *("title", "normal_title", "principal_id", "members", "asked_fen", "step", "step_kind", "end", "due_at"),
    *("submitted_at", "recommended_rank", "score_hundredths", "position", "amount_fen", "revision", "changed_at"),
)
"""The columns that a decision may change."""

_KEEP_CASE = "UPDATE casework_case SET " + ", ".join(f'"{one}" = %s' for one in _OF_THE_CASE) + " WHERE id = %s"  # noqa: S608 - ours


def _keep_case(
    writes: Writes, case: Case, definition: Definition, decided: Decided, after: CaseState, now: datetime
) -> None:
    answered = any(isinstance(event, Answered) for event in decided.events)
    if answered:
        about = facts.about_of(definition, after.answers)
        case.title, case.normal_title = about.title, about.normal_title
        case.principal_id, case.members, case.asked_fen = about.principal, sorted(about.members), about.asked_fen
    case.step, case.end, case.revision, case.changed_at = after.step, after.end, after.revision, now
    case.step_kind = _kind(definition, after.step) if after.step else ""
    case.due_at = after.current.due if after.step else None
    for event in decided.events:
        if isinstance(event, Closed) and event.outcome == "submitted" and case.submitted_at is None:
            case.submitted_at = now
    _keep_results(case, definition, after)
    writes.add(_KEEP_CASE, [*(getattr(case, name) for name in _OF_THE_CASE), case.pk])
    state = as_json(stored(after))
    if answered:
        writes.add(
            "UPDATE casework_memo SET state = %s::jsonb, answers = %s::jsonb WHERE case_id = %s",
            [state, as_json(dict(after.answers)), case.pk],
        )
    else:
        writes.add("UPDATE casework_memo SET state = %s::jsonb WHERE case_id = %s", [state, case.pk])


def _keep_results(case: Case, definition: Definition, after: CaseState) -> None:
    """What review, ranking and decision left, on the case."""
    for step in definition.programme.steps:
        there = after.steps.get(step.id)
        if there is None:
            continue
        # A case that was sent back gives its rank free; it gets another one when it comes back up. So does a withdrawn one.
        current = there.memo if there.outcome != "returned" and not _again_below(definition, after, step.id) else {}
        match kind_of(step):
            case "endorse" if getattr(step, "ranked", False):
                case.recommended_rank = current.get("rank") if after.end != WITHDRAWN else None
            case "review":
                case.score_hundredths = current.get("score")
            case "rank":
                case.position = current.get("position")
            case "decide":
                case.amount_fen = current.get("amount")


def _again_below(definition: Definition, after: CaseState, step_id: str) -> bool:
    """Whether the case stands at an earlier step than this one, sent back."""
    if not after.step:
        return False
    order = [str(step.id) for step in definition.programme.steps]
    return order.index(after.step) < order.index(step_id)


def _keep_verdicts(
    writes: Writes, case: Case, before: CaseState, verdicts: Iterable[Verdict], actor: Actor, now: datetime
) -> None:
    kept = [
        {
            "rule": one.rule,
            "result": one.result,
            "values": {name: _plain(value) for name, value in one.values.items()},
            "missing": list(one.missing),
            "answered": one.answered,
            "reason": one.reason,
        }
        | ({"grounds": one.grounds} if one.grounds else {})
        for one in verdicts
    ]
    writes.add(
        "INSERT INTO casework_judgement (case_id, step, attempt, verdicts, by, at) VALUES (%s, %s, %s, %s::jsonb, %s, %s)",
        [case.pk, before.step, before.current.attempt, as_json(kept), actor.person, now],
    )


def _plain(value: Any) -> Any:
    return value.date().isoformat() if isinstance(value, datetime) else value


def _follow_up(writes: Writes, case: Case, after: CaseState, decided: Decided, now: datetime) -> None:
    """Close the tasks of closed steps, ask for new ones, set the alarms."""
    closed = {event.step for event in decided.events if isinstance(event, Closed)}
    if after.end:
        writes.add("DELETE FROM casework_task WHERE case_id = %s", [case.pk])
        return
    if closed:
        writes.add("DELETE FROM casework_task WHERE case_id = %s AND step = ANY(%s::text[])", [case.pk, sorted(closed)])
        if after.step in closed:
            writes.send()  # the task that goes and the one that comes may be the same row, and one statement has no order
    for event in decided.events:
        if isinstance(event, Prolonged):
            writes.add(
                "UPDATE casework_task SET due_at = %s WHERE case_id = %s AND step = %s",
                [event.due, case.pk, event.step],
            )
            writes.add("DELETE FROM casework_alarm WHERE case_id = %s AND step = %s", [case.pk, event.step])
    for effect in decided.effects:
        if isinstance(effect, Ask) and effect.step == after.step:
            for organisation, person in _whom(case, effect, after):
                writes.add(
                    "INSERT INTO casework_task (case_id, round_id, step, role, organisation_id, person_id, code, due_at, opened_at)"
                    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                    [
                        *(case.pk, case.round_id, effect.step, effect.role),
                        *(organisation, person, case.code, effect.due, now),
                    ],
                )
            if (office := office_of(effect.role, is_pushed=case.applicant_id is None)) is not None:
                tell_of_vacancy(writes, case, office, now)
        elif isinstance(effect, Settle) and effect.step == after.step:
            writes.add(
                "DELETE FROM casework_task WHERE case_id = %s AND step = %s AND role = %s AND person_id IS NULL",
                [case.pk, effect.step, effect.role],
            )
        elif isinstance(effect, Wake) and effect.step == after.step:
            writes.add(
                "INSERT INTO casework_alarm (case_id, step, attempt, purpose, at) VALUES (%s, %s, %s, %s, %s)",
                [case.pk, effect.step, after.steps[effect.step].attempt, effect.purpose, effect.at],
            )


def _whom(case: Case, ask: Ask, after: CaseState) -> list[tuple[int | None, int | None]]:
    """The desk that is asked, as (organisation, None), or each person where the role is personal, as (None, person)."""
    match ask.role:
        case "applicant" if case.applicant_id is None:
            return [(case.host_id, None)]
        case "applicant":
            return [(None, case.applicant_id)]
        case "expert":
            attempt = after.steps[ask.step].attempt
            holders = SeatHolder.objects.filter(
                seat__case=case, seat__step=ask.step, seat__attempt=attempt, seat__state__in=["invited", "accepted"]
            ).exclude(seat__recusal__is_hard=True)
            return [(None, person) for person in holders.values_list("expert__person_id", flat=True)]
        case "host":
            return [(case.host_id, None)]
        case "authority":
            return [(case.authority_id, None)]
        case _:
            return [(None, None)]


def _kind(definition: Definition, step_id: str) -> str:
    return kind_of(definition.programme.step(step_id))


def _trace(
    writes: Writes,
    case: Case,
    situation: Situation,
    command: Command,
    decided: Decided,
    after: CaseState,
    actor: Actor,
    digests: Mapping[str, str],
) -> None:
    line = trace.Line(
        f"case:{command.name.replace('_', '-')}:accepted",
        case_number=case.number,
        programme_digest=situation.definition.digest,
        payload={
            "command": command.name,
            "step": command.step,
            "revision": after.revision,
            "at": situation.now.isoformat(),
            "events": [_event(event, digests) for event in decided.events],
            "verdicts": {one.rule: one.result for one in decided.verdicts},
            **_for_whom(case, situation.definition, command, actor),
        },
    )
    writes.add(*trace.statement(actor, line))


def _judged(case: Case, situation: Situation, decided: Decided, actor: Actor) -> None:
    """What an officer judged on giving a seat, and why. Behind a commitment: the applicant may read the trace."""
    known = situation.facts.get("recusals") or {}
    told = [
        {"seat": one.seat, "despite": [problem.code for problem in known[one.expert]], "reason": one.reason}
        for one in decided.effects
        if isinstance(one, Seat) and one.reason
    ]
    if told:
        trace.write("case:assign:judged", actor, case_number=case.number, personal={"judged": told})


def _for_whom(case: Case, definition: Definition, command: Command, actor: Actor) -> Mapping[str, int]:
    """Whom a deputy acted for, as the trace says it."""
    if not any(duty.deputy_for for duty in actor.duties):
        return {}
    step = next((one for one in definition.programme.steps if one.id == command.step), None)
    verbs = kind_for(step).verbs(step) if step is not None else ()
    role = next((verb.role for verb in verbs if verb.name == command.name), "")
    found = deputised_by(case, actor, role) if role else None
    return {} if found is None else {"for": found}


def _event(event: Any, digests: Mapping[str, str]) -> Mapping[str, Any]:
    """An event for the trace. Answers are named by digest: their text, and the people in it, stay with the case."""
    match event:
        case Entered(step, _, due):
            return {"event": "entered", "step": step, "due": due.isoformat() if due else None}
        case Answered(form, _):
            return {"event": "answered", "form": form, "digest": digests[form]}
        case Prolonged(step, until):
            return {"event": "prolonged", "step": step, "due": until.isoformat()}
        case Closed(step, outcome, _):
            return {"event": "closed", "step": step, "outcome": outcome}
        case Ended(end, _):
            return {"event": "ended", "end": end}
        case _:
            return {"event": type(event).__name__.lower()} | {
                name: getattr(event, name)
                for name in event.__slots__
                if name in ("step", "memo", "number", "programme", "end", "body")
            }
