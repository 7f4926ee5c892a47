"""One person's name in the ways in which it is written meets itself, and other names do not meet it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keguan.kernel.names import normal_name
from keguan.texts.spelt import spelt

WANG = ("王晓明", "王曉明", "王 晓 明", "Wang Xiaoming", "WANG Xiaoming", "Xiaoming WANG", "Xiao-Ming Wang", "Wang, Xiao Ming",
        "ＷＡＮＧ　Ｘｉａｏｍｉｎｇ")  # fmt: skip


@pytest.mark.parametrize("name", WANG)
def test_one_name_sounds_the_same_in_letters_of_either_order_and_in_characters_old_and_new(name: str) -> None:
    assert spelt(name).sound == "wang xiaoming"
    assert spelt(name).initials == "wang xm"


@pytest.mark.parametrize("name", ["Wang X.M.", "X. M. Wang", "WANG XM", "Wang X.-M.", "wang x m"])
def test_a_name_with_initials_meets_those_that_begin_so_and_has_no_sound(name: str) -> None:
    assert (spelt(name).sound, spelt(name).initials) == ("", "wang xm")


@pytest.mark.parametrize(
    "name", ["艾力·斯木吐拉", "艾力・斯木吐拉", "艾力•斯木吐拉", "艾力 斯木吐拉", "艾力斯木吐拉", "艾力.斯木吐拉"]
)
def test_the_dot_of_a_name_may_be_another_or_none(name: str) -> None:
    assert spelt(name).plain == "艾力斯木吐拉"


@pytest.mark.parametrize(
    ("characters", "letters"),
    [
        ("欧阳修文", "Xiuwen Ouyang"),
        ("曾巩", "Zeng Gong"),
        ("单小丽", "Shan Xiaoli"),
        ("吕绿", "Lü Lü"),
        ("吕绿", "Lyu Lyu"),
        ("赵敏源", "Zhao Minyuan"),
        ("艾力·斯木吐拉", "Simutula Aili"),
    ],
)
def test_family_names_of_two_characters_or_of_another_sound_and_u_with_dots(characters: str, letters: str) -> None:
    assert spelt(characters).sound == spelt(letters).sound != ""


def test_other_names_are_others() -> None:
    assert spelt("王晓明").plain != spelt("王小明").plain, "in characters a sound is not enough"
    assert spelt("王晓明").sound != spelt("王晓敏").sound
    assert spelt("Wang X.M.").initials != spelt("Wang X.").initials
    assert spelt("王").sound == spelt("Plato").sound == spelt("Plato").initials == "", "of one word nothing is said"
    assert spelt("محمد علي").sound == ""


@given(st.text(max_size=12))
def test_whatever_is_typed_has_a_form_and_spellings_of_one_normal_name_have_one(name: str) -> None:
    assert spelt(name).plain == spelt(normal_name(name)).plain
