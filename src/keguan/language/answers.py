"""Answers to a form: what people and programs hand in, as JSON values of the right types, with every problem named.

JSON values by field type: text, long_text, choice: str · integer: int · money: int (fen) · date: ISO text · yes_no: bool ·
choices: list of str · file: list of int (document ids) · person, organisation: int (ids) · table: list of rows (dicts).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language import cells
from keguan.language.cells import Cell
from keguan.language.expressions import Compiled, Known, Unknown
from keguan.language.schema import Expression, Field, Form
from keguan.language.slips import nearest
from keguan.language.verdicts import frozen
from keguan.language.vocabulary import NameType

Values = Mapping[str, Any]

TYPES: Final[Mapping[str, NameType]] = {
    "text": "string",
    "long_text": "string",
    "choice": "string",
    "integer": "int",
    "money": "int",
    "person": "int",
    "organisation": "int",
    "date": "date",
    "yes_no": "bool",
    "choices": "list_string",
    "file": "list_int",
}
"""The type of a field's name in expressions. A table has none: its columns have, as lists."""

LISTS: Final[Mapping[str, NameType]] = {
    "text": "list_string",
    "choice": "list_string",
    "integer": "list_int",
    "money": "list_int",
    "person": "list_int",
    "organisation": "list_int",
    "date": "list_date",
}
"""The type of a column's name in expressions."""

_MOST_UNKNOWN_KEYS: Final = 20
_NOT_CHOSEN: Final = f"answer.{cells.NOT_CHOSEN}"


class FieldPlan:
    """One field made ready: how its value is read, when it is shown, how it is computed."""

    __slots__ = ("computed", "field", "key", "name", "read", "shown_when")

    def __init__(self, form: str, field: Field, compiled: Callable[[Expression], Compiled]) -> None:
        self.field = field
        self.key: str = field.field
        self.name = f"{form}.{field.field}"
        self.read: Callable[[Any], Cell] = cells.reader(field, self.name)
        self.shown_when = compiled(field.shown_when) if field.shown_when else None
        self.computed = compiled(field.computed) if field.computed else None


class FormPlan:
    """A form made ready once, so that checking its answers is quick."""

    __slots__ = ("columns", "conditional", "fields", "form", "keys", "own")

    def __init__(self, form: Form, compiled: Callable[[Expression], Compiled]) -> None:
        self.form = form
        self.fields = tuple(FieldPlan(form.form, field, compiled) for field in form.fields)
        self.keys = frozenset(one.key for one in self.fields)
        self.conditional = tuple(one for one in self.fields if one.shown_when)
        self.columns = {
            one.key: tuple(
                (f"{one.name}.{column.column}", column.column, column.required) for column in one.field.columns
            )
            for one in self.fields
            if one.field.type == "table"
        }
        self.own = frozenset(one.name for one in self.fields) | {
            column[0] for columns in self.columns.values() for column in columns
        }

    def names(self, values: Values) -> dict[str, Any]:
        """The answers under the names that expressions use. A column is left out while a row owes its value."""
        known: dict[str, Any] = {}
        for one in self.fields:
            value = values.get(one.key)
            if value is None:
                continue
            if one.key in self.columns:
                known |= self._column_names(one.key, value)
            else:
                known[one.name] = value
        return known

    def _column_names(self, key: str, rows: Any) -> dict[str, Any]:
        known = {}
        for name, column, required in self.columns[key]:
            held = [row.get(column) for row in rows]
            given = [value for value in held if value is not None]
            if not required or len(given) == len(held):
                known[name] = given
        return known


def check(
    plan: FormPlan, values: Mapping[str, Any], names: Mapping[str, Any], complete: bool
) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """The answers as JSON, and every problem with them. Never raises for what people can send.

    Text from a page is read for every type (`１２．５ 万元`, `2018年3月1日`, `on`); values of the right type are taken as
    they are; what comes out stays as it is when it goes in again. A value outside its bounds is kept beside its problem, so that a
    draft loses nothing; one that cannot be read is left out. Answers to hidden questions are dropped, computed ones are
    filled in, whatever was sent. complete: a missing answer that is owed is a problem (`answer.missing`), and
    so is a name of which nobody is chosen yet (`answer.not_chosen`).
    Problems are at `form.field` or `form.table[2].column`, rows counted from 1 as they were sent.
    """
    clean, problems = _read(plan, values)
    known = _known(plan, clean, names)
    hidden, unasked = _hide(plan, known)
    for key in hidden:
        clean.pop(key, None)
        problems.pop(key, None)
    _compute(plan, clean, known, hidden, problems, complete)
    if complete:
        _owed(plan, clean, hidden | unasked, problems)
    ordered = [
        problem
        for one in plan.fields
        for problem in problems.get(one.key, ())
        if complete or problem.code != _NOT_CHOSEN
    ]
    return {one.key: clean[one.key] for one in plan.fields if one.key in clean}, (*ordered, *problems.get("", ()))


