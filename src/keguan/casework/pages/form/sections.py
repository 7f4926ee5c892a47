"""How far a form is, section by section: what is answered, what is still owed, what is wrong, and who writes it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from keguan.casework.drafting.editors import owners, section_name
from keguan.casework.pages.form.sheet import Sheet
from keguan.components.fields import field_id
from keguan.components.status import Status
from keguan.engine.moves import names_in
from keguan.engine.state import Values
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.schema import Form
from keguan.registers.parties.queries import names_of

_OWED = ("answer.missing", "answer.not_computed")


@dataclass(frozen=True, slots=True)
class Progress:
    """One section of a form. owner: who keeps it for themselves, "" if nobody. is_closed: whether this reader only reads it.
    marked: the ids of its fields that were sent back to be corrected."""

    number: int
    title: Text
    status: Status
    first_problem: str
    owner: str = ""
    is_closed: bool = False
    marked: tuple[str, ...] = ()


def progress_of(sheet: Sheet, hidden: frozenset[str]) -> tuple[Progress, ...]:
    """Every section with how it stands, also those that nobody opened yet."""
    form = sheet.form
    _, problems = sheet.situation.definition.check_answers(
        str(form.form), sheet.values, names_in(sheet.situation), complete=True
    )
    kept = owners(sheet.editors, names_of(sheet.editors)) if sheet.editors else {}
    remarks = sheet.remarks
    found = []
    for number, section in enumerate(form.sections):
        names = {f"{form.form}.{one.field}": one for one in section.fields if one.field not in hidden}
        here = [one for one in problems if _question(one.where) in names]
        counted = Counter("owed" if one.code in _OWED else "wrong" for one in here)
        found.append(
            Progress(
                number,
                section.section,
                _status(counted["owed"], counted["wrong"]),
                field_id(here[0].where) if here else "",
                kept.get(section_name(str(form.form), number), ""),
                number in sheet.closed,
                tuple(field_id(where) for where in names if where in remarks),
            )
        )
    return tuple(found)


def sections_filled(definition: Definition, form: Form, values: Values, names: Values) -> int:
    """How many sections of a form owe nothing and hold nothing wrong, without any fact looked up."""
    _, problems = definition.check_answers(str(form.form), values, names, complete=True)
    places = {_question(one.where) for one in problems}
    return sum(not any(f"{form.form}.{one.field}" in places for one in section.fields) for section in form.sections)


def _status(owed: int, wrong: int) -> Status:
    if wrong:
        return Status(Text("{n} 处有误", "{n} wrong").filled(n=wrong), "bad")
    if owed:
        return Status(Text("还缺 {n} 项", "{n} to fill in").filled(n=owed), "neutral")
    return Status(Text("已填好", "Complete"), "good")


def _question(where: str) -> str:
    """The question that a problem lies at, whatever the row and column."""
    return ".".join(where.partition("[")[0].split(".")[:2])
