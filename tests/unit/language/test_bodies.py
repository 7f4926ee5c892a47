"""What the checker says of votes, non-consensus rules and scores that need the whole round; and how they are told."""

from __future__ import annotations

import pytest
from tests.unit.language.sound import changed, codes, house, loaded

from keguan.language.checker import check
from keguan.language.diff import changes
from keguan.language.prose import prose

FILE = "programme.yaml"
VOTE = """      by: committee
      vote:
        quorum: 2/3
        threshold: more than 1/2
        source: 委员会议事规则
      amount: rank.amount
"""
WITH_VOTE = ("      by: committee\n      amount: rank.amount\n", VOTE)
NONCONSENSUS = """      combine: mean
      nonconsensus:
        top: 90
        spread: 30
        source: 非共识项目办法
"""
WITH_NONCONSENSUS = ("      combine: mean\n", NONCONSENSUS)
BY_RANK = ("combine: mean", "combine: rank_based")


@pytest.mark.parametrize("change", [WITH_VOTE, WITH_NONCONSENSUS, BY_RANK])
def test_what_is_stated_soundly_passes(change: tuple[str, str]) -> None:
    assert check(loaded(changed(FILE, change)), house()) == ()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("slip", "code"),
    [
        (("quorum: 2/3", "quorum: 1/3"), "quorum"),
        (("quorum: 2/3", "quorum: 4/3"), "quorum"),
        (("threshold: more than 1/2", "threshold: 1/2"), "threshold"),
        (("threshold: more than 1/2", "threshold: more than 1/1"), "threshold"),
        (("        source: 委员会议事规则\n", "        source: 待补\n"), "no_source"),
        (("        quorum: 2/3\n", "        quorum: 2/3\n        least: 2\n"), "vote_least"),
    ],
)
def test_a_vote_that_decides_too_easily_is_refused(slip: tuple[str, str], code: str) -> None:
    assert code in codes(FILE, WITH_VOTE, slip)


def test_only_a_body_of_several_votes() -> None:
    assert "vote_body" in codes(FILE, WITH_VOTE, ("      by: committee\n", "      by: planning\n"))


@pytest.mark.parametrize("slip", [("top: 90", "top: 101"), ("spread: 30", "spread: 0"), ("spread: 30", "spread: 95")])
def test_a_non_consensus_rule_that_cannot_hold_is_refused(slip: tuple[str, str]) -> None:
    assert "nonconsensus" in codes(FILE, WITH_NONCONSENSUS, slip)


def test_a_score_of_the_whole_round_is_read_by_the_ranking_only() -> None:
    too_early = ("  - rank:\n", "  - rank:\n      when: review.score > 50\n")
    read_after = ("  - publish:\n", "  - publish:\n      when: review.score > 50\n")
    assert "rank_based" not in codes(FILE, BY_RANK, too_early), "the ranking's own condition"
    assert "rank_based" in codes(FILE, BY_RANK, read_after)


def test_all_of_it_is_told_in_both_languages() -> None:
    definition = loaded(changed(FILE, WITH_VOTE, WITH_NONCONSENSUS, BY_RANK))
    zh, en = prose(definition, "zh"), prose(definition, "en")
    assert "在会议上无记名表决：应到人数的2/3以上（含）且不少于3人到会，到会委员的超过1/2赞成为通过" in zh
    assert "it carries with more than 1/2 of those present" in en
    assert "非共识：最高分不低于90分且最高与最低相差30分以上（含）" in zh
    assert "the mean place in its reviewers' own rankings" in en


def test_a_changed_quorum_is_a_sentence() -> None:
    old = loaded(changed(FILE, WITH_VOTE))
    new = loaded(changed(FILE, WITH_VOTE, ("quorum: 2/3", "quorum: more than 1/2")))
    (said,) = changes(old, new)
    assert said.zh.endswith("法定人数由2/3以上（含）改为超过1/2")
    assert said.en.endswith("quorum changes from at least 2/3 to more than 1/2")
