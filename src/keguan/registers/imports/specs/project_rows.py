"""Rows of project lists on their way into the register: repetitions recognised, hosts found, everything odd said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from keguan.kernel.bilingual import Text
from keguan.kernel.names import normal_title, without_lookalikes
from keguan.registers.imports.bring_in import bring_in
from keguan.registers.imports.hosts import host_ids
from keguan.registers.imports.spec import Row, Saving
from keguan.registers.projects.logic import approved_year, clean_number, number_grammar
from keguan.registers.projects.models import Project, Restatement

Build = Callable[[Row], Project]
"""From a row to an unsaved project with what only this kind of list says; the rest is filled here."""

# What a repetition may add to what the first row left blank.
_ADDED = (
    "principal_pseudonym",
    "amount_fen",
    "period_as_given",
    "first_day",
    "last_day",
    "programme",
    "kind",
    "evaluation",
)
_FIELDS = (
    "number_grammar", "title", "normal_title", "programme", "kind", "host_id", "host_name_as_given",
    "principal_pseudonym", "amount_fen", "approved_year", "first_day", "last_day", "period_as_given", "status",
    "evaluation",
)  # fmt: skip


@dataclass(slots=True)
class _Stated:
    """A project, the row that states it first, and the rows that state it again."""

    project: Project
    row: Row
    again: list[tuple[Project, Row]] = field(default_factory=list)


def save_projects(rows: Sequence[Row], saving: Saving, build: Build, source_kind: str) -> None:
    """Bring the rows into the register: one project per number, each repetition kept word for word beside it."""
    projects = [_project(row, saving, build, source_kind) for row in rows]
    _find_hosts(projects, rows, saving)
    stated = _gather(list(zip(projects, rows, strict=True)), saving)
    _say_odd(stated, saving)
    standing = Project.objects.filter(source_kind=source_kind)
    if len(stated) < 5000:
        standing = standing.filter(number__in=list(stated))
    done = bring_in(
        standing,
        {(number,): one.project for number, one in stated.items()},
        key=("number",),
        fields=_FIELDS,
        mirrored=("odd",),
        saving=saving,
    )
    for number, one in stated.items():
        one.row.done = done[(number,)]
        for _, again in one.again:
            again.done = "restated"
    _keep_restatements(stated, source_kind, saving)


def _project(row: Row, saving: Saving, build: Build, source_kind: str) -> Project:
    project = build(row)
    given = str(row.values["number"])
    project.number = clean_number(given)
    project.number_grammar = number_grammar(project.number)
    if project.approved_year is None:
        project.approved_year = approved_year(project.number)
    project.normal_title = normal_title(project.title)
    project.source_kind = source_kind
    project.source = saving.place(row)
    if project.number != "".join(given.split()).upper():
        say = Text("编号后的注记符号已去掉", "A footnote mark behind the number was left out")
        saving.warn(row, "number", "number-mark", say, given)
    if project.number_grammar == "unknown":
        saving.warn(row, "number", "number-unknown", Text("编号格式不明", "The number follows no known grammar"), given)
    return project


def _find_hosts(projects: list[Project], rows: Sequence[Row], saving: Saving) -> None:
    readable = {name: without_lookalikes(name) for name in {project.host_name_as_given for project in projects}}
    ids = host_ids(readable.values(), saving.actor, origin=f"import:{saving.source}")
    for project, row in zip(projects, rows, strict=True):
        given = project.host_name_as_given
        name = readable[given]
        project.host_id = ids[name]
        if name != given:
            say = Text("单位名称中有易混字，按“{name}”查找", "The name holds a look-alike letter; read as “{name}”")
            saving.warn(row, "host", "host-lookalike", say.filled(name=name), given)


def _gather(pairs: list[tuple[Project, Row]], saving: Saving) -> dict[str, _Stated]:
    stated: dict[str, _Stated] = {}
    for project, row in pairs:
        earlier = stated.get(project.number)
        if earlier is None:
            stated[project.number] = _Stated(project, row)
        elif project.number_grammar == "unknown" and project.normal_title != earlier.project.normal_title:
            # `0` is no number: another title under it is another project.
            project.number = _free_number(project.number, stated)
            say = Text("编号与另一项目相同，登记为 {n}", "Another project has this number; entered as {n}")
            saving.warn(row, "number", "number-shared", say.filled(n=project.number), str(row.values["number"]))
            stated[project.number] = _Stated(project, row)
        else:
            earlier.again.append((project, row))
            _merge(earlier, project, row, saving)
    return stated


def _free_number(number: str, stated: dict[str, _Stated]) -> str:
    occurrence = 2
    while f"{number}#{occurrence}" in stated:
        occurrence += 1
    return f"{number}#{occurrence}"


def _merge(earlier: _Stated, project: Project, row: Row, saving: Saving) -> None:
    first = earlier.project
    where = Text("第 {n} 行", "row {n}").filled(n=earlier.row.number)
    differs = [
        name
        for name in ("normal_title", "host_id", "principal_pseudonym", "amount_fen")
        if getattr(project, name) not in (None, "") and getattr(first, name) not in (None, "", getattr(project, name))
    ]
    if differs:
        say = Text(
            "与{where}编号相同而内容不同（{what}），以先出现的为准",
            "Same number as {where} but other {what}; the first is kept",
        )
        said = say.filled(where=where, what=", ".join(name.removesuffix("_id") for name in differs))
        saving.warn(row, "title", "restated-otherwise", said, project.title)
    else:
        say = Text("与{where}是同一项目，合并", "The same project as {where}; joined to it")
        saving.warn(row, "number", "restated", say.filled(where=where), project.number)
    for name in _ADDED:
        if getattr(first, name) in (None, "") and getattr(project, name) not in (None, ""):
            setattr(first, name, getattr(project, name))


def _say_odd(stated: dict[str, _Stated], saving: Saving) -> None:
    titles: dict[str, _Stated] = {}
    for one in stated.values():
        project, row = one.project, one.row
        if not project.principal_pseudonym and project.principal_id is None:
            saving.warn(row, "principal", "no-principal", Text("没有项目负责人", "No principal investigator"))
        if project.amount_fen is None and "amount" not in row.odd_codes():
            saving.warn(row, "amount", "no-amount", Text("没有金额", "No amount"))
        if project.amount_fen == 0:
            saving.warn(row, "amount", "zero-amount", Text("金额为零", "The amount is zero"), "0")
        if not project.period_as_given and "period" not in row.odd_codes():
            saving.warn(row, "period", "no-period", Text("没有起止时间或年限", "No period or duration"))
        earlier = titles.setdefault(project.normal_title, one)
        if earlier is not one:
            say = Text("题目与第 {n} 行（{number}）相同", "The same title as row {n} ({number})")
            said = say.filled(n=earlier.row.number, number=earlier.project.number)
            saving.warn(row, "title", "same-title", said, project.title)
        project.odd = row.odd_codes()


def _keep_restatements(stated: dict[str, _Stated], source_kind: str, saving: Saving) -> None:
    repeated = {number: one for number, one in stated.items() if one.again}
    pks = dict(Project.objects.filter(source_kind=source_kind, number__in=list(repeated)).values_list("number", "pk"))
    wanted = {
        (pks[number], occurrence): Restatement(
            project_id=pks[number],
            occurrence=occurrence,
            source=again.source,
            number_as_given=str(row.values["number"]),
            title=again.title,
            programme=again.programme,
            host_name_as_given=again.host_name_as_given,
            principal_pseudonym=again.principal_pseudonym,
            amount_fen=again.amount_fen,
            period_as_given=again.period_as_given,
        )
        for number, one in repeated.items()
        for occurrence, (again, row) in enumerate(one.again, start=2)
    }
    if wanted:
        bring_in(
            Restatement.objects.filter(project__in={pk for pk, _ in wanted}),
            wanted,
            key=("project_id", "occurrence"),
            fields=("title", "programme", "host_name_as_given", "principal_pseudonym", "amount_fen", "period_as_given"),
            saving=saving,
        )
