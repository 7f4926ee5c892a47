from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keguan.kernel.problems import Problem
from keguan.language.expressions import Compiled, Environment, Failed, Known, Outcome, Unknown
from keguan.language.schema import Expression, Place

WORLD = Environment(
    {
        "review.score": "score",
        "param.floor": "score",
        "form.asked": "int",
        "form.kind": "string",
        "form.on": "date",
        "form.yes": "bool",
        "form.rows": "list_int",
        "form.days": "list_date",
        "form.words": "list_string",
        "today": "date",
        "step-with-hyphen.score": "score",
    }
)


def outcome(text: str, **names: Any) -> Outcome:
    found = WORLD.compile(Expression(text))
    assert isinstance(found, Compiled), found
    return found.outcome({name.replace("_", ".", 1): value for name, value in names.items()})


def problem(text: str) -> Problem:
    found = WORLD.compile(Expression(text, Place("rules.yaml", 10, 5)))
    assert isinstance(found, tuple)
    return found[0]


@pytest.mark.parametrize("score", [70, 70.0, "70.00", Decimal("70")])
def test_a_score_of_exactly_seventy_is_not_above_seventy(score: Any) -> None:
    assert outcome("review.score > 70", review_score=score) == Known(False)
    assert outcome("70 >= review.score", review_score=score) == Known(True)
    assert outcome("review.score == 70", review_score=score) == Known(True)
    assert outcome("review.score >= param.floor", review_score=score, param_floor=70) == Known(True)


def test_a_hundredth_above_seventy_is_above_seventy() -> None:
    assert outcome("review.score > 70", review_score="70.01") == Known(True)


def test_a_missing_name_is_unknown_only_where_it_decides() -> None:
    assert outcome("form.asked > 3 && form.yes", form_yes=False) == Known(False)
    assert outcome("form.asked > 3 || form.yes", form_yes=True) == Known(True)
    assert outcome("form.asked > 3 && form.yes", form_yes=True) == Unknown(("form.asked",))
    assert outcome("form.asked > 3", form_asked=None) == Unknown(("form.asked",))


@pytest.mark.parametrize(
    "text", ["form.asked * 9223372036854775807", "1 / (form.asked - 2)", "form.rows[7]", "double(form.asked) / 0.0"]
)
def test_what_cannot_be_computed_fails_with_a_reason(text: str) -> None:
    found = outcome(text, form_asked=2, form_rows=[1])
    assert isinstance(found, Failed)
    assert found.reason


@pytest.mark.parametrize("wrong", ["12", 1.5, True, [1], 2**63, {"a": 1}])
def test_a_value_of_another_type_than_declared_fails(wrong: Any) -> None:
    assert isinstance(outcome("form.asked > 3", form_asked=wrong), Failed)


@pytest.mark.parametrize("wrong", ["nan", "inf", "many", float("nan")])
def test_a_score_that_is_no_number_fails(wrong: Any) -> None:
    assert isinstance(outcome("review.score > 70", review_score=wrong), Failed)


def test_dates_are_given_as_dates_or_iso_texts_and_come_back_as_dates() -> None:
    assert outcome("form.on", form_on="2018-02-28") == Known(date(2018, 2, 28))
    assert outcome("years(form.on, today)", form_on=date(1958, 3, 2), today="2018-03-01") == Known(59)
    assert outcome("days(form.on, today)", form_on="2018-02-28", today="2018-03-01") == Known(1)
    assert outcome("distinct(form.days)", form_days=["2018-02-28", date(2018, 2, 28)]) == Known(1)


def test_the_functions_say_what_the_law_says() -> None:
    assert outcome("sum(form.rows) <= 20 * wan", form_rows=[10_000_000, 10_000_000]) == Known(True)
    assert outcome("sum(form.rows)", form_rows=[]) == Known(0)
    assert outcome("part(60, form.asked)", form_asked=99) == Known(59)
    assert outcome("least(form.asked, 3) + most(form.asked, 3)", form_asked=5) == Known(8)
    assert outcome("distinct(form.words)", form_words=["a", "b", "a"]) == Known(2)


def test_scores_come_back_without_the_dust_of_binary_fractions() -> None:
    assert outcome("review.score + 0.2", review_score="0.1") == Known(Decimal("0.3"))


def test_the_names_an_expression_reads_are_those_the_language_resolved() -> None:
    found = WORLD.compile(
        Expression('form . asked > 1 && form.kind == "form.yes review.score" && form.rows.all(x, x > 0)')
    )
    assert isinstance(found, Compiled)
    assert found.names == {"form.asked", "form.kind", "form.rows"}


def test_an_unknown_name_is_pointed_at_from_its_first_letter() -> None:
    found = problem("form.asked > 1 && fom.asked > 2")
    assert (found.code, found.where, found.value) == ("expression.name", "rules.yaml:10:23", "fom.asked")
    assert found.fix is not None
    assert "form.asked" in found.fix.en


def test_a_function_with_the_wrong_arguments_is_told_its_use() -> None:
    found = problem("years(today) > 1")
    assert found.code == "expression.type"
    assert found.fix is not None
    assert "years(date, date)" in found.fix.en


def test_computing_a_score_with_a_whole_number_is_told_the_way_out() -> None:
    found = problem("100 - review.score")
    assert found.code == "expression.type"
    assert found.fix is not None
    assert "2.0" in found.fix.en


@pytest.mark.parametrize(
    "text", ["", "form.asked >", "form.asked ++", "'open", "a b", "{'a': 1}", "(" * 60 + "1" + ")" * 60]
)
def test_what_is_no_expression_is_a_problem_with_a_place(text: str) -> None:
    found = problem(text)
    assert found.code in ("expression.syntax", "expression.type", "expression.name")
    assert found.where.startswith("rules.yaml:10:")


def test_an_expression_of_another_type_than_its_place_takes_is_a_problem() -> None:
    found = WORLD.compile(Expression("form.asked + 1"), ["bool"])
    assert isinstance(found, tuple)
    assert "整数" in found[0].say.zh


def test_many_threads_may_run_one_expression() -> None:
    found = WORLD.compile(Expression("sum(form.rows) + form.asked > 10 && years(form.on, today) >= 0"))
    assert isinstance(found, Compiled)

    def run(number: int) -> Outcome:
        given_ = {"form.rows": [number], "form.asked": 1, "form.on": "2018-01-01", "today": "2019-01-01"}
        return found.outcome(given_)

    with ThreadPoolExecutor(4) as pool:
        assert [one.value for one in pool.map(run, range(2000)) if isinstance(one, Known)] == [
            n > 9 for n in range(2000)
        ]


@settings(max_examples=200)
@given(st.text(alphabet=st.sampled_from(list("form.asked yes><=&|!()[]'\"+-*/1209 wan\n{}?:x,")), max_size=40))
def test_any_text_compiles_or_is_a_problem_and_never_breaks(text: str) -> None:
    found = WORLD.compile(Expression(text, Place("f", 1, 1)))
    if isinstance(found, Compiled):
        assert isinstance(found.outcome({"form.asked": 1}), Known | Unknown | Failed)
    else:
        assert found
