"""Organisations from a spreadsheet: codes, names, kinds, regions, and whom they stand under."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.names import display_name, normal_name
from keguan.kernel.problems import Problem
from keguan.registers.imports.cells import choice, code, credit_code, day, takes, text
from keguan.registers.imports.finding import Organisations
from keguan.registers.imports.grid import Value
from keguan.registers.imports.one_by_one import save_each
from keguan.registers.imports.spec import Column, Done, ImportSpec, Row, Saving
from keguan.registers.organisations import services
from keguan.registers.organisations.models import HIERARCHIES, KINDS, Organisation, Parent


@takes("6位行政区划代码，如 650100", "the six digits of the division, such as 650100")
def _region(value: Value) -> str | Problem:
    found = code(value)
    if isinstance(found, Problem) or (len(found) == 6 and found.isdecimal()):
        return found
    say = Text("地区代码为6位数字（GB/T 2260）", "A region code has six digits (GB/T 2260)")
    return Problem(
        "import.cell.region", say, value=found[:40], source="GB/T 2260", fix=Text("例如 650100", "For example 650100")
    )


def _key(values: dict[str, Any]) -> str:
    return values.get("uscc") or normal_name(values["name"])


def _save(rows: Sequence[Row], saving: Saving) -> None:
    given = [row.values["name"] for row in rows] + [row.values.get("uscc", "") for row in rows]
    standing = Organisations(given)
    entered: dict[int, Organisation] = {}

    def save(row: Row) -> Done | None:
        known = (standing.find(row.values["uscc"]) if row.values.get("uscc") else None) or _by_name(row, standing)
        done, entered[row.number] = _enter(row, saving) if known is None else _change(row, known, saving)
        return done

    save_each(rows, saving, save)
    _attach_all([row for row in rows if row.number in entered and row.values.get("parent")], entered, saving)


def _by_name(row: Row, standing: Organisations) -> Organisation | None:
    """One known by its name alone; another code means another organisation of the same name."""
    found = standing.find(row.values["name"])
    uscc = row.values.get("uscc")
    return None if found is None or (uscc and found.uscc and found.uscc != uscc) else found


def _enter(row: Row, saving: Saving) -> tuple[Done, Organisation]:
    values = row.values
    organisation = services.register(
        saving.actor,
        name=values["name"],
        kind=values.get("kind") or "other",
        uscc=values.get("uscc", ""),
        region_code=values.get("region_code", ""),
        address=values.get("address", ""),
        origin=f"import:{saving.place(row)}",
    )
    return "created", organisation


def _change(row: Row, known: Organisation, saving: Saving) -> tuple[Done, Organisation]:
    changes = {
        name: row.values[name]
        for name in ("uscc", "kind", "region_code", "address")
        if row.values.get(name) and row.values[name] != getattr(known, name)
    }
    renamed = display_name(row.values["name"]) != known.name and normal_name(row.values["name"]) != known.normal_name
    # A list that still uses a former name does not bring the old name back.
    renamed = renamed and not known.former_names.filter(normal_name=normal_name(row.values["name"])).exists()
    row.changed = {name: (getattr(known, name), after) for name, after in changes.items()}
    if renamed:
        row.changed["name"] = (known.name, row.values["name"])
        said = Text(
            "代码 {code} 在名录中是“{before}”，将更名为“{after}”",
            "The register has “{before}” under the code {code}; it would be renamed “{after}”",
        )
        said = said.filled(code=known.uscc or "", before=known.name, after=row.values["name"])
        saving.warn(row, "name", "renamed", said, row.values["name"])
    if changes:
        origin = f"import:{saving.place(row)}"
        known = services.correct(saving.actor, known, revision=known.revision, origin=origin, **changes)
    if renamed:
        known = services.rename(saving.actor, known, row.values["name"])
    return ("updated" if changes or renamed else "unchanged"), known


def _attach_all(rows: list[Row], entered: dict[int, Organisation], saving: Saving) -> None:
    """Put each under its parent, which may stand in the same file; a row that said nothing else new changes by that."""
    parents = Organisations(row.values["parent"] for row in rows)

    def attach(row: Row) -> Done | None:
        parent = parents.demand(row, "parent", saving)
        moved = parent is not None and _attach(row, entered[row.number], parent, saving)
        return "updated" if moved and row.done == "unchanged" else row.done

    save_each(rows, saving, attach)


def _attach(row: Row, child: Organisation, parent: Organisation, saving: Saving) -> bool:
    """Whether the organisation did not stand under this parent already."""
    hierarchy = row.values.get("hierarchy") or "administrative"
    since = row.values.get("parent_since") or clock.today()
    links = Parent.objects.filter(child=child, hierarchy=hierarchy, until__isnull=True).select_related("parent")
    link = links.order_by("-since").first()
    if link is not None and link.parent_id == parent.pk:
        return False
    if link is not None:
        services.detach(saving.actor, link, last_day=since - timedelta(days=1))
    services.attach(saving.actor, child, parent, hierarchy=hierarchy, since=since)
    if row.done != "created":
        row.changed["parent"] = (link.parent.name if link else "", parent.name)
    return True


ORGANISATIONS = ImportSpec(
    name="organisations",
    title=Text("单位", "Organisations"),
    columns=(
        Column("name", ("单位名称", "名称"), Text("单位名称", "Name"), text(200), required=True),
        Column(
            "uscc",
            ("统一社会信用代码", "信用代码"),
            Text("统一社会信用代码", "Unified social credit code"),
            credit_code,
        ),
        Column(
            "kind",
            ("单位类型", "类型", "性质"),
            Text("单位类型", "Kind"),
            choice(
                KINDS, ("高校", "university"), ("科研机构", "institute"), ("公司", "enterprise"), ("医院", "hospital")
            ),
        ),
        Column("region_code", ("地区代码", "行政区划代码", "region"), Text("地区代码", "Region code"), _region),
        Column("address", ("地址", "通讯地址"), Text("地址", "Address"), text(300)),
        Column("parent", ("上级单位", "主管单位", "主管部门"), Text("上级单位", "Parent organisation"), text(200)),
        Column("hierarchy", ("隶属关系",), Text("隶属关系", "Hierarchy"), choice(HIERARCHIES)),
        Column("parent_since", ("隶属起始日",), Text("隶属起始日", "Parent since"), day, blank=None),
    ),
    key=_key,
    save=_save,
)
