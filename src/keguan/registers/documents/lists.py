"""The list of files that were handed in."""

from __future__ import annotations

from keguan.components.lists import Choice, Column, Filter, ListSpec, Search, href_to
from keguan.components.reader import number
from keguan.kernel.bilingual import Text
from keguan.registers.documents.models import MEDIA_TYPES, Document


def size_of(document: Document) -> str:
    """Its size as people say it."""
    if document.size_bytes < 1_000_000:
        return f"{number(max(1, round(document.size_bytes / 1000)))} kB"
    return f"{number(round(document.size_bytes / 1_000_000, 1))} MB"


def type_of(document: Document) -> str:
    """Its type by the usual ending of the name."""
    return MEDIA_TYPES[document.media_type][0].removeprefix(".").upper()


DOCUMENTS = ListSpec(
    name="documents",
    title=Text("文件", "Documents"),
    columns=(
        Column(
            "name",
            Text("文件名", "Name"),
            lambda d: d.name,
            sort=("name",),
            link=lambda d: href_to("document", d.pk),
        ),
        Column("type", Text("类型", "Type"), type_of, sort=("media_type",)),
        Column("size", Text("大小", "Size"), size_of, sort=("size_bytes",)),
        Column("at", Text("提交时间", "At"), lambda d: d.uploaded_at, "moment", sort=("uploaded_at",)),
        Column("origin", Text("办件", "Case"), lambda d: d.origin, sort=("origin",)),
    ),
    filters=(
        Filter(
            "type",
            Text("类型", "Type"),
            lambda rows, kind: rows.filter(media_type=kind),
            [Choice(kind, endings[0].removeprefix(".").upper()) for kind, endings in MEDIA_TYPES.items()],
        ),
        Filter("case", Text("办件编号", "Case number"), lambda rows, number_: rows.filter(origin=number_)),
    ),
    search=Search(Text("文件名", "name"), lambda rows, text: rows.filter(name__icontains=text)),
    default_sort="-at",
)
