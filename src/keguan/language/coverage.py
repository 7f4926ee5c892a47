"""Whether the examples of a programme suffice: every outcome gone through, every threshold seen from both sides.

Examples are a condition of publication. What is asked for is stated here, question by question; each answer names the
place and says in words what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused
from keguan.language.conditions import EQUAL, ORDERED, Comparison, comparisons, members
from keguan.language.definition import Definition
from keguan.language.evidence import Evidence, Side
from keguan.language.paths import SKIPPED, possible_outcomes
from keguan.language.schema import Column, Decide, Endorse, Expression, Field, Place, Review, Rule, kind_of
from keguan.language.uses import Use, spans, uses
from keguan.language.verdicts import SAID
from keguan.language.wording import step_title

ENOUGH_READINGS = 400
"""More rows than this for one expression are not looked at: a condition that shows in none of them is not shown."""


def missing(definition: Definition, evidence: Evidence) -> tuple[Problem, ...]:
    """Everything that the examples still have to show before the definition may be published."""
    return (
        *_outcomes(definition, evidence),
        *_lengths(definition, evidence),
        *_verdicts(definition, evidence),
        *_expressions(definition, evidence),
        *_forms(definition, evidence),
    )


def _owed(code: str, say: Text, place: Place, value: str = "") -> Problem:
    fix = Text("在 examples/ 中补充一个示例", "Add an example in examples/")
    return Problem(f"coverage.{code}", say, where=str(place), value=value, fix=fix)


# --------------------------------------------------------------------------------------------- journeys


def _outcomes(definition: Definition, evidence: Evidence) -> Iterator[Problem]:
    programme = definition.programme
    for step in programme.steps:
        skipped = (SKIPPED,) if step.when else ()
        for outcome in (*possible_outcomes(programme, step), *skipped):
            if (step.id, outcome) not in evidence.outcomes:
                say = Text(
                    "没有示例走过“{step}”的结果“{outcome}”", "No journey shows the outcome “{outcome}” of “{step}”"
                ).filled(step=step_title(step), outcome=outcome)
                yield _owed("outcome", say, step.place, f"{step.id}.{outcome}")
        if isinstance(step, Endorse) and step.quota and (step.id, "endorse.quota") not in evidence.refused:
            say = Text("没有示例碰到“{step}”的限额", "No journey runs into the quota of “{step}”").filled(
                step=step_title(step)
            )
            yield _owed("quota", say, step.place, f"{step.id}: refused: endorse.quota")
        if isinstance(step, Review) and f"{step.id}.score" not in evidence.stated:
            say = Text("没有示例写明“{step}”的得分", "No journey states the score of “{step}”").filled(
                step=step_title(step)
            )
            yield _owed("score", say, step.place, f"values: {step.id}.score")
        if isinstance(step, Decide) and step.vote:
            yield from _votes(step, evidence)
    for end in programme.ends:
        if end.end not in evidence.ends:
            say = Text("没有示例到达“{end}”", "No journey ends as “{end}”").filled(end=end.title)
            yield _owed("end", say, programme.place, end.end)


def _votes(step: Decide, evidence: Evidence) -> Iterator[Problem]:
    """One member alone, too few, and too few votes: each is refused somewhere."""
    for code in ("decide.not_voted", "decide.no_quorum", "decide.not_carried"):
        if (step.id, code) not in evidence.refused:
            say = Text("没有示例因“{code}”被拒绝", "No journey is refused for “{code}”").filled(code=code)
            yield _owed("vote", say, step.place, f"{step.id}: refused: {code}")


def _lengths(definition: Definition, evidence: Evidence) -> Iterator[Problem]:
    for name, span in spans(definition.programme):
        if name not in evidence.stated and not _only_reminds(definition, name):
            say = Text("没有示例写明时限“{name}”的最后一天", "No journey states the last day of “{name}”").filled(
                name=name
            )
            yield _owed("length", say, span.place, name)


def _only_reminds(definition: Definition, name: str) -> bool:
    """An application's reminder is relative to the round and goes out from casework, not from the engine."""
    step_id, _, what = name.partition(".")
    step = definition.programme.step(step_id)
    return what == "remind" and kind_of(step) == "apply"


# ------------------------------------------------------------------------------------------------ rules


def _verdicts(definition: Definition, evidence: Evidence) -> Iterator[Problem]:
    for rule_set in definition.programme.rules:
        for rule in rule_set.rules:
            name = f"{rule_set.name}.{rule.rule}"
            left = [one for one in _owed_results(definition, rule) if one not in evidence.verdicts.get(name, ())]
            if left:
                results = Text("、".join(SAID[one].zh for one in left), ", ".join(SAID[one].en for one in left))
                say = Text("没有示例说明规则“{rule}”：{results}", "No example of the rule “{rule}” where it {results}")
                yield _owed(
                    "verdict", say.filled(rule=rule.say, results=results), rule.place, f"{name}: {', '.join(left)}"
                )


def _owed_results(definition: Definition, rule: Rule) -> tuple[str, ...]:
    exempt = ("exempt",) if rule.when else ()
    if rule.must is None:
        return ("person", *exempt)
    reads_anything = bool(definition.names_of(rule.must))
    return ("meets", "fails", *(("person",) if reads_anything else ()), *exempt)


