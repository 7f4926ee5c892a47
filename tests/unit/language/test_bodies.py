"""What the checker says of votes, non-consensus rules and scores that need the whole round; and how they are told."""

from __future__ import annotations

import pytest
from tests.unit.language.sound import changed, codes, house, loaded

from keguan.language.checker import check
from keguan.language.definition import Definition
from keguan.language.diff import changes
from keguan.language.loader import load_sources
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


AVOIDING = (
    "        threshold: more than 1/2\n",
    "        threshold: more than 1/2\n        avoid:\n          - adviser\n          - coauthor_3y\n",
)


def test_a_vote_names_relations_as_a_panel_does_and_the_words_say_them() -> None:
    read = loaded(changed(FILE, WITH_VOTE, AVOIDING))
    assert check(read, house()) == ()  # type: ignore[arg-type]
    assert "离场回避，不计入应到人数：近亲属等关系、同一法人单位、师生关系、近3年合作发表成果" in prose(read, "zh")
    assert "不计入应到人数：近亲属等关系、同一法人单位\n" in prose(loaded(changed(FILE, WITH_VOTE)), "zh").replace(
        "。", ""
    )
    wider = loaded(changed(FILE, WITH_VOTE, (AVOIDING[0], AVOIDING[1].replace("adviser", "same_institution_2y"))))
    assert "近亲属等关系、近2年同一法人单位、近3年合作发表成果" in prose(wider, "zh")
    (change,) = (one.zh for one in changes(loaded(changed(FILE, WITH_VOTE)), read))
    assert "师生关系" in change


def test_a_relation_that_there_is_not_is_refused_and_one_that_stands_twice() -> None:
    for word in ("advisor", "kin_3y"):
        read = load_sources(changed(FILE, WITH_VOTE, AVOIDING, ("          - adviser\n", f"          - {word}\n")))
        assert not isinstance(read, Definition)
        assert [one.code for one in read] == ["definition.word"]
    twice = ("          - adviser\n", "          - coauthor\n")
    assert "recusal_twice" in codes(FILE, WITH_VOTE, AVOIDING, twice)


def test_whom_the_applicant_named_leaves_only_where_somebody_asks_for_them() -> None:
    named = ("          - adviser\n", "          - named_by_applicant\n")
    assert "named" not in codes(FILE, WITH_VOTE, AVOIDING, named)
    unasked = ("        named: proposal.unwelcome\n", "")
    assert "named" in codes(FILE, WITH_VOTE, AVOIDING, named, unasked)


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
