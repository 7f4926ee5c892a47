"""Answers as people read them: money in 万元, choices by title, people and organisations by name, files as links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from keguan.casework.steps.form_values import WHO, chosen_id, searched_text
from keguan.casework.steps.opinion import PlaceBox
from keguan.components import reader
from keguan.components.fields import field_id
from keguan.engine.state import Values
from keguan.kernel.actors import NOBODY, Actor
from keguan.kernel.bilingual import Text
from keguan.language.schema import Column, Field, Form
from keguan.registers.documents.models import Document
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties.models import Person
from keguan.registers.parties.rights import can_see_person

_AT = Text("{name}（{employer}）", "{name} ({employer})")
_UNKNOWN = Text("（名录中没有）", "(not in the register)")


@dataclass(frozen=True, slots=True)
class File:
    """A file that was handed in. sha256: the digest of its content. twin: the name of an earlier one that says the same."""

    name: str
    href: str
    size_bytes: int
    sha256: str = ""
    twin: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """The names behind the ids in answers. known: the people of whom the reader may see a whole entry."""

    people: Mapping[int, str] = field(default_factory=dict)
    known: frozenset[int] = frozenset()
    employers: Mapping[int, str] = field(default_factory=dict)
    organisations: Mapping[int, str] = field(default_factory=dict)
    files: Mapping[int, File] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One question and its answer. text, or files, or a table of columns and rows.

    where: its path. mark: where this reader may mark it for correction. is_changed: since it was sent back.
    """

    id: str
    title: Text
    where: str = ""
    text: str = ""
    is_prose: bool = False
    files: tuple[File, ...] = ()
    columns: tuple[Text, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    is_hidden: bool = False
    mark: PlaceBox | None = None
    is_changed: bool = False

    @property
    def says(self) -> tuple[object, ...]:
        """What it says, to be compared: nothing answered is nothing, whatever its shape."""
        return (self.text, self.files, self.rows)


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the form."""

    title: Text
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A form with its answers."""

    name: str
    title: Text
    parts: tuple[Part, ...]


def ids_in(form: Form, values: Values, kinds: tuple[str, ...]) -> set[int]:
    """The ids in the answers to fields (or columns) of these types."""
    return {found for one, raw in _leaves(form, values) if one.type in kinds and (found := chosen_id(raw)) is not None}


def _leaves(form: Form, values: Values) -> Iterator[tuple[Field | Column, Any]]:
    for one in form.fields:
        raw = values.get(one.field)
        if one.type == "table":
            for row in raw if isinstance(raw, list) else ():
                yield from ((column, row.get(column.column)) for column in one.columns if isinstance(row, Mapping))
        elif isinstance(raw, list):
            yield from ((one, item) for item in raw)
        else:
            yield one, raw


def named(
    asked: Iterable[tuple[Form, Values]], number: str, actor: Actor = NOBODY, more_people: Iterable[int] = ()
) -> Named:
    """Look up every name in these answers: at most one query each for people, organisations and files.

    number: the case; a file of another case is none of its own. more_people: ids that the page may name besides, as far as
    the actor may know them.
    """
    forms = list(asked)

    def all_of(*kinds: str) -> set[int]:
        return {one for form, values in forms for one in ids_in(form, values, kinds)}

    people = all_of("person") | set(more_people)
    organisations, files = all_of("organisation"), all_of("file")
    found = Person.objects.filter(pk__in=people).select_related("employer").only("name", "employer__name")
    rows = list(found) if people else []
    return Named(
        people={one.pk: one.name for one in rows},
        known=frozenset(one.pk for one in rows if can_see_person(actor, one)),
        employers={one.pk: one.employer.name for one in rows if one.employer is not None},
        organisations=dict(Organisation.objects.filter(pk__in=organisations).values_list("pk", "name"))
        if organisations
        else {},
        files=files_named(files, number) if files else {},
    )


def files_named(ids: Iterable[int], number: str) -> dict[int, File]:
    """The files of these ids that were handed in for this case."""
    found = Document.objects.filter(pk__in=set(ids), origin=number).values_list("pk", "name", "size_bytes", "sha256")
    return {pk: File(name, reverse("case_document", args=[pk]), size, sha256) for pk, name, size, sha256 in found}


def shown_form(form: Form, values: Values, names: Named, hidden: frozenset[str] = frozenset()) -> Shown:
    """A form with its answers in words. hidden: `form.field` names whose answer this reader must not see."""
    parts = []
    for section in form.sections:
        rows = tuple(_row(form, one, values[one.field], names, hidden) for one in section.fields if one.field in values)
        if rows:
            parts.append(Part(section.section, rows))
    return Shown(str(form.form), form.title, tuple(parts))


def _row(form: Form, one: Field, raw: Any, names: Named, hidden: frozenset[str]) -> Row:
    where = f"{form.form}.{one.field}"
    at = field_id(where)
    if where in hidden:
        return Row(at, one.title, where, is_hidden=True)
    if one.type == "table":
        rows = tuple(
            tuple(said_value(column, row.get(column.column), names) for column in one.columns)
            for row in (raw if isinstance(raw, list) else ())
            if isinstance(row, Mapping)
        )
        return Row(at, one.title, where, columns=tuple(column.title for column in one.columns), rows=rows)
    if one.type == "file":
        ids = [pk for item in raw if (pk := chosen_id(item)) is not None] if isinstance(raw, list) else []
        return Row(at, one.title, where, files=tuple(names.files[pk] for pk in ids if pk in names.files))
    return Row(at, one.title, where, said_value(one, raw, names), is_prose=one.type == "long_text")


def said_value(one: Field | Column, raw: Any, names: Named) -> str:
    """One simple answer in the reader's words; what is not of the field's type stands as it was typed."""
    if raw is None or raw == "":
        return ""
    if one.type in WHO:
        known = names.people if one.type == "person" else names.organisations
        pk = chosen_id(raw)
        if pk is None:
            return searched_text(raw)
        name, employer = known.get(pk, reader.said(_UNKNOWN)), names.employers.get(pk, "")
        return reader.said(_AT.filled(name=name, employer=employer)) if one.type == "person" and employer else name
    match one.type:
        case "money" if isinstance(raw, int) and not isinstance(raw, bool):
            return reader.money(raw)
        case "integer" if isinstance(raw, int) and not isinstance(raw, bool):
            unit = f" {reader.said(one.unit)}" if isinstance(one, Field) and one.unit else ""
            return reader.number(raw) + unit
        case "yes_no":
            return reader.said(raw) if isinstance(raw, bool) else str(raw)
        case "choice" | "choices":
            titles = {str(choice.value): choice.title for choice in one.choices}
            chosen = raw if isinstance(raw, list) else [raw]
            return reader.said([titles.get(str(item), str(item)) for item in chosen])
    return str(raw)
