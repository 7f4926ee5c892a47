"""The pages of imports: try a spreadsheet, see what it would do, then do it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.components import reader
from keguan.components.access import actor_on, holding, page
from keguan.components.fields import Field
from keguan.components.list_pages import list_page
from keguan.components.lists import Choice, Column
from keguan.components.notices import tell
from keguan.components.status import Crumb, Line, Status
from keguan.components.things import Section, thing_page
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.registers.imports import lists, staging
from keguan.registers.imports.models import ImportRun
from keguan.registers.imports.oddities import warned_of
from keguan.registers.imports.services import run
from keguan.registers.imports.spec import ImportSpec, Report, Row
from keguan.registers.imports.specs import SPECS, spec_for
from keguan.registers.imports.workbook import empty_workbook

KEEPS_REGISTERS = holding(Text("维护名录", "keep the registers"), "registrar")
SEES_IMPORTS = holding(Text("查看导入记录", "see imports"), "registrar", "supervision", "officer")
MOST_BYTES = 30_000_000
MOST_SHOWN = 100
_CRUMBS = (Text("名录", "Registers"), Text("导入", "Imports"))


@page(SEES_IMPORTS)
def imports(request: HttpRequest) -> HttpResponseBase:
    """The imports that were carried out."""
    rows = ImportRun.objects.select_related("by")
    may_upload = KEEPS_REGISTERS.holds(actor_on(request))
    return list_page(request, lists.IMPORTS, rows, template="imports/imports.html", may_upload=may_upload)


@page(SEES_IMPORTS)
def import_run(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One import and what came of it."""
    found = get_object_or_404(ImportRun.objects.select_related("by"), pk=pk)
    lines = [
        Line(Text("内容", "What"), lists.what(found)),
        Line(Text("经办人", "By"), found.by.name if found.by else Text("系统", "the system")),
        Line(Text("时间", "At"), found.at, "moment"),
        Line(Text("读入行数", "Rows read"), found.rows_read, "number"),
        Line(Text("新增", "New"), found.created, "number"),
        Line(Text("更新", "Changed"), found.updated, "number"),
        Line(Text("未变", "Unchanged"), found.unchanged, "number"),
        Line(Text("重复刊载", "Printed again"), found.restated, "number"),
        Line(Text("摘要值", "Digest"), found.file_sha256, note="SHA-256"),
    ]
    columns = (
        Column("code", Text("异常", "Oddity"), lambda pair: warned_of(pair[0])),
        Column("rows", Text("行数", "Rows"), lambda pair: pair[1], "number"),
    )
    sections = [
        Section(Text("导入", "Import"), lines),
        Section(Text("存疑的行", "Odd rows"), columns=columns, rows=list(found.odd.items())),
    ]
    crumbs = [Crumb(_CRUMBS[0], reverse("registers")), Crumb(_CRUMBS[1], reverse("imports"))]
    return thing_page(request, found.file_name, sections, crumbs=crumbs)


@page(KEEPS_REGISTERS)
def template(request: HttpRequest, name: str) -> HttpResponseBase:
    """An empty spreadsheet to fill in: the columns, what each takes, and lists to choose from."""
    spec = spec_for(name)
    if spec is None:
        raise Http404
    file = io.BytesIO(empty_workbook(spec, reader.language()))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return FileResponse(file, as_attachment=True, filename=f"{spec.name}.xlsx", content_type=kind)


