"""The questions of a form as the page asks them: simple ones, tables of rows, files, people and organisations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from keguan.casework.drafting.drafts import Kept
from keguan.casework.drafting.filling import PROFILE, REGISTER, Offer
from keguan.casework.pages.answers import File, Shown
from keguan.casework.pages.form.finding import Found, Party
from keguan.casework.pages.programme_words import doubt_of
from keguan.casework.steps.form_values import (
    FILES,
    LARGE,
    PASTE,
    SEARCH,
    WHO,
    as_typed,
    chosen_id,
    mark,
    money_unit,
    searched_text,
)
from keguan.components import reader
from keguan.components.fields import Field as Simple
from keguan.components.fields import FieldKind, field_id
from keguan.components.lists import Choice
from keguan.components.status import Status
from keguan.engine.state import Values
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language import cells
from keguan.language.balances import Balance
from keguan.language.definition import Definition
from keguan.language.schema import Column, Field, Form
from keguan.registers.documents.services import ENDINGS, most_bytes, too_large

KINDS: Mapping[str, FieldKind] = {
    "text": "text",
    "long_text": "prose",
    "integer": "number",
    "money": "money",
    "date": "day",
    "choice": "choice",
    "choices": "choices",
    "yes_no": "yes_no",
}


_TAKEN = {
    PROFILE: Text("取自您的个人资料，{day}，请核对。", "From your profile, {day}: please check."),
    REGISTER: Text("取自名录，{day}，请核对。", "From the registers, {day}: please check."),
}
_TAKEN_OVER = Text("取自您的申报 {number}，{day}，请核对。", "From your application {number}, {day}: please check.")
_FROM_PROFILE = Text("填入个人资料中的“{value}”", "Fill in “{value}” from your profile")
_FROM_REGISTER = Text("填入名录中的“{value}”", "Fill in “{value}” from the registers")
_IN_ROW = {
    PROFILE: Text("与您的个人资料一致", "as in your profile"),
    REGISTER: Text("与名录一致", "as in the registers"),
}
_MYSELF = Text("填入我本人", "Fill in myself")


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody to be found in a register. typed: the text searched for; found: who goes by it."""

    name: str
    label: Text
    search: str
    chosen: Party | None = None
    typed: str = ""
    found: tuple[Party, ...] = ()
    hint: Text | None = None
    required: bool = False
    problems: tuple[Problem, ...] = ()
    is_person: bool = True
    in_table: bool = False

    @property
    def id(self) -> str:
        return field_id(self.name)


