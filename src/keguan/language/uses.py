"""Every expression of a programme: whose it is, what it must yield, and at which steps it is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from keguan.language.schema import (
    Agree,
    Apply,
    Check,
    Decide,
    Deliver,
    Endorse,
    Expression,
    Field,
    Pay,
    Programme,
    Publish,
    Rank,
    Record,
    Review,
    RuleSet,
    Screen,
    Span,
    Step,
)

Yields = Literal["bool", "int", "int|score", "string", "answer"]
"""What an expression may yield; `answer` is whatever the computed field holds."""


@dataclass(frozen=True, slots=True)
class Use:
    """One expression at its place of use.

    owner: the name under which tables and messages know it (`formal.cofunding`, `claim.eligible`, `rank.order`).
    part: which expression of the owner (`when`, `must`, `computed`, `shown_when`, or "" where it is the owner itself).
    steps: the ids of the steps that read it; `own_form`: whether the step's own form is already there when it is read.
    """

    owner: str
    part: str
    expression: Expression
    yields: Yields
    steps: tuple[str, ...]
    own_form: bool = False
    form: str = ""
    field: Field | None = None

    @property
    def name(self) -> str:
        """Owner and part in one word."""
        return f"{self.owner}.{self.part}" if self.part else self.owner


def uses(programme: Programme) -> tuple[Use, ...]:
    """Every expression of the programme in the order in which a reader meets it."""
    return (*_of_steps(programme), *_of_rules(programme), *_of_fields(programme))


def rule_sets_of(step: Step) -> tuple[str, ...]:
    """The rule sets a step applies, by name."""
    return step.rules if isinstance(step, Apply | Endorse | Screen | Agree | Deliver | Check) else ()


def form_of(step: Step) -> str:
    """The form that is filled at this step, "" where none is."""
    return step.form if isinstance(step, Apply | Agree | Deliver) else ""


def spans(programme: Programme) -> tuple[tuple[str, Span], ...]:
    """Every length of time with the name under which messages know it: `endorse.lapse`, `pay.tranches[1].due`."""
    found: list[tuple[str, Span | None]] = []
    for step in programme.steps:
        found += [(f"{step.id}.lapse", step.lapse), (f"{step.id}.remind", step.remind)]
        match step:
            case Apply():
                found.append((f"{step.id}.correct_within", step.correct_within))
            case Review():
                found.append((f"{step.id}.within", step.within))
            case Publish():
                found.append((f"{step.id}.period", step.period))
            case Record():
                found.append((f"{step.id}.valid", step.valid))
            case Pay():
                found += [(f"{step.id}.tranches[{at}].due", one.due) for at, one in enumerate(step.tranches, 1)]
    return tuple((name, span) for name, span in found if span is not None)


def steps_applying(programme: Programme, rule_set: str) -> tuple[Step, ...]:
    """The steps that apply this rule set."""
    return tuple(step for step in programme.steps if rule_set in rule_sets_of(step))


def _of_steps(programme: Programme) -> Iterator[Use]:
    for step in programme.steps:
        here = (step.id,)
        if step.when:
            yield Use(f"{step.id}.when", "", step.when, "bool", here)
        match step:
            case Endorse(quota=quota) if quota:
                yield Use(f"{step.id}.quota", "", quota, "int", here)
            case Review(fee=fee) if fee:
                yield Use(f"{step.id}.fee", "", fee, "int", here)
            case Rank():
                yield from _of_rank(step)
            case Decide(amount=amount) if amount:
                yield Use(f"{step.id}.amount", "", amount, "int", here)
            case Pay():
                yield Use(f"{step.id}.amount", "", step.amount, "int", here)
            case Record():
                yield Use(f"{step.id}.entry", "", step.entry, "string", here)


def _of_rank(step: Rank) -> Iterator[Use]:
    here = (step.id,)
    if step.order:
        yield Use(f"{step.id}.order", "", step.order, "int|score", here)
    for at, tie in enumerate(step.ties, 1):
        yield Use(f"{step.id}.ties[{at}]", "", tie, "int|score", here)
    if step.eligible:
        yield Use(f"{step.id}.eligible", "", step.eligible, "bool", here)
    yield Use(f"{step.id}.amount", "", step.amount, "int", here)


def _of_rules(programme: Programme) -> Iterator[Use]:
    for rule_set in programme.rules:
        steps = tuple(step.id for step in steps_applying(programme, rule_set.name))
        yield from _of_rule_set(rule_set, steps)


def _of_rule_set(rule_set: RuleSet, steps: tuple[str, ...]) -> Iterator[Use]:
    for rule in rule_set.rules:
        owner = f"{rule_set.name}.{rule.rule}"
        if rule.when:
            yield Use(owner, "when", rule.when, "bool", steps, own_form=True)
        if rule.must:
            yield Use(owner, "must", rule.must, "bool", steps, own_form=True)


def _of_fields(programme: Programme) -> Iterator[Use]:
    for form in programme.forms:
        steps = tuple(step.id for step in programme.steps if form_of(step) == form.form)
        for field in form.fields:
            owner = f"{form.form}.{field.field}"
            if field.shown_when:
                yield Use(owner, "shown_when", field.shown_when, "bool", steps, own_form=True, form=form.form)
            if field.computed:
                yield Use(
                    owner, "computed", field.computed, "answer", steps, own_form=True, form=form.form, field=field
                )
