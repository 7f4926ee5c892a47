"""Votes are counted exactly: at the threshold, one below it, and at a tie."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keguan.fairness.ballots import Rule, Share, quorum, tally
from keguan.kernel.bilingual import Text

TWO_THIRDS, MAJORITY = Share(Fraction(2, 3)), Share(Fraction(1, 2), above=True)
TITLES = {
    "for": Text("赞成", "For"), "against": Text("反对", "Against"), "abstain": Text("弃权", "Abstained"),
    "a": Text("甲", "A"), "b": Text("乙", "B"), "c": Text("丙", "C"),
}  # fmt: skip
shares = st.builds(Share, st.fractions(Fraction(1, 3), 1, max_denominator=12), st.booleans())


@given(shares, st.integers(1, 400))
def test_what_is_needed_is_enough_and_one_fewer_is_not(share: Share, people: int) -> None:
    def suffices(n: int) -> bool:
        part = Fraction(n, people)
        return part > share.part if share.above else part >= share.part

    needed = share.needed(people)
    assert suffices(needed)
    assert needed == 1 or not suffices(needed - 1)


@pytest.mark.parametrize(
    ("share", "people", "needed"), [(TWO_THIRDS, 9, 6), (TWO_THIRDS, 7, 5), (MAJORITY, 8, 5), (MAJORITY, 7, 4)]
)
def test_the_shares_of_the_law(share: Share, people: int, needed: int) -> None:
    assert share.needed(people) == needed


def test_a_quorum_is_never_fewer_than_three() -> None:
    rule = Rule(TWO_THIRDS, MAJORITY)
    assert not quorum(rule, present=1, members=1).is_met
    assert not quorum(rule, present=2, members=3).is_met
    assert quorum(rule, present=3, members=3).is_met
    assert not quorum(rule, present=5, members=9).is_met


@pytest.mark.parametrize(("members", "cast", "lacks"), [(9, 5, 1), (9, 6, 0), (3, 1, 2), (3, 3, 0), (1, 1, 2)])
def test_a_ballot_is_counted_from_as_many_votes_as_a_quorum(members: int, cast: int, lacks: int) -> None:
    assert quorum(Rule(TWO_THIRDS, MAJORITY), present=members, members=members).lacks(cast) == lacks


@given(
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 5),
    st.sampled_from(["members", "present", "cast"]),
)
def test_a_motion_carries_exactly_when_the_share_says(yes: int, no: int, idle: int, silent: int, of: str) -> None:
    present = yes + no + idle + silent
    rule = Rule(TWO_THIRDS, TWO_THIRDS, of)  # type: ignore[arg-type]
    found = tally(rule, {"for": yes, "against": no, "abstain": idle}, present=present, members=present + 2)
    base = {"members": present + 2, "present": present, "cast": yes + no}[of]
    assert bool(found.carried) == (yes > 0 and 3 * yes >= 2 * base)
    assert found.carried in ("", "for")
    assert sum(found.counts.values()) == yes + no + idle


def test_a_tie_is_no_majority_and_says_so() -> None:
    found = tally(Rule(TWO_THIRDS, MAJORITY), {"for": 4, "against": 4, "abstain": 0}, present=8, members=9)
    assert found.carried == ""
    assert found.tied == ("for", "against")
    assert "票数相同" in found.said(TITLES)[-1].zh


def test_who_abstains_counts_among_those_present_and_not_among_the_votes() -> None:
    counts = {"for": 4, "against": 1, "abstain": 3}
    assert tally(Rule(TWO_THIRDS, MAJORITY, "present"), counts, present=8, members=9).carried == ""
    assert tally(Rule(TWO_THIRDS, MAJORITY, "cast"), counts, present=8, members=9).carried == "for"


def test_of_several_options_the_first_with_enough_votes_carries() -> None:
    rule = Rule(TWO_THIRDS, MAJORITY)
    assert tally(rule, {"a": 5, "b": 2, "c": 1}, present=8, members=9).carried == "a"
    assert tally(rule, {"a": 4, "b": 4, "c": 0}, present=8, members=9).tied == ("a", "b")
    assert tally(rule, {"a": 4, "b": 3, "c": 1}, present=8, members=9).carried == ""


def test_more_votes_than_people_are_no_tally() -> None:
    with pytest.raises(ValueError, match="9 votes of 8 present"):
        tally(Rule(TWO_THIRDS, MAJORITY), {"for": 9, "against": 0, "abstain": 0}, present=8, members=9)


def test_a_tally_is_told_in_both_languages() -> None:
    counted, needs, ended = tally(
        Rule(TWO_THIRDS, TWO_THIRDS), {"for": 6, "against": 2, "abstain": 1}, present=9, members=11
    ).said(TITLES)
    assert counted == Text("赞成6票，反对2票，弃权1票", "for 6, against 2, abstained 1")
    assert needs.zh == "按到会委员（9）计，通过需6票（2/3以上（含））"
    assert ended == Text("动议通过", "the motion carries")
