"""`keguan import`: bring a spreadsheet into a register."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from keguan.kernel.bilingual import Text

if TYPE_CHECKING:
    from keguan.kernel.problems import Problem
    from keguan.registers.imports.spec import ImportSpec, Progress, Report

NAME = "import"
HELP = Text(
    "从 .xlsx 或 .csv 导入名录（全部写入或全不写入）", "Import a register from .xlsx or .csv, all of it or nothing"
)
NEEDS_DATABASE = True
KINDS = ("organisations", "people", "codes", "experts", "works", "projects", "nsfc-projects", "national-rd-projects")
_SHOWN_PER_KIND = 5
_SHOWN_PROBLEMS = 50


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("kind", choices=KINDS, help="导入什么 / what to import")
    parser.add_argument("file", type=Path, help=".xlsx / .csv")
    parser.add_argument("--dry-run", action="store_true", help="只核对，不写入 / check everything, write nothing")
    parser.add_argument("--sheet", default="", help="工作表名 / which sheet, where several are visible")
    parser.add_argument(
        "--renamings",
        type=int,
        default=0,
        metavar="N",
        help="确认的更名数（同一代码、不同名称） / how many renamings (another name under the same code) are meant",
    )
    parser.add_argument("--all", action="store_true", help="列出每一处提示 / list every single warning")


def run(args: argparse.Namespace) -> int:
    """Import the file. Returns 0 when saved (or could be, in a dry run), 1 when refused."""
    from keguan.kernel.actors import SYSTEM
    from keguan.registers.imports import services
    from keguan.registers.imports.specs import SPECS

    if not args.file.is_file():
        print(f"找不到文件 / no such file: {args.file}", file=sys.stderr)
        return 1
    spec = SPECS[_kind(args)]
    with _Bar() as bar:
        report = services.run(
            spec,
            args.file,
            SYSTEM,
            dry_run=args.dry_run,
            sheet=args.sheet,
            progress=bar.told,
            renamings=args.renamings,
        )
    _print(report, show_all=args.all)
    _print_changes(report, spec)
    return 1 if report.is_refused else 0


def _kind(args: argparse.Namespace) -> str:
    """`import projects nsfc-projects.csv` means the published list of that name."""
    return str(args.file.stem) if args.kind == "projects" and args.file.stem in KINDS else str(args.kind)


class _Bar:
    """A progress bar that changes its words with the stage; silent where nobody watches."""

    def __enter__(self) -> _Bar:
        from tqdm import tqdm

        self._bar = tqdm(total=0, unit="行", disable=None, leave=False, file=sys.stderr)
        self.told: Progress = self._told
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.close()

    def _told(self, stage: Text, done: int, total: int) -> None:
        self._bar.set_description_str(f"{stage.zh} {stage.en}", refresh=False)
        self._bar.total = total
        self._bar.n = done
        self._bar.refresh()


def _print(report: Report, *, show_all: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    out = Console(highlight=False, soft_wrap=True)
    counts = report.counts
    if report.is_refused:
        out.print(
            f"[bold red]未写入 / nothing was saved[/]: {report.file_name}, {len(report.problems)} 处问题 / problems"
        )
        for problem in report.problems[:_SHOWN_PROBLEMS]:
            out.print(_line(problem), markup=False)
        if len(report.problems) > _SHOWN_PROBLEMS:
            out.print(f"… +{len(report.problems) - _SHOWN_PROBLEMS}")
    else:
        word = "核对通过，未写入 / checked, nothing written" if report.dry_run else "已导入 / imported"
        out.print(f"[bold green]{word}[/]: {report.file_name}")
    table = Table(show_header=True, box=None, pad_edge=False)
    for title in (
        "读入 read",
        "空行 empty",
        "新增 created",
        "更新 updated",
        "未变 unchanged",
        "重复列出 restated",
        "秒 s",
    ):
        table.add_column(title, justify="right")
    figures = (report.read, report.empty, counts.created, counts.updated, counts.unchanged, counts.restated)
    table.add_row(*(f"{figure:,}" for figure in figures), f"{report.seconds:.1f}")
    out.print(table)
    _print_warnings(report, out, None if show_all else _SHOWN_PER_KIND)


def _print_changes(report: Report, spec: ImportSpec) -> None:
    columns = {column.key: column for column in spec.columns}
    for row in report.changed:
        for key, values in row.changed.items():
            before, after = (columns[key].told(value) or "—" for value in values)
            title = columns[key].title
            print(f"  {row.number} {title.zh} / {title.en}: {before} → {after}")
    if report.changed and (more := report.counts.updated - len(report.changed)):
        print(f"  … +{more:,}")
    if report.renamings and report.dry_run:
        n = report.renamings
        print(f"将更名 {n} 处；都是本意的，导入时加 / renames {n}; if all are meant, import with: --renamings {n}")


def _print_warnings(report: Report, out: object, most: int | None) -> None:
    from keguan.registers.imports.oddities import warned_of

    for code, number in report.odd.items():
        same = [warning for warning in report.warnings if warning.code == code]
        print(f"\n{warned_of(code).zh} / {warned_of(code).en}: {number:,}")
        for warning in same[:most]:
            print("  " + _line(warning))
        if most is not None and number > most:
            print(f"  … +{number - most:,} (--all)")


def _line(problem: Problem) -> str:
    value = f" [{problem.value}]" if problem.value else ""
    fix = f" → {problem.fix.zh} / {problem.fix.en}" if problem.fix else ""
    return f"{problem.where}: {problem.say.zh} / {problem.say.en}{value}{fix}"
