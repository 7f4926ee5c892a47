"""deliver 提交成果: the applicant hands in work that the agreement owes, a form with its own time."""

from __future__ import annotations

from dataclasses import replace

from keguan.engine.decision import Ask, Command, Situation, Wake
from keguan.engine.judging import failing, verdicts_at
from keguan.engine.moves import Move, Verb, due_after, names_in
from keguan.engine.state import Answered
from keguan.engine.waiting import lapsed, over, reminders
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Refusal
from keguan.language.schema import Deliver


def verbs(step: Deliver) -> tuple[Verb, ...]:
    """Submit; and the system's own word when time is up."""
    return (Verb("submit", Text("提交", "Submit"), step.by), Verb("expire", Text("逾期", "Lapse"), ""))


def offers(situation: Situation, step: Deliver, verb: Verb) -> bool:
    """Submitting, as long as the step waits and its time is not over."""
    return verb.name == "submit" and over(situation, situation.state.current.due) is None


def enter(situation: Situation, step: Deliver) -> Move:
    """The work is owed from now on."""
    due = due_after(situation, step)
    wakes = (Wake(step.id, due, "due"),) if due else ()
    return Move(
        due=due,
        effects=(Ask(step.id, step.by, due), *wakes, *reminders(situation, step, due)),
    )


def decide(situation: Situation, step: Deliver, command: Command) -> Move | Refusal:
    """Hand in the form if it is complete and no rule stands against it; all problems at once."""
    if command.name == "expire":
        return lapsed(situation, situation.state.current.due)
    if late := over(situation, situation.state.current.due):
        return late
    values = command.content.get("values") or {}
    clean, problems = situation.definition.check_answers(step.form, values, names_in(situation), complete=True)
    answered = replace(situation.state, answers={**situation.state.answers, step.form: clean})
    verdicts = verdicts_at(replace(situation, state=answered), step.rules)
    problems += failing(situation.definition.programme, verdicts)
    if problems:
        return Refusal(tuple(problems))
    return Move(outcome="delivered", answered=(Answered(step.form, clean),), verdicts=verdicts)
