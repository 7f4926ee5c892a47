"""Lists as .xlsx files, which is what departments live on."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse

from keguan.components import reader
from keguan.components.lists import Column, Listing
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING, now

MOST_ROWS = 100_000
_LONGEST_CELL = 32_767
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""Spreadsheets in Chinese take the full-width signs, too, when somebody edits the cell."""
_IN_WAN = Text("{title}（万元）", "{title} (10,000 yuan)")
_CUT = Text("只列出前 {most} 行，请先筛选。", "Only the first {most} rows are listed; narrow the list first.")


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_xlsx(listing: Listing) -> FileResponse:
    """The whole list (not only this page) as a spreadsheet, in the reader's language: see `write_xlsx`."""
    # Python closes (and so deletes) the file when the response is closed.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    write_xlsx(listing, file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=file_name(listing.spec.name, now()), content_type=XLSX)


def file_name(name: str, at: dt.datetime) -> str:
    """What a spreadsheet is called when it is saved."""
    return f"{name}-{at.astimezone(BEIJING):%Y%m%d-%H%M}.xlsx"


def write_xlsx(listing: Listing, file: IO[bytes], wrote: Callable[[int], None] | None = None) -> int:
    """Write the whole list into a file, row by row. Returns how many rows.

    wrote: told after each row how many there are; what it raises ends the writing. Money stands in 万元 as numbers, days and moments as real dates (Beijing time). Text is written as text: what looks
    like a formula stays text, also after somebody edits the cell. At most 100 000 rows; a last line says so.
    """
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("Sheet1")
    try:
        return _write(book, sheet, listing, wrote)
    finally:
        book.close()


def _write(book: Any, sheet: Any, listing: Listing, wrote: Callable[[int], None] | None) -> int:
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1}),
        "money": book.add_format({"num_format": "#,##0.00####"}),
        "number": book.add_format({"num_format": "#,##0.######"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        "quoted": book.add_format({"quote_prefix": True}),
    }
    columns = listing.sheet_columns
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, 16 if column.kind != "text" else 28)
    for place, column in enumerate(columns):
        title = _IN_WAN.filled(title=column.title) if column.kind == "money" else column.title
        sheet.write_string(0, place, reader.said(title), formats["head"])
    line = 0
    for line, row in enumerate(listing.every_row(MOST_ROWS + 1), start=1):
        if line > MOST_ROWS:
            sheet.write_string(line, 0, reader.said(_CUT.filled(most=MOST_ROWS)))
            break
        for place, column in enumerate(columns):
            _write_cell(sheet, line, place, column, row, formats)
        if wrote:
            wrote(line)
    sheet.autofilter(0, 0, max(line, 1), len(columns) - 1)
    return min(line, MOST_ROWS)


def _write_cell(sheet: Any, line: int, place: int, column: Column, row: Any, formats: dict[str, Any]) -> None:
    value = column.value(row)
    if value is None or value == "":
        return
    if column.kind == "money":
        sheet.write_number(line, place, reader.in_wan(value), formats["money"])
    elif column.kind == "number":
        sheet.write_number(line, place, value, formats["number"])
    elif column.kind == "day":
        day = value.astimezone(BEIJING).date() if isinstance(value, dt.datetime) else value
        sheet.write_datetime(line, place, day, formats["day"])
    elif column.kind in ("moment", "deadline"):
        sheet.write_datetime(line, place, value.astimezone(BEIJING).replace(tzinfo=None), formats["moment"])
    else:
        text = column.shown(row)
        if len(text) > _LONGEST_CELL:
            text = text[: _LONGEST_CELL - 1] + "…"
        sheet.write_string(line, place, text, formats["quoted"] if text.startswith(_STARTS_A_FORMULA) else None)
