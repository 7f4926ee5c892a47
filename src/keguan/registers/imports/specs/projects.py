"""Project lists: our own template, and two as they are published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from keguan.kernel.bilingual import Text
from keguan.registers.imports.cells import amount, choice, code, lenient, text, whole
from keguan.registers.imports.spec import Column, ImportSpec, Row, Saving
from keguan.registers.imports.specs.periods import Span, span, years
from keguan.registers.imports.specs.project_rows import Build, save_projects
from keguan.registers.projects.models import STATUSES, Project

_ODD_AMOUNT = Text("金额看不懂，按未知计", "The amount cannot be read and counts as unknown")

_NUMBER = Column(
    "number", ("项目编号", "编号", "批准号", "项目批准号"), Text("项目编号", "Project number"), code, required=True
)
_TITLE = Column("title", ("项目名称", "题目", "名称"), Text("项目名称", "Title"), text(1000), required=True)
_HOST = Column(
    "host",
    ("依托单位", "承担单位", "单位", "项目承担单位"),
    Text("依托单位", "Host institution"),
    text(200),
    required=True,
)
_PSEUDONYM = Column(
    "principal",
    ("principal_investigator", "项目负责人", "负责人"),
    Text("项目负责人", "Principal investigator"),
    text(100),
)
_AMOUNT = Column(
    "amount",
    ("amount_wan_yuan", "金额(万元)", "资助经费(万元)", "经费(万元)", "金额"),
    Text("金额（万元）", "Amount (10 000 yuan)"),
    lenient(amount("万元"), "import.odd.amount", _ODD_AMOUNT),
    blank=None,
)
# Whoever fills in our own template can put a slip right; a published list has to be taken as it is.
_STRICT_AMOUNT = replace(_AMOUNT, read=amount("万元"))
_PERIOD = Column("period", ("起止时间", "起止年月", "研究期限", "执行期"), Text("起止时间", "Period"), span, blank=None)
_PROGRAMME = Column("programme", ("专项", "计划", "所属专项", "计划类别"), Text("专项", "Programme"), text(200))
_KIND = Column("kind", ("项目类别", "资助类别", "类别"), Text("项目类别", "Kind"), text(100))
_EVALUATION = Column("evaluation", ("评价", "结题评价", "后评估"), Text("评价", "Evaluation"), text(50))


def _by_number(values: dict[str, Any]) -> str:
    return str(values["number"])


def _common(row: Row) -> Project:
    values = row.values
    period: Span = values.get("period") or Span("")
    return Project(
        title=values["title"],
        host_name_as_given=values["host"],
        principal_pseudonym=values.get("principal", ""),
        amount_fen=values.get("amount"),
        kind=values.get("kind", ""),
        programme=values.get("programme", ""),
        evaluation=values.get("evaluation", ""),
        period_as_given=period.given,
        first_day=period.first,
        last_day=period.last,
    )


# A project that was graded has been closed; the other words (尚未评估, 无需评估, 延期) leave it open.
_GRADES = frozenset({"特优", "优", "良", "中", "差"})


def _nsfc(row: Row) -> Project:
    project = _common(row)
    project.programme = project.programme or "国家自然科学基金"
    project.status = "finished" if project.evaluation in _GRADES else "unknown"
    return project


def _national_rd(row: Row) -> Project:
    project = _common(row)
    project.kind = "国家重点研发计划"
    project.approved_year = row.values.get("year")
    project.period_as_given = row.values.get("duration", "")
    return project


def _own_template(row: Row) -> Project:
    project = _common(row)
    project.status = row.values.get("status") or "unknown"
    return project


def _saving(build: Build, source_kind: str) -> Any:
    def save(rows: Sequence[Row], saving: Saving) -> None:
        save_projects(rows, saving, build, source_kind)

    return save


_list = partial(ImportSpec, key=_by_number, repeats=True)

PROJECTS = _list(
    name="projects",
    title=Text("项目", "Projects"),
    columns=(
        _NUMBER,
        _TITLE,
        _HOST,
        _PSEUDONYM,
        _STRICT_AMOUNT,
        _PERIOD,
        _PROGRAMME,
        _KIND,
        _EVALUATION,
        Column("status", ("状态",), Text("状态", "Status"), choice(STATUSES)),
    ),
    save=_saving(_own_template, "list"),
)
NSFC = _list(
    name="nsfc-projects",
    title=Text("国家自然科学基金项目（公布的清单）", "NSFC projects (published list)"),
    columns=(_NUMBER, _KIND, _TITLE, _HOST, _PSEUDONYM, _AMOUNT, _PERIOD, _EVALUATION),
    save=_saving(_nsfc, "nsfc"),
)
NATIONAL_RD = _list(
    name="national-rd-projects",
    title=Text("国家重点研发计划项目（公示清单）", "National key R&D projects (published list)"),
    columns=(
        _NUMBER,
        _TITLE,
        _HOST,
        _PSEUDONYM,
        _AMOUNT,
        _PROGRAMME,
        Column("year", ("年度",), Text("年度", "Year"), whole(1949, 2100), blank=None),
        Column("duration", ("实施周期", "年限", "实施周期(年)"), Text("实施周期（年）", "Duration (years)"), years),
    ),
    save=_saving(_national_rd, "national-rd"),
)
