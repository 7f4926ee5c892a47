"""Folding for search keeps the places of the original, so that what is found is quoted as it was written."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keguan.kernel.names import clean_text
from keguan.texts.terms import marks, passage, terms, wanted
from keguan.texts.variants import fold, folded

MIXED = st.text(
    st.one_of(
        st.sampled_from("棉花病蟲害識別方法研究基於ＡＢｃ２０２６（）·・。， \n\tüÜﬁßéé①²氣著乾\u200b\u0301"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=60,
)


@given(MIXED, MIXED)
def test_folding_two_texts_together_is_folding_them_apart(one: str, other: str) -> None:
    assert fold(one + other).text == fold(one).text + fold(other).text


@given(MIXED)
def test_each_folded_character_knows_where_it_came_from(text: str) -> None:
    found = fold(text)
    assert found.text == folded(text)
    assert len(found.starts) == len(found.text) + 1
    assert found.starts[-1] == len(text)
    assert list(found.starts) == sorted(found.starts)
    for at, char in enumerate(found.text):
        assert char in fold(text[found.starts[at]]).text


@given(
    st.text(st.one_of(st.sampled_from("識別乾著後臺ＡＢüﬁß·"), st.characters(categories=["L", "N", "P"])), max_size=40)
)
def test_folding_twice_changes_nothing(text: str) -> None:
    once = folded(clean_text(text))
    assert folded(once) == once


@given(MIXED)
def test_a_mark_quotes_what_was_written(text: str) -> None:
    every = {term for group in terms(text) for term in group}
    places = marks(fold(text), every)
    assert places == sorted(places)
    assert all(0 <= a < b <= len(text) for a, b in places)
    assert all(a_end <= b_start for (_, a_end), (b_start, _) in pairwise(places))
    for a, b in places:
        assert any(term[:-1] in folded(text[a:b]) for term in every)


@given(MIXED, st.integers(10, 80))
def test_a_passage_is_a_piece_of_the_original(text: str, length: int) -> None:
    piece, places = passage(text, {word.word for word in wanted(text)}, length)
    assert piece in text
    assert len(piece) <= max(length, 10)
    assert all(0 <= a < b <= len(piece) for a, b in places)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("识别方法", "識別方法"),
        ("ＰＭ２．５", "pm2.5"),
        ("艾力斯木吐拉", "艾力·斯木吐拉"),
        ("艾力.斯木吐拉", "艾力·斯木吐拉"),
        ("艾力．斯木吐拉", "艾力·斯木吐拉"),
        ("urumqi", "Ürümqi"),
        ("cities", "City"),
        ("乌鲁木齐", "烏魯木齊市"),
        ("节水 灌溉", "節水灌溉"),
    ],
)
def test_ways_of_writing_meet(typed: str, written: str) -> None:
    said = {term for group in terms(written) for term in group}
    for one in wanted(typed):
        assert one.word in said or set(one.all_of) <= said
    assert marks(fold(written), {part for one in wanted(typed) for part in (one.word, *one.all_of)})


def test_a_full_stop_between_chinese_letters_is_the_dot_of_a_name_and_ends_no_sentence() -> None:
    for typed in ("库尔班江.斯木吐拉", "库尔班江．斯木吐拉"):
        assert wanted(typed) == wanted("库尔班江·斯木吐拉")
        assert list(terms(typed)) == list(terms("库尔班江·斯木吐拉"))
        piece, places = passage(f"负责人{typed}等", {one.word for one in wanted("斯木吐拉")})
        assert piece[places[0][0] : places[-1][1]] in typed
        assert "." in piece or "．" in piece, "quoted as it was written"
    assert list(terms("棉花。病害")) == [*terms("棉花"), *terms("病害")]
    assert {one.word for one in wanted("PM2.5")} == {"pm2.5"}


def test_squares_are_no_digits() -> None:
    assert folded("12²") != folded("122")


def test_a_question_leaves_out_what_says_nothing() -> None:
    assert [one.word for one in wanted("基于棉花的研究")] == ["棉花"]
    assert [one.word for one in wanted("研究")] == ["研究"]
    assert wanted("？！（）+-&|:*'\\") == ()


def test_letters_are_marked_as_whole_words() -> None:
    text = "Rice prices and RICE; Cities"
    assert [text[a:b] for a, b in marks(fold(text), {"rice", "city"})] == ["Rice", "RICE", "Cities"]
