"""A loaded programme, ready to work: its names, its rules judged, its expressions valued, its answers checked. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import digest
from keguan.kernel.duration import Duration
from keguan.kernel.problems import Problem, Refused
from keguan.language import answers, uses
from keguan.language.answers import FormPlan, Values
from keguan.language.balances import Balance, Weighed, weighed
from keguan.language.expressions import Compiled, Environment, Known
from keguan.language.parameters import TYPES, in_force, span_in_force
from keguan.language.schema import Endorse, Expression, Form, Parameter, Programme, Rule, Span, kind_of
from keguan.language.verdicts import Verdict, judge
from keguan.language.vocabulary import FACTS, KINDS, NameType

_YIELDS: Final[Mapping[str, tuple[NameType, ...]]] = {
    "bool": ("bool",),
    "int": ("int",),
    "int|score": ("int", "score"),
    "string": ("string",),
}
_ENTERED_BY_THE_MACHINE: Final = frozenset({"decide", "pay", "record"})
"""Kinds whose expressions may be read while an earlier step closes."""


class Definition:
    """One version of a programme. Make it with `loader.load` or `loader.load_sources`.

    programme: what the files say. sources: the files' texts by name, with `parameters.yaml` holding the parameters used.
    digest: SHA-256 (hex) of the texts except the examples. A changed comment changes it, for the text is what was
    published; another example does not, for it tests the law and is not the law.
    """

    def __init__(self, programme: Programme, sources: Mapping[str, str]) -> None:
        self.programme = programme
        self.sources = dict(sources)
        self.digest = digest({name: text for name, text in self.sources.items() if not name.startswith("examples/")})
        self.types = declared_names(programme)
        self._environment = Environment(self.types)
        self._parameters = {str(one.name): one for one in programme.parameters}
        self._compiled: dict[str, Compiled] = {}
        self._plans: dict[str, FormPlan] = {}
        self._in_force: dict[date, dict[str, Any]] = {}

    # --------------------------------------------------------------------------------------- what is read

    def expression_problems(self) -> tuple[Problem, ...]:
        """Every expression that names something undeclared, mixes types, or gives another type than its place takes."""
        problems: list[Problem] = []
        for use in uses.uses(self.programme):
            if use.yields == "answer":
                kind = answers.TYPES.get(use.field.type) if use.field else None
                expected: tuple[NameType, ...] = (kind,) if kind else ()
            else:
                expected = _YIELDS[use.yields]
            found = self._environment.compile(use.expression, expected)
            problems += () if isinstance(found, Compiled) else found
        return tuple(problems)

    def compiled(self, expression: Expression) -> Compiled:
        """The expression ready to run. Raises Refused with its problems; never for one that was loaded."""
        known = self._compiled.get(expression.text)
        if known is None:
            found = self._environment.compile(expression)
            if not isinstance(found, Compiled):
                raise Refused.because(*found)
            known = self._compiled[expression.text] = found
        return known

    def names_of(self, expression: Expression) -> frozenset[str]:
        """Every declared name that an expression reads; constants are none."""
        return self.compiled(expression).names

    def names_of_rules(self, sets: Iterable[str]) -> frozenset[str]:
        """Every declared name that the `when` and `must` of these rule sets read. Raises KeyError for an unknown set."""
        read: set[str] = set()
        for _, _, when, must in self._rules(sets):
            read |= (when.names if when else frozenset()) | (must.names if must else frozenset())
        return frozenset(read)

    def facts_for(self, step_id: str) -> frozenset[str]:
        """The facts that entering, submitting or closing a step may need.

        Its own rules, form and expressions; the `when` of every step, for closing one decides which is next; and what
        the machine computes on entering a later step by itself. Raises KeyError for an unknown step.
        """
        return self._facts[step_id]

    @cached_property
    def _facts(self) -> Mapping[str, frozenset[str]]:
        steps = {str(step.id): step for step in self.programme.steps}
        always: set[str] = set()
        own: dict[str, set[str]] = {step_id: set() for step_id in steps}
        for use in uses.uses(self.programme):
            facts = self.names_of(use.expression) & FACTS.keys()
            entered = len(use.steps) == 1 and kind_of(steps[use.steps[0]]) in _ENTERED_BY_THE_MACHINE
            if not use.part and (entered or use.name.endswith(".when")):
                always |= facts
            for step_id in use.steps:
                own[step_id] |= facts
        for step in steps.values():
            if isinstance(step, Endorse) and (step.quota or step.ranked):
                own[step.id].add("authority.endorsed_in_round")
        return {step_id: frozenset(facts | always) for step_id, facts in own.items()}

    # ------------------------------------------------------------------------------------------ what holds

    def names(
        self,
        answers: Mapping[str, Values],
        facts: Mapping[str, Any],
        steps: Mapping[str, Mapping[str, Any]],
        on: date,
    ) -> dict[str, Any]:
        """Every name that has a value: answers by form, facts, what steps left in their memo, parameters in force on `on`.

        A score stands in a memo as whole hundredths (7150 for 71.5) and becomes a Decimal here.
        A missing answer is left out, and so is a table's column while a row owes its value. Nothing else of a memo or
        of the facts is taken over but what the language declares.
        """
        known: dict[str, Any] = {name: facts[name] for name in FACTS.keys() & facts.keys() if facts[name] is not None}
        for form in self.programme.forms:
            if (values := answers.get(form.form)) is not None:
                known |= self._plan(form.form).names(values)
        for step in self.programme.steps:
            memo = steps.get(step.id) or {}
            for left, kind in KINDS[kind_of(step)].leaves.items():
                if memo.get(left) is not None:
                    # A score is remembered in whole hundredths, so that no float is ever stored.
                    known[f"{step.id}.{left}"] = Decimal(memo[left]) / 100 if kind == "score" else memo[left]
        return known | self._parameters_on(on)

    def _parameters_on(self, day: date) -> dict[str, Any]:
        known = self._in_force.get(day)
        if known is None:
            known = {}
            for one in self.programme.parameters:
                held = in_force(one, day) if one.unit in TYPES else None
                if held is not None:
                    known[f"param.{one.name}"] = Decimal(held.value) if one.unit == "points" else held.value
            self._in_force = {day: known} if len(self._in_force) > 100 else {**self._in_force, day: known}
        return known

    def verdicts(self, sets: Iterable[str], names: Mapping[str, Any]) -> tuple[Verdict, ...]:
        """What every rule of these sets says of the values, in order. Raises KeyError for an unknown set."""
        return tuple(judge(name, rule, when, must, names) for name, rule, when, must in self._rules(sets))

    def _rules(self, sets: Iterable[str]) -> Iterable[tuple[str, Rule, Compiled | None, Compiled | None]]:
        for name in sets:
            for rule in self.programme.rule_set(name).rules:
                when = self.compiled(rule.when) if rule.when else None
                must = self.compiled(rule.must) if rule.must else None
                yield f"{name}.{rule.rule}", rule, when, must

    def weighed(self, form: str, sets: Iterable[str]) -> tuple[Weighed, ...]:
        """The amounts of a form that rules of these sets weigh, in their order. Raises KeyError for an unknown form or set."""
        of = self.programme.form(form)
        rules = (rule for name in sets for rule in self.programme.rule_set(name).rules)
        return tuple(one for rule in rules if (one := weighed(rule, of)) is not None)

    def balance(self, one: Weighed, names: Mapping[str, Any]) -> Balance | None:
        """What is there and what is asked of it; None where the rule does not apply, or either is not known."""
        if one.rule.when and self.value(one.rule.when, names) is not True:
            return None
        # An amount that nobody typed yet is nothing put in; a sum that waits for a cell is not known.
        there = 0 if one.there.text == one.where and one.where not in names else self.value(one.there, names)
        asked = self.value(one.asked, names)
        if there is None or asked is None:
            return None
        return Balance(one.rule, one.where, one.relation, int(there), int(asked))

    def value(self, expression: Expression, names: Mapping[str, Any]) -> Any | None:
        """The value of an expression: bool, int, str, date, Decimal for a score, or a list; None where it is unknown.

        Unknown is also what cannot be computed (an overflow, a division by zero).
        """
        outcome = self.compiled(expression).outcome(names)
        return outcome.value if isinstance(outcome, Known) else None

    def span(self, span: Span, on: date) -> Duration:
        """The length of time, a parameter's as in force on `on`.

        Raises Refused `parameter.not_in_force` where the parameter has no value yet on that day: nobody guesses a law.
        """
        if span.duration is not None:
            return span.duration
        parameter = self._parameters.get(span.parameter)
        found = span_in_force(parameter, on) if parameter else None
        if found is None:
            raise Refused.because(_not_in_force(span, parameter, on))
        return found

    # --------------------------------------------------------------------------------------------- answers

    def check_answers(
        self, form: str, values: object, names: Mapping[str, Any], complete: bool
    ) -> tuple[dict[str, Any], tuple[Problem, ...]]:
        """The answers as JSON of the right types, and every problem with them; see `answers.check`.

        values: answers by field; what is no such mapping is read as no answers at all.

        names: facts and everything else but this form's own answers, which are taken from `values`.
        complete: whether answers that are owed but missing are problems. Raises KeyError for an unknown form.
        """
        given = values if isinstance(values, Mapping) else {}
        return answers.check(self._plan(form), given, names, complete)

    def hidden_fields(self, form: str, values: Mapping[str, Any], names: Mapping[str, Any]) -> frozenset[str]:
        """The fields of a form that are not asked, given the answers so far. Where that is unknown, a field is shown."""
        return answers.hidden(self._plan(form), values, names)[0]

    def unsure_fields(self, form: str, values: Mapping[str, Any], names: Mapping[str, Any]) -> frozenset[str]:
        """The fields that are shown, and owe nothing, because it hangs on answers not given yet whether they are asked."""
        return answers.hidden(self._plan(form), values, names)[1]

    def _plan(self, form: str) -> FormPlan:
        plan = self._plans.get(form)
        if plan is None:
            plan = self._plans[form] = FormPlan(self.programme.form(form), self.compiled)
        return plan


def declared_names(programme: Programme) -> dict[str, NameType]:
    """Every name that expressions of a programme may read, with its type."""
    types: dict[str, NameType] = {name: fact.type for name, fact in FACTS.items()}
    for form in programme.forms:
        types |= _names_of_form(form)
    for one in programme.parameters:
        if one.unit in TYPES:
            types[f"param.{one.name}"] = TYPES[one.unit]
    for step in programme.steps:
        types |= {f"{step.id}.{left}": kind for left, kind in KINDS[kind_of(step)].leaves.items()}
    return types


def _names_of_form(form: Form) -> dict[str, NameType]:
    types: dict[str, NameType] = {}
    for field in form.fields:
        if field.type == "table":
            for column in field.columns:
                types[f"{form.form}.{field.field}.{column.column}"] = answers.LISTS[column.type]
        else:
            types[f"{form.form}.{field.field}"] = answers.TYPES[field.type]
    return types


def _not_in_force(span: Span, parameter: Parameter | None, on: date) -> Problem:
    since = parameter.values[0].since if parameter and parameter.values else ""
    say = Text("参数 param.{name} 在{day}尚无有效值", "The parameter param.{name} has no value in force on {day}")
    return Problem(
        code="parameter.not_in_force",
        say=say.filled(name=span.parameter, day=on.isoformat()),
        where=str(span.place),
        value=since,
        fix=Text("在 parameters 中补充该日有效的值及其依据", "Add the value that held on that day, with its source"),
    )
