"""A decision follows a ballot: what each result allows, and what it does not."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from keguan.engine.decision import Command
from keguan.engine.voting import carries, not_as_voted
from keguan.fairness.ballots import Share
from keguan.language.schema import Vote

VOTE = Vote(quorum=Share(Fraction(2, 3)), threshold=Share(Fraction(1, 2), above=True), source="议事规则")


def result(yes: int, no: int, idle: int = 0, **also: Any) -> dict[str, Any]:
    return {"for": yes, "against": no, "abstain": idle, "present": yes + no + idle, "members": 9, **also}


@pytest.mark.parametrize(
    ("voted", "allows"),
    [
        (result(4, 2), "approve"),
        (result(3, 3), "reject"),
        (result(3, 1, 2), "reject"),
        (result(4, 2, motion="reject"), "reject"),
        (result(3, 3, motion="reject"), ""),
        (result(2, 3, 1, amount_fen=65, proposed_fen=70), ""),
        (result(4, 2, amount_fen=65, proposed_fen=70), "approve"),
        (result(2, 3, 1, amount_fen=70, proposed_fen=70), "reject"),
        ({**result(3, 2), "present": 6}, ""),
        ({**result(1, 0), "present": 6}, ""),
    ],
)
def test_a_ballot_allows_one_decision_or_none(voted: dict[str, Any], allows: str) -> None:
    assert carries(VOTE, voted) == allows
    for verb in ("approve", "reject"):
        refused = not_as_voted(VOTE, voted, Command(verb, "decide", {}))
        assert (refused is None) == (verb == allows)


def test_without_a_ballot_or_a_quorum_nothing_is_decided() -> None:
    alone = not_as_voted(VOTE, None, Command("approve", "decide", {}))
    few = not_as_voted(VOTE, result(5, 0), Command("approve", "decide", {}))
    assert alone is not None
    assert few is not None
    assert (alone.problems[0].code, few.problems[0].code) == ("decide.not_voted", "decide.no_quorum")
    assert "应到9人，实到5人，至少需6人" in few.problems[0].say.zh


def test_so_few_votes_are_refused_and_a_failed_change_of_the_amount_says_that_the_case_waits() -> None:
    few = not_as_voted(VOTE, {**result(5, 0), "present": 6}, Command("approve", "decide", {}))
    assert few is not None
    assert few.problems[0].code == "decide.too_few_votes"
    assert "已投5票，至少6票才能计票" in few.problems[0].say.zh
    changed = not_as_voted(VOTE, result(2, 3, 1, amount_fen=65, proposed_fen=70), Command("reject", "decide", {}))
    assert changed is not None
    assert changed.problems[0].fix is not None
    assert "仍待决定" in changed.problems[0].fix.zh


def test_votes_are_counted_of_what_the_programme_states() -> None:
    voted = result(4, 1, 4)
    assert carries(VOTE, voted) == "reject"
    assert carries(replace(VOTE, of="cast"), voted) == "approve"
