"""A classification from a spreadsheet: one edition after another, each code with its names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keguan.kernel.bilingual import Text
from keguan.kernel.names import halfwidth
from keguan.kernel.problems import Problem
from keguan.registers.codes.models import CodeNode, CodeTree
from keguan.registers.imports.bring_in import bring_in
from keguan.registers.imports.cells import Reader, day, said, text
from keguan.registers.imports.grid import Value
from keguan.registers.imports.spec import Column, ImportSpec, Row, Saving

_SHORT = 20


def _plain(value: Value) -> str | Problem:
    found = "".join(halfwidth(said(value), punctuation=True).split()).replace(".", "").upper()
    if found.isalnum() and found.isascii() and len(found) <= _SHORT:
        return found
    fix = Text("例如 A0101、52040", "For example A0101, 52040")
    return Problem("import.cell.code", Text("不是代码", "Not a code"), value=found[:80], fix=fix)


def _slug(value: Value) -> str | Problem:
    found = halfwidth(said(value), punctuation=True).strip().casefold()
    if found.replace("-", "").isalnum() and found.isascii() and found[0].isalpha() and 2 <= len(found) <= _SHORT:
        return found
    fix = Text("例如 nsfc", "For example nsfc")
    return Problem(
        "import.cell.short-name", Text("简称只用小写字母和数字", "Letters and digits only"), value=found, fix=fix
    )


_CODE = Reader(_plain, Text("代码，字母和数字", "a code: letters and digits"))
_NAME = Reader(_slug, Text("分类简称，如 nsfc", "short name of the classification, such as nsfc"))


def _save(rows: Sequence[Row], saving: Saving) -> None:
    trees = {(one.name, one.version): one for one in CodeTree.objects.all()}
    for row in rows:
        _tree_of(row, trees)
    known = {
        at: {*tree.nodes.values_list("code", flat=True)} | {row.values["code"] for row in rows if _at(row) == at}
        for at, tree in trees.items()
    }
    wanted = {}
    for row in rows:
        values, tree = row.values, trees[_at(row)]
        code = values["code"]
        # The longest listed code that this one begins with, unless the file says which.
        above = values.get("parent") or max(
            (code[:n] for n in range(1, len(code)) if code[:n] in known[_at(row)]), key=len, default=""
        )
        if values.get("parent") and (above not in known[_at(row)] or not code.startswith(above) or above == code):
            say = Text(
                "上级代码不存在，或不是该代码的开头",
                "There is no such code above it, or the code does not begin with it",
            )
            saving.refuse(row, "parent", "code-parent", say, above)
            continue
        english = values.get("title_en") or values["title_zh"]
        node = CodeNode(tree=tree, code=code, parent=above, title_zh=values["title_zh"], title_en=english)
        wanted[(tree.pk, code)] = node
    if saving.problems:
        return
    done = bring_in(
        CodeNode.objects.filter(tree__in={tree for tree, _ in wanted}),
        wanted,
        key=("tree_id", "code"),
        fields=("parent", "title_zh", "title_en"),
        saving=saving,
    )
    for row in rows:
        row.done = done[(trees[_at(row)].pk, row.values["code"])]


def _at(row: Row) -> tuple[str, str]:
    return row.values["tree"], row.values["version"]


def _tree_of(row: Row, trees: dict[tuple[str, str], CodeTree]) -> None:
    if _at(row) in trees:
        return
    values = row.values
    title = values.get("tree_title") or values["tree"]
    trees[_at(row)] = CodeTree.objects.create(
        name=values["tree"],
        version=values["version"],
        title_zh=title,
        title_en=title,
        since=values.get("since"),
        source=values.get("source", ""),
    )


def _key(values: dict[str, Any]) -> tuple[str, ...]:
    return values["tree"], values["version"], values["code"]


CODES = ImportSpec(
    name="codes",
    title=Text("分类代码", "Classification codes"),
    columns=(
        Column("tree", ("分类简称", "分类"), Text("分类简称", "Classification"), _NAME, required=True),
        Column("version", ("版本", "年版"), Text("版本", "Edition"), _CODE, required=True),
        Column("code", ("代码",), Text("代码", "Code"), _CODE, required=True),
        Column("title_zh", ("名称", "中文名称"), Text("名称", "Name"), text(200), required=True),
        Column("title_en", ("英文名称",), Text("英文名称", "English name"), text(200)),
        Column("parent", ("上级代码",), Text("上级代码", "Code above"), _CODE),
        Column("tree_title", ("分类名称",), Text("分类名称", "Name of the classification"), text(200)),
        Column("since", ("启用日",), Text("启用日", "In use from"), day, blank=None),
        Column("source", ("来源", "出处"), Text("来源", "Source"), text(200)),
    ),
    key=_key,
    save=_save,
)
