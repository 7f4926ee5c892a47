"""A programme and its round as an applicant reads them: who may apply, the steps in order, the rules, the questions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from keguan.casework.pages.case_words import who_acts
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.parameters import in_force
from keguan.language.schema import Agree, Apply, Deliver, Expression, Form, Programme, Publish, Rule, Step
from keguan.language.uses import rule_sets_of
from keguan.language.vocabulary import APPLICANT_KINDS
from keguan.language.wording import expression_said, parameter_value, span_said, step_title


@dataclass(frozen=True, slots=True)
class StepWords:
    """One step for people: whose turn it is, how long it takes, the rules that apply."""

    title: Text
    who: Text
    time: Text | None
    rules: tuple[RuleWords, ...]
    source: str


@dataclass(frozen=True, slots=True)
class RuleWords:
    """One rule in words. when: where it applies only; ask: what a person judges; doubt: what of it is to be confirmed."""

    say: Text
    source: str
    doubt: Text | None
    when: Text | None
    ask: Text | None


@dataclass(frozen=True, slots=True)
class NumberWords:
    """One number of the law: its newest value, since when, and whether that is to be confirmed."""

    title: Text
    value: Text
    since: str
    source: str
    doubt: Text | None


NUMBER_DOUBTED = Text("数值待核", "figure to be confirmed")
SOURCE_DOUBTED = Text("条文待核", "provision to be confirmed")
WHAT_DOUBTED_MEANS = Text(
    "有的数字（已逐一标明）尚未与规定原文核对：或取自其他省（区、市）的做法，或为暂定，可能会改，请以主管部门的答复为准。",
    "Some figures, each marked, have not been compared with the provision itself yet: they are taken over from the practice"
    " of other provinces, or set for the time being, and may change; ask the department in charge.",
)


def kinds_said(programme: Programme) -> Text:
    """Who may apply."""
    kinds = [APPLICANT_KINDS[kind] for kind in programme.applicants if kind in APPLICANT_KINDS]
    if not kinds:
        return Text("不限单位类型", "organisations of any kind")
    return Text("、".join(one.zh for one in kinds), ", ".join(one.en for one in kinds))


def steps_said(definition: Definition) -> list[StepWords]:
    """The steps in order."""
    programme = definition.programme
    return [
        StepWords(
            step_title(step),
            who_acts(step),
            time_said(programme, step),
            tuple(_rule(definition, rule) for name in rule_sets_of(step) for rule in programme.rule_set(name).rules),
            step.source,
        )
        for step in programme.steps
    ]


def time_said(programme: Programme, step: Step) -> Text | None:
    """How long a step takes at most, None where nothing says so."""
    if isinstance(step, Publish):
        return Text("公示{t}", "stands for {t}").filled(t=span_said(programme, step.period))
    if isinstance(step, Apply):
        if step.correct_within is None:
            return None
        return Text("退回后{t}内修改", "corrected within {t} when returned").filled(
            t=span_said(programme, step.correct_within)
        )
    return Text("{t}内", "within {t}").filled(t=span_said(programme, step.lapse)) if step.lapse else None


def _rule(definition: Definition, rule: Rule) -> RuleWords:
    when = expression_said(definition.programme, rule.when) if rule.when else None
    return RuleWords(rule.say, rule.source, doubt_of(definition, rule), when, rule.ask)


def doubt_of(definition: Definition, rule: Rule) -> Text | None:
    """What of a rule is to be confirmed, None where nothing is."""
    if _numbers_in(definition, rule) & _doubted(definition.programme):
        return NUMBER_DOUBTED
    return None if rule.verified else SOURCE_DOUBTED


def _numbers_in(definition: Definition, rule: Rule) -> set[str]:
    """The parameters that a rule reads."""
    read = {name for test in (rule.when, rule.must) if test for name in definition.names_of(test)}
    return {name.removeprefix("param.") for name in read if name.startswith("param.")}


def _doubted(programme: Programme) -> set[str]:
    """The parameters whose newest value nobody has compared with its source."""
    return {one.name for one in programme.parameters if one.values and not one.values[-1].verified}


def doubt_explained(words: Iterable[NumberWords | RuleWords]) -> Text | None:
    """What the mark of a doubted number means, for the head of a section in which one stands; None where none does."""
    return WHAT_DOUBTED_MEANS if any(one.doubt is NUMBER_DOUBTED for one in words) else None


def figures_said(definition: Definition, expression: Expression, on: date) -> Text | None:
    """Each number of the law that an expression reads, as it is in force on a day, with a doubt where there is one; None where it reads none."""
    read = definition.names_of(expression)
    found: list[Text] = []
    for one in definition.programme.parameters:
        if f"param.{one.name}" in read and (held := in_force(one, on)) is not None:
            said = Text("“{title}”为{value}", "“{title}” is {value}")
            if not held.verified:
                said = Text("“{title}”为{value}（{doubt}）", "“{title}” is {value} ({doubt})")
            found.append(said.filled(title=one.title, value=parameter_value(one, held), doubt=NUMBER_DOUBTED))
    return Text("，".join(one.zh for one in found), ", ".join(one.en for one in found)) if found else None


def forms_said(definition: Definition) -> list[Form]:
    """The forms in the order in which they are filled in."""
    programme = definition.programme
    names = [step.form for step in programme.steps if isinstance(step, Apply | Agree | Deliver)]
    return [programme.form(name) for name in dict.fromkeys(names)]


def numbers_said(definition: Definition, *, beside_rules: bool = False) -> list[NumberWords]:
    """The numbers of the law. beside_rules: the page also tells the rules, so that a doubt stands there where one reads
    the number, and is not told twice."""
    programme = definition.programme
    doubted = _doubted(programme)
    if beside_rules:
        rules = [
            rule for step in programme.steps for name in rule_sets_of(step) for rule in programme.rule_set(name).rules
        ]
        doubted -= {name for rule in rules for name in _numbers_in(definition, rule)}
    return [
        NumberWords(
            one.title,
            parameter_value(one, one.values[-1]),
            one.values[-1].since,
            one.values[-1].source,
            NUMBER_DOUBTED if one.name in doubted else None,
        )
        for one in programme.parameters
        if one.values
    ]
