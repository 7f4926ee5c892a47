"""Amounts beside what a rule asks of them: what is owed, what is there, what is missing. The rule itself is what is computed.

Only where one side of what must hold is an amount as somebody typed it, or the sum of a column: then the other side is an
amount, too, and their difference is money.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from keguan.language.conditions import comparisons
from keguan.language.schema import Expression, Form, Rule

Relation = Literal[">=", "<=", "=="]
_TURNED: Mapping[str, Relation] = {">=": "<=", "<=": ">=", "==": "=="}
_AMOUNT = re.compile(r"(?:sum\()?([a-z0-9_]+(?:\.[a-z0-9_]+)+)\)?")


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a rule asks of one amount. where: the question that holds it; relation: of what is there to what is asked."""

    rule: Rule
    where: str
    relation: Relation
    there: Expression
    asked: Expression


@dataclass(frozen=True, slots=True)
class Balance:
    """The same with its values, in fen."""

    rule: Rule
    where: str
    relation: Relation
    there: int
    asked: int

    @property
    def is_met(self) -> bool:
        """Whether the rule holds of these two."""
        return not self.lacking and not self.over

    @property
    def lacking(self) -> int:
        """How much there is too little."""
        return max(self.asked - self.there, 0) if self.relation != "<=" else 0

    @property
    def over(self) -> int:
        """How much there is too much."""
        return max(self.there - self.asked, 0) if self.relation != ">=" else 0


def weighed(rule: Rule, form: Form) -> Weighed | None:
    """The amount that a rule weighs, None where it is about anything else. Of two amounts as typed it is the first."""
    if rule.must is None:
        return None
    text = rule.must.text.strip()
    found = comparisons(text)
    if len(found) != 1 or found[0].operator not in _TURNED or (found[0].start, found[0].end) != (0, len(text)):
        return None
    one = found[0]
    amounts = _amounts(form)
    for side, other, turned in ((one.left, one.right, False), (one.right, one.left, True)):
        if (name := _AMOUNT.fullmatch(side)) and (where := amounts.get(name[1])):
            relation = _TURNED[one.operator] if turned else _TURNED[_TURNED[one.operator]]
            return Weighed(rule, where, relation, Expression(side), Expression(other))
    return None


def _amounts(form: Form) -> dict[str, str]:
    """The names of a form's amounts, columns too, each with the question that holds it."""
    found = {}
    for one in form.fields:
        where = f"{form.form}.{one.field}"
        if one.type == "money":
            found[where] = where
        found |= {f"{where}.{column.column}": where for column in one.columns if column.type == "money"}
    return found
