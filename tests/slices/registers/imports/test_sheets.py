"""Spreadsheets as people make them are read with exact places; what cannot be told apart is refused, never guessed."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.slices.registers.imports.files import HEADER, ROWS, csv_of, read, xlsx

from keguan.kernel.problems import Problem, Refused
from keguan.registers.imports.grid import column_letters


def _problems(content: bytes, name: str = "表.xlsx", **more: Any) -> tuple[Problem, ...]:
    with pytest.raises(Refused) as refused:
        read(content, name, **more)
    return refused.value.refusal.problems


def _rows_or_problems(content: bytes, name: str) -> object:
    """Either is fine for damaged files; anything else that is raised fails the test."""
    try:
        return read(content, name).lines
    except Refused as refused:
        return refused.refusal.problems


def test_a_plain_workbook_is_read_with_the_place_of_every_cell() -> None:
    table = read(xlsx())
    assert [line.cells[0] for line in table.lines] == ["71701001", "71701002"]
    assert table.place(table.lines[1].number, 2) == "项目!C3"


def test_titles_and_empty_rows_above_the_header_are_stepped_over_even_if_merged() -> None:
    def build(book: Any, sheet: Any) -> None:
        sheet.merge_range("A1:F1", "2018年度项目汇总表")

    table = read(xlsx(build, [["", ""], [], HEADER, ROWS[0], [], ROWS[1], ["", " \u3000"]]))
    assert table.header_row == 3
    assert [line.number for line in table.lines] == [4, 6]
    assert table.empty_rows == 2


def test_merged_cells_in_the_data_are_refused_with_their_range() -> None:
    def build(book: Any, sheet: Any) -> None:
        sheet.merge_range("C2:C3", "天山大学")

    (problem,) = _problems(xlsx(build))
    assert (problem.code, problem.where) == ("import.cells.merged", "项目!C2:C3")


def test_hidden_sheets_are_never_read_and_always_mentioned() -> None:
    def build(book: Any, sheet: Any) -> None:
        book.add_worksheet("旧数据").hide()
        book.add_worksheet("密").very_hidden()

    table = read(xlsx(build))
    assert [warning.where for warning in table.warnings] == ["表.xlsx!旧数据", "表.xlsx!密"]
    (problem,) = _problems(xlsx(build), sheet="旧数据")
    assert "隐藏" in problem.say.zh


def test_of_several_visible_sheets_one_has_to_be_named() -> None:
    def build(book: Any, sheet: Any) -> None:
        book.add_worksheet("二").write_row(0, 0, HEADER)

    (problem,) = _problems(xlsx(build))
    assert (problem.code, problem.value) == ("import.sheet.choose", "项目、二")
    assert read(xlsx(build), sheet="二").lines == []
    assert _problems(xlsx(build), sheet="三")[0].code == "import.sheet.choose"


def test_hidden_rows_are_read_and_said() -> None:
    table = read(xlsx(lambda book, sheet: sheet.set_row(2, None, None, {"hidden": True})))
    assert len(table.lines) == 2
    assert table.warnings[0].code == "import.sheet.hidden-lines"


def test_formulas_give_their_saved_value_and_errors_are_refused_at_their_cell() -> None:
    def good(book: Any, sheet: Any) -> None:
        sheet.write_formula("E2", "=9*2", None, 18)

    def bad(book: Any, sheet: Any) -> None:
        sheet.write_formula("E2", "=1/0", None, "#DIV/0!")
        sheet.write_formula("E3", "=9*2", None, "")

    assert read(xlsx(good)).lines[0].cells[4] == 18
    assert [problem.where for problem in _problems(xlsx(bad))] == ["项目!E2", "项目!E3"]


def test_a_cell_without_a_header_and_a_header_that_comes_twice_are_refused() -> None:
    assert _problems(xlsx(lambda book, sheet: sheet.write("H3", "多余")))[0].where == "项目!H3"
    (problem,) = _problems(xlsx(lambda book, sheet: sheet.write("G1", "项目编号")))
    assert (problem.code, problem.where) == ("import.header.repeated", "项目!G1")


def test_a_table_without_a_header_says_what_stands_there_instead() -> None:
    (problem,) = _problems(csv_of(ROWS), "无表头.csv")
    assert problem.code == "import.header.missing"
    assert "71701001" in problem.value


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00 a program",
        b"%PDF-1.7",
        b"PK\x03\x04 not a zip",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old",
        b"\x00\x01\x02\xff\xfe binary",
        xlsx()[:2000],
    ],
    ids=["empty", "exe", "pdf", "broken zip", "password", "xls", "binary", "cut off"],
)
def test_what_is_no_readable_spreadsheet_is_refused_whatever_its_name(content: bytes) -> None:
    (problem,) = _problems(content, "名单.xlsx")
    assert (problem.code, problem.where) == ("import.file.unreadable", "名单.xlsx")
    assert problem.fix is not None


def test_a_workbook_damaged_inside_is_refused() -> None:
    source, target = zipfile.ZipFile(io.BytesIO(xlsx())), io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            archive.writestr(name, source.read(name)[:300] if "sheet1" in name else source.read(name))
    assert _problems(target.getvalue())[0].code == "import.file.unreadable"


def test_a_cell_at_the_far_end_of_the_sheet_is_refused_before_it_fills_the_memory() -> None:
    (problem,) = _problems(xlsx(lambda book, sheet: sheet.write(1_048_575, 16_383, "x")))
    assert "XFD1048576" in problem.say.zh


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_text_tables_are_read_in_every_usual_encoding_and_separator(encoding: str, separator: str) -> None:
    table = read(csv_of([HEADER, *ROWS], encoding=encoding, separator=separator), "a.csv")
    assert table.lines[1].cells == ["71701002", "棉花机采品质研究", "天山大学", "P2", "17.5", "2018.01-2020.12"]
    assert table.place(table.lines[1].number, 1) == "a.csv:3:项目名称"


def test_a_quoted_line_break_does_not_shift_the_line_numbers() -> None:
    text = '项目编号,项目名称\n1,"两\n行"\n2,后\n'
    table = read(text.encode(), "a.csv")
    assert [(line.number, line.cells) for line in table.lines] == [(2, ["1", "两\n行"]), (4, ["2", "后"])]


def test_an_open_quote_is_refused_with_its_line_instead_of_swallowing_the_rest() -> None:
    (problem,) = _problems('项目编号,项目名称\n1,好\n2,"坏\n3,好\n'.encode(), "a.csv")
    assert "第3行" in problem.say.zh


def test_an_unquoted_comma_is_refused_at_its_line() -> None:
    (problem,) = _problems("项目编号,项目名称\n1,甲,乙\n".encode(), "a.csv")
    assert (problem.code, problem.where, problem.value) == ("import.cell.no-header", "a.csv:2:C", "乙")


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_whatever_get_past_the_reader_as_anything_but_a_table_or_a_refusal(content: bytes) -> None:
    assert _rows_or_problems(content, "x.csv") is not None


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(0, 3000))
def test_a_workbook_overwritten_anywhere_is_a_table_or_a_refusal(noise: bytes, at: int) -> None:
    content = xlsx()
    assert _rows_or_problems(content[:at] + noise + content[at + len(noise) :], "x.xlsx") is not None


def test_columns_are_lettered_as_in_a_spreadsheet() -> None:
    assert [column_letters(index) for index in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


def test_dates_in_cells_stay_dates() -> None:
    def build(book: Any, sheet: Any) -> None:
        sheet.write_datetime("F2", date(2018, 1, 2), book.add_format({"num_format": "yyyy-mm-dd"}))

    assert read(xlsx(build)).lines[0].cells[5] == date(2018, 1, 2)
