"""Rules at a step: what the machine says, what a person answers, and whether the case may go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from keguan.engine.decision import Situation
from keguan.engine.moves import names_in
from keguan.kernel.bilingual import Text
from keguan.kernel.names import clean_text
from keguan.kernel.problems import Problem
from keguan.language.schema import Programme
from keguan.language.verdicts import Verdict
from keguan.language.wording import values_said


def verdicts_at(situation: Situation, rule_sets: Sequence[str]) -> tuple[Verdict, ...]:
    """What the rules say of the case now."""
    if not rule_sets:
        return ()
    found = situation.definition.verdicts(rule_sets, names_in(situation))
    grounds: Mapping[str, Any] = situation.facts.get("grounds") or {}
    return tuple(
        replace(one, grounds={name: grounds[name] for name in one.values if name in grounds}) if grounds else one
        for one in found
    )


def problem_of(programme: Programme, verdict: Verdict) -> Problem:
    """A failing verdict as a problem: the rule, the values, the source, the way out. It lies at the first answer that the rule
    looked at: a parameter or a fact is nothing that one could change."""
    forms = {str(one.form) for one in programme.forms}
    return Problem(
        f"rule.{verdict.rule}",
        Text("不符合：{say}", "Not met: {say}").filled(say=verdict.say),
        where=next((name for name in verdict.values if name.partition(".")[0] in forms), ""),
        value=values_said(programme, verdict.values),
        source=verdict.source,
        fix=verdict.fix,
        may_override=verdict.override,
    )


def failing(programme: Programme, verdicts: Sequence[Verdict]) -> tuple[Problem, ...]:
    """The problems of all failing verdicts."""
    return tuple(problem_of(programme, verdict) for verdict in verdicts if verdict.result == "fails")


def answered(verdicts: Sequence[Verdict], answers: Any) -> tuple[tuple[Verdict, ...], tuple[Problem, ...]]:
    """The verdicts with a person's answers put in, and what is still wrong with those answers.

    answers: rule → {"result": "meets" | "fails", "reason": text}. A person answers what needs a person; where a rule may
    be overridden they may also accept a failing case, with a reason. What the machine decided otherwise stands.
    """
    given: Mapping[str, Any] = answers if isinstance(answers, Mapping) else {}
    settled: list[Verdict] = []
    problems: list[Problem] = []
    for verdict in verdicts:
        answer = given.get(verdict.rule)
        answer = answer if isinstance(answer, Mapping) else {}
        result, reason = str(answer.get("result", "")), clean_text(str(answer.get("reason") or "")).strip()
        if verdict.result == "person":
            if result not in ("meets", "fails"):
                problems.append(_unanswered(verdict))
                settled.append(verdict)
            elif result == "fails" and not reason:
                problems.append(_unexplained(verdict))
                settled.append(verdict)
            else:
                settled.append(replace(verdict, result=result, answered=True, reason=reason))  # type: ignore[arg-type]
        elif verdict.result == "fails" and verdict.override and result == "meets":
            if not reason:
                problems.append(_unexplained(verdict))
                settled.append(verdict)
            else:
                settled.append(replace(verdict, result="meets", answered=True, reason=reason))
        else:
            settled.append(verdict)
    known = {verdict.rule for verdict in verdicts}
    problems += [_unknown(rule) for rule in given if rule not in known]
    return tuple(settled), tuple(problems)


def _unanswered(verdict: Verdict) -> Problem:
    said = Text("这一条需要您判断：{rule}", "This one needs your judgement: {rule}").filled(
        rule=verdict.ask or verdict.say
    )
    return Problem("verdict.unanswered", said, where=f"verdicts.{verdict.rule}", source=verdict.source)


def _unexplained(verdict: Verdict) -> Problem:
    said = Text("请写明判断理由：{rule}", "Give the reason for your judgement: {rule}").filled(rule=verdict.say)
    return Problem("verdict.unexplained", said, where=f"verdicts.{verdict.rule}", source=verdict.source)


def _unknown(rule: str) -> Problem:
    said = Text("本环节没有这条规则。", "This step has no such rule.")
    return Problem("verdict.unknown", said, where=f"verdicts.{rule}", value=rule)
