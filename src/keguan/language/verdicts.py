"""Three-valued verdicts: a rule is met, not met, or a person has to answer it. A missing answer never passes silently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from keguan.kernel.bilingual import Text
from keguan.language.expressions import Compiled, Failed, Unknown
from keguan.language.schema import Rule

Result = Literal["meets", "fails", "person", "exempt"]

SAID: Mapping[str, Text] = {
    "meets": Text("符合", "meets"),
    "fails": Text("不符合", "does not meet"),
    "person": Text("需人工判断", "needs a person"),
    "exempt": Text("不适用", "does not apply"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule said of a case, with everything it rested on, frozen.

    rule: `set.rule`. values: every name the rule read, with its value. missing: the names that had none.
    answered: whether a person gave the answer, and `reason` is theirs. grounds: what counted values were counted from, by
    name: kind, id and number of each.
    """

    rule: str
    result: Result
    say: Text
    source: str
    values: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    fix: Text | None = None
    ask: Text | None = None
    override: bool = False
    answered: bool = False
    reason: str = ""
    grounds: Mapping[str, Any] = field(default_factory=dict)


def judge(
    name: str,
    rule: Rule,
    when: Compiled | None,
    must: Compiled | None,
    names: Mapping[str, Any],
) -> Verdict:
    """What a rule says of these values; name: `set.rule`. Never raises.

    Only a known `when` and a known `must` decide. Anything missing, anything that cannot be computed, and every rule that
    only asks, goes to a person; `missing` and `reason` say why. All values the rule read are frozen as JSON.
    """
    reads = (when.names if when else frozenset()) | (must.names if must else frozenset())
    result: Result = "person"
    missing: tuple[str, ...] = ()
    reason = ""
    for test in (when, must):
        if test is None:
            continue
        outcome = test.outcome(names)
        if isinstance(outcome, Unknown):
            missing = outcome.missing
        elif isinstance(outcome, Failed):
            reason = outcome.reason
        elif test is must:
            result = "meets" if outcome.value is True else "fails"
        elif outcome.value is not True:
            result = "exempt"
        else:
            continue
        break
    return Verdict(
        rule=name,
        result=result,
        say=rule.say,
        source=rule.source,
        values={one: frozen(names[one]) for one in sorted(reads) if names.get(one) is not None},
        missing=missing,
        fix=rule.fix,
        ask=rule.ask,
        override=rule.override,
        reason=reason,
    )


def frozen(value: Any) -> Any:
    """A value as JSON that keeps its meaning for ever: dates as ISO text, scores as decimal text, lists of them."""
    match value:
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case float():
            return format(Decimal(repr(value)).normalize() + 0, "f")
        case Decimal():
            return format(value.normalize() + 0, "f")
        case list() | tuple():
            return [frozen(one) for one in value]
        case _:
            return value
