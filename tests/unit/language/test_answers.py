from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.language.written import WHOLE, changed, loaded

from keguan.kernel.canonical import canonical
from keguan.kernel.problems import Problem

SMALL = loaded()


def check(values: Any, *, complete: bool = True, **facts: Any) -> tuple[dict[str, Any], dict[str, Problem]]:
    clean, problems = SMALL.check_answers("proposal", values, facts, complete)
    return clean, {problem.where.removeprefix("proposal."): problem for problem in problems}


def with_(**changes: Any) -> dict[str, Any]:
    return {**WHOLE, **changes}


def test_a_whole_form_comes_out_as_it_went_in_with_the_computed_filled() -> None:
    clean, problems = check(WHOLE)
    assert not problems
    assert clean == {**WHOLE, "total": 30_000_000, "doubled": 60_000_000, "papers": [], "topics": []}


@pytest.mark.parametrize(
    ("field", "typed", "stored"),
    [
        ("title", "  棉花\u200b\n育种 ", "棉花 育种"),
        ("title", "艾力·斯木吐拉 🌱", "艾力·斯木吐拉 🌱"),
        ("asked", "１２．５", 12_500_000),
        ("asked", "12.5 万元", 12_500_000),
        ("asked", "￥125,000", 12_500_000),
        ("begins", "2018年3月1日", "2018-03-01"),
        ("begins", "２０１８-3-1", "2018-03-01"),
        ("begins", date(2018, 3, 1), "2018-03-01"),
        ("partner", "否", False),
        ("partner", "off", False),
        ("region", " south ", "south"),
        ("papers", "7", [7]),
        ("papers", ["7", 8, "7", ""], [7, 8]),
        ("topics", "water", ["water"]),
        ("leader", "４２", 42),
    ],
)
def test_what_people_type_is_read_as_they_mean_it(field: str, typed: Any, stored: Any) -> None:
    clean, problems = check(with_(**{field: typed}))
    assert not problems
    assert clean[field] == stored


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ("title", 7, "answer.type"),
        ("title", "\u200b ", "answer.missing"),
        ("title", "长" * 21, "answer.too_long"),
        ("asked", "一百万", "money.unreadable"),
        ("asked", "-5", "money.negative"),
        ("asked", -5, "money.negative"),
        ("asked", 1.5, "answer.type"),
        ("asked", True, "answer.type"),
        ("asked", "100.01", "answer.out_of_range"),
        ("asked", 999_999, "answer.out_of_range"),
        ("begins", "2018-02-30", "answer.type"),
        ("begins", "0018-02-03", "answer.type"),
        ("region", "sout", "answer.not_offered"),
        ("partner", "maybe", "answer.type"),
        ("papers", ["x"], "answer.type"),
        ("papers", [True], "answer.type"),
        ("leader", "-1", "answer.type"),
        ("leader", "毛清越", "answer.not_chosen"),
        ("leader", 2**63, "answer.type"),
        ("budget", [], "answer.missing"),
        ("budget", "rows", "answer.type"),
        ("budget", [{"item": str(n), "amount": 1} for n in range(4)], "answer.count"),
    ],
)
def test_what_cannot_stand_is_named_at_its_field(field: str, typed: Any, code: str) -> None:
    _, problems = check(with_(**{field: typed}))
    assert problems[field].code == code
    assert problems[field].say.zh
    assert problems[field].say.en


def test_a_problem_in_a_table_names_row_and_column_as_they_were_sent() -> None:
    rows = [
        {"item": "材料", "amount": "1"},
        {"item": "", "amount": None},
        {"item": "差旅", "amount": "x"},
        {"item": "会议"},
    ]
    _, problems = check(with_(budget=rows))
    assert set(problems) == {"budget[3].amount", "budget[4].amount", "total", "doubled"}
    assert problems["budget[4].amount"].code == "answer.missing"


def test_an_empty_optional_list_is_an_answer() -> None:
    clean, problems = check({"papers": [], "topics": [""]}, complete=False)
    assert (clean, problems) == ({"papers": [], "topics": []}, {})


def test_a_draft_owes_nothing_but_must_be_readable() -> None:
    clean, problems = check({"title": "棉花", "asked": "x"}, complete=False)
    assert clean == {"title": "棉花"}
    assert set(problems) == {"asked"}


