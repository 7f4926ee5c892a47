"""Bring a spreadsheet into a register: all of it or nothing."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Hashable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused
from keguan.registers.imports.cells import Kept, said
from keguan.registers.imports.grid import Value
from keguan.registers.imports.models import ImportRun
from keguan.registers.imports.sheet import Table, is_blank, read_table
from keguan.registers.imports.spec import READING, Column, Counts, ImportSpec, Progress, Report, Row, Saving
from keguan.registers.trace import services as trace

_TOLD_EVERY = 500
FIRST_ROWS = 20


def _silent(stage: Text, done: int, total: int) -> None:
    """Say nothing."""


def run(
    spec: ImportSpec,
    file: Path | bytes,
    actor: Actor,
    *,
    dry_run: bool = False,
    progress: Progress = _silent,
    sheet: str = "",
    name: str = "",
    renamings: int = 0,
) -> Report:
    """Import a spreadsheet: every row or, if there is any problem, none; the report says what is wrong where.

    file: a path or the bytes. name: the file's name, where bytes are given. sheet: which one of several visible.
    dry_run: go all the way, report the same, and write nothing. renamings: how many rows are meant to give another name to
    what the register knows by its code; where the file has another number of them, nothing is written. The same file again
    changes nothing.
    A blank cell never erases what is known. Never raises for what is in the file; a refused import is traced.
    """
    started = time.monotonic()
    name = name or (file.name if isinstance(file, Path) else "upload")
    content = file if isinstance(file, bytes) else file.read_bytes()
    report = Report(spec=spec.name, file_name=name, dry_run=dry_run)
    digest = hashlib.sha256(content).hexdigest()
    try:
        table = read_table(content, name, spec.lookup(), sheet=sheet)
    except Refused as refused:
        report = report.refused(*refused.refusal.problems)
    else:
        report = _save(spec, table, actor, digest, report, progress, renamings)
    if report.is_refused and not dry_run:
        _trace_refused(report, digest, actor)
    return replace(report, seconds=round(time.monotonic() - started, 2))


def _save(
    spec: ImportSpec,
    table: Table,
    actor: Actor,
    digest: str,
    report: Report,
    progress: Progress,
    renamings: int,
) -> Report:
    columns = _columns(spec, table)
    problems = list(_missing_columns(spec, table, columns))
    report = replace(report, sheet=table.grid.name, read=len(table.lines), empty=table.empty_rows)
    if problems:
        return report.refused(*problems)
    rows, problems = _read_rows(spec, table, columns, progress)
    problems += _repeated_keys(spec, rows, table, columns)
    saving = Saving(table, columns, actor, report.file_name, progress, total=len(rows))
    saving.problems = problems
    with transaction.atomic():
        trace.stamp(actor)
        # Two imports of one kind at once would each create what the other is creating.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"keguan.import.{spec.name}"])
        if not problems:
            spec.save(rows, saving)
        if not saving.problems:
            with connection.cursor() as cursor:
                # A dry run has to meet the constraints that wait for the commit.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        warnings = (*table.warnings, *_unknown_columns(spec, table), *(odd for row in rows for odd in row.odd))
        changed = tuple(islice((row for row in rows if row.changed), FIRST_ROWS))
        first = tuple(rows[:FIRST_ROWS])
        report = replace(report, counts=Counts.of(rows), warnings=warnings, first=first, changed=changed)
        if not report.dry_run and report.renamings != renamings:
            saving.problems.append(_not_meant(table, report.renamings))
        if saving.problems:
            report = report.refused(*saving.problems)
        if report.is_refused or report.dry_run:
            transaction.set_rollback(True)
        else:
            _record(report, digest, actor)
    return report


def _not_meant(table: Table, renamings: int) -> Problem:
    say = Text(
        "文件将更改 {n} 个单位的名称，尚未确认",
        "Organisations that the file would rename: {n}; nobody has confirmed it",
    )
    fix = Text(
        "请核对每一处更名，确认数目后再导入；填错代码的，请先改正",
        "Check each renaming, and confirm how many are meant; correct codes that are wrong",
    )
    return Problem("import.renamings", say.filled(n=renamings), table.place(table.header_row), str(renamings), fix=fix)


def _columns(spec: ImportSpec, table: Table) -> dict[str, int]:
    lookup = spec.lookup()
    found = ((lookup(header), at) for at, header in enumerate(table.header))
    return {key: at for key, at in found if key is not None}


def _missing_columns(spec: ImportSpec, table: Table, columns: dict[str, int]) -> list[Problem]:
    return [
        Problem(
            code="import.header.column-missing",
            say=Text("缺少列“{name}”", "The column “{name}” is missing").filled(name=column.title),
            where=table.place(table.header_row),
            value=", ".join(header for header in table.header if header)[:200],
            fix=Text("可用列名：{names}", "Possible names: {names}").filled(names="、".join(column.names)),
        )
        for column in spec.columns
        if column.required and column.key not in columns
    ]


def _unknown_columns(spec: ImportSpec, table: Table) -> list[Problem]:
    lookup = spec.lookup()
    return [
        Problem(
            code="import.header.column-unknown",
            say=Text("列“{name}”没有导入", "The column “{name}” was not imported").filled(name=header),
            where=table.place(table.header_row, at),
            value=header,
        )
        for at, header in enumerate(table.header)
        if header and lookup(header) is None
    ]


def _read_rows(
    spec: ImportSpec, table: Table, columns: dict[str, int], progress: Progress
) -> tuple[list[Row], list[Problem]]:
    problems: list[Problem] = []
    rows: list[Row] = []
    present = [(column, columns[column.key], _remembering(column)) for column in spec.columns if column.key in columns]
    for done, line in enumerate(table.lines, start=1):
        row = Row(line.number, {})
        for column, at, read in present:
            cell = line.cells[at] if at < len(line.cells) else None
            if is_blank(cell):
                row.values[column.key] = column.blank
                if column.required:
                    problems.append(_blank(column, table.place(line.number, at)))
                continue
            found = read(cell)
            if isinstance(found, Kept):
                row.odd.append(replace(found.odd, where=table.place(line.number, at)))
                found = found.value
            elif isinstance(found, Problem):
                where = table.place(line.number, at)
                problems.append(replace(found, where=where, value=found.value or said(cell)[:80]))
            row.values[column.key] = found
        rows.append(row)
        if done % _TOLD_EVERY == 0:
            progress(READING, done, len(table.lines))
    progress(READING, len(table.lines), len(table.lines))
    return rows, problems


def _remembering(column: Column) -> Callable[[Value], Any]:
    """The column's reader, which reads a text that comes again (a host, a kind, an amount) only once."""
    seen: dict[str, Any] = {}

    def read(cell: Value) -> Any:
        if not isinstance(cell, str):
            return column.read(cell)
        if cell not in seen:
            seen[cell] = column.read(cell)
        return seen[cell]

    return read