def hidden(
    plan: FormPlan, values: Mapping[str, Any], names: Mapping[str, Any]
) -> tuple[frozenset[str], frozenset[str]]:
    """The fields that are not asked, given these answers, and those of which that hangs on answers not given yet."""
    clean, _ = _read(plan, values)
    gone, unsure = _hide(plan, _known(plan, clean, names))
    return frozenset(gone), frozenset(unsure)


def _known(plan: FormPlan, clean: Values, names: Mapping[str, Any]) -> dict[str, Any]:
    """The names expressions see: this form's from the answers at hand, never from an older hand-in."""
    return {name: value for name, value in names.items() if name not in plan.own} | plan.names(clean)


def _read(plan: FormPlan, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[Problem]]]:
    clean: dict[str, Any] = {}
    problems: dict[str, list[Problem]] = {}
    for one in plan.fields:
        raw = values.get(one.key)
        if raw is None or one.computed:
            continue
        value, found = one.read(raw)
        if value is not None:
            clean[one.key] = value
        elif not found and not one.field.required and isinstance(raw, list | tuple):
            clean[one.key] = []
        if found:
            problems[one.key] = found
    if not plan.keys >= values.keys():
        odd = [str(key)[:60] for key in values if key not in plan.keys]
        problems[""] = [_unknown(plan, key) for key in odd[:_MOST_UNKNOWN_KEYS]]
    return clean, problems


def _hide(plan: FormPlan, known: dict[str, Any]) -> tuple[set[str], set[str]]:
    """Which questions are not asked, and which may not be, for they hang on one of this form that is not answered yet.

    Hiding one may hide others, so this goes on until nothing changes; names of hidden fields leave `known`.
    """
    hidden: set[str] = set()
    lost: set[str] = set()
    unasked: set[str] = set()
    changed = bool(plan.conditional)
    while changed:
        changed = False
        unasked.clear()
        for one in plan.conditional:
            if one.key in hidden or one.shown_when is None:
                continue
            outcome = one.shown_when.outcome(known)
            if isinstance(outcome, Unknown) and lost.isdisjoint(outcome.missing):
                if plan.own.issuperset(outcome.missing):
                    unasked.add(one.key)
            elif isinstance(outcome, Unknown) or (isinstance(outcome, Known) and outcome.value is False):
                hidden.add(one.key)
                lost |= {one.name, *(column[0] for column in plan.columns.get(one.key, ()))}
                for name in lost:
                    known.pop(name, None)
                changed = True
    return hidden, unasked


def _compute(
    plan: FormPlan,
    clean: dict[str, Any],
    known: dict[str, Any],
    hidden: set[str],
    problems: dict[str, list[Problem]],
    complete: bool,
) -> None:
    waiting = [one for one in plan.fields if one.computed and one.key not in hidden]
    while waiting:
        left = []
        for one in waiting:
            outcome = one.computed.outcome(known) if one.computed else None
            if not isinstance(outcome, Known):
                left.append((one, outcome))
                continue
            value, found = one.read(frozen(outcome.value))
            if value is not None:
                clean[one.key] = known[one.name] = value
            if found:
                problems[one.key] = found
        if len(left) == len(waiting):
            break
        waiting = [one for one, _ in left]
    else:
        return
    for one, outcome in left:
        if complete and one.field.required:
            missing = outcome.missing if isinstance(outcome, Unknown) else ()
            problems[one.key] = [_not_computed(one, missing)]


def _owed(plan: FormPlan, clean: dict[str, Any], unasked: set[str], problems: dict[str, list[Problem]]) -> None:
    for one in plan.fields:
        if one.key in clean or one.key in unasked or one.key in problems or one.computed:
            continue
        if one.field.required:
            problems[one.key] = [_missing(one)]
        elif one.field.type in ("table", "file", "choices"):
            clean[one.key] = []  # nothing chosen is an answer, not an unknown


def _missing(one: FieldPlan) -> Problem:
    say = Text("“{title}”尚未填写", "“{title}” is not answered yet").filled(title=one.field.title)
    return Problem(code="answer.missing", say=say, where=one.name, fix=Text("请填写", "Please answer it"))


def _not_computed(one: FieldPlan, missing: tuple[str, ...]) -> Problem:
    say = Text("“{title}”由系统计算，现在还算不出", "“{title}” is computed, and cannot be computed yet")
    fix = None
    if missing:
        fix = Text("缺少：{names}", "Missing: {names}").filled(names=", ".join(missing))
    return Problem(code="answer.not_computed", say=say.filled(title=one.field.title), where=one.name, fix=fix)


def _unknown(plan: FormPlan, key: str) -> Problem:
    say = Text("表单中没有“{key}”这一项", "The form has no field “{key}”").filled(key=key)
    where = f"{plan.form.form}.{key}"
    return Problem(code="answer.unknown_field", say=say, where=where, value=key, fix=nearest(key, plan.keys))
