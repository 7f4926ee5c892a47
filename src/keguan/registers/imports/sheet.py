"""A spreadsheet as rows with exact places, whatever saved it; everything odd about it is said, nothing guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused
from keguan.registers.imports.grid import Grid, Line, Value, column_letters, unreadable_file
from keguan.registers.imports.sheet_csv import read_csv
from keguan.registers.imports.sheet_xlsx import read_xlsx

MAX_FILE_BYTES = 64 * 1024 * 1024
HEADER_SEARCH_ROWS = 20


@dataclass(frozen=True, slots=True)
class Table:
    """The data area of a sheet: header and the rows below it that are not empty."""

    grid: Grid
    header_row: int
    header: tuple[str, ...]
    lines: list[Line]
    empty_rows: int
    warnings: tuple[Problem, ...] = ()

    def place(self, number: int, column: int | None = None) -> str:
        """Where the cell of row `number` in `column` (from 0) is."""
        header = self.header[column] if column is not None and column < len(self.header) else ""
        return self.grid.place(number, column, header)


def read_table(content: bytes, name: str, known: Callable[[str], str | None], *, sheet: str = "") -> Table:
    """Read the one table of a spreadsheet, .xlsx or .csv, told apart by content and not by name.

    content: the bytes of the file. name: its name, for messages. known: gives the column a header stands for, or None;
    the header is the row among the first twenty with most known names. sheet: which sheet, where several are visible.
    Raises Refused with every problem found: not a spreadsheet, protected, merged cells, no header, repeated headers.
    """
    grid = open_grid(content, name, sheet)
    lines = list(grid.lines)
    at = _header_at(lines, known)
    if at is None:
        raise Refused.because(_no_header(grid, lines))
    header_line = lines[at]
    header = tuple(clean_header(cell) for cell in header_line.cells)
    body = [line for line in lines[at + 1 :] if any(not is_blank(cell) for cell in line.cells)]
    table = Table(grid, header_line.number, header, body, len(lines) - at - 1 - len(body), grid.warnings)
    problems = [*_repeated_headers(table, known), *_merged(table), *_unreadable(table), *_beyond_header(table)]
    if problems:
        raise Refused.because(*problems)
    return table


def open_grid(content: bytes, name: str, sheet: str = "") -> Grid:
    """The cells of a spreadsheet file; refuses what is not one. See `read_table`."""
    if not content:
        raise unreadable_file(name, Text("文件是空的", "The file is empty"))
    if len(content) > MAX_FILE_BYTES:
        size = Text("文件超过 {mb} MB", "The file is larger than {mb} MB").filled(mb=MAX_FILE_BYTES // 1024 // 1024)
        raise unreadable_file(name, size)
    if content.startswith(b"PK\x03\x04"):
        return read_xlsx(content, name, sheet)
    for magic, what in _OTHER_KINDS:
        if content.startswith(magic):
            if magic == _OLE2 and "EncryptedPackage".encode("utf-16-le") in content:
                what = Text("文件有密码保护，打不开", "The file is protected by a password")
            raise unreadable_file(name, what)
    return read_csv(content, name)


_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROGRAM = Text("这是一个程序，不是表格", "This is a program, not a spreadsheet")
_OTHER_KINDS: tuple[tuple[bytes, Text], ...] = (
    (
        _OLE2,
        Text("这是旧格式（.xls/.et）或其他 Office 文件", "This is an old format (.xls/.et) or another Office file"),
    ),
    (b"MZ", _PROGRAM),
    (b"\x7fELF", _PROGRAM),
    (b"%PDF", Text("这是 PDF，不是表格", "This is a PDF, not a spreadsheet")),
    (b"\x89PNG", Text("这是图片，不是表格", "This is a picture, not a spreadsheet")),
    (b"\xff\xd8\xff", Text("这是图片，不是表格", "This is a picture, not a spreadsheet")),
)


def is_blank(cell: Value) -> bool:
    """Whether a cell holds nothing a person could see."""
    return cell is None or (isinstance(cell, str) and not cell.strip(" \t\r\n\u3000\xa0\ufeff\u200b"))


def clean_header(cell: Value) -> str:
    """A header as a name: without line breaks, padding and the star that marks required columns."""
    text = "" if cell is None else str(cell)
    return "".join(text.split()).replace("\ufeff", "").strip("*＊")


def _header_at(lines: list[Line], known: Callable[[str], str | None]) -> int | None:
    best, found = None, 0
    for at, line in enumerate(lines[:HEADER_SEARCH_ROWS]):
        hits = sum(known(clean_header(cell)) is not None for cell in line.cells if isinstance(cell, str))
        if hits > found:
            best, found = at, hits
    return best


def _no_header(grid: Grid, lines: list[Line]) -> Problem:
    seen = ", ".join(clean_header(cell) for cell in lines[0].cells[:8]) if lines else ""
    return Problem(
        code="import.header.missing",
        say=Text("前{n}行里找不到表头", "No header row among the first {n} rows").filled(n=HEADER_SEARCH_ROWS),
        where=grid.place(lines[0].number) if lines else grid.name,
        value=seen,
        fix=Text("请用模板里的列名作表头", "Use the column names of the template as the header"),
    )


def _repeated_headers(table: Table, known: Callable[[str], str | None]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for at, header in enumerate(table.header):
        column = known(header)
        if column is None:
            continue
        if column in first:
            yield Problem(
                code="import.header.repeated",
                say=Text(
                    "表头重复：“{a}”与“{b}”是同一列", "Header repeated: “{a}” and “{b}” are the same column"
                ).filled(a=table.header[first[column]], b=header),
                where=table.place(table.header_row, at),
                value=header,
                fix=Text("请删去或改名其中一列", "Remove or rename one of the two columns"),
            )
        first.setdefault(column, at)


def _merged(table: Table) -> Iterator[Problem]:
    last = table.lines[-1].number if table.lines else table.header_row
    for top, left, bottom, right in table.grid.merged:
        # A title merged above the header or a footnote below the last row does no harm.
        if bottom + 1 < table.header_row or top + 1 > last:
            continue
        span = f"{column_letters(left)}{top + 1}:{column_letters(right)}{bottom + 1}"
        yield Problem(
            code="import.cells.merged",
            say=Text(
                "{span} 是合并单元格，分不清各行的值", "{span} is merged; its value cannot be told row by row"
            ).filled(span=span),
            where=f"{table.grid.name}!{span}",
            fix=Text("请取消合并并逐行填写", "Unmerge the cells and fill each row"),
        )


def _unreadable(table: Table) -> Iterator[Problem]:
    last = table.lines[-1].number if table.lines else table.header_row
    for row, column, reason in table.grid.unreadable:
        if table.header_row <= row + 1 <= last and column < len(table.header) and table.header[column]:
            yield Problem(
                code="import.cell.no-value",
                say=reason,
                where=table.place(row + 1, column),
                fix=Text("请把公式改为数值再导入", "Replace the formula by its value"),
            )


def _beyond_header(table: Table) -> Iterator[Problem]:
    for line in table.lines:
        for column in range(len(line.cells)):
            headed = column < len(table.header) and table.header[column]
            if not headed and not is_blank(line.cells[column]):
                yield Problem(
                    code="import.cell.no-header",
                    say=Text(
                        "这一格没有对应的表头（可能多了一个分隔符）", "This cell has no header (an extra separator?)"
                    ),
                    where=table.grid.place(line.number, column, column_letters(column)),
                    value=str(line.cells[column])[:80],
                    fix=Text("请补上表头或删去这一格", "Give the column a header or clear the cell"),
                )
