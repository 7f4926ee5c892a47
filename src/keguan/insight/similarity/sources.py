"""The texts that are compared: which fields of an application, how much each counts, its files, and the titles of projects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from keguan.casework.models import Answers, Case
from keguan.casework.versions import definition_of
from keguan.insight.similarity.models import Document, FileText
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.schema import Apply, Deliver, Field
from keguan.registers.projects.models import Project

WHOLE, LINE = 4, 1
"""How much a character counts: a long answer and the title in full, a line or a cell of a table a quarter: those hold names
and set phrases."""
TITLE = "project.title"
MOST_FILES = 20
"""Files of a case that are read, in the order of its forms."""
MOST_CHARACTERS = 300_000
"""Characters of all files of a case that are compared."""
_PAGE = Text("{name}，第 {n} 页", "{name}, page {n}")


@dataclass(frozen=True, slots=True)
class Piece:
    """One text of a document. name: `form.field`, a table's column with the column's name; `file@page` for a page of a file.
    is_main: a long answer or the title, which tell more than a line. file: where it stands in one."""

    name: str
    title: Text
    weight: int
    is_main: bool
    text: str
    file: int | None = None


def compared_forms(definition: Definition, part: str = "application") -> tuple[str, ...]:
    """The forms that an application consists of, or those that its project reports with. An agreement repeats the
    application on purpose."""
    kinds: tuple[type, ...] = {"application": (Apply,), "report": (Deliver,)}.get(part, (Apply, Deliver))
    steps = definition.programme.steps
    return tuple(
        dict.fromkeys(str(one.form) for one in steps if isinstance(one, Apply | Deliver) and isinstance(one, kinds))
    )


def pieces_of(
    definition: Definition, answers: Mapping[str, Mapping[str, Any]], part: str = "application"
) -> list[Piece]:
    """The texts of an application, or of reports, by its answers, in the order of its forms; without what is personal or
    computed."""
    found: list[Piece] = []
    for name in compared_forms(definition, part):
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


def files_in(definition: Definition, answers: Mapping[str, Mapping[str, Any]]) -> list[int]:
    """The files that these answers point at, in the order of the forms; without those of personal fields."""
    found: dict[int, None] = {}
    for name in compared_forms(definition, "attachments"):
        for field in definition.programme.form(name).fields:
            value = answers.get(name, {}).get(field.field)
            if field.type == "file" and not field.personal and isinstance(value, list):
                found |= dict.fromkeys(one for one in value if isinstance(one, int))
    return list(found)[:MOST_FILES]


def pieces_of_files(files: Iterable[int], texts: Mapping[int, FileText]) -> list[Piece]:
    """The pages of files that were read."""
    found: list[Piece] = []
    left = MOST_CHARACTERS
    for text in (texts[pk] for pk in files if pk in texts):
        name = Text(text.file.name, text.file.name)
        for n, page in enumerate(text.pages, 1):
            title = _PAGE.filled(name=text.file.name, n=n) if len(text.pages) > 1 else name
            if page.strip() and left > 0:
                found.append(Piece(f"{text.file_id}@{n}", title, WHOLE, False, page[:left], text.file_id))
                left -= len(page)
    return found


def pieces_of_project(project: Project) -> list[Piece]:
    """Of a funded project that others ran there is its title."""
    return [Piece(TITLE, Text("项目名称", "Title"), WHOLE, True, project.title)]


def texts_of(documents: Iterable[Document]) -> dict[int, list[Piece]]:
    """The texts of these documents as they stood when they were read, by document. Four queries at most."""
    documents = list(documents)
    of_case = {one.case_id: one for one in documents if one.case_id is not None and one.part != "attachments"}
    cases = Case.objects.filter(pk__in=of_case).select_related("programme").defer("programme__sources").in_bulk()
    kept: dict[int, dict[tuple[str, int], Any]] = {}
    for case, form, version, values in Answers.objects.filter(case__in=of_case).values_list(
        "case", "form", "version", "values"
    ):
        kept.setdefault(case, {})[form, version] = values
    files = texts_of_files(pk for one in documents for pk in one.versions.get("files", ()))
    found: dict[int, list[Piece]] = {}
    for one in documents:
        if one.case_id is None:
            found[one.pk] = pieces_of_project(one.project) if one.project else []
        elif one.part == "attachments":
            found[one.pk] = pieces_of_files(one.versions["files"], files)
        elif one.case_id in cases:
            answers = {form: kept.get(one.case_id, {}).get((form, at), {}) for form, at in one.versions.items()}
            found[one.pk] = pieces_of(definition_of(cases[one.case_id].programme), answers, one.part)
    return found


def texts_of_files(files: Iterable[int]) -> dict[int, FileText]:
    """What was read of these files, with the names of the files. At most one query."""
    asked = set(files)
    rows = FileText.objects.filter(pk__in=asked).select_related("file") if asked else ()
    return {one.file_id: one for one in rows}
