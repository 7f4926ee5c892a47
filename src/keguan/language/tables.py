"""Runs the tables among the examples: one rule, one computation or one form, row by row, without the engine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from keguan.kernel.bilingual import Text
from keguan.kernel.money import Money
from keguan.kernel.names import clean_text
from keguan.kernel.problems import Problem
from keguan.language.definition import Definition
from keguan.language.evidence import Evidence, Shown, Side, together
from keguan.language.examples import UNKNOWN, Row, Table
from keguan.language.expressions import nearest
from keguan.language.schema import Column, Field, Form, Place, Programme
from keguan.language.typed import names_of, said, same
from keguan.language.uses import Use, uses
from keguan.language.verdicts import SAID

LATEST = date(9999, 12, 31)
"""The day of a table without `on`: the newest value of every parameter."""


def run_tables(definition: Definition, tables: tuple[Table, ...]) -> Shown:
    """What all tables show, and each row that came out otherwise than it states."""
    return together(run_table(definition, table) for table in tables)


def run_table(definition: Definition, table: Table) -> Shown:
    """What one table shows."""
    day = _day(table)
    if isinstance(day, Problem):
        return Shown(Evidence(), (day,))
    programme = definition.programme
    form = next((one for one in programme.forms if one.form == table.table), None)
    if form is not None:
        return together(_form_row(definition, form, row, day) for row in table.rows)
    own = [use for use in uses(programme) if use.owner == table.table]
    if not own and table.table not in _rules(programme):
        own = [use for use in uses(programme) if use.name == table.table]
    if not own and table.table not in _rules(programme):
        return Shown(Evidence(), (_unknown_table(programme, table),))
    return together(_row(definition, table, own, row, day) for row in table.rows)


def _day(table: Table) -> date | Problem:
    try:
        return date.fromisoformat(table.on) if table.on else LATEST
    except ValueError:
        say = Text("“on”应为日期，例如 2017-03-10", "`on` is a date such as 2017-03-10")
        return Problem("examples.on", say, where=str(table.place), value=table.on)


def _rules(programme: Programme) -> set[str]:
    return {f"{one.name}.{rule.rule}" for one in programme.rules for rule in one.rules}


def _unknown_table(programme: Programme, table: Table) -> Problem:
    known = {use.name for use in uses(programme)} | {use.owner for use in uses(programme)} | _rules(programme)
    known |= {form.form for form in programme.forms}
    say = Text("没有名为“{name}”的规则、计算或表单", "There is no rule, computation or form named “{name}”").filled(
        name=table.table
    )
    return Problem("examples.table", say, where=str(table.place), value=table.table, fix=nearest(table.table, known))


def _row(definition: Definition, table: Table, own: list[Use], row: Row, day: date) -> Shown:
    typed, problems = names_of({**row.facts, **row.given}, definition.types, row.place)
    if problems:
        return Shown(Evidence(), problems)
    names = {**definition.names({}, {}, {}, day), **typed}
    if row.verdict:
        return _verdict_row(definition, table, row, names)
    parts = [use for use in own if use.part not in ("when", "must")]
    computed = [use for use in parts if use.part != "shown_when"] or parts
    if not computed or row.wrong is not None:
        say = Text(
            "这一行应写 verdict（规则）、value（计算）或 wrong（表单）",
            "Rules have a verdict, computations a value, forms `wrong`",
        )
        return Shown(Evidence(), (Problem("examples.row", say, where=str(row.place), value=table.table),))
    use = computed[0]
    return _value_row(definition, use, row, names)


def _verdict_row(definition: Definition, table: Table, row: Row, names: Mapping[str, Any]) -> Shown:
    rule_set = table.table.split(".")[0]
    known = {one.name for one in definition.programme.rules}
    verdicts = definition.verdicts([rule_set], names) if rule_set in known else ()
    verdict = next((one for one in verdicts if one.rule == table.table), None)
    evidence = Evidence()
    if verdict is None:
        return Shown(evidence, (_unknown_table(definition.programme, table),))
    if verdict.result != row.verdict:
        expected, found = SAID[row.verdict], SAID[verdict.result]
        return Shown(evidence, (_otherwise(row.place, table.table, expected, found, verdict.values),))
    evidence.judged(table.table, row.verdict, names)
    return Shown(evidence)


def _value_row(definition: Definition, use: Use, row: Row, names: Mapping[str, Any]) -> Shown:
    found = definition.value(use.expression, names)
    evidence = Evidence()
    if not (found is None and row.value == UNKNOWN) and not same(found, row.value):
        read = {name: names[name] for name in definition.names_of(use.expression) if name in names}
        expected, got = Text(str(row.value), str(row.value)), Text(said(found), said(found))
        return Shown(evidence, (_otherwise(row.place, use.name, expected, got, read),))
    if found is not None:
        evidence.read(use.name, names)
    return Shown(evidence)


def _otherwise(place: Place, what: str, expected: Text, found: Text, values: Mapping[str, Any]) -> Problem:
    say = Text("“{what}”预期为{expected}，实际为{found}", "“{what}” should be {expected}, but it is {found}")
    read = "; ".join(f"{name} = {said(value)}" for name, value in sorted(values.items()))
    return Problem("examples.otherwise", say.filled(what=what, expected=expected, found=found), str(place), read)


# ----------------------------------------------------------------------------------------------------- forms


def _form_row(definition: Definition, form: Form, row: Row, day: date) -> Shown:
    evidence = Evidence()
    facts, problems = names_of(row.facts, definition.types, row.place)
    if problems:
        return Shown(evidence, problems)
    if row.wrong is None:
        say = Text(
            "表单的每一行写明 wrong（可为空列表）", "A row of a form states `wrong` (an empty list if nothing is)"
        )
        return Shown(evidence, (Problem("examples.row", say, where=str(row.place), value=form.form),))
    answers = _stretched(form, dict(row.given), row.lengths)
    unknown = sorted(answers.keys() - {field.field for field in form.fields})
    names = {**definition.names({}, facts, {}, day), **facts}
    _, found = definition.check_answers(form.form, answers, names, complete=True)
    wrong = {problem.where.removeprefix(f"{form.form}.") for problem in found}
    expected = set(row.wrong)
    if wrong != expected or unknown:
        none = Text("无", "none")
        listed = Text(*[", ".join(sorted(expected))] * 2) if expected else none
        got = sorted(wrong | set(unknown))
        got_text = Text(*[", ".join(got)] * 2) if got else none
        values = {problem.where: problem.value for problem in found}
        return Shown(evidence, (_otherwise(row.place, f"{form.form}: wrong", listed, got_text, values),))
    for field in form.fields:
        for name, side in _sides(field, answers.get(field.field), expected):
            evidence.answers.add((f"{form.form}.{name}", side))
    return Shown(evidence)


def _stretched(form: Form, answers: dict[str, Any], lengths: Mapping[str, Any]) -> dict[str, Any]:
    """The answers with texts, tables and file lists stretched (or cut) to the lengths that a row asks for."""
    for name, length in lengths.items():
        table, _, column = name.partition(".")
        field = next((one for one in form.fields if one.field == table), None)
        size = int(str(length)) if str(length).isdigit() else 0
        value = answers.get(table)
        if field is not None and column and isinstance(value, list) and value:
            first = {**value[0], column: _long(value[0].get(column), size)}
            answers[table] = [first, *value[1:]]
        elif field is not None and field.type == "table":
            rows = value if isinstance(value, list) and value else [{}]
            answers[table] = [dict(rows[at % len(rows)]) for at in range(size)]
        elif field is not None and field.type in ("file", "choices"):
            answers[table] = [str(at + 1) for at in range(size)]
        else:
            answers[table] = _long(value, size)
    return answers


def _long(text: Any, size: int) -> str:
    written = str(text or "字")
    return (written * (size // len(written) + 1))[:size].replace(" ", "字")


def _sides(field: Field | Column, value: Any, wrong: set[str], prefix: str = "") -> list[tuple[str, Side]]:
    name = f"{prefix}{field.field if isinstance(field, Field) else field.column}"
    refused = any(one == name or one.startswith(f"{name}[") for one in wrong)
    own = name in wrong
    empty = value in (None, "", [])
    if empty:
        return [(name, "missing")] if own else [(name, "absent")]
    found: list[tuple[str, Side]] = []
    size = _size(field, value)
    if size is not None and field.most is not None:
        found += [(name, "most")] if size == field.most and not own else []
        found += [(name, "above")] if size > field.most and own else []
    if size is not None and field.least is not None:
        found += [(name, "least")] if size == field.least and not own else []
        found += [(name, "below")] if size < field.least and own else []
    if isinstance(field, Field) and field.type == "table" and isinstance(value, list):
        for number, row in enumerate(value, 1):
            for column in field.columns:
                inner = {one.replace(f"{name}[{number}].", f"{name}.") for one in wrong}
                found += _sides(column, row.get(column.column), inner, f"{name}.")
    return found if not refused or found else []


def _size(field: Field | Column, value: Any) -> int | None:
    match field.type:
        case "text" | "long_text":
            return len(clean_text(str(value)).strip())
        case "integer":
            return int(str(value)) if str(value).lstrip("-").isdigit() else None
        case "money":
            amount = Money.parse(str(value))
            return amount.fen if isinstance(amount, Money) else None
        case "table" | "file" | "choices":
            return len(value) if isinstance(value, list) else 1
        case _:
            return None
