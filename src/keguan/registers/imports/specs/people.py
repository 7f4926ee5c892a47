"""People from a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keguan.kernel.bilingual import Text
from keguan.kernel.names import normal_name
from keguan.kernel.qualifications import DEGREES, TITLES
from keguan.registers.imports.cells import choice, code, day, email, text
from keguan.registers.imports.finding import Organisations, People
from keguan.registers.imports.one_by_one import save_each
from keguan.registers.imports.spec import Column, Done, ImportSpec, Row, Saving
from keguan.registers.parties import services

NAME = Column("name", ("姓名", "人员姓名"), Text("姓名", "Name"), text(100), required=True)
EMPLOYER = Column("employer", ("工作单位", "单位", "所在单位"), Text("工作单位", "Employer"), text(200))
EMAIL = Column("email", ("邮箱", "电子邮箱", "e-mail"), Text("邮箱", "E-mail"), email)

_TITLE_WORDS = (
    ("教授", "senior"), ("研究员", "senior"), ("正高级工程师", "senior"), ("主任医师", "senior"), ("正高", "senior"),
    ("副教授", "associate"), ("副研究员", "associate"), ("高级工程师", "associate"), ("副主任医师", "associate"),
    ("副高", "associate"), ("讲师", "middle"), ("助理研究员", "middle"), ("工程师", "middle"), ("主治医师", "middle"),
    ("中级", "middle"), ("助教", "junior"), ("初级", "junior"), ("无", "none"),
)  # fmt: skip
_DEGREE_WORDS = (("博士研究生", "doctor"), ("硕士研究生", "master"), ("本科", "bachelor"), ("无", "none"))


def person_key(values: dict[str, Any]) -> tuple[str, ...]:
    """What makes a row the same person again: name and e-mail address, else name, employer and birthday."""
    name = normal_name(values["name"])
    if values.get("email"):
        return name, str(values["email"]).casefold()
    return name, normal_name(values.get("employer") or ""), str(values.get("born") or "")


def _save(rows: Sequence[Row], saving: Saving) -> None:
    employers = Organisations(row.values.get("employer", "") for row in rows)
    people = People(rows)

    def save(row: Row) -> Done | None:
        values = row.values
        employer = employers.demand(row, "employer", saving)
        if values.get("employer") and employer is None:
            return None
        before = len(saving.problems)
        known = people.one(row, employer, saving)
        if len(saving.problems) > before:
            return None
        wanted: dict[str, Any] = {
            key: values.get(key) for key in ("born", "title", "degree", "email", "phone") if values.get(key)
        }
        if known is None:
            person = services.register_person(
                saving.actor, name=values["name"], employer=employer, origin=f"import:{saving.place(row)}", **wanted
            )
            people.add(person)
            return "created"
        changes: dict[str, Any] = {key: value for key, value in wanted.items() if value != getattr(known, key)}
        if employer is not None and known.employer_id != employer.pk:
            changes["employer"] = employer
        if not changes:
            return "unchanged"
        row.changed = {key: (getattr(known, key), after) for key, after in changes.items() if key != "employer"}
        if "employer" in changes:
            row.changed["employer"] = (known.employer.name if known.employer else "", changes["employer"].name)
        services.correct_person(saving.actor, known, revision=known.revision, **changes)
        return "updated"

    save_each(rows, saving, save)


PEOPLE = ImportSpec(
    name="people",
    title=Text("人员", "People"),
    columns=(
        NAME,
        EMPLOYER,
        Column("title", ("职称", "专业技术职务"), Text("职称", "Title"), choice(TITLES, *_TITLE_WORDS)),
        Column("degree", ("学位", "学历"), Text("学位", "Degree"), choice(DEGREES, *_DEGREE_WORDS)),
        EMAIL,
        Column("phone", ("电话", "手机", "联系电话"), Text("电话", "Phone"), code),
        Column("born", ("出生日期", "出生年月日", "birth"), Text("出生日期", "Date of birth"), day, blank=None),
    ),
    key=person_key,
    save=_save,
)
