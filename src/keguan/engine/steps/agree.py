"""agree 签订任务书: the applicant fills in the agreement, every party signs the same text."""

from __future__ import annotations

from dataclasses import replace

from keguan.engine.decision import Ask, Command, Situation, Wake
from keguan.engine.judging import answered, failing, verdicts_at
from keguan.engine.moves import Move, Verb, due_after, names_in, reason_owed, refuse, text_of
from keguan.engine.state import Answered
from keguan.engine.waiting import lapsed, over, reminders
from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import digest
from keguan.kernel.problems import Refusal
from keguan.language.schema import Agree
from keguan.language.verdicts import Verdict


def verbs(step: Agree) -> tuple[Verb, ...]:
    """The applicant fills in or gives up; each party signs."""
    return (
        Verb("fill", Text("填写任务书", "Fill in the agreement"), "applicant"),
        *(Verb(f"sign_{party}", Text("签署", "Sign"), party) for party in step.parties),
        Verb("refuse", Text("放弃立项", "Give up the award"), "applicant", is_awaited=False),
        Verb("expire", Text("逾期", "Lapse"), ""),
    )


def offers(situation: Situation, step: Agree, verb: Verb) -> bool:
    """Signing is offered once the text is there, to each party once; nothing after the step's time."""
    if over(situation, situation.state.current.due):
        return False
    if not verb.name.startswith("sign_"):
        return bool(verb.role)
    memo = situation.state.current.memo
    return bool(memo.get("text")) and verb.role not in memo["signed"]


def enter(situation: Situation, step: Agree) -> Move:
    """The applicant is asked for the agreement's content."""
    due = due_after(situation, step)
    wakes = (Wake(step.id, due, "due"),) if due else ()
    return Move(
        due=due,
        memo={"text": "", "signed": {}},
        effects=(Ask(step.id, "applicant", due), *wakes, *reminders(situation, step, due)),
    )


def decide(situation: Situation, step: Agree, command: Command) -> Move | Refusal:
    """Fill in (which voids earlier signatures), sign once for each party, or give up.

    The party that answers for the programme judges, as it signs, the rules that need a person.
    """
    if command.name == "expire":
        return lapsed(situation, situation.state.current.due)
    if late := over(situation, situation.state.current.due):
        return late
    if command.name == "refuse":
        return reason_owed(command) or Move(outcome="refused", memo={"reason": text_of(command, "reason")})
    if command.name == "fill":
        return _fill(situation, step, command)
    memo = situation.state.current.memo
    if not memo["text"]:
        said = Text("任务书尚未填写，不能签署。", "The agreement is not filled in yet.")
        return refuse("agree.no_text", said)
    if command.content.get("text") != memo["text"]:
        said = Text("任务书内容已变化，请重新阅读后签署。", "The text has changed: read it again before you sign.")
        return refuse("agree.text_changed", said)
    party = command.name.removeprefix("sign_")
    if party in memo["signed"]:
        said = Text("该方已签署。", "This party has signed already.")
        return refuse("agree.signed", said)
    verdicts: tuple[Verdict, ...] = ()
    if party == step.judge:
        verdicts, problems = answered(verdicts_at(situation, step.rules), command.content.get("verdicts"))
        if problems := problems + failing(situation.definition.programme, verdicts):
            return Refusal(problems)
    signed = {**memo["signed"], party: {"person": situation.acting.person, "at": situation.now.isoformat()}}
    outcome = "signed" if set(signed) == set(step.parties) else ""
    return Move(outcome=outcome, memo={"signed": signed}, verdicts=verdicts)


def _fill(situation: Situation, step: Agree, command: Command) -> Move | Refusal:
    values = command.content.get("values") or {}
    clean, problems = situation.definition.check_answers(step.form, values, names_in(situation), complete=True)
    filled_in = replace(situation.state, answers={**situation.state.answers, step.form: clean})
    verdicts = verdicts_at(replace(situation, state=filled_in), step.rules)
    problems += failing(situation.definition.programme, verdicts)
    if problems:
        return Refusal(tuple(problems))
    asks = tuple(Ask(step.id, party, situation.state.current.due) for party in step.parties)
    return Move(
        memo={"text": digest(clean), "signed": {}},
        answered=(Answered(step.form, clean),),
        effects=asks,
        verdicts=verdicts,
    )
