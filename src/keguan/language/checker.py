"""Whether a definition may be published: every refusal of the house at once, and the numbers that still need checking."""

from __future__ import annotations

from collections.abc import Iterable

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.checks.bodies import check_bodies
from keguan.language.checks.bounds import check_bounds
from keguan.language.checks.declared import check_declared
from keguan.language.checks.drawing import check_drawing
from keguan.language.checks.duties import check_duties
from keguan.language.checks.flow import check_flow
from keguan.language.checks.ground import Ground, found
from keguan.language.checks.names import check_names
from keguan.language.checks.sources import check_sources
from keguan.language.checks.worth import check_worth
from keguan.language.definition import Definition
from keguan.language.schema import DatedValue, Parameter, Rule


def check(definition: Definition, house: Iterable[Parameter] = ()) -> tuple[Problem, ...]:
    """Every reason why this definition may not be published, in the order in which it is best repaired.

    house: parameters that hold for all programmes (`shortest_notice`). Each problem's `where` is `file:line:column`.
    Does not run the examples: `coverage` asks whether they suffice.
    """
    ground = Ground(definition, tuple(house))
    flow = tuple(check_flow(ground))
    problems = [*flow, *check_declared(ground), *check_duties(ground), *check_sources(ground)]
    if not any(problem.code in _WITHOUT_A_WAY for problem in flow):
        problems += [
            *check_names(ground),
            *check_worth(ground),
            *check_bodies(ground),
            *check_drawing(ground),
            *check_bounds(ground),
        ]
    return tuple(dict.fromkeys(problems))


_WITHOUT_A_WAY = frozenset({"check.no_steps", "check.named_twice"})
"""With these open, questions about what lies before what have no answer."""


def notes(definition: Definition) -> tuple[Problem, ...]:
    """What is allowed but should be looked up before use: everything that only memory vouches for."""
    programme = definition.programme
    noted: list[Problem] = []
    for basis in programme.basis:
        if not basis.verified:
            say = Text("依据“{act}”未核对原文", "The basis “{act}” is not compared with its text")
            noted.append(found("unverified", say.filled(act=basis.act), programme.place, source=basis.act))
    for parameter in programme.parameters:
        for value in parameter.values:
            if not value.verified:
                say = Text(
                    "参数“{title}”自{since}起的值{value}未核对",
                    "The value {value} of “{title}” since {since} is unverified",
                )
                said = say.filled(title=parameter.title, since=value.since, value=value.value)
                noted.append(found("unverified", said, parameter.place, value=str(value.value), source=_noted(value)))
    for rule_set in programme.rules:
        for rule in rule_set.rules:
            if not rule.verified:
                say = Text("规则“{say}”未核对原文", "The rule “{say}” is not compared with its source").filled(
                    say=rule.say
                )
                noted.append(found("unverified", say, rule.place, value=rule.rule, source=_noted(rule)))
    return tuple(noted)


def _noted(one: DatedValue | Rule) -> str:
    return f"{one.source}（{one.note}）" if one.note else one.source
