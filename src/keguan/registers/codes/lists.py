"""The lists of classifications and of the codes in one of them."""

from __future__ import annotations

from django.db.models import Q

from keguan.components.lists import Column, ListSpec, Rows, Search, href_to
from keguan.kernel.bilingual import Text


def _search(rows: Rows, text: str) -> Rows:
    return rows.filter(
        Q(code__startswith=text.replace(".", "").upper()) | Q(title_zh__contains=text) | Q(title_en__icontains=text)
    )


TREES = ListSpec(
    name="codes",
    title=Text("分类代码", "Classifications"),
    columns=(
        Column(
            "title",
            Text("名称", "Name"),
            lambda one: one.title,
            sort=("title_zh",),
            link=lambda one: href_to("code_tree", one.pk),
        ),
        Column("name", Text("简称", "Short name"), lambda one: one.name, sort=("name",)),
        Column("version", Text("版本", "Edition"), lambda one: one.version, sort=("version",)),
        Column("since", Text("启用日", "From"), lambda one: one.since, "day", sort=("since",)),
        Column("until", Text("停用日", "Until"), lambda one: one.until, "day", sort=("until",)),
        Column("source", Text("来源", "Source"), lambda one: one.source),
    ),
    default_sort="name",
)

NODES = ListSpec(
    name="code-nodes",
    title=Text("代码", "Codes"),
    columns=(
        Column("code", Text("代码", "Code"), lambda one: one.code, sort=("code",)),
        Column("title", Text("名称", "Name"), lambda one: one.title, sort=("title_zh",)),
        Column("parent", Text("上级代码", "Code above"), lambda one: one.parent, sort=("parent", "code")),
    ),
    search=Search(Text("代码或名称", "code or name"), _search),
    default_sort="code",
)