@page(KEEPS_REGISTERS, methods=("GET", "POST"))
def upload(request: HttpRequest) -> HttpResponseBase:
    """Choose a spreadsheet and try it: everything is checked, nothing is written."""
    problems: list[Problem] = []
    if request.method == "POST":
        spec = spec_for(request.POST.get("spec", ""))
        file = request.FILES.get("file")
        if spec is None:
            problems.append(Problem("import.spec", Text("请选择导入的内容。", "Choose what to import."), "spec"))
        if file is None:
            problems.append(Problem("import.file", Text("请选择文件。", "Choose a file."), "file"))
        elif (file.size or 0) > MOST_BYTES:
            fix = Text(
                "请拆分后分次导入，或由管理员用命令导入。", "Split it, or let the administrator import it by command."
            )
            problems.append(
                Problem("import.too_large", Text("文件超过 30 MB。", "The file is larger than 30 MB."), "file", fix=fix)
            )
        if spec is not None and file is not None and not problems:
            content, name, sheet = file.read(), file.name or "upload", request.POST.get("sheet", "").strip()
            actor = actor_on(request)
            report = run(spec, content, actor, dry_run=True, sheet=sheet, name=name)
            ticket = "" if report.is_refused else staging.put(content, spec.name, name, sheet, actor)
            return _report(request, spec, report, ticket)
    fields = [field.typed_in(request.POST) if request.method == "POST" else field for field in _fields()]
    context = {
        "fields": [field.with_problems(problems) for field in fields],
        "problems": problems,
        "templates_title": Text("下载模板", "Templates to download"),
        "specs": list(SPECS.values()),
        "crumbs": _crumbs(),
    }
    return render(request, "imports/upload.html", context, status=422 if problems else 200)


@page(KEEPS_REGISTERS, methods=("POST",))
def confirm(request: HttpRequest) -> HttpResponseBase:
    """Import the spreadsheet that was tried just now."""
    actor = actor_on(request)
    waiting = staging.take(request.POST.get("ticket", ""), actor)
    spec = spec_for(waiting[1]) if waiting else None
    if waiting is None or spec is None:
        tell(
            request,
            Text("这个文件已导入过，或等待超过一小时。请在记录中查看，或重新上传。",
                 "This file was imported already, or waited for more than an hour. Look it up here, or upload it again."),
            "warn",
        )  # fmt: skip
        return HttpResponseRedirect(reverse("imports"))
    content, _, name, sheet = waiting
    report = run(spec, content, actor, sheet=sheet, name=name, renamings=_renamings(request))
    if [one.code for one in report.problems] == ["import.renamings"]:
        # What would be renamed is shown again, with the question that was left unanswered.
        tried = run(spec, content, actor, dry_run=True, sheet=sheet, name=name)
        again = staging.put(content, spec.name, name, sheet, actor)
        return _report(request, spec, tried, again, report.problems)
    if report.is_refused:
        return _report(request, spec, report, "")
    done = Text(
        "已导入：新增 {new} 行，更新 {changed} 行，未变 {same} 行。",
        "Imported: {new} new, {changed} changed, {same} unchanged.",
    )
    counts = report.counts
    tell(request, done.filled(new=counts.created, changed=counts.updated, same=counts.unchanged + counts.restated))
    return HttpResponseRedirect(reverse("imports"))


_RENAMINGS = "renamings"


