"""A list reads its address without ever breaking."""

from __future__ import annotations

import pytest

from keguan.components.lists import Choice, Column, Filter, ListSpec
from keguan.kernel.bilingual import Text

T = Text("名", "Name")
NAME = Column("name", T, lambda row: row, sort=("name",))


def test_a_list_cannot_have_the_same_column_twice() -> None:
    with pytest.raises(ValueError, match="a key twice"):
        ListSpec("x", (NAME, NAME))


@pytest.mark.parametrize("key", ["sort", "page", "q", "format", "lang"])
def test_a_filter_cannot_take_a_word_the_page_needs(key: str) -> None:
    with pytest.raises(ValueError, match="reserved"):
        ListSpec("x", (NAME,), (Filter(key, T, lambda rows, value: rows, (Choice("a", T),)),))


def test_the_default_sort_must_be_a_column_that_sorts() -> None:
    with pytest.raises(ValueError, match="not a sortable column"):
        ListSpec("x", (Column("name", T, str),), default_sort="-name")