@dataclass(frozen=True, slots=True)
class Files:
    """Files to be handed in, and those that are, in the order in which they are read. most: how many there may be.
    most_in_case: how much all attachments of the case may come to, in bytes; None where nothing is said. is_refused: whether the last files
    that came were refused, which is told until it is dealt with."""

    name: str
    label: Text
    upload: str
    files: tuple[tuple[int, File], ...]
    hint: Text | None
    required: bool
    problems: tuple[Problem, ...]
    most: int
    most_in_case: int | None
    is_refused: bool = False

    @property
    def large(self) -> str:
        """The input by which the page says which file it did not send, for it is too large."""
        return self.name + LARGE

    @property
    def size_bytes(self) -> int:
        """All of them together."""
        return sum(file.size_bytes for _, file in self.files)

    @property
    def most_bytes(self) -> int:
        """The largest that is taken."""
        return most_bytes()

    @property
    def too_large(self) -> Problem:
        """What is said of a larger one, also before it is sent."""
        return too_large("", self.most_bytes)

    @property
    def endings(self) -> Text:
        """The kinds of file that are taken, by their endings."""
        return ENDINGS

    @property
    def can_add(self) -> bool:
        return len(self.files) < self.most

    @property
    def id(self) -> str:
        return field_id(self.name)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a row: a simple field, or somebody to be found. known: that a register says what stands there."""

    title: Text
    simple: Simple | None = None
    who: Who | None = None
    known: Text | None = None


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row. number counts from 1, as problems do."""

    number: int
    name: str
    cells: tuple[Cell, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows to be filled in, with buttons to add and remove them, and a box to paste many into.

    sums: under each column, "" where nothing is added up; none at all for a table without amounts. pasted: what was
    pasted and could not be taken in.
    """

    name: str
    label: Text
    columns: tuple[Simple, ...]
    rows: tuple[TableRow, ...]
    hint: Text | None
    required: bool
    problems: tuple[Problem, ...]
    can_add: bool
    sums: tuple[tuple[Text, str], ...] = ()
    pasted: str = ""

    @property
    def paste(self) -> str:
        return self.name + PASTE

    @property
    def column_names(self) -> Text:
        """The columns in their order."""
        return Text("、".join(one.label.zh for one in self.columns), ", ".join(one.label.en for one in self.columns))

    @property
    def id(self) -> str:
        return field_id(self.name)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and the template that asks it. where: its path. mark: what it carries along, so that what comes back
    can be told from what was shown. is_conditional: whether it comes and goes with other answers. taken: where its value was
    taken from, and when; offer: what a register would put in its place. weighed: what rules ask of its amounts. depends: on
    what it depends whether it is asked at all, as long as that is not known. is_marked: whether it was sent back to be corrected; remark: what was said of it."""

    where: str
    template: str
    f: Any
    mark: str = ""
    is_conditional: bool = False
    taken: Text | None = None
    offer: Text | None = None
    is_marked: bool = False
    remark: str = ""
    weighed: tuple[Status, ...] = ()
    depends: Text | None = None


@dataclass(frozen=True, slots=True)
class AskedSection:
    """Questions that belong together. number: from 0, in the order of the form. read: its answers, where this reader does
    not type into it."""

    number: int
    title: Text
    questions: tuple[Asked, ...]
    read: Shown | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """What building the questions needs: the values as typed, who was found, what is wrong, what is not asked.

    kept: what is kept of the form, which is what the values are, unless keeping them was refused; seen: the revision of that.
    pasted: what was pasted into a table and could not be taken in, by the table's name. remarks: on the places that were
    sent back to be corrected, "" where nothing was said. room_bytes: how much all attachments may come to.
    refused_files: the questions whose last files were refused and are still told. offers, row_offers: what registers say in
    answer to questions, by field, and to cells, by place. weighed: what rules ask of amounts, by question. unsure: on what it
    depends whether a field is asked, where that is not known yet.
    """

    form: Form
    values: Values
    found: Found
    problems: tuple[Problem, ...]
    hidden: frozenset[str]
    computed: Mapping[str, str] = field(default_factory=dict)
    kept: Values = field(default_factory=dict)
    seen: int = 0
    pasted: Mapping[str, str] = field(default_factory=dict)
    taken: Mapping[str, Kept] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)
    room_bytes: int | None = None
    refused_files: frozenset[str] = frozenset()
    offers: Mapping[str, Offer] = field(default_factory=dict)
    row_offers: Mapping[str, Offer] = field(default_factory=dict)
    weighed: Mapping[str, tuple[Status, ...]] = field(default_factory=dict)
    unsure: Mapping[str, Text] = field(default_factory=dict)

    def at(self, where: str, *, inside: bool = False) -> tuple[Problem, ...]:
        """The problems that lie at a place, or also inside it."""
        marks = (f"{where}.", f"{where}[")
        return tuple(one for one in self.problems if one.where == where or (inside and one.where.startswith(marks)))


def sections(page: Page) -> tuple[AskedSection, ...]:
    """The form as questions. One that is not asked now leaves its place empty, for when it is."""
    return tuple(
        AskedSection(number, section.section, tuple(_asked(page, one) for one in section.fields))
        for number, section in enumerate(page.form.sections)
    )


def _asked(page: Page, one: Field) -> Asked:
    where = f"{page.form.form}.{one.field}"
    conditional = one.shown_when is not None
    if one.field in page.hidden:
        return Asked(where, "", None, is_conditional=conditional)
    if one.computed:
        shown = Simple(where, "text", one.title, page.computed.get(one.field, ""), hint=one.hint)
        question = shown.with_problems(page.problems)
        weighed = page.weighed.get(where, ())
        return Asked(where, "casework/form/computed.html", question, is_conditional=conditional, weighed=weighed)
    depends = page.unsure.get(str(one.field))
    # Nothing is owed before it is known whether it is asked.
    asked = replace(one, required=False) if depends else one
    template, f = _question(page, asked, where, page.values.get(one.field))
    stamp = mark(one, where, page.kept.get(one.field), page.seen)
    taken, offer = _taken(page, one), _offered(page, one)
    marked, weighed = where in page.remarks, page.weighed.get(where, ())
    return Asked(
        where, template, f, stamp, conditional, taken, offer, marked, page.remarks.get(where, ""), weighed, depends
    )


