"""apply 申报: the applicant hands in a form while the round is open, or again when it was returned."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from keguan.engine.decision import Ask, Command, Situation, Wake
from keguan.engine.judging import failing, verdicts_at
from keguan.engine.moves import DISCARDED, Move, Verb, names_in, refuse
from keguan.engine.state import Answered
from keguan.engine.waiting import lapsed, reminders
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import local_date
from keguan.kernel.problems import Refusal
from keguan.language.schema import Apply


def verbs(step: Apply) -> tuple[Verb, ...]:
    """Submit; discard what was never submitted; and the system's own word when time is up."""
    return (
        Verb("submit", Text("提交", "Submit"), step.by),
        Verb("discard", Text("放弃草稿", "Discard the draft"), step.by, is_awaited=False),
        Verb("expire", Text("逾期", "Lapse"), ""),
    )


def offers(situation: Situation, step: Apply, verb: Verb) -> bool:
    """Submitting is offered while it would be in time, discarding while nothing was submitted."""
    if verb.name == "discard":
        return kept_on(situation) is None
    return verb.name == "submit" and lateness(situation, step) is None


def kept_on(situation: Situation) -> Refusal | None:
    """Why the case cannot be discarded, None if it can: it is somebody's own, and nothing of it was ever handed in."""
    if situation.state.answers:
        return refuse(
            "discard.handed_in",
            Text("材料已提交过，不再是草稿。", "It was handed in before and is no draft any more."),
            fix=Text("如需收回，请申请撤回。", "To take it back, ask for a withdrawal."),
        )
    if not situation.acting.own:
        return refuse(
            "discard.owed",
            Text(
                "本件是下达给单位办理的，不能放弃。", "This case was pushed to the institution, which owes an answer."
            ),
        )
    return None


def closes_for(situation: Situation, step: Apply) -> datetime | None:
    """The last moment at which this application may come in; for a side case the end of the notice that it objects to,
    None where it may come at any time."""
    if situation.definition.programme.rounds == "side":
        return situation.terms.side_until
    before = situation.state.steps.get(step.id)
    if before is None or before.attempt == 1:
        return situation.terms.closes
    return before.due


def last_moment(situation: Situation, step: Apply) -> datetime | None:
    """After this moment nobody can submit any more: the closing, and on the first attempt the grace after it."""
    closes = closes_for(situation, step)
    if closes is None or situation.state.current.attempt > 1 or situation.definition.programme.rounds == "side":
        return closes
    return closes + timedelta(minutes=situation.terms.grace_minutes)


def lateness(situation: Situation, step: Apply) -> Refusal | None:
    """Why it is too early or too late to submit, None if it is in time.

    The published grace rule: a draft that was begun before the round closed may still come in during the grace minutes.
    """
    closes = closes_for(situation, step)
    if closes is None:
        return None
    first = situation.state.current.attempt == 1
    if first and situation.now < situation.terms.opens:
        return refuse(
            "apply.not_open",
            Text("本批次尚未开放申报。", "This round is not open yet."),
            value=situation.terms.opens.isoformat(),
        )
    if situation.now <= closes:
        return None
    begun_in_time = situation.begun is not None and situation.begun <= closes
    last = last_moment(situation, step)
    if begun_in_time and last is not None and situation.now <= last:
        return None
    return refuse(
        "apply.closed",
        Text("申报已截止，草稿已保留。", "The deadline has passed; your draft is kept."),
        value=closes.isoformat(),
        fix=Text(
            "如因系统故障未能按时提交，请联系项目主管。",
            "If a fault of the system kept you, contact the programme officer.",
        ),
    )


def enter(situation: Situation, step: Apply) -> Move:
    """The form waits for the applicant; a returned application has its own time for correction."""
    attempt = situation.state.current.attempt
    due: datetime | None
    if situation.definition.programme.rounds == "side":
        due = situation.terms.side_until
    elif attempt == 1:
        due = situation.terms.closes
    elif step.correct_within is not None:
        span = situation.definition.span(step.correct_within, local_date(situation.terms.opens))
        due = span.after(situation.now, situation.calendar)
    else:
        due = max(situation.terms.closes, situation.now)
    effects: list[Ask | Wake] = [Ask(step.id, step.by, due)]
    if due is not None:
        grace = timedelta(minutes=situation.terms.grace_minutes if attempt == 1 else 0)
        effects.append(Wake(step.id, due + grace, "due"))
    return Move(due=due, effects=(*effects, *reminders(situation, step, due)))


def decide(situation: Situation, step: Apply, command: Command) -> Move | Refusal:
    """Submit the form if it is complete, in time and no rule stands against it; all problems at once. Or discard it."""
    if command.name == "expire":
        return lapsed(situation, last_moment(situation, step))
    if command.name == "discard":
        return kept_on(situation) or Move(outcome=DISCARDED)
    if late := lateness(situation, step):
        return late
    clean, problems = situation.definition.check_answers(
        step.form, command.content.get("values") or {}, names_in(situation), complete=True
    )
    answered = replace(situation.state, answers={**situation.state.answers, step.form: clean})
    verdicts = verdicts_at(replace(situation, state=answered), step.rules)
    problems += failing(situation.definition.programme, verdicts)
    if problems:
        return Refusal(tuple(problems))
    closes = closes_for(situation, step)
    in_grace = closes is not None and situation.now > closes
    return Move(
        outcome="submitted",
        memo={"submitted": situation.now.isoformat(), "in_grace": in_grace},
        answered=(Answered(step.form, clean),),
        verdicts=verdicts,
    )
