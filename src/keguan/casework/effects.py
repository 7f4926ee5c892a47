"""What a decision means for the rows: the case's columns, its memory, tasks, alarms, registers, messages, trace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Max

from keguan.casework import facts
from keguan.casework.entries import enter, owe
from keguan.casework.memo import stored
from keguan.casework.messages import tell
from keguan.casework.models import Alarm, Answers, Case, Judgement, Memo, SeatHolder, Task
from keguan.casework.notices import put_up, take_down
from keguan.casework.seats import give_seat, move_seat
from keguan.engine.decision import Ask, Command, Decided, Due, Enter, Seat, SeatMoved, Situation, Wake
from keguan.engine.state import Answered, CaseState, Closed, Ended, Entered
from keguan.kernel.actors import Actor
from keguan.kernel.canonical import digest
from keguan.language.definition import Definition
from keguan.language.schema import kind_of
from keguan.language.verdicts import Verdict
from keguan.registers.trace import services as trace


def carry_out(
    case: Case, situation: Situation, command: Command, decided: Decided, after: CaseState, actor: Actor
) -> None:
    """Write all of a decision. Needs the case locked and a transaction open."""
    now = situation.now
    _keep_answers(case, decided, actor, now)
    _keep_case(case, situation.definition, decided, after, now)
    if decided.verdicts:
        _keep_verdicts(case, situation.state, decided.verdicts, actor, now)
    _follow_up(case, after, decided, now)
    for event in decided.events:
        if isinstance(event, Entered) and _kind(situation.definition, event.step) == "publish":
            put_up(case, situation.definition, after, event)
        elif isinstance(event, Closed) and _kind(situation.definition, event.step) == "publish":
            take_down(case, event)
    for effect in decided.effects:
        match effect:
            case Seat():
                give_seat(case, effect, after, now)
            case SeatMoved():
                move_seat(case, effect, after, now)
            case Due():
                owe(case, effect, actor)
            case Enter():
                enter(case, situation.definition, effect, actor)
    tell(case, situation.definition, decided, now)
    _trace(case, situation, command, decided, after, actor)


# ------------------------------------------------------------------------------------------------- the case's rows


def _keep_answers(case: Case, decided: Decided, actor: Actor, now: datetime) -> None:
    for event in decided.events:
        if isinstance(event, Answered):
            last = Answers.objects.filter(case=case, form=event.form).aggregate(last=Max("version"))["last"] or 0
            Answers.objects.create(
                case=case,
                form=event.form,
                version=last + 1,
                values=event.values,
                digest=digest(event.values),
                at=now,
                by=actor.person,
            )


def _keep_case(case: Case, definition: Definition, decided: Decided, after: CaseState, now: datetime) -> None:
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
    for step in definition.programme.steps:
        there = after.steps.get(step.id)
        if there is None:
            continue
        # A case that was sent back gives its rank free; it gets another one when it comes back up.
        current = there.memo if there.outcome != "returned" and not _again_below(definition, after, step.id) else {}
        match kind_of(step):
            case "endorse" if getattr(step, "ranked", False):
                case.recommended_rank = current.get("rank")
            case "review":
                case.score_hundredths = current.get("score")
            case "rank":
                case.position = current.get("position")
            case "decide":
                case.amount_fen = current.get("amount")
    case.save()
    kept = {"state": stored(after), "answers": dict(after.answers)} if answered else {"state": stored(after)}
    Memo.objects.filter(case=case).update(**kept)


def _again_below(definition: Definition, after: CaseState, step_id: str) -> bool:
    """Whether the case stands at an earlier step than this one, sent back."""
    if not after.step:
        return False
    order = [str(step.id) for step in definition.programme.steps]
    return order.index(after.step) < order.index(step_id)


def _keep_verdicts(case: Case, before: CaseState, verdicts: Iterable[Verdict], actor: Actor, now: datetime) -> None:
    Judgement.objects.create(
        case=case,
        step=before.step,
        attempt=before.current.attempt,
        by=actor.person,
        at=now,
        verdicts=[
            {
                "rule": one.rule,
                "result": one.result,
                "values": {name: _plain(value) for name, value in one.values.items()},
                "missing": list(one.missing),
                "answered": one.answered,
                "reason": one.reason,
            }
            for one in verdicts
        ],
    )


def _plain(value: Any) -> Any:
    return value.date().isoformat() if isinstance(value, datetime) else value


def _follow_up(case: Case, after: CaseState, decided: Decided, now: datetime) -> None:
    """Close the tasks of closed steps, ask for new ones, set the alarms."""
    closed = {event.step for event in decided.events if isinstance(event, Closed)}
    if after.end:
        Task.objects.filter(case=case).delete()
    elif closed:
        Task.objects.filter(case=case, step__in=closed).delete()
    if after.end:
        return
    asks = [effect for effect in decided.effects if isinstance(effect, Ask) and effect.step == after.step]
    tasks = [task for ask in asks for task in _tasks(case, ask, after, now)]
    if tasks:
        Task.objects.bulk_create(tasks, ignore_conflicts=True)
    alarms = [
        Alarm(case=case, step=one.step, attempt=after.steps[one.step].attempt, purpose=one.purpose, at=one.at)
        for one in decided.effects
        if isinstance(one, Wake) and one.step == after.step
    ]
    if alarms:
        Alarm.objects.bulk_create(alarms)


def _tasks(case: Case, ask: Ask, after: CaseState, now: datetime) -> list[Task]:
    """One task for a desk, or one for each person where the role is personal."""

    def task(person: int | None, organisation: int | None = None) -> Task:
        return Task(
            case=case,
            step=ask.step,
            role=ask.role,
            organisation_id=organisation,
            person_id=person,
            code=case.code,
            due_at=ask.due,
            opened_at=now,
        )

    match ask.role:
        case "applicant" if case.applicant_id is None:
            return [task(None, case.host_id)]
        case "applicant":
            return [task(case.applicant_id)]
        case "expert":
            attempt = after.steps[ask.step].attempt
            holders = SeatHolder.objects.filter(
                seat__case=case, seat__step=ask.step, seat__attempt=attempt, seat__state__in=["invited", "accepted"]
            )
            return [task(person) for person in holders.values_list("expert__person_id", flat=True)]
        case "host":
            return [task(None, case.host_id)]
        case "authority":
            return [task(None, case.authority_id)]
        case _:
            return [task(None)]


def _kind(definition: Definition, step_id: str) -> str:
    return kind_of(definition.programme.step(step_id))


def _trace(
    case: Case, situation: Situation, command: Command, decided: Decided, after: CaseState, actor: Actor
) -> None:
    trace.write(
        f"case:{command.name.replace('_', '-')}:accepted",
        actor,
        case_number=case.number,
        programme_digest=situation.definition.digest,
        payload={
            "command": command.name,
            "step": command.step,
            "revision": after.revision,
            "events": [_event(event) for event in decided.events],
            "verdicts": {one.rule: one.result for one in decided.verdicts},
        },
    )


def _event(event: Any) -> Mapping[str, Any]:
    """An event for the trace. Answers are named by digest: their text, and the people in it, stay with the case."""
    match event:
        case Entered(step, _, due):
            return {"event": "entered", "step": step, "due": due.isoformat() if due else None}
        case Answered(form, values):
            return {"event": "answered", "form": form, "digest": digest(values)}
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
