"""Recusals are named with their windows; whoever misspells one is told the nearest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keguan.language.recusals import KINDS, WINDOWED, Avoidance, avoidance, known_words
from keguan.language.slips import nearest


def test_a_name_means_a_kind_and_perhaps_a_window() -> None:
    assert avoidance("kin") == Avoidance("kin")
    assert avoidance("coauthor_3y") == Avoidance("coauthor", 3)
    assert avoidance("same_institution_12y") == Avoidance("same_institution", 12)


@pytest.mark.parametrize(
    "word", ["", "kins", "kin_3y", "coauthor_y", "coauthor_03y", "coauthor_3", "coauthor_21y", "_3y"]
)
def test_anything_else_means_nothing(word: str) -> None:
    assert avoidance(word) is None


def test_every_kind_is_said_in_both_languages_with_its_window() -> None:
    for kind in KINDS:
        assert Avoidance(kind).said == KINDS[kind]
        said = replace(Avoidance(kind), years=3).said
        assert "3" in said.zh
        assert "3 years" in said.en
    assert all(avoidance(word) for word in known_words())
    assert set(KINDS) >= WINDOWED


def test_a_slip_is_answered_with_the_nearest_name() -> None:
    found = nearest("coautor_3y", known_words())
    assert found is not None
    assert "coauthor_3y" in found.en
