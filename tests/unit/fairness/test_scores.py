"""Combinations against oracles written another way, and what each of them promises."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from statistics import median as statistics_median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keguan.fairness.scores import BY_CASE, NonConsensus, Score, by_case, by_rank, combined, hundredths, without_each

totals = st.lists(st.integers(0, 100), min_size=1, max_size=9)
sheets = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 5), st.integers(0, 100)), max_size=40).map(
    lambda rows: [Score(case, who, total) for (case, who), total in {(c, w): t for c, w, t in rows}.items()]
)


def _trimmed(given: Sequence[int]) -> Fraction:
    kept = list(given)
    if len(kept) >= 5:
        kept.remove(max(kept))
        kept.remove(min(kept))
    return sum((Fraction(one, len(kept)) for one in kept), Fraction())


@given(totals)
def test_each_combination_is_what_its_name_says(given: list[int]) -> None:
    assert BY_CASE["mean"](given) == sum((Fraction(one, len(given)) for one in given), Fraction())
    assert BY_CASE["trimmed_mean"](given) == _trimmed(given)
    assert BY_CASE["median"](given) == Fraction(statistics_median([Fraction(one) for one in given]))


@given(totals, st.randoms())
def test_no_combination_minds_the_order_or_leaves_the_range(given: list[int], random: object) -> None:
    shuffled = list(given)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for how in BY_CASE:
        assert combined(how, given) == combined(how, shuffled)
        assert 100 * min(given) <= combined(how, given) <= 100 * max(given)


@given(st.integers(0, 10**6), st.integers(1, 10**4))
def test_hundredths_round_half_up_and_never_by_more_than_half(over: int, under: int) -> None:
    exact = Fraction(over, under)
    off = exact * 100 - hundredths(exact)
    assert -Fraction(1, 2) <= off < Fraction(1, 2)


@given(sheets)
def test_places_are_what_comparing_each_pair_gives(scores: list[Score]) -> None:
    found = by_rank(scores)
    for case in {one.case for one in scores}:
        places = []
        for one in (score for score in scores if score.case == case):
            others = [other.total for other in scores if other.reviewer == one.reviewer and other.case != case]
            if others:
                won = [Fraction(1) if one.total > other else Fraction(one.total == other, 2) for other in others]
                places.append(100 * sum(won, Fraction()) / len(others))
        assert found[case] == (sum(places, Fraction()) / len(places) if places else None)


@given(sheets, st.integers(0, 5))
def test_a_generous_reviewer_moves_no_place(scores: list[Score], who: int) -> None:
    halved = [Score(one.case, one.reviewer, one.total * 2 if one.reviewer == who else one.total) for one in scores]
    assert by_rank(halved) == by_rank(scores)


@given(sheets)
def test_leaving_any_reviewer_out_is_as_if_they_had_never_scored(scores: list[Score]) -> None:
    for how in (*BY_CASE, "rank_based"):
        before, found = by_case(scores, how), dict(without_each(scores, how))
        assert set(found) == {one.reviewer for one in scores}
        for who, changed in found.items():
            after = by_case([one for one in scores if one.reviewer != who], how)
            assert {**before, **changed} == {case: after.get(case) for case in before}, (how, who)


def test_who_scored_one_case_only_ranks_nothing() -> None:
    scores = [Score("A", "x", 90), Score("B", "x", 70), Score("C", "y", 100)]
    assert by_rank(scores) == {"A": 100, "B": 0, "C": None}


@pytest.mark.parametrize(
    ("totals", "holds"),
    [
        ([95, 60, 70], True),
        ([89, 40, 50], False),
        ([95, 80, 90], False),
        ([90, 65], True),
        ([90, 66], False),
        ([], False),
    ],
)
def test_non_consensus_takes_a_top_score_and_a_wide_spread(totals: list[int], holds: bool) -> None:
    assert NonConsensus(top=90, spread=25).holds(totals) is holds
