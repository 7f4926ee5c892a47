"""screen 形式审查: an officer applies the rules and answers those that need a person."""

from __future__ import annotations

from keguan.engine.decision import Ask, Command, Situation, Wake
from keguan.engine.judging import answered, failing, verdicts_at
from keguan.engine.moves import Move, Verb, due_after, marks_of, reason_owed, refuse, text_of
from keguan.engine.waiting import reminders
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Refusal
from keguan.language.schema import Check, Screen


def verbs(step: Screen | Check) -> tuple[Verb, ...]:
    """Pass, fail, or send back."""
    return (
        Verb("pass", Text("通过", "Pass"), step.by),
        Verb("fail", Text("不通过", "Fail"), step.by),
        Verb("return", Text("退回修改", "Return for correction"), step.by),
    )


def offers(situation: Situation, step: Screen | Check, verb: Verb) -> bool:
    """Sending back only where the definition says where to."""
    return verb.name != "return" or "returned" in step.routes


def enter(situation: Situation, step: Screen | Check) -> Move:
    """The officer has it on the desk; overdue work is reminded of, it never decides itself."""
    due = due_after(situation, step)
    wakes = (Wake(step.id, due, "remind"),) if due else ()
    return Move(
        due=due,
        effects=(Ask(step.id, step.by, due), *wakes, *reminders(situation, step, due)),
    )


def decide(situation: Situation, step: Screen | Check, command: Command) -> Move | Refusal:
    """Pass only what every rule lets pass; fail only with a reason and a rule that fails; return with marked places."""
    if command.name == "return":
        if owed := reason_owed(command):
            return owed
        if "returned" not in step.routes:
            return refuse("screen.no_return", Text("本环节不能退回。", "This step cannot send back."))
        memo = {"reason": text_of(command, "reason"), **marks_of(command)}
        return Move(outcome="returned", memo=memo)
    verdicts, problems = answered(verdicts_at(situation, step.rules), command.content.get("verdicts"))
    failures = failing(situation.definition.programme, verdicts)
    if command.name == "pass":
        if problems or failures:
            return Refusal(problems + failures)
        return Move(outcome="passed", memo={"note": text_of(command, "note")}, verdicts=verdicts)
    if owed := reason_owed(command):
        return owed
    if not failures:
        return refuse(
            "screen.nothing_fails",
            Text("没有一条规则不符合，不能判为不通过。", "No rule fails, so the case cannot be failed."),
            fix=Text(
                "在需要人工判断的规则中指出不符合的一条。",
                "Mark the rule that is not met among those that need a person.",
            ),
        )
    return Move(outcome="failed", memo={"reason": text_of(command, "reason")}, verdicts=verdicts)