def _taken(page: Page, one: Field) -> Text | None:
    kept = page.taken.get(str(one.field))
    if kept is None:
        return None
    return _TAKEN.get(kept.source, _TAKEN_OVER).filled(number=kept.source, day=reader.day(kept.at))


def _offered(page: Page, one: Field) -> Text | None:
    """What a register says where something else stands; of who fills it in, only as long as nobody is chosen."""
    offer, raw = page.offers.get(str(one.field)), page.values.get(one.field)
    if offer is None or offer.says(raw) or (one.type in WHO and chosen_id(raw) is not None):
        return None
    if one.type in WHO:
        return _MYSELF if one.filled_from == "self" else _FROM_REGISTER.filled(value="")
    said = next((choice.title for choice in one.choices if choice.value == offer.value), offer.value)
    return (_FROM_PROFILE if offer.source == PROFILE else _FROM_REGISTER).filled(value=said)


def _question(page: Page, one: Field, where: str, raw: Any) -> tuple[str, Any]:
    if one.type == "table":
        return "casework/form/table.html", _table(page, one, where, raw)
    if one.type == "file":
        return "casework/form/files.html", _files(page, one, where, raw)
    if one.type in WHO:
        return "casework/form/who.html", _who(page, one, where, raw)
    shown = replace(_simple(one, where), value=_value(one, raw))
    return "casework/form/simple.html", shown.with_problems(page.problems)


def _simple(one: Field | Column, where: str) -> Simple:
    unit = one.unit if isinstance(one, Field) else None
    kind = KINDS[one.type]
    if kind == "money" and money_unit(one) != "万元":
        kind = "number"
    return Simple(
        where,
        kind,
        one.title,
        hint=one.hint if isinstance(one, Field) else None,
        required=one.required and not isinstance(one, Column),
        choices=tuple(Choice(str(choice.value), choice.title) for choice in one.choices),
        most=one.most if one.type in ("text", "long_text") else None,
        unit=unit,
    )


def _value(one: Field | Column, raw: Any) -> Any:
    if one.type == "choices":
        return tuple(str(item) for item in raw) if isinstance(raw, list) else ()
    return as_typed(one, raw)


def _who(page: Page, one: Field | Column, where: str, raw: Any) -> Who:
    typed, pk = searched_text(raw), chosen_id(raw)
    is_person = one.type == "person"
    return Who(
        name=where,
        label=one.title,
        search=where + SEARCH,
        chosen=page.found.chosen(pk, is_person=is_person) if pk is not None else None,
        typed=typed,
        found=page.found.for_text(typed, is_person=is_person),
        hint=one.hint if isinstance(one, Field) else None,
        required=one.required,
        problems=page.at(where),
        is_person=is_person,
        in_table=isinstance(one, Column),
    )


def _files(page: Page, one: Field, where: str, raw: Any) -> Files:
    ids = [pk for item in (raw if isinstance(raw, list) else []) if (pk := chosen_id(item)) is not None]
    twins = _twins(page)
    files = tuple((pk, replace(page.found.files[pk], twin=twins.get(pk, ""))) for pk in ids if pk in page.found.files)
    most = one.most or cells.MOST_FILES
    refused = where in page.refused_files
    return Files(
        where, one.title, where + FILES, files, one.hint, one.required, page.at(where), most, page.room_bytes, refused
    )


def _twins(page: Page) -> dict[int, str]:
    """Files of the form whose content came before, by id, with the name under which it did."""
    first: dict[str, tuple[int, str]] = {}
    found: dict[int, str] = {}
    for one in page.form.fields:
        raw = page.values.get(one.field)
        for item in raw if one.type == "file" and isinstance(raw, list) else ():
            pk = chosen_id(item)
            if pk is not None and (file := page.found.files.get(pk)) and file.sha256:
                before = first.setdefault(file.sha256, (pk, file.name))
                if before[0] != pk:
                    found[pk] = before[1]
    return found


