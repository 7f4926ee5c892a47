"""The additive model finds what was planted, says nothing where nothing can be said, and leaves out as a new sum would."""

from __future__ import annotations

from random import Random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keguan.fairness.calibration import (
    Additive,
    NotComparable,
    additive,
    disagreement,
    groups,
    outliers,
    standardised,
)
from keguan.fairness.scores import Score


def _planted(seed: int, noise: float = 0.0, cases: int = 14, reviewers: int = 7) -> tuple[list[Score], dict, dict]:
    random = Random(seed)
    worth = {case: random.randint(40, 80) for case in range(cases)}
    leaning = {who: random.randint(-10, 10) for who in range(reviewers)}
    scores = [
        Score(case, who, round(worth[case] + leaning[who] + random.gauss(0, noise)))
        for case in range(cases)
        for who in random.sample(range(reviewers), 3)
    ]
    return scores, worth, leaning


@given(st.integers(0, 10**6))
def test_planted_leanings_are_found(seed: int) -> None:
    scores, worth, leaning = _planted(seed)
    found = additive(scores)
    if isinstance(found, NotComparable):
        assert len(found.groups) > 1
        return
    average = fmean(leaning[who] for who in found.reviewers)
    for who, points in found.reviewers.items():
        assert points == pytest.approx(leaning[who] - average, abs=1e-6)
    for case, points in found.cases.items():
        assert points == pytest.approx(worth[case] + average, abs=1e-6)


@given(st.integers(0, 10**6))
def test_leaving_a_score_out_is_what_a_new_sum_without_it_gives(seed: int) -> None:
    scores, _, _ = _planted(seed, noise=8, cases=6, reviewers=4)
    found = additive(scores)
    assert isinstance(found, Additive)
    for at, (score, distance) in enumerate(zip(scores, found.left_out, strict=True)):
        rest = scores[:at] + scores[at + 1 :]
        again = additive(rest)
        known = {one.case for one in rest} >= {score.case} and {one.reviewer for one in rest} >= {score.reviewer}
        if distance is None:
            assert isinstance(again, NotComparable) or not known
            continue
        assert isinstance(again, Additive)
        # The mean of the leanings is over other reviewers now, so only case and reviewer together mean something.
        assert score.total - again.cases[score.case] - again.reviewers[score.reviewer] == pytest.approx(
            distance, abs=1e-6
        )


def test_without_a_reviewer_in_common_nothing_is_compared() -> None:
    scores = [Score("A", 1, 80), Score("A", 2, 70), Score("B", 3, 90), Score("B", 4, 95)]
    assert additive(scores) == NotComparable((frozenset({"A"}), frozenset({"B"})))
    assert isinstance(additive([*scores, Score("B", 1, 60)]), Additive)
    assert outliers(scores) == ()


def test_two_pairs_of_reviewers_apart_or_a_handful_of_totals_call_nobody_off() -> None:
    apart = [
        Score(f"{who}{at}", who + own, total)
        for who in (0, 2)
        for own, totals in ((0, (70, 70, 70, 88)), (1, (70, 70, 70, 70)))
        for at, total in enumerate(totals)
    ]
    assert isinstance(additive(apart), NotComparable)
    assert outliers(apart) == ()
    assert outliers([one for one in apart if one.reviewer in (0, 1)]) == ()


@given(st.integers(0, 10**6), st.integers(0, 41))
def test_a_total_far_off_stands_out(seed: int, at: int) -> None:
    scores, _, _ = _planted(seed, noise=2)
    here, rest = scores[at], [*scores[:at], *scores[at + 1 :]]
    spoilt = [*rest, Score(here.case, here.reviewer, here.total - 60)]
    # Of somebody's only total, or the only one that ties two groups together, nothing else says what it should be.
    if len(groups(rest)) == 1 and here.reviewer in {one.reviewer for one in rest}:
        assert any(
            (one.score.case, one.score.reviewer) == (here.case, here.reviewer) and one.points < -30
            for one in outliers(spoilt)
        )


@given(st.integers(0, 10**6), st.integers(1, 3), st.integers(-20, 20))
def test_standardised_scores_do_not_mind_how_a_reviewer_uses_the_scale(seed: int, stretch: int, moved: int) -> None:
    scores, _, _ = _planted(seed, noise=5)
    centre = (
        round(fmean(one.total for one in scores if one.reviewer == 0))
        if any(one.reviewer == 0 for one in scores)
        else 0
    )
    other = [
        Score(one.case, one.reviewer, centre + stretch * (one.total - centre) if one.reviewer == 0 else one.total)
        for one in scores
    ]
    before, after = standardised(scores), standardised(other)
    # All totals together moved a little, and everybody's with them: the order is what must stay.
    order = sorted(before, key=lambda case: before[case] or 0.0)
    assert [after[case] or 0.0 for case in order] == sorted(after[case] or 0.0 for case in order)


def test_who_gives_everybody_the_same_says_nothing_when_standardised() -> None:
    scores = [Score("A", 1, 80), Score("B", 1, 80), Score("A", 2, 60), Score("B", 2, 90)]
    found = standardised(scores)
    assert found["A"] is not None
    assert found["B"] is not None
    assert found["A"] < found["B"]
    assert standardised(scores[:2]) == {"A": None, "B": None}


def test_disagreement_is_measured_against_the_other_cases() -> None:
    calm = [Score(case, who, 70 + (case + who) % 4) for case in range(10) for who in range(5)]
    wild = [Score("wild", who, total) for who, total in enumerate((95, 40, 70, 90, 35))]
    found = disagreement([*calm, *wild])
    assert found["wild"] is not None
    assert found["wild"].is_wide
    assert found["wild"].spread == 60
    assert not any(found[case].is_wide for case in range(10) if found[case])
    assert disagreement(wild) == {"wild": None}


def test_chance_calls_about_one_case_in_twenty_wide() -> None:
    random = Random(5)
    scores = [Score(case, who, round(random.gauss(70, 8))) for case in range(2000) for who in range(5)]
    wide = sum(one.is_wide for one in disagreement(scores).values() if one)
    assert 60 < wide < 140