def _blank(column: Column, place: str) -> Problem:
    say = Text("“{name}”不能为空", "“{name}” must not be blank").filled(name=column.title)
    return Problem("import.cell.blank", say, place, fix=Text("请填写，或删去整行", "Fill it in or delete the row"))


def _repeated_keys(spec: ImportSpec, rows: list[Row], table: Table, columns: dict[str, int]) -> list[Problem]:
    if spec.repeats:
        return []
    first: dict[Hashable, Row] = {}
    found = []
    for row in rows:
        if any(isinstance(value, Problem) for value in row.values.values()):
            continue
        key = spec.key(row.values)
        if key is not None and (earlier := first.setdefault(key, row)) is not row:
            say = Text("与第 {n} 行重复", "The same as row {n}").filled(n=earlier.number)
            fix = Text("请合并或删去其中一行", "Merge the two rows or delete one")
            where = table.place(row.number, next(iter(columns.values())))
            found.append(Problem("import.row.repeated", say, where, str(key)[:80], fix=fix))
    return found


def _record(report: Report, digest: str, actor: Actor) -> None:
    counts = report.counts
    import_run = ImportRun.objects.create(
        spec=report.spec,
        file_name=report.file_name,
        file_sha256=digest,
        by_id=actor.person,
        rows_read=report.read,
        created=counts.created,
        updated=counts.updated,
        unchanged=counts.unchanged,
        restated=counts.restated,
        odd=report.odd,
    )
    payload = {
        "run": import_run.pk,
        "spec": report.spec,
        "file": report.file_name,
        "sha256": digest,
        "read": report.read,
        "created": counts.created,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "restated": counts.restated,
        "odd": report.odd,
    }
    trace.write("imports:import:done", actor, payload=payload)


def _trace_refused(report: Report, digest: str, actor: Actor) -> None:
    payload = {
        "spec": report.spec,
        "file": report.file_name,
        "sha256": digest,
        "problems": len(report.problems),
        "first": [[problem.where, problem.code] for problem in report.problems[:20]],
    }
    with transaction.atomic():
        trace.write("imports:import:refused", actor, outcome="refused", payload=payload)