# ------------------------------------------------------------------------------------------ expressions


def _expressions(definition: Definition, evidence: Evidence) -> Iterator[Problem]:
    for use in uses(definition.programme):
        readings = evidence.readings.get(use.name, [])[:ENOUGH_READINGS]
        if not use.part or use.part in ("computed", "shown_when"):
            yield from _stated(definition, use, readings)
        yield from _sides(definition, use, readings)


def _stated(definition: Definition, use: Use, readings: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    if use.yields == "bool":
        for wanted in (True, False):
            if not any(definition.value(use.expression, names) is wanted for names in readings):
                word = Text("成立", "true") if wanted else Text("不成立", "false")
                say = Text("没有示例说明“{name}”{word}", "No example shows “{name}” being {word}")
                yield _owed(
                    "condition", say.filled(name=use.name, word=word), use.expression.place, use.expression.text
                )
    elif not readings:
        say = Text("没有示例写明“{name}”的值", "No example states a value of “{name}”").filled(name=use.name)
        yield _owed("value", say, use.expression.place, use.expression.text)


@dataclass(frozen=True, slots=True)
class _Need:
    """One thing a comparison must be seen doing."""

    said: Text
    test: str


def _sides(definition: Definition, use: Use, readings: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """Each comparison, seen deciding: what the whole yields must hang on it in the example that shows it."""
    for one in comparisons(use.expression.text):
        needs = list(_needs(one))
        deciding = [names for names in readings if _decides(definition, use.expression, one, names)]
        left = [need for need in needs if not any(_holds(definition, need.test, names) for names in deciding)]
        if left:
            needed = Text("、".join(need.said.zh for need in left), ", or ".join(need.said.en for need in left))
            say = Text(
                "“{name}”中的“{one}”：没有示例使{need}，并由它决定结果",
                "“{one}” in “{name}”: no example turns on it where {need}",
            ).filled(name=use.name, one=one.text, need=needed)
            yield _owed("comparison", say, use.expression.place, "; ".join(need.test for need in left))


def _needs(one: Comparison) -> Iterator[_Need]:
    left, right = f"({one.left})", f"({one.right})"
    if one.operator in ORDERED:
        yield _Need(Text("左边小于右边", "the left is smaller"), f"{left} < {right}")
        yield _Need(Text("两边相等", "both are equal"), f"{left} == {right}")
        yield _Need(Text("左边大于右边", "the left is larger"), f"{left} > {right}")
    elif one.operator in EQUAL:
        yield _Need(Text("两边相等", "both are equal"), f"{left} == {right}")
        yield _Need(Text("两边不等", "both differ"), f"{left} != {right}")
    elif one.operator == "in":
        for member in members(one.right):
            yield _Need(Text("值为{m}", "the value is {m}").filled(m=member), f"{left} == {member}")
        yield _Need(Text("值不在其中", "the value is none of them"), f"!({left} in {right})")


def _holds(definition: Definition, text: str, names: Mapping[str, Any]) -> bool:
    try:
        return definition.value(Expression(text), names) is True
    except Refused:
        return False


def _decides(definition: Definition, whole: Expression, one: Comparison, names: Mapping[str, Any]) -> bool:
    """Whether the whole would be another if this comparison came out the other way."""
    try:
        yes = definition.value(Expression(one.replaced(whole.text, "true")), names)
        no = definition.value(Expression(one.replaced(whole.text, "false")), names)
    except Refused:
        return True
    return yes != no


# ------------------------------------------------------------------------------------------------- forms


def _forms(definition: Definition, evidence: Evidence) -> Iterator[Problem]:
    for form in definition.programme.forms:
        for field in form.fields:
            if field.computed:
                continue
            yield from _answers(evidence, f"{form.form}.{field.field}", field)
            for column in field.columns:
                yield from _answers(evidence, f"{form.form}.{field.field}.{column.column}", column)


_SIDES: Mapping[Side, Text] = {
    "missing": Text("未填而被指出", "left out and refused"),
    "absent": Text("未填而无妨", "left out and accepted"),
    "least": Text("正好达到下限", "exactly at its least"),
    "below": Text("低于下限", "below its least"),
    "most": Text("正好达到上限", "exactly at its most"),
    "above": Text("超过上限", "above its most"),
}


def _answers(evidence: Evidence, name: str, field: Field | Column) -> Iterator[Problem]:
    owed: list[Side] = ["missing"] if field.required else ["absent"]
    owed += ["most", "above"] if field.most is not None else []
    owed += ["least", "below"] if field.least is not None and not _never_below(field) else []
    left = [side for side in owed if (name, side) not in evidence.answers]
    if left:
        sides = Text("、".join(_SIDES[side].zh for side in left), ", ".join(_SIDES[side].en for side in left))
        say = Text("没有示例说明“{title}”：{sides}", "No example shows “{title}” {sides}")
        yield _owed("answer", say.filled(title=field.title, sides=sides), field.place, f"{name}: {', '.join(left)}")


def _never_below(field: Field | Column) -> bool:
    """Nothing can be answered that is shorter: a text, list or table of at least one is the same as a required one."""
    return (field.type in ("text", "long_text", "table", "file", "choices") and field.least == 1) or (
        field.type == "money" and field.least == 0
    )
