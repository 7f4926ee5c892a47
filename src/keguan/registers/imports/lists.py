"""The list of imports that were carried out."""

from __future__ import annotations

from keguan.components.lists import Choice, Column, Filter, ListSpec, Search, href_to
from keguan.kernel.bilingual import Text
from keguan.registers.imports.models import ImportRun
from keguan.registers.imports.specs import SPECS, spec_for


def what(run: ImportRun) -> Text:
    """What was imported, in words."""
    spec = spec_for(run.spec)
    return spec.title if spec else Text(run.spec, run.spec)


IMPORTS = ListSpec(
    name="imports",
    title=Text("导入记录", "Imports"),
    columns=(
        Column("file", Text("文件", "File"), lambda r: r.file_name, link=lambda r: href_to("import", r.pk)),
        Column("spec", Text("内容", "What"), what, sort=("spec",)),
        Column("at", Text("时间", "At"), lambda r: r.at, "moment", sort=("at",)),
        Column("by", Text("经办人", "By"), lambda r: r.by.name if r.by else Text("系统", "the system")),
        Column("read", Text("行数", "Rows"), lambda r: r.rows_read, "number", sort=("rows_read",)),
        Column("created", Text("新增", "New"), lambda r: r.created, "number"),
        Column("updated", Text("更新", "Changed"), lambda r: r.updated, "number"),
        Column("unchanged", Text("未变", "Unchanged"), lambda r: r.unchanged, "number"),
        Column("odd", Text("存疑", "Odd"), lambda r: sum(r.odd.values()), "number"),
    ),
    filters=(
        Filter(
            "spec",
            Text("内容", "What"),
            lambda rows, name: rows.filter(spec=name),
            [Choice(name, spec.title) for name, spec in SPECS.items()],
        ),
    ),
    search=Search(Text("文件名", "file name"), lambda rows, text: rows.filter(file_name__icontains=text)),
    default_sort="-at",
)
