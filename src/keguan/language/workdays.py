"""Working days that an installation declares beyond the years the calendar package knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.kernel.workdays import DeclaredYear, Workdays
from keguan.language.nodes import read_nodes
from keguan.language.reading import read_list


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The State Council's notice for one year: days off, and weekend days worked in exchange."""

    year: int
    source: str
    verified: bool = False
    holidays: tuple[str, ...] = ()
    workdays: tuple[str, ...] = ()


def load_workdays(path: Path) -> Workdays | tuple[Problem, ...]:
    """The calendar with the years declared in a file; without the file, the package's years alone."""
    if not path.is_file():
        return Workdays()
    node = read_nodes(path.name, path.read_text(encoding="utf-8"))
    if isinstance(node, tuple):
        return node
    notices = read_list(node, Notice)
    if isinstance(notices, list):
        return tuple(notices)
    try:
        return Workdays({one.year: _declared(one) for one in notices})
    except ValueError as error:
        said = Text("工作日表有误：{error}", "The table of working days is wrong: {error}").filled(error=str(error))
        return (Problem("workdays.wrong", said, where=path.name),)


def _declared(notice: Notice) -> DeclaredYear:
    return DeclaredYear(
        holidays=frozenset(map(date.fromisoformat, notice.holidays)),
        workdays=frozenset(map(date.fromisoformat, notice.workdays)),
        source=notice.source,
        verified=notice.verified,
    )
