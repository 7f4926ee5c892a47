"""A programme and its round as an applicant reads them: who may apply, the steps in order, the rules, the questions."""

from __future__ import annotations

from dataclasses import dataclass

from keguan.casework.pages.case_words import who_acts
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.schema import Agree, Apply, Deliver, Form, Programme, Publish, Rule, Step
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
    """One rule in words. when: where it applies only; ask: what a person judges."""

    say: Text
    source: str
    is_verified: bool
    when: Text | None
    ask: Text | None


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
            tuple(_rule(programme, rule) for name in rule_sets_of(step) for rule in programme.rule_set(name).rules),
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


def _rule(programme: Programme, rule: Rule) -> RuleWords:
    when = expression_said(programme, rule.when) if rule.when else None
    return RuleWords(rule.say, rule.source, rule.verified, when, rule.ask)


def forms_said(definition: Definition) -> list[Form]:
    """The forms in the order in which they are filled in."""
    programme = definition.programme
    names = [step.form for step in programme.steps if isinstance(step, Apply | Agree | Deliver)]
    return [programme.form(name) for name in dict.fromkeys(names)]


def numbers_said(definition: Definition) -> list[tuple[Text, Text, str, str]]:
    """The numbers of the law: title, newest value, since when, source."""
    return [
        (one.title, parameter_value(one, one.values[-1]), one.values[-1].since, one.values[-1].source)
        for one in definition.programme.parameters
        if one.values
    ]
