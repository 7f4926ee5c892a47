"""Empty spreadsheets to fill in, made from the same specification by which they are read."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter

from keguan.kernel.bilingual import Language, Text
from keguan.registers.imports.spec import Column, ImportSpec

ROWS_WITH_LISTS = 2000
_HEADER_ROW = 2
_AS_TEXT = 49  # the number of the format that Excel and WPS call text
_HOW = Text(
    "{title}：每行填一条。带 * 的列必填；第2行写明每列填什么；表头（第3行）请勿改动。",
    "{title}: one to a row. Columns with * are owed; row 2 says what each takes; leave the header (row 3) as it is.",
)


def empty_workbook(spec: ImportSpec, language: Language) -> bytes:
    """The template of one import as .xlsx: how to fill it in, what each column takes, the header in both languages.

    language: of the words to choose from in drop-down lists; both are read. Cells are text, so that long numbers keep
    their digits. The file can be imported as it is.
    """
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet(spec.title.said_in(language)[:31])
        plain = book.add_format({"num_format": _AS_TEXT})
        note = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#555555"})
        head = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter", "num_format": _AS_TEXT}
        heads = {False: book.add_format(head), True: book.add_format({**head, "bg_color": "#FFF2CC"})}
        sheet.write_string(0, 0, str(_HOW.filled(title=spec.title)))
        sheet.set_row(1, 90)
        sheet.set_row(_HEADER_ROW, 36)
        for place, column in enumerate(spec.columns):
            sheet.set_column(place, place, 22, plain)
            sheet.write_string(1, place, _takes(column), note)
            sheet.write_string(_HEADER_ROW, place, column.header, heads[column.required])
            _list(sheet, place, column, language)
        sheet.freeze_panes(_HEADER_ROW + 1, 0)
    return stream.getvalue()


def _takes(column: Column) -> str:
    choices = "、".join(str(choice) for choice in column.read.choices)
    return "\n".join(part for part in (column.read.takes.zh, column.read.takes.en, choices) if part)


def _list(sheet: Any, place: int, column: Column, language: Language) -> None:
    choices = [choice.said_in(language) for choice in column.read.choices]
    if not choices:
        return
    # A warning and not a stop: other words for the same (高校) are read too.
    rule = {"validate": "list", "source": choices, "error_type": "warning"}
    first, last = _HEADER_ROW + 1, _HEADER_ROW + ROWS_WITH_LISTS
    if sheet.data_validation(first, place, last, place, rule) != 0:
        raise ValueError(f"the choices of {column.key} do not fit into a drop-down list")
