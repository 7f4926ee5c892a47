"""Works of experts from a spreadsheet: what the pool knows of who knows what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keguan.kernel.bilingual import Text
from keguan.kernel.names import normal_title
from keguan.registers.experts.logic import normal_identifier
from keguan.registers.experts.models import WORK_KINDS, Expert, Work
from keguan.registers.experts.works import NewWork, unsaved
from keguan.registers.imports.bring_in import bring_in
from keguan.registers.imports.cells import choice, code, text, whole, words
from keguan.registers.imports.finding import Organisations, People
from keguan.registers.imports.spec import Column, ImportSpec, Row, Saving
from keguan.registers.imports.specs.people import EMAIL, EMPLOYER, NAME, person_key
from keguan.registers.parties.changes import ties_changed

_KIND_WORDS = (
    ("期刊论文", "paper"),
    ("会议论文", "paper"),
    ("发明专利", "patent"),
    ("专著", "book"),
    ("奖励", "prize"),
)
_CHANGEABLE = ("kind", "title", "normal_title", "abstract", "keywords", "authors", "normal_authors", "year")


def _save(rows: Sequence[Row], saving: Saving) -> None:
    employers = Organisations(row.values.get("employer", "") for row in rows)
    people = People(rows)
    pool = dict(Expert.objects.values_list("person_id", "pk"))
    wanted: dict[tuple[Any, ...], Work] = {}
    at: dict[int, tuple[Any, ...]] = {}
    for row in rows:
        expert = _expert(row, employers, people, pool, saving)
        if expert is None:
            continue
        work = _work(row, expert, saving)
        key = (expert, work.kind, work.identifier) if work.identifier else (expert, work.kind, work.normal_title)
        if key in wanted:
            say = Text("同一专家的同一成果出现两次", "The same work of the same expert stands here twice")
            saving.refuse(row, "title", "work-twice", say, work.title)
        wanted[key] = work
        at[row.number] = key
    if saving.problems:
        return
    done: dict[tuple[Any, ...], Any] = {}
    for named in (True, False):
        part = {key: work for key, work in wanted.items() if bool(work.identifier) is named}
        if not part:
            continue
        standing = Work.objects.filter(expert__in={key[0] for key in part})
        standing = standing.exclude(identifier="") if named else standing.filter(identifier="")
        by = ("expert_id", "kind", "identifier" if named else "normal_title")
        done |= bring_in(standing, part, key=by, fields=_CHANGEABLE, saving=saving)
    for row in rows:
        row.done = done[at[row.number]]
    touched = {key[0] for key, what in done.items() if what != "unchanged"}
    ties_changed(person for person, expert in pool.items() if expert in touched)


def _expert(row: Row, employers: Organisations, people: People, pool: dict[int, int], saving: Saving) -> int | None:
    before = len(saving.problems)
    employer = employers.demand(row, "employer", saving)
    person = people.one(row, employer, saving) if len(saving.problems) == before else None
    if len(saving.problems) > before:
        return None
    expert = pool.get(person.pk) if person is not None else None
    if expert is None:
        fix = Text("请先导入专家", "Import the expert first")
        saving.refuse(row, "name", "expert-unknown", Text("专家库中没有这个人", "Nobody of this name is in the pool"), row.values["name"], fix)  # fmt: skip
    return expert


def _work(row: Row, expert: int, saving: Saving) -> Work:
    values = row.values
    return unsaved(
        expert,
        NewWork(
            kind=values.get("kind") or "paper",
            title=values["title"],
            abstract=values.get("abstract", ""),
            keywords=tuple(values.get("keywords") or ()),
            authors=tuple(values.get("authors") or ()),
            year=values.get("year"),
            source=f"import:{saving.place(row)}",
            identifier=values.get("identifier", ""),
        ),
    )


def _key(values: dict[str, Any]) -> tuple[str, ...]:
    identifier = normal_identifier(values.get("identifier") or "")
    return (*person_key(values), values.get("kind") or "paper", identifier or normal_title(values["title"]))


WORKS = ImportSpec(
    name="works",
    title=Text("专家的成果", "Works of experts"),
    columns=(
        NAME,
        EMPLOYER,
        EMAIL,
        Column("title", ("题目", "成果名称", "论文题目"), Text("题目", "Title"), text(500), required=True),
        Column("kind", ("类别", "成果类别"), Text("类别", "Kind"), choice(WORK_KINDS, *_KIND_WORDS)),
        Column("year", ("年份", "年度", "发表年份"), Text("年份", "Year"), whole(1900, 2100), blank=None),
        Column("authors", ("作者", "完成人"), Text("作者", "Authors"), words(), blank=[]),
        Column(
            "identifier", ("标识", "DOI", "编号"), Text("标识（DOI、专利号）", "Identifier (DOI, patent number)"), code
        ),
        Column("keywords", ("关键词",), Text("关键词", "Keywords"), words(), blank=[]),
        Column("abstract", ("摘要",), Text("摘要", "Abstract"), text(5000)),
    ),
    key=_key,
    save=_save,
)
