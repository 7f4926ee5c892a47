"""Experts from a spreadsheet: people who are in the register already, proposed for the pool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.registers.codes.queries import read_codes
from keguan.registers.experts import services
from keguan.registers.experts.models import Expert
from keguan.registers.imports.cells import code, whole, words
from keguan.registers.imports.finding import Organisations, People
from keguan.registers.imports.one_by_one import save_each
from keguan.registers.imports.spec import Column, Done, ImportSpec, Row, Saving
from keguan.registers.imports.specs.people import EMAIL, EMPLOYER, NAME, person_key

_CHANGEABLE = ("fields", "keywords", "region_code", "max_load")


def _save(rows: Sequence[Row], saving: Saving) -> None:
    employers = Organisations(row.values.get("employer", "") for row in rows)
    people = People(rows)
    pool = {expert.person_id: expert for expert in Expert.objects.all()}
    codes = read_codes({one for row in rows for one in row.values.get("fields") or ()})
    regions = {one: services.region_problem(one) for one in {row.values.get("region_code") or "" for row in rows}}

    def save(row: Row) -> Done | None:
        before = len(saving.problems)
        row.values["fields"] = _stored(row, codes, saving)
        if problem := regions[row.values.get("region_code") or ""]:
            saving.problems.append(replace(problem, where=saving.place(row, "region_code")))
        employer = employers.demand(row, "employer", saving)
        person = people.one(row, employer, saving) if employer or not row.values.get("employer") else None
        if len(saving.problems) > before:
            return None
        if person is None:
            fix = Text("请先导入该人员", "Import the person first")
            say = Text("人员库中没有这个人", "Nobody of this name is in the register")
            saving.refuse(row, "name", "person-unknown", say, row.values["name"], fix)
            return None
        return _enter(row, person.pk, pool.get(person.pk), saving)

    save_each(rows, saving, save)


def _stored(row: Row, codes: Mapping[str, str | Problem], saving: Saving) -> list[str]:
    read = [codes[one] for one in row.values.get("fields") or ()]
    saving.problems += [replace(one, where=saving.place(row, "fields")) for one in read if isinstance(one, Problem)]
    return list(dict.fromkeys(one for one in read if isinstance(one, str)))


def _enter(row: Row, person: int, known: Expert | None, saving: Saving) -> Done:
    values = {key: row.values[key] for key in _CHANGEABLE if row.values.get(key)}
    if known is None or known.status == "left":
        nomination = services.Nomination(
            person=person,
            fields=tuple(values.pop("fields")),
            keywords=tuple(values.pop("keywords", ())),
            origin=f"import:{saving.place(row)}",
            **values,
        )
        services.nominate(nomination, saving.actor)
        return "created"
    changes = {key: value for key, value in values.items() if value != getattr(known, key)}
    if not changes:
        return "unchanged"
    services.correct(known, saving.actor, **changes)
    return "updated"


EXPERTS = ImportSpec(
    name="experts",
    title=Text("专家", "Experts"),
    columns=(
        NAME,
        EMPLOYER,
        EMAIL,
        Column(
            "fields",
            ("学科代码", "学科", "研究领域代码"),
            Text("学科代码", "Disciplines"),
            words(
                takes=Text(
                    "学科代码，如 520.40；其他分类写作“分类名:代码”",
                    "codes of GB/T 13745, such as 520.40; of others its name, a colon and the code",
                )
            ),
            required=True,
            blank=[],
        ),
        Column("keywords", ("关键词", "研究方向"), Text("关键词", "Keywords"), words(), blank=[]),
        Column("region_code", ("地区代码", "region"), Text("地区代码", "Region code"), code),
        Column(
            "max_load", ("最多同时评审数",), Text("最多同时评审数", "Most reviews at a time"), whole(1, 100), blank=None
        ),
    ),
    key=person_key,
    save=_save,
)