def _table(page: Page, one: Field, where: str, raw: Any) -> Table:
    kept = [row for row in raw if isinstance(row, Mapping)] if isinstance(raw, list) else []
    rows = kept or [{}] * min(max(one.least or 0, 1 if one.required else 0), 20)
    most = one.most or 500
    return Table(
        name=where,
        label=one.title,
        columns=tuple(_head(column, where) for column in one.columns),
        rows=tuple(_row(page, one, where, number, row) for number, row in enumerate(rows, start=1)),
        hint=one.hint,
        required=one.required,
        problems=page.at(where),
        can_add=len(rows) < most,
        sums=sums_of(one, kept),
        pasted=page.pasted.get(where, ""),
    )


_ASKED = {
    ">=": Text("应不少于 {asked} 万元，现有 {there} 万元", "at least {asked} owed, {there} there"),
    "<=": Text("不超过 {asked} 万元，现为 {there} 万元", "at most {asked}, {there} there"),
    "==": Text("应为 {asked} 万元，现为 {there} 万元", "{asked} expected, {there} there"),
}
_ENOUGH = Text("{say}：{what}，符合", "{say}: {what}, met (10,000 yuan)")
_LACKING = Text("{say}：{what}，还差 {by} 万元", "{say}: {what}, {by} missing (10,000 yuan)")
_OVER = Text("{say}：{what}，多出 {by} 万元", "{say}: {what}, {by} too much (10,000 yuan)")
_DOUBTED = Text("{said}（{doubt}）", "{said}; {doubt}")


def weighed_said(definition: Definition, found: Iterable[Balance]) -> dict[str, tuple[Status, ...]]:
    """What rules ask of amounts and what is missing, in 万元, by question."""
    told: dict[str, tuple[Status, ...]] = {}
    for one in found:
        what = _ASKED[one.relation].filled(asked=_wan(one.asked), there=_wan(one.there))
        said = _ENOUGH if one.is_met else _LACKING if one.lacking else _OVER
        said = said.filled(say=one.rule.say, what=what, by=_wan(one.lacking or one.over))
        if doubt := doubt_of(definition, one.rule):
            said = _DOUBTED.filled(said=said, doubt=doubt)
        told[one.where] = (*told.get(one.where, ()), Status(said, "good" if one.is_met else "warn"))
    return told


def _wan(fen: int) -> str:
    return reader.grouped(reader.in_wan(fen))


def sums_of(one: Field, rows: Iterable[Mapping[str, Any]]) -> tuple[tuple[Text, str], ...]:
    """What stands under the columns of a table, each with its title: its amounts added up in 万元, as far as they can be
    read."""
    if not any(column.type == "money" for column in one.columns):
        return ()
    listed = list(rows)
    return tuple((column.title, _sum(column, listed) if column.type == "money" else "") for column in one.columns)


def _sum(column: Column, rows: Iterable[Mapping[str, Any]]) -> str:
    read = cells.column_reader(column)
    found = [value for row in rows if (raw := row.get(str(column.column))) and (value := read(raw)[0]) is not None]
    return _wan(sum(found))


def _head(column: Column, where: str) -> Simple:
    kind = KINDS.get(column.type, "text")
    return Simple(f"{where}.{column.column}", kind, column.title, required=column.required)


def _row(page: Page, one: Field, where: str, number: int, row: Mapping[str, Any]) -> TableRow:
    name = f"{where}[{number}]"
    return TableRow(number, name, tuple(_cells(page, one, name, row)), page.at(name))


def _cells(page: Page, one: Field, row_name: str, row: Mapping[str, Any]) -> Iterator[Cell]:
    for column in one.columns:
        name, raw = f"{row_name}.{column.column}", row.get(column.column)
        if column.type in WHO:
            yield Cell(column.title, who=_who(page, column, name, raw))
        else:
            shown = replace(_simple(column, name), value=_value(column, raw), most=None)
            offer = page.row_offers.get(name)
            known = _IN_ROW[offer.source] if offer is not None and offer.says(raw) else None
            yield Cell(column.title, simple=shown.with_problems(page.problems), known=known)