def test_a_text_too_long_is_kept_beside_its_problem() -> None:
    clean, problems = check({"title": "长" * 25}, complete=False)
    assert clean["title"] == "长" * 25
    assert problems["title"].fix is not None
    assert "5" in problems["title"].fix.zh


def test_a_field_nobody_declared_is_refused_with_the_nearest_one() -> None:
    clean, problems = check(with_(titel="x"))
    assert problems["titel"].code == "answer.unknown_field"
    assert problems["titel"].fix is not None
    assert "title" in problems["titel"].fix.en
    assert "titel" not in clean


def test_a_hidden_answer_is_dropped_and_what_hangs_on_it_too() -> None:
    clean, problems = check(with_(partner=False, partner_name="某大学", partner_share=30))
    assert not problems
    assert not {"partner_name", "partner_share"} & clean.keys()
    assert SMALL.hidden_fields("proposal", with_(partner=False), {}) == {"partner_name", "partner_share"}


def test_a_shown_answer_is_owed() -> None:
    _, problems = check(with_(partner=True))
    assert set(problems) == {"partner_name"}
    _, problems = check(with_(partner=True, partner_name="某大学"))
    assert set(problems) == {"partner_share"}
    clean, problems = check(with_(partner="是", partner_name="某大学", partner_share="３０"))
    assert not problems
    assert clean["partner_share"] == 30


def test_while_the_deciding_answer_is_missing_only_that_one_is_owed() -> None:
    values = {key: value for key, value in WHOLE.items() if key != "partner"}
    _, problems = check(values)
    assert set(problems) == {"partner"}
    clean, _ = check({**values, "partner_name": "某大学"}, complete=False)
    assert clean["partner_name"] == "某大学"


def test_a_computed_answer_cannot_be_typed() -> None:
    clean, _ = check(with_(total=1, doubled=1))
    assert (clean["total"], clean["doubled"]) == (30_000_000, 60_000_000)


def test_an_older_hand_in_of_the_same_form_does_not_shine_through() -> None:
    names = {"proposal.partner": True, "proposal.budget.amount": [1]}
    clean, problems = SMALL.check_answers("proposal", {"title": "x"}, names, complete=False)
    assert clean == {"title": "x"}
    assert not problems


def test_a_condition_over_a_missing_fact_leaves_the_question_owed() -> None:
    definition = loaded(
        changed("forms.yaml", "shown_when: proposal.partner", 'shown_when: applicant.kind == "enterprise"')
    )
    values = dict(WHOLE)
    _, unknown = definition.check_answers("proposal", values, {}, complete=True)
    assert {problem.where for problem in unknown} == {"proposal.partner_name"}
    _, known = definition.check_answers("proposal", values, {"applicant.kind": "university"}, complete=True)
    assert not known


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["1", "是", "south"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(sorted([*WHOLE, "partner_name", "partner_share", "total", "papers", "topics", "leader", "x"]))
ROWS = st.lists(
    st.dictionaries(st.sampled_from(["item", "amount", "on_day", "z"]), JSON, max_size=3) | JSON, max_size=4
)


@settings(max_examples=150)
@given(st.dictionaries(KEYS | st.text(max_size=4), JSON | ROWS, max_size=8), st.booleans())
def test_anything_sent_is_read_or_refused_and_what_comes_out_goes_in_again_unchanged(
    sent: dict[str, Any], complete: bool
) -> None:
    clean, problems = SMALL.check_answers("proposal", {**WHOLE, **sent}, {}, complete)
    canonical(clean)  # plain JSON, nothing else
    assert all(problem.where.startswith("proposal.") and problem.say.en for problem in problems)
    again, _ = SMALL.check_answers("proposal", clean, {}, complete=False)
    assert again == clean


@settings(max_examples=80)
@given(st.dictionaries(KEYS, JSON | ROWS, max_size=8))
def test_what_passes_as_complete_passes_again(sent: dict[str, Any]) -> None:
    clean, problems = SMALL.check_answers("proposal", {**WHOLE, **sent}, {}, True)
    if not problems:
        assert SMALL.check_answers("proposal", clean, {}, True) == (clean, ())