def _renamings(request: HttpRequest) -> int:
    """How many renamings were confirmed."""
    typed = request.POST.get(_RENAMINGS, "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


def _confirming(report: Report, problems: Sequence[Problem]) -> Field | None:
    """The question that stands before a file that renames."""
    if not report.renamings:
        return None
    n = report.renamings
    choice = Choice(str(n), Text("这些更名都是本意：{n}处", "These renamings are meant: {n}").filled(n=n))
    hint = Text(
        "同一统一社会信用代码在名录中是另一名称。请在“存疑”一节逐一核对；代码填错的，先改正文件。",
        "The register has another name under the same credit code. Check each under “Odd”; where a code is wrong, correct the"
        " file first.",
    )
    asked = Field(_RENAMINGS, "choices", Text("更名", "Renamings"), required=True, choices=(choice,), hint=hint)
    return asked.with_problems([replace(one, where=_RENAMINGS) for one in problems])


def _report(
    request: HttpRequest, spec: ImportSpec, report: Report, ticket: str, unconfirmed: Sequence[Problem] = ()
) -> HttpResponseBase:
    counts = report.counts
    changes = [_Change(row, key) for row in report.changed for key in row.changed]
    lines = [
        Line(Text("文件", "File"), report.file_name),
        Line(Text("工作表", "Sheet"), report.sheet),
        Line(Text("读入行数", "Rows read"), report.read, "number"),
        Line(Text("空行", "Empty rows"), report.empty, "number"),
        Line(Text("将新增", "Would be new"), counts.created, "number"),
        Line(Text("将更新", "Would change"), counts.updated, "number"),
        Line(Text("不变", "Unchanged"), counts.unchanged, "number"),
        Line(Text("重复刊载", "Printed again"), counts.restated, "number"),
    ]
    context = {
        "report": report,
        "lines": lines[:4] if report.is_refused else lines,
        "problems": report.problems[:MOST_SHOWN],
        "more_problems": max(0, len(report.problems) - MOST_SHOWN),
        "warnings": report.warnings[:MOST_SHOWN],
        "more_warnings": max(0, len(report.warnings) - MOST_SHOWN),
        "odd": [(warned_of(code), rows) for code, rows in report.odd.items()],
        "columns": PROBLEM_COLUMNS,
        "changes": changes,
        "more_changed": counts.updated - len(report.changed),
        "change_columns": _change_columns(spec),
        "confirming": _confirming(report, unconfirmed),
        "first": report.first,
        "more_rows": report.read - len(report.first),
        "first_columns": _row_columns(spec, report.first),
        "ticket": ticket,
        "crumbs": _crumbs(),
    }
    return render(request, "imports/report.html", context, status=422 if report.is_refused or unconfirmed else 200)


PROBLEM_COLUMNS = (
    Column("where", Text("位置", "Place"), lambda problem: problem.where),
    Column("say", Text("原因", "Reason"), lambda problem: problem.say),
    Column("value", Text("所填", "Found"), lambda problem: problem.value),
    Column("fix", Text("办法", "Way out"), lambda problem: problem.fix),
)


def _row_columns(spec: ImportSpec, rows: Sequence[Row]) -> list[Column]:
    """The columns of the trial: the row, what would become of it, and its cells as they were understood."""
    present = [column for column in spec.columns if any(column.key in row.values for row in rows)]
    return [
        Column("row", Text("行", "Row"), lambda row: row.number, "number"),
        Column("done", Text("将", "Would be"), lambda row: DONE[row.done], "status"),
        *(Column(column.key, column.title, column.shown) for column in present),
    ]


@dataclass(frozen=True, slots=True)
class _Change:
    row: Row
    key: str


def _change_columns(spec: ImportSpec) -> list[Column]:
    """The columns of what would change: which row, which cell, and what stands there before and after."""
    columns = {column.key: column for column in spec.columns}

    def told(change: _Change, which: int) -> object:
        return columns[change.key].told(change.row.changed[change.key][which]) or Text("（空）", "(blank)")

    return [
        Column("row", Text("行", "Row"), lambda change: change.row.number, "number"),
        Column("name", Text("名称", "Name"), lambda change: change.row.values.get("name", "")),
        Column("cell", Text("内容", "What"), lambda change: columns[change.key].title),
        Column("before", Text("名录中", "In the register"), lambda change: told(change, 0)),
        Column("after", Text("将改为", "Would become"), lambda change: told(change, 1)),
    ]


DONE: dict[str, Status] = {
    "created": Status(Text("新增", "new"), "good"),
    "updated": Status(Text("更新", "changed"), "info"),
    "unchanged": Status(Text("不变", "unchanged")),
    "restated": Status(Text("重复刊载", "printed again"), "warn"),
}


def _fields() -> list[Field]:
    sheet_hint = Text("只有一张可见工作表时不用填。", "Leave empty if the file has one visible sheet.")
    return [
        Field(
            "spec",
            "choice",
            Text("导入什么", "What to import"),
            required=True,
            choices=tuple(Choice(name, spec.title) for name, spec in SPECS.items()),
        ),
        Field(
            "file",
            "file",
            Text("表格文件", "Spreadsheet"),
            hint=Text(".xlsx 或 .csv", ".xlsx or .csv"),
            required=True,
            accept=".xlsx,.csv",
        ),
        Field("sheet", "text", Text("工作表", "Sheet"), hint=sheet_hint),
    ]


def _crumbs() -> list[Crumb]:
    return [
        Crumb(_CRUMBS[0], reverse("registers")),
        Crumb(_CRUMBS[1], reverse("imports")),
        Crumb(Text("上传", "Upload")),
    ]
