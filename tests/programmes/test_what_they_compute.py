"""The programmes' arithmetic against the words of the law, on random numbers and without looking at the expressions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keguan.engine.rounds import Entry, rank
from keguan.language.definition import Definition
from keguan.language.schema import Rank

DAY = date(2023, 1, 10)
WAN = 1_000_000
money = st.integers(0, 30_000 * WAN)


@pytest.fixture(scope="module")
def enterprise(definitions: Mapping[str, Definition]) -> Definition:
    return definitions["high-tech-enterprise"]


@pytest.fixture(scope="module")
def subsidy(definitions: Mapping[str, Definition]) -> Definition:
    return definitions["rd-post-subsidy"]


@pytest.fixture(scope="module")
def project(definitions: Mapping[str, Definition]) -> Definition:
    return definitions["key-rd-project"]


def results(definition: Definition, rule_set: str, names: Mapping[str, Any]) -> dict[str, str]:
    known = {**definition.names({}, {}, {}, DAY), **names}
    return {one.rule.removeprefix(f"{rule_set}."): one.result for one in definition.verdicts([rule_set], known)}


# ------------------------------------------------------------------------------------- high-tech enterprises


def lowest_ratio(last_sales: int) -> Fraction:
    """国科发火〔2016〕32号 第十一条（五）."""
    if last_sales <= 5_000 * WAN:
        return Fraction(5, 100)
    return Fraction(4, 100) if last_sales <= 20_000 * WAN else Fraction(3, 100)


@given(years=st.lists(st.tuples(money, money), min_size=1, max_size=3), last=st.integers(0, 2), near=st.booleans())
def test_the_research_ratio_depends_on_the_band_of_last_years_sales(
    enterprise: Definition, years: list[tuple[int, int]], last: int, near: bool
) -> None:
    sales = [one for one, _ in years]
    research = [one for _, one in years]
    last_sales = sales[last % len(sales)]
    ratio = lowest_ratio(last_sales)
    if near:  # random amounts hardly ever meet the edge
        research = [-(-int(ratio * sum(sales) * 1000) // 1000), *[0] * (len(sales) - 1)]
    said = results(
        enterprise,
        "research",
        {
            "application.last_sales": last_sales,
            "application.accounts.sales": sales,
            "application.accounts.research": research,
        },
    )
    bands = [said["small"], said["middle"], said["large"]]
    assert bands.count("exempt") == 2
    wanted = "meets" if Fraction(sum(research)) >= ratio * sum(sales) else "fails"
    assert wanted in bands


@given(score=st.integers(0, 10_000))
def test_a_score_passes_only_above_seventy(enterprise: Definition, score: int) -> None:
    said = results(enterprise, "overall", {"review.score": Decimal(score) / 100})
    assert said["innovation"] == ("meets" if score > 7_000 else "fails")


@given(staff=st.integers(1, 5_000), research_staff=st.integers(0, 5_000))
def test_a_tenth_of_the_staff_does_research(enterprise: Definition, staff: int, research_staff: int) -> None:
    names = {"application.staff": staff, "application.research_staff": research_staff}
    wanted = "meets" if Fraction(research_staff, staff) >= Fraction(1, 10) else "fails"
    assert results(enterprise, "staff_and_income", names)["research_staff"] == wanted


# --------------------------------------------------------------------------------------------- post-subsidy

RATES = {"buyer": 10, "seller": 5, "broker": 2}


def claim(kind: str, paid: list[int]) -> dict[str, Any]:
    contracts = [
        {
            "number": f"N{at}",
            "kind": "transfer",
            "counterparty": "天山农机研究所",
            "registered": "2022-03-01",
            "paid_on": "2022-04-01",
            "total": amount,
            "technical": amount,
            "paid": amount,
        }
        for at, amount in enumerate(paid)
    ]
    return {
        "title": "技术受让",
        "claimant": kind,
        "first_claim": True,
        "contact": 1,
        "related": False,
        "contracts": contracts,
        "contract_files": [1],
        "vouchers": [2],
        "recognition": [3],
    }


@given(kind=st.sampled_from(sorted(RATES)), paid=st.lists(st.integers(0, 3_000 * WAN), min_size=1, max_size=5))
def test_a_subsidy_is_its_rate_of_what_was_paid_down_to_the_fen_and_capped(
    subsidy: Definition, kind: str, paid: list[int]
) -> None:
    names = {**subsidy.names({}, {}, {}, DAY), "round.year": 2023}
    answers, problems = subsidy.check_answers("claim", claim(kind, paid), names, complete=True)
    assert problems == ()
    assert answers["amount"] == min(100 * WAN, RATES[kind] * sum(paid) // 100)
    assert (answers["window_from"], answers["window_to"]) == ("2021-11-01", "2022-10-31")


@settings(max_examples=50)
@given(
    amounts=st.lists(st.integers(1, 100 * WAN), min_size=1, max_size=12),
    sanctioned=st.sets(st.integers(0, 11)),
    pool=st.integers(0, 300 * WAN),
)
def test_a_pool_is_shared_in_proportion_and_never_overspent(
    subsidy: Definition, amounts: list[int], sanctioned: set[int], pool: int
) -> None:
    step = subsidy.programme.step("rank")
    assert isinstance(step, Rank)
    base = subsidy.names({}, {}, {}, DAY)
    start = datetime(2023, 2, 1, tzinfo=UTC)
    entries = [
        Entry(
            str(at),
            {**base, "claim.amount": amount, "applicant.active_sanctions": int(at in sanctioned)},
            start + timedelta(minutes=at),
        )
        for at, amount in enumerate(amounts)
    ]
    lines = {int(line.number): line for line in rank(subsidy, step, entries, pool).lines}
    claims = {at: amount for at, amount in enumerate(amounts) if at not in sanctioned}
    asked = sum(claims.values())
    for at, line in lines.items():
        wanted = 0 if at not in claims else claims[at] if asked <= pool else claims[at] * pool // asked
        assert (line.amount_fen, line.within) == (wanted, wanted > 0)
    assert sum(line.amount_fen for line in lines.values()) <= pool


# ----------------------------------------------------------------------------------------- key R&D projects


@given(asked=money, own=money, exact=st.booleans(), kind=st.sampled_from(["enterprise", "university", "institute"]))
def test_only_an_enterprise_owes_twice_the_public_money(
    project: Definition, asked: int, own: int, exact: bool, kind: str
) -> None:
    own = 2 * asked if exact else own
    names = {"applicant.kind": kind, "proposal.asked": asked, "proposal.own_funds": own}
    wanted = "exempt" if kind != "enterprise" else "meets" if own >= 2 * asked else "fails"
    assert results(project, "consistency", names)["cofunding"] == wanted


@given(start=st.dates(date(2018, 1, 1), date(2030, 12, 31)), length=st.integers(1, 1_500))
def test_a_project_lasts_three_years_at_most(project: Definition, start: date, length: int) -> None:
    end = start + timedelta(days=length)
    third = date(start.year + 3, 3, 1) if (start.month, start.day) == (2, 29) else start.replace(year=start.year + 3)
    said = results(project, "consistency", {"proposal.start": start, "proposal.end": end})
    if (start.month, start.day) != (2, 29):  # how a leap day's anniversary counts is the kernel's affair
        assert said["duration"] == ("meets" if end < third else "fails")


def test_among_equal_scores_the_better_recommendation_wins_and_the_line_is_drawn_at_the_first_that_does_not_fit(
    project: Definition,
) -> None:
    step = project.programme.step("rank")
    assert isinstance(step, Rank)
    base = project.names({}, {}, {}, DAY)
    start = datetime(2018, 3, 1, tzinfo=UTC)

    def entry(number: str, score: str, place: int, asked: int) -> Entry:
        names = {"review.score": Decimal(score), "recommend.rank": place, "proposal.asked": asked * WAN}
        return Entry(number, {**base, **names}, start)

    entries = [
        entry("second", "80", 2, 50),
        entry("first", "80", 1, 50),
        entry("below the bar", "69.99", 1, 1),
        entry("too dear", "79", 1, 60),
        entry("cheap but behind", "78", 1, 10),
    ]
    lines = rank(project, step, entries, 110 * WAN).lines
    assert [line.number for line in lines] == ["first", "second", "too dear", "cheap but behind", "below the bar"]
    assert [line.within for line in lines] == [True, True, False, False, False]
    assert sum(line.amount_fen for line in lines) == 100 * WAN
