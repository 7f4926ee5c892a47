"""How far a form is, section by section: what is answered, what is still owed, what is wrong, and who writes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from keguan.casework.drafting.editors import owners, section_name
from keguan.casework.drafting.reuse import is_empty
from keguan.casework.pages.form.sheet import Sheet
from keguan.components.fields import field_id
from keguan.components.status import Status
from keguan.engine.moves import names_in
from keguan.engine.state import Values
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.definition import Definition
from keguan.language.schema import Form, Section
from keguan.registers.parties.queries import names_of

_OWED = ("answer.missing", "answer.not_chosen", "answer.not_computed")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a section stands. owed, wrong: how many places; first: the first of these places, "" for none.
    is_begun: whether it holds any answer."""

    title: Text
    owed: int
    wrong: int
    first: str
    is_begun: bool

    @property
    def is_complete(self) -> bool:
        """Something is answered, and nothing is owed or wrong."""
        return self.is_begun and not self.owed and not self.wrong

    @property
    def is_left_empty(self) -> bool:
        """Nothing is answered, and nothing has to be."""
        return not self.is_begun and not self.owed and not self.wrong

    @property
    def status(self) -> Status:
        """The same in words."""
        if self.wrong:
            return Status(Text("{n} 处有误", "{n} wrong").filled(n=self.wrong), "bad")
        if self.owed:
            return Status(Text("还缺 {n} 项", "{n} to fill in").filled(n=self.owed), "neutral")
        if self.is_begun:
            return Status(Text("已填好", "Complete"), "good")
        return Status(Text("未填写，可不填", "Empty, not required"), "neutral")


def standings(definition: Definition, form: Form, values: Values, names: Values) -> tuple[Standing, ...]:
    """How every section of a form stands, also those that nobody opened yet. No fact is looked up."""
    clean, problems = definition.check_answers(str(form.form), values, names, complete=True)
    found = []
    for section in form.sections:
        fields = {f"{form.form}.{one.field}": one for one in section.fields}
        here = [one for one in problems if _question(one.where) in fields]
        owed = sum(one.code in _OWED for one in here)
        begun = any(not one.computed and not is_empty(clean.get(one.field)) for one in section.fields)
        first = here[0].where if here else ""
        found.append(Standing(section.section, owed, len(here) - owed, first, begun))
    return tuple(found)


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


def progress_of(sheet: Sheet, hidden: frozenset[str], problems: Sequence[Problem] = ()) -> tuple[Progress, ...]:
    """Every section with how it stands, and who keeps it. problems: what is said on the page beyond what each answer shows by
    itself, as after a check of the rules: a section that it points to is not called complete."""
    form = sheet.form
    stand = standings(sheet.situation.definition, form, sheet.values, names_in(sheet.situation))
    kept = owners(sheet.editors, names_of(sheet.editors)) if sheet.editors else {}
    remarks = sheet.remarks
    found = []
    for number, (section, shown) in enumerate(zip(form.sections, stand, strict=True)):
        standing = _with_problems(shown, form, section, problems)
        asked = (f"{form.form}.{one.field}" for one in section.fields if one.field not in hidden)
        found.append(
            Progress(
                number,
                standing.title,
                standing.status,
                field_id(standing.first) if standing.first else "",
                kept.get(section_name(str(form.form), number), ""),
                number in sheet.closed,
                tuple(field_id(where) for where in asked if where in remarks),
            )
        )
    return tuple(found)


def _with_problems(standing: Standing, form: Form, section: Section, problems: Sequence[Problem]) -> Standing:
    here = {f"{form.form}.{one.field}" for one in section.fields}
    places = [one.where for one in problems if one.code not in _OWED and _question(one.where) in here]
    if len(set(places)) <= standing.wrong:
        return standing
    return replace(standing, wrong=len(set(places)), first=standing.first or places[0])


def sections_filled(definition: Definition, form: Form, values: Values, names: Values) -> tuple[int, int]:
    """How many sections of a form are complete, and of how many: those left empty that need nothing are not counted."""
    stand = standings(definition, form, values, names)
    return sum(one.is_complete for one in stand), sum(not one.is_left_empty for one in stand)


def _question(where: str) -> str:
    """The question that a problem lies at, whatever the row and column."""
    return ".".join(where.partition("[")[0].split(".")[:2])
