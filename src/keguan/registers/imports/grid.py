"""The cells of one sheet before its header is known, each with the place where a person finds it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused

Value = str | int | float | bool | date | datetime | time | timedelta | None


def column_letters(index: int) -> str:
    """The letters over a column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass(frozen=True, slots=True)
class Line:
    """One row as found: its number as people see it in the file (from 1) and its cells from column A on."""

    number: int
    cells: list[Value]


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet before its header is known.

    name: the sheet, or the file for .csv. merged: ranges as (first row, first column, last row, last column), from 0.
    unreadable: places (row, column), from 0, whose value cannot be had, with the reason.
    is_csv: whether places are lines of a text file.
    """

    name: str
    lines: Iterator[Line]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    unreadable: tuple[tuple[int, int, Text], ...] = ()
    warnings: tuple[Problem, ...] = ()
    is_csv: bool = False

    def place(self, number: int, column: int | None = None, header: str = "") -> str:
        """Where a cell is, as a person finds it: `Sheet1!C7`, or `file.csv:7:title` in a text file."""
        if self.is_csv:
            return f"{self.name}:{number}" + (f":{header}" if header else "")
        return f"{self.name}!{number}" if column is None else f"{self.name}!{column_letters(column)}{number}"


def unreadable_file(name: str, reason: Text) -> Refused:
    """The refusal of a file that is not a spreadsheet we can read."""
    problem = Problem(
        code="import.file.unreadable",
        say=Text("读不了“{name}”：{reason}", "Cannot read “{name}”: {reason}").filled(name=name, reason=reason),
        where=name,
        fix=Text(
            "请另存为 .xlsx 或 UTF-8 的 .csv（不加密码）再导入", "Save it as .xlsx or UTF-8 .csv without a password"
        ),
    )
    return Refused.because(problem)
