"""How much room the attachments of one case have together, whatever forms and fields they stand in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.conf import settings
from django.db.models import Q, Sum

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.definition import Definition
from keguan.language.schema import Programme
from keguan.registers.documents.models import Document

KEPT_TIMES: Final = 5
"""Replaced and removed files stay on record: all that was ever handed in for a case may be so many times its room."""
_MB: Final = 1024 * 1024


def most_bytes(programme: Programme) -> int | None:
    """The room that the attachments of a case have together: what its programme says, within what the installation allows.
    None where neither sets a limit."""
    caps = [mb for mb in (programme.attachments_mb, settings.CASE_FILES_MB) if mb]
    return min(caps) * _MB if caps else None


def no_room(
    number: str, definition: Definition, answers: Mapping[str, Mapping[str, Any]], adding: int = 0
) -> Problem | None:
    """Why the attachments that these answers list, and a file of so many more bytes, do not fit into the case; None if they
    do. answers: by form. One query, and none where there is nothing to add up."""
    listed = set(_listed(definition, answers))
    if not listed and not adding:
        return None
    most = most_bytes(definition.programme)
    if most is None:
        return None
    ours = Document.objects.filter(origin=number)
    sums = ours.aggregate(now=Sum("size_bytes", filter=Q(pk__in=listed), default=0), ever=Sum("size_bytes", default=0))
    if sums["now"] + adding > most:
        return _too_much(sums["now"] + adding, most)
    if adding and sums["ever"] + adding > most * KEPT_TIMES:
        say = Text(
            "本办件历次上传的文件（含已替换、已移除的）合计超过 {most}",
            "All files ever sent for this case, replaced and removed ones too, come to more than {most}",
        ).filled(most=_mb(most * KEPT_TIMES))
        fix = Text("请联系项目主管。", "Ask the officer of the case.")
        return Problem("document.too-much-ever", say, "file", fix=fix)
    return None


def _too_much(found: int, most: int) -> Problem:
    say = Text(
        "本办件全部附件合计不超过 {most}，加上它是 {found}",
        "The attachments of a case come to {most} at most; with these it is {found}",
    ).filled(most=_mb(most), found=_mb(found))
    fix = Text(
        "请压缩图片、删去不需要的附件后再上传。", "Compress pictures, or remove what is not needed, and send it again."
    )
    return Problem("document.too-much", say, "file", _mb(found), fix=fix)


def _mb(size: int) -> str:
    return f"{round(size / _MB, 1):g} MB"


def _listed(definition: Definition, answers: Mapping[str, Mapping[str, Any]]) -> Iterator[int]:
    for name, values in answers.items():
        for one in definition.programme.form(name).fields:
            if one.type == "file":
                listed = values.get(one.field)
                yield from (pk for pk in (listed if isinstance(listed, list) else ()) if isinstance(pk, int))
