"""Files that come with a form: kept as documents of the case, or named with what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from keguan.casework.pages.form.refused_files import told
from keguan.casework.pages.form.sheet import Sheet
from keguan.casework.situation.attachments import no_room
from keguan.casework.steps.form_values import FILES
from keguan.components.notices import tell
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused
from keguan.language.cells import MOST_FILES
from keguan.language.schema import Field
from keguan.registers.documents.services import keep

_FULL = Text("最多 {most} 个文件，这个没有收下", "At most {most} files: this one was not taken")
_THERE = Text("“{name}”已经在附件中，没有重复添加。", "“{name}” is among the files already and was not added twice.")
_MAKE_ROOM = Text("请先移除一个，或用“替换”", "Remove one first, or replace one")


def take_files(request: HttpRequest, sheet: Sheet, values: dict[str, Any]) -> tuple[Problem, ...]:
    """Keep every file that was sent: beside those of its field, or in the place of the one it replaces.

    Returns a problem for each that is not accepted; what was there before then stays.
    """
    problems: list[Problem] = []
    for one in sheet.form.fields:
        where = f"{sheet.form.form}.{one.field}"
        for old, file in _sent(request, one, where, values):
            before = values.get(one.field) or []
            try:
                values[one.field] = _with(sheet, one, values, old, file)
                if values[one.field] == before:
                    tell(request, _THERE.filled(name=file.name or ""), "info")
            except Refused as refused:
                problems += [told(problem, where, file.name or "") for problem in refused.refusal.problems]
    return tuple(problems)


def _sent(
    request: HttpRequest, field: Field, where: str, values: dict[str, Any]
) -> Iterator[tuple[int | None, UploadedFile]]:
    """The files that came for a field, those first that replace another, with the id of that one."""
    if field.type != "file":
        return
    for old in values.get(field.field) or []:
        for file in request.FILES.getlist(f"{where}{FILES}={old}"):
            yield old, file
    for file in request.FILES.getlist(where + FILES):
        yield None, file


def _with(sheet: Sheet, field: Field, values: dict[str, Any], old: int | None, file: UploadedFile) -> list[int]:
    """The files of a field with this one among them, in its place. Raises Refused."""
    kept, most = list(values.get(field.field) or []), field.most or MOST_FILES
    if old is None and len(kept) >= most:
        raise Refused.because(
            Problem("document.too-many", _FULL.filled(most=most), value=file.name or "", fix=_MAKE_ROOM)
        )
    without = values | {field.field: [one for one in kept if one != old]}
    problem = no_room(
        sheet.case.number,
        sheet.situation.definition,
        {**sheet.situation.state.answers, str(sheet.form.form): without},
        file.size or 0,
    )
    if problem:
        raise Refused.because(problem)
    new = keep(file.name or "", cast(BinaryIO, file), sheet.actor, origin=sheet.case.number, replaces=old).pk
    placed = [new if one == old else one for one in kept] if old in kept else [*kept, new]
    return list(dict.fromkeys(placed))
