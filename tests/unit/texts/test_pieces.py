from __future__ import annotations

import pytest

from keguan.texts.pieces import query, vector


def test_a_text_holds_its_pairs_in_their_places_and_no_pair_over_an_end() -> None:
    assert vector(["物聯網", "节水"]) == "'物联':1 '联网':2 '节水':4"
    assert vector(["云"], ["tree:1"]) == "'云':1 'tree:1'"


@pytest.mark.parametrize(
    ("word", "asked"),
    [
        ("聯網", "(('联网'))"),
        ("物联网", "(('物联' <-> '联网'))"),
        ("Networks", "('network':*)"),
        ("PM2.5监测", "('pm2.5':* & ('监测'))"),
        ("x", "('x')"),
        ("+'", ""),
    ],
)
def test_a_word_asks_for_its_pairs_one_after_the_other_or_for_its_beginning(word: str, asked: str) -> None:
    assert query(word) == asked


def test_what_is_a_mark_is_found_beside_the_word() -> None:
    assert query("农学", ["a:1:2", "b'"]) == "(('农学')) | 'a:1:2' | 'b'''"
    assert query("+", ["a"]) == "'a'"
