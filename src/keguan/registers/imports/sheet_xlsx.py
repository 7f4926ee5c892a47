"""Workbooks (.xlsx, of Excel and WPS); what the reader library does not tell is read from the XML itself."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused
from keguan.registers.imports.grid import Grid, Line, Value, column_letters, unreadable_file

MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
MAX_CELLS = 20_000_000

_CELL_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_CELL_ERROR = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]{1,3})(\d{1,7})"')
_FORMULA_WITHOUT_VALUE = re.compile(
    rb'<(?:\w+:)?c\b[^>]*\br="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*'
    rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*\bhidden="(?:1|true)"')
_HIDDEN_COLUMN = re.compile(rb'<(?:\w+:)?col\b[^>]*\bhidden="(?:1|true)"')


# All that a damaged archive has been seen to raise on the way; RuntimeError is an encrypted part.
_DAMAGE = (
    CalamineError,
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    LookupError,
    ValueError,
    EOFError,
    OSError,
    RuntimeError,
)


def read_xlsx(content: bytes, name: str, sheet: str = "") -> Grid:
    """Open one visible sheet of a workbook.

    sheet: its name where several are visible; hidden sheets are never read and always mentioned.
    Raises Refused: not a workbook, protected, damaged, too large once unpacked, sheet not found or not chosen.
    """
    parts = _unpack(content, name)
    try:
        workbook = load_workbook(io.BytesIO(content))
        chosen, warnings = _choose(workbook, name, sheet)
        xml = _sheet_xml(parts, chosen.name)
        _refuse_huge(xml, name)
        warnings = [*warnings, *_hidden_lines(xml, chosen.name)]
        opened = workbook.get_sheet_by_name(chosen.name)
        merged = tuple((a, b, c, d) for (a, b), (c, d) in opened.merged_cell_ranges or [])
        cells = opened.to_python(skip_empty_area=False)
        return Grid(chosen.name, _lines(cells), merged, _unreadable(xml), tuple(warnings))
    except PasswordError as error:
        raise unreadable_file(name, Text("文件有密码保护，打不开", "The file is protected by a password")) from error
    except _DAMAGE as error:
        raise unreadable_file(name, Text("工作簿已损坏", "The workbook is damaged")) from error


def _unpack(content: bytes, name: str) -> zipfile.ZipFile:
    try:
        parts = zipfile.ZipFile(io.BytesIO(content))
    except _DAMAGE as error:
        raise unreadable_file(name, Text("工作簿已损坏", "The workbook is damaged")) from error
    names = set(parts.namelist())
    if "xl/workbook.xml" not in names:
        raise unreadable_file(name, Text("这是压缩包，不是 .xlsx 工作簿", "This is an archive, not an .xlsx workbook"))
    if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED_BYTES:
        raise unreadable_file(name, Text("解压后过大", "It is too large once unpacked"))
    return parts


def _choose(workbook: CalamineWorkbook, name: str, wanted: str) -> tuple[SheetMetadata, list[Problem]]:
    sheets = [s for s in workbook.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
    visible = [s for s in sheets if s.visible == SheetVisibleEnum.Visible]
    hidden = [s.name for s in sheets if s.visible != SheetVisibleEnum.Visible]
    warnings = [
        Problem(
            code="import.sheet.hidden",
            say=Text("隐藏的工作表“{sheet}”没有导入", "The hidden sheet “{sheet}” was not imported").filled(sheet=one),
            where=f"{name}!{one}",
            fix=Text("如需导入，请取消隐藏并单独导入", "Unhide it and import it by itself if it is wanted"),
        )
        for one in hidden
    ]
    if wanted:
        visible = [s for s in visible if s.name == wanted]
    if len(visible) == 1:
        return visible[0], warnings
    raise Refused.because(_not_chosen(name, wanted, [s.name for s in sheets if s.name not in hidden], hidden))


def _not_chosen(name: str, wanted: str, visible: list[str], hidden: list[str]) -> Problem:
    choice = "、".join(visible)
    if wanted in hidden:
        say = Text("工作表“{w}”是隐藏的", "The sheet “{w}” is hidden").filled(w=wanted)
    elif wanted:
        say = Text("没有名为“{w}”的工作表", "There is no sheet named “{w}”").filled(w=wanted)
    elif visible:
        say = Text("有{n}张可见的工作表，请选定一张", "There are {n} visible sheets; choose one").filled(n=len(visible))
    else:
        say = Text("没有可见的工作表", "There is no visible sheet")
    return Problem(
        code="import.sheet.choose",
        say=say,
        where=name,
        value=choice,
        fix=Text("请写明工作表名：{choice}", "Name the sheet: {choice}").filled(choice=choice or "—"),
    )


def _sheet_xml(parts: zipfile.ZipFile, sheet: str) -> bytes:
    """The XML of the sheet of this name, found by way of the workbook's relations."""
    book = ElementTree.fromstring(parts.read("xl/workbook.xml"))  # noqa: S314 - expat refuses entity bombs since 2.4.1
    relations = ElementTree.fromstring(parts.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for element in book.iter():
        if element.tag.endswith("}sheet") and element.get("name") == sheet:
            identity = next((value for key, value in element.attrib.items() if key.endswith("}id")), None)
            target = targets[identity]
            return parts.read(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
    raise KeyError(sheet)


def _refuse_huge(xml: bytes, name: str) -> None:
    """A single cell at XFD1048576 makes the reader lay out 17 billion cells: look before reading."""
    rows, width = 0, 0
    for match in _CELL_PLACE.finditer(xml):
        letters, digits = match.groups()
        width = max(width, _column_index(letters))
        rows = max(rows, int(digits))
    if rows * (width + 1) > MAX_CELLS:
        edge = f"{column_letters(width)}{rows}"
        raise unreadable_file(
            name,
            Text(
                "表格一直延伸到 {edge}，请删去多余的行和列",
                "The sheet reaches to {edge}; delete the empty rows and columns",
            ).filled(edge=edge),
        )


def _column_index(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


def _hidden_lines(xml: bytes, sheet: str) -> list[Problem]:
    counts = (len(_HIDDEN_ROW.findall(xml)), len(_HIDDEN_COLUMN.findall(xml)))
    if counts == (0, 0):
        return []
    said = Text(
        "工作表“{sheet}”有隐藏的行（{rows}）或列（{columns}），也一并读入",
        "The sheet “{sheet}” has hidden rows ({rows}) or columns ({columns}); they are read as well",
    )
    return [
        Problem(
            code="import.sheet.hidden-lines",
            say=said.filled(sheet=sheet, rows=counts[0], columns=counts[1]),
            where=sheet,
            fix=Text("如不应导入，请删去后再导入", "Delete them first if they should not come in"),
        )
    ]


def _unreadable(xml: bytes) -> tuple[tuple[int, int, Text], ...]:
    """Cells that the reader gives back as empty although a person sees something there."""
    error = Text("公式出错（如 #DIV/0!），没有值", "The formula ends in an error (such as #DIV/0!) and has no value")
    missing = Text("公式没有保存结果，读不到值", "The formula was saved without its result")
    found = [(int(row) - 1, _column_index(letters), error) for letters, row in _CELL_ERROR.findall(xml)]
    found += [(int(row) - 1, _column_index(letters), missing) for letters, row in _FORMULA_WITHOUT_VALUE.findall(xml)]
    return tuple(found)


def _lines(cells: Sequence[Sequence[Value]]) -> Iterator[Line]:
    for number, row in enumerate(cells, start=1):
        yield Line(number, list(row))
