from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keguan.texts.words import STOP_WORDS, singular, words

mixed = st.text(
    st.one_of(
        st.sampled_from("基于深度学习的棉花遥感監測軟體研究 ABcs12.５ＡＢ，。-_ئۇيᠮᠣ"),
        st.sampled_from("\ud800\x00\u200bßİﬁ²𠮷"),
        st.characters(),
    ),
    max_size=30,
)


def telling(text: str) -> list[str]:
    return [word for word in words(text) if word not in STOP_WORDS]


def test_a_title_in_two_languages_is_cut_into_words() -> None:
    assert words("基于Deep Learning的供应链管理") == ["基于", "deep", "learning", "的", "供应链", "管理"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("軟件供應鏈", "软件供应链"),
        ("ＰＭ２．５监测", "pm2.5监测"),
        ("Neural Networks", "neural network"),
        ("Policies, strategies", "policy strategy"),
        ("COVID-19", "covid 19"),
        ("供应链\u200b管理", "供应链管理"),
    ],
)
def test_two_ways_to_write_the_same_give_the_same_words(one: str, other: str) -> None:
    assert words(one) == words(other)


def test_a_word_of_another_script_stays_whole() -> None:
    assert words("ئۇيغۇر 研究") == ["ئۇيغۇر", "研究"]


def test_what_every_title_says_is_no_content() -> None:
    assert telling("基于大数据的供应链管理及其应用研究") == ["大", "数据", "供应链", "管理"]
    assert telling("A Study of the Methods for Cotton") == ["cotton"]


@pytest.mark.parametrize("word", ["gas", "glass", "virus", "analysis", "12s", "棉花s", ""])
def test_what_is_no_plural_stays(word: str) -> None:
    assert singular(word) == word


@given(mixed)
def test_every_text_has_words_and_none_is_empty_or_a_gap(text: str) -> None:
    found = words(text)
    assert all(found)
    assert not any(char.isspace() for word in found for char in word)
    assert set(telling(text)) <= set(found)


@given(mixed)
def test_capitals_and_widths_do_not_matter_for_plain_letters(text: str) -> None:
    ascii_only = "".join(char for char in text if char.isascii() and char.isprintable())
    wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in ascii_only)
    assert words(wide) == words(ascii_only.upper()) == words(ascii_only)
