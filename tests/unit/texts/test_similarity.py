"""What two texts share: found wherever it was moved to, quoted exactly as it was written, and nothing where there is nothing."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from keguan.texts.fingerprints import KEPT, combined, fingerprints, shingles, units
from keguan.texts.passages import Shared, exchanged, shared

_SOME = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
CHINESE = st.text(alphabet=_SOME, min_size=30, max_size=400)
WRITTEN = st.text(
    alphabet=st.one_of(
        st.sampled_from(_SOME), st.sampled_from("，。 ；ＡＢＣabc１２12體軟發\u00df\u0130\U00020000"), st.characters()
    ),
    max_size=300,
)
TRADITIONAL = str.maketrans("国来时们对会发动产种面后学经过说", "國來時們對會發動產種面後學經過說")
WIDE = str.maketrans("abc123", "ａｂｃ１２３")


def compare(one: str, other: str) -> Shared:
    return shared(units(one), units(other))


@given(WRITTEN)
def test_every_unit_stands_where_it_says_and_none_overlap(text: str) -> None:
    found = units(text)
    assert np.all(found.first < found.after)
    assert np.all(found.after[:-1] <= found.first[1:])
    for first, after in zip(found.first, found.after, strict=True):
        assert text[first:after].isalnum()


@given(WRITTEN)
def test_a_text_is_wholly_similar_to_itself(text: str) -> None:
    found = compare(text, text)
    assert found.share == (1.0 if len(units(text)) else 0.0)
    assert np.array_equal(fingerprints(units(text)), fingerprints(units(text)))


@given(CHINESE)
def test_width_punctuation_and_traditional_characters_make_no_difference(text: str) -> None:
    changed = "　".join(text[at : at + 7] for at in range(0, len(text), 7)).translate(TRADITIONAL) + "……！"
    assert np.array_equal(units(text).codes, units(changed).codes)
    assert compare(text, changed).share == 1.0
    assert np.array_equal(units("GPS abc 2026").codes, units("ＧＰＳ（ａｂｃ）２０２６").codes)


@given(CHINESE, CHINESE, CHINESE, st.integers(0, 3))
def test_a_copied_stretch_is_quoted_as_it_was_written_in_both(before: str, copied: str, after: str, how: int) -> None:
    written = (copied, copied.translate(TRADITIONAL), "，".join(copied), f"Ｎａｍｅ{copied}")[how]
    one, other = f"{before}{written}{after}", f"{copied}。"
    found = compare(one, other)
    for passage in found.passages:
        mine = one[passage.first : passage.after]
        theirs = other[passage.other_first : passage.other_after]
        assert units(mine).codes[0] == units(theirs).codes[0]
        assert units(mine).codes[-1] == units(theirs).codes[-1]
    assert compare(other, one).share >= 0.9


def _sentences(seed: int, count: int) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choice(_SOME) for _ in range(30)) for _ in range(count)]


@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_of_sentences_hardly_matters(seed: int, chance: random.Random) -> None:
    sentences = _sentences(seed, 12)
    moved = chance.sample(sentences, len(sentences))
    found = compare("。".join(sentences), "。".join(moved))
    assert found.share >= 0.95
    kept = np.intersect1d(fingerprints(units("".join(sentences))), fingerprints(units("".join(moved))))
    assert len(kept) >= 0.6 * len(fingerprints(units("".join(sentences))))


@given(st.integers(0, 10_000))
def test_exchanged_words_do_not_hide_a_copy(seed: int) -> None:
    whole = "".join(_sentences(seed, 10))
    changed = "".join("改换"[at % 2] if at % 15 < 2 else one for at, one in enumerate(whole))
    found = compare(changed, whole)
    assert found.share >= 0.9
    assert len(found.passages) <= 3, "told as a whole, not in crumbs"


@given(st.integers(0, 10_000))
def test_unrelated_texts_share_nothing(seed: int) -> None:
    found = compare("".join(_sentences(seed, 10)), "".join(_sentences(seed + 20_000, 10)))
    assert found.share == 0.0
    assert found.passages == ()


@given(CHINESE, CHINESE)
def test_nothing_counts_twice(one: str, other: str) -> None:
    found = compare(one + other + one, other + one)
    assert found.covered <= found.size
    for left, right in zip(found.passages, found.passages[1:], strict=False):
        assert left.after <= right.first


@given(st.integers(1, 6000))
def test_a_text_keeps_about_a_hundred_fingerprints_whatever_its_length(length: int) -> None:
    chance = np.random.default_rng(length)
    text = "".join(map(chr, chance.integers(0x4E00, 0x9FA5, length)))
    kept, there = len(fingerprints(units(text))), len(np.unique(shingles(units(text))))
    assert kept <= there
    assert kept >= min(there, KEPT // 4)
    assert kept <= 2 * KEPT


def test_a_title_is_found_beside_ten_pages() -> None:
    title, pages = "盐碱地棉花抗旱新品种选育与示范推广", "".join(_sentences(1, 300))
    both = combined([fingerprints(units(pages)), fingerprints(units(title))])
    assert np.isin(fingerprints(units(title)), both).all()
    assert len(combined([])) == 0


def test_english_is_compared_by_words() -> None:
    text = "We propose a method for the early detection of drought stress in cotton from hyperspectral images taken by drones."
    other = "In this paper, a METHOD for the early detection of water stress in cotton from hyperspectral images is described."
    found = compare(text, other)
    assert 0 < found.share < 1
    assert [text[one.first : one.after] for one in found.passages] == [
        "a method for the early detection of drought stress in cotton from hyperspectral images"
    ]


def test_real_abstracts_raise_no_false_alarm(shared_data: Callable[[str], Path]) -> None:
    with shared_data("paper-abstracts-dev.csv").open(encoding="utf-8-sig") as file:
        read = [units(row["abstract"]) for row in csv.DictReader(file)][:80]
    alarms = sum(any(shared(one, two).share >= 0.1 for two in read if two is not one) for one in read)
    assert alarms <= 1


def test_what_was_exchanged_within_a_passage_is_told_apart_from_what_stands_in_both() -> None:
    one, other = "本项目研究知识图谱构建的关键技术，为期五年", "本项目研究语音识别与翻译的关键技術,为期八年"
    mine, theirs = exchanged(one, other)
    assert [one[first:after] for first, after in mine] == ["知识图谱构建", "五"]
    assert [other[first:after] for first, after in theirs] == ["语音识别与翻译", "八"]


@given(CHINESE)
def test_nothing_is_exchanged_between_a_text_and_itself_in_another_script(text: str) -> None:
    assert exchanged(text, text.translate(TRADITIONAL)) == ([], [])


@given(CHINESE, CHINESE)
def test_without_what_was_exchanged_two_texts_are_the_same(one: str, other: str) -> None:
    def rest(text: str, stretches: list[tuple[int, int]]) -> str:
        return "".join(
            sign for at, sign in enumerate(text) if not any(first <= at < after for first, after in stretches)
        )

    mine, theirs = exchanged(one, other)
    assert rest(one, mine) == rest(other, theirs)
