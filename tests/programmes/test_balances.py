"""What a rule asks of an amount beside what is there: the same rule, so the same answer as its verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.programmes.conftest import ROOT

from keguan.language.balances import Balance, weighed
from keguan.language.definition import Definition
from keguan.language.loader import load
from keguan.language.parameters import load_parameters
from keguan.language.schema import Expression

WAN = 1_000_000
DAY = date(2026, 3, 1)
FEN = st.integers(min_value=0, max_value=10**12)
SETS = ("eligibility", "limits", "consistency")
"""The rules of handing in a proposal."""


def key_rd() -> Definition:
    parameters = load_parameters(ROOT / "parameters")
    assert not isinstance(parameters, tuple)
    found = load(ROOT / "programmes" / "key-rd-project" / "2017.1", parameters)
    assert isinstance(found, Definition)
    return found


PROGRAMME = key_rd()


def balances(answers: dict[str, object], kind: str = "enterprise") -> dict[str, Balance]:
    names = PROGRAMME.names({"proposal": answers}, {"applicant.kind": kind}, {}, DAY)
    found = (PROGRAMME.balance(one, names) for one in PROGRAMME.weighed("proposal", SETS))
    return {one.rule.rule: one for one in found if one is not None}


def test_what_is_owed_what_is_there_and_what_is_missing() -> None:
    found = balances({"asked": 80 * WAN, "own_funds": 100 * WAN})["cofunding"]
    assert (found.where, found.asked, found.there, found.lacking) == (
        "proposal.own_funds",
        160 * WAN,
        100 * WAN,
        60 * WAN,
    )


def test_what_nobody_typed_yet_is_nothing_put_in_and_without_an_amount_asked_for_nothing_is_said() -> None:
    assert balances({"asked": 80 * WAN})["cofunding"].lacking == 160 * WAN
    assert "cofunding" not in balances({"own_funds": 100 * WAN})


def test_a_rule_that_does_not_apply_says_nothing() -> None:
    assert "cofunding" not in balances({"asked": 80 * WAN, "own_funds": 0}, kind="university")


def test_a_sum_that_waits_for_a_cell_is_not_known() -> None:
    rows = [{"heading": "equipment", "fiscal": 30 * WAN, "own": 5 * WAN}, {"heading": "labour", "own": 0 * WAN}]
    found = balances({"asked": 80 * WAN, "own_funds": 0, "budget": rows})
    assert "fiscal_sum" not in found
    assert any(one.where == "proposal.budget" and one.over == 5 * WAN for one in found.values())


@given(asked=FEN, own=FEN, fiscal=st.lists(FEN, max_size=3))
def test_it_is_met_exactly_where_the_verdict_of_the_rule_says_so(asked: int, own: int, fiscal: list[int]) -> None:
    rows = [{"heading": "labour", "fiscal": one, "own": one} for one in fiscal]
    answers = {"asked": asked, "own_funds": own, "budget": rows}
    names = PROGRAMME.names({"proposal": answers}, {"applicant.kind": "enterprise"}, {}, DAY)
    verdicts = {one.rule.partition(".")[2]: one.result for one in PROGRAMME.verdicts(SETS, names)}
    found = balances(answers)
    assert len(found) >= 4
    for rule, one in found.items():
        assert verdicts[rule] == ("meets" if one.is_met else "fails")
        assert one.is_met == (not one.lacking and not one.over)


@pytest.mark.parametrize(
    "must",
    [
        "proposal.own_funds * 100 >= 30 * proposal.asked",
        "proposal.own_funds >= 2 && proposal.asked <= 3",
        "size(proposal.team) <= 3",
        "proposal.own_funds != 0",
        "proposal.own_funds > proposal.asked",
        "!(proposal.own_funds >= proposal.asked)",
        "proposal.title == proposal.summary",
    ],
)
def test_what_is_no_amount_against_an_amount_is_left_to_the_check(must: str) -> None:
    rule = PROGRAMME.programme.rules[0].rules[0]
    assert weighed(replace(rule, must=Expression(must)), PROGRAMME.programme.form("proposal")) is None


def test_an_amount_on_the_right_is_weighed_the_other_way_round() -> None:
    rule = replace(PROGRAMME.programme.rules[0].rules[0], must=Expression("2 * wan <= proposal.asked"))
    found = weighed(rule, PROGRAMME.programme.form("proposal"))
    assert found is not None
    assert (found.relation, found.there.text, found.asked.text) == (">=", "proposal.asked", "2 * wan")
