"""The texts that are compared: which fields of an application, how much each counts, and the titles of projects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from keguan.casework.models import Answers, Case
from keguan.casework.versions import definition_of
from keguan.insight.similarity.models import Document
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.schema import Apply, Field

WHOLE, LINE = 4, 1
"""How much a character counts: a long answer and the title in full, a line or a cell of a table a quarter: those hold names
and set phrases."""
TITLE = "project.title"


@dataclass(frozen=True, slots=True)
class Piece:
    """One text of a document. name: `form.field`, a table's column with the column's name. is_main: a long answer or the
    title, which tell more than a line."""

    name: str
    title: Text
    weight: int
    is_main: bool
    text: str


def compared_forms(definition: Definition) -> tuple[str, ...]:
    """The forms that an application consists of. What comes later (agreement, deliveries) repeats it on purpose."""
    return tuple(dict.fromkeys(str(step.form) for step in definition.programme.steps if isinstance(step, Apply)))


def pieces_of(definition: Definition, answers: Mapping[str, Mapping[str, Any]]) -> list[Piece]:
    """The texts of an application by its answers, in the order of its forms; without what is personal or computed."""
    found: list[Piece] = []
    for name in compared_forms(definition):
        form, values = definition.programme.form(name), answers.get(name, {})
        for field in form.fields:
            if not field.personal and field.computed is None:
                found += _of_field(field, f"{name}.{field.field}", values.get(field.field), definition)
    return [one for one in found if one.text.strip()]


def _of_field(field: Field, name: str, value: Any, definition: Definition) -> Iterable[Piece]:
    match field.type:
        case "long_text" | "text" if isinstance(value, str):
            is_main = field.type == "long_text" or name == definition.programme.about.title
            yield Piece(name, field.title, WHOLE if is_main else LINE, is_main, value)
        case "table" if isinstance(value, list):
            for column in field.columns:
                if column.type == "text":
                    cells = [row.get(column.column) for row in value if isinstance(row, Mapping)]
                    title = Text(f"{field.title.zh}：{column.title.zh}", f"{field.title.en}: {column.title.en}")
                    text = "\n".join(cell for cell in cells if isinstance(cell, str))
                    yield Piece(f"{name}.{column.column}", title, LINE, False, text)


def texts_of(documents: Iterable[Document]) -> dict[int, list[Piece]]:
    """The texts of these documents as they stood when they were read, by document. Three queries at most."""
    documents = list(documents)
    of_case = {one.case_id: one for one in documents if one.case_id is not None}
    cases = Case.objects.filter(pk__in=of_case).select_related("programme").defer("programme__sources").in_bulk()
    kept: dict[int, dict[tuple[str, int], Any]] = {}
    for case, form, version, values in Answers.objects.filter(case__in=of_case).values_list(
        "case", "form", "version", "values"
    ):
        kept.setdefault(case, {})[form, version] = values
    found: dict[int, list[Piece]] = {}
    for one in documents:
        if one.case_id is None:
            title = one.project.title if one.project else ""
            found[one.pk] = [Piece(TITLE, Text("项目名称", "Title"), WHOLE, True, title)]
        elif one.case_id in cases:
            answers = {form: kept.get(one.case_id, {}).get((form, at), {}) for form, at in one.versions.items()}
            found[one.pk] = pieces_of(definition_of(cases[one.case_id].programme), answers)
    return found
