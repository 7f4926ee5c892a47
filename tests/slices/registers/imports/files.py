"""Spreadsheets made by hand, with everything people do to them."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import xlsxwriter

from keguan.registers.imports.sheet import Table, read_table

HEADER = ["项目编号", "项目名称", "依托单位", "项目负责人", "金额(万元)", "起止时间"]
ROWS = [
    ["71701001", "绿洲节水灌溉研究", "天山大学", "P1", 18, "2018.01-2020.12"],
    ["71701002", "棉花机采品质研究", "天山大学", "P2", 17.5, "2018.01-2020.12"],
]


def csv_of(rows: Sequence[Sequence[object]], *, encoding: str = "utf-8", separator: str = ",") -> bytes:
    """The rows as a text table."""
    return "\r\n".join(separator.join(str(cell) for cell in row) for row in rows).encode(encoding)


def xlsx(build: Callable[[Any, Any], None] | None = None, rows: Sequence[Sequence[object]] = (HEADER, *ROWS)) -> bytes:
    """A workbook with the rows on its first sheet; build(book, sheet) does to it what people do."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("项目")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        if build:
            build(book, sheet)
    return stream.getvalue()


def read(content: bytes, name: str = "表.xlsx", *, sheet: str = "") -> Table:
    """Read with the headers of the template known."""
    known = {header: header for header in HEADER}
    return read_table(content, name, known.get, sheet=sheet)
