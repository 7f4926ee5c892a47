"""What is typed comes back as typed, and is read as it was meant."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from keguan.components import typed
from keguan.components.fields import Field, field_id, filled
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem

LABEL = Text("名", "Name")
TABLE = Field("m", "table", LABEL, columns=(Field("name", "text", LABEL), Field("share", "money", LABEL)))
WORDS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1).filter(lambda s: s.strip() and "\r" not in s)


def test_a_place_and_its_field_have_the_same_id() -> None:
    assert field_id("proposal.budget[2].amount") == "field-proposal-budget-2-amount"
    assert Field("proposal.budget[2].amount", "text", LABEL).id == "field-proposal-budget-2-amount"


@given(st.lists(st.tuples(WORDS, WORDS), max_size=6), st.integers(0, 3))
def test_rows_of_a_table_survive_sending_and_empty_ones_are_left_out(rows: list[tuple[str, str]], gap: int) -> None:
    post = QueryDict(mutable=True)
    for number, (name, share) in enumerate(rows):
        post[f"m[{number * (gap + 1)}].name"] = name
        post[f"m[{number * (gap + 1)}].share"] = share
        if gap:
            post[f"m[{number * (gap + 1) + 1}].name"] = "  "
    (back,) = filled([TABLE], post)
    assert back.value == tuple({"name": name, "share": share} for name, share in rows)
    assert len(back.table_rows) == len(rows) + TABLE.spare_rows


def test_a_problem_in_a_cell_stands_at_that_cell_and_only_there() -> None:
    post = QueryDict("m[0].name=a&m[1].name=b&m[1].share=x")
    wrong = Problem("typed.number", Text("错", "wrong"), "m[1].share")
    (back,) = filled([TABLE], post, [wrong, Problem("other", Text("", ""), "mm.share")])
    cells = {cell.name: cell.problems for row in back.table_rows for cell in row}
    assert cells["m[1].share"] == (wrong,)
    assert [problems for name, problems in cells.items() if name != "m[1].share"] == [()] * (len(cells) - 1)


def test_endless_row_numbers_do_not_make_endless_rows() -> None:
    post = QueryDict(mutable=True)
    for number in range(2000):
        post[f"m[{number}].name"] = "x"
    (back,) = filled([TABLE], post)
    assert len(back.value) == 500


@pytest.mark.parametrize("locked", [True, False])
def test_a_locked_field_never_takes_what_was_sent(locked: bool) -> None:
    field = Field("a", "text", LABEL, "kept", locked=locked)
    assert field.typed_in(QueryDict("a=sent")).value == ("kept" if locked else "sent")


@pytest.mark.parametrize(
    ("text", "number"),
    [("12.5", "12.5"), ("１２．５", "12.5"), (" 1,250 ", "1250"), ("1，250。5", "1250.5"), ("-3", "-3"), (".5", "0.5")],
)
def test_numbers_are_read_as_people_write_them(text: str, number: str) -> None:
    assert typed.read_number(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "1e9", "NaN", "十二", "1.2.3", "0x10", "9" * 60, "+-1", "Infinity"])
def test_what_is_not_a_number_is_a_problem_at_its_place(text: str) -> None:
    read = typed.read_number(text, "proposal.months")
    assert isinstance(read, Problem)
    assert read.where == "proposal.months"


def test_a_part_is_not_a_whole_number() -> None:
    assert typed.read_whole("12") == 12
    assert isinstance(typed.read_whole("12.5"), Problem)


@given(st.dates())
def test_a_day_is_read_in_each_of_its_spellings(day: date) -> None:
    for text in (day.isoformat(), f"{day:%Y/%m/%d}" if day.year > 999 else day.isoformat()):
        assert typed.read_day(text) == day
    assert typed.read_day(f" {day.year:04}年{day.month}月{day.day}日 ") == day


@pytest.mark.parametrize("text", ["2026-02-30", "22-11-2026", "2026-13-01", "", "0000-01-01", "明天"])
def test_a_day_that_is_not_in_the_calendar_is_a_problem(text: str) -> None:
    assert isinstance(typed.read_day(text), Problem)
