from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.language.written import DAY, WHOLE, changed, loaded

from keguan.kernel.canonical import canonical
from keguan.kernel.duration import Duration
from keguan.kernel.problems import Refused
from keguan.language.schema import Expression, Publish
from keguan.language.verdicts import Verdict

SMALL = loaded()


def verdict(rule: str, names: dict[str, Any]) -> Verdict:
    found = {one.rule: one for one in SMALL.verdicts([rule.split(".")[0]], names)}
    return found[rule]


def world(**facts: Any) -> dict[str, Any]:
    named = {name.replace("_", ".", 1): value for name, value in facts.items()}
    clean, _ = SMALL.check_answers("proposal", WHOLE, {}, True)
    return SMALL.names({"proposal": clean}, named, {"review": {"score": 7150, "secret": 1}}, DAY)


def test_names_hold_answers_columns_facts_memos_and_parameters_in_force() -> None:
    names = world(applicant_kind="university", person_age=None, nobody_knows=1)
    assert names["proposal.budget.amount"] == [20_000_000, 10_000_000]
    assert names["proposal.budget.on_day"] == ["2018-04-01"]
    assert names["proposal.topics"] == []
    assert names["review.score"] == Decimal("71.5")
    assert names["param.most_running"] == 2
    assert names["applicant.kind"] == "university"
    assert not {"proposal.leader", "review.secret", "person.age", "nobody.knows", "param.notice"} & names.keys()


def test_a_column_is_unknown_while_a_row_owes_its_value() -> None:
    names = SMALL.names({"proposal": {"budget": [{"item": "a", "amount": 1}, {"item": "b"}]}}, {}, {}, DAY)
    assert "proposal.budget.amount" not in names
    assert names["proposal.budget.item"] == ["a", "b"]


def test_a_parameter_has_the_value_of_its_day_and_none_before_its_first() -> None:
    publish = SMALL.programme.step("publish")
    assert isinstance(publish, Publish)
    assert SMALL.span(publish.period, date(2019, 12, 31)) == Duration(7, "workdays")
    assert SMALL.span(publish.period, date(2020, 1, 1)) == Duration(5, "workdays")
    assert "param.most_running" not in SMALL.names({}, {}, {}, date(2016, 12, 31))
    with pytest.raises(Refused) as refused:
        SMALL.span(publish.period, date(2016, 12, 31))
    problem = refused.value.refusal.problems[0]
    assert (problem.code, problem.value) == ("parameter.not_in_force", "2017-01-01")


def test_a_rule_meets_or_fails_with_its_values_frozen() -> None:
    meets = verdict("limits.running", world(person_running_projects=1))
    assert (meets.result, meets.values) == ("meets", {"param.most_running": 2, "person.running_projects": 1})
    assert verdict("limits.running", world(person_running_projects=2)).result == "fails"


def test_a_missing_value_goes_to_a_person_and_is_named() -> None:
    found = verdict("limits.running", world())
    assert (found.result, found.missing) == ("person", ("person.running_projects",))


def test_a_condition_exempts_only_when_it_is_known_to_be_false() -> None:
    assert verdict("formal.cofunding", world(applicant_kind="university")).result == "exempt"
    assert verdict("formal.cofunding", world(applicant_kind="enterprise")).result == "fails"
    unknown = verdict("formal.cofunding", world())
    assert (unknown.result, unknown.missing) == ("person", ("applicant.kind",))


def test_a_rule_that_asks_is_always_for_a_person() -> None:
    found = verdict("formal.truthful", world())
    assert found.result == "person"
    assert found.ask is not None
    assert not found.missing


def test_what_cannot_be_computed_goes_to_a_person_with_the_reason() -> None:
    definition = loaded(changed("rules.yaml", "person.running_projects < ", "1 / person.running_projects < "))
    (found,) = definition.verdicts(["limits"], {**world(person_running_projects=0)})
    assert (found.result, found.reason) == ("person", "divide by zero")


def test_frozen_values_are_plain_json_that_a_digest_takes() -> None:
    definition = loaded(
        changed(
            "rules.yaml",
            "must: person.running_projects < param.most_running",
            'must: review.score > 70 && round.closes > proposal.begins && "a" in proposal.budget.item',
        )
    )
    names = {**world(), "review.score": Decimal("71.50"), "round.closes": date(2019, 1, 1)}
    (found,) = definition.verdicts(["limits"], names)
    assert dict(found.values) == {
        "proposal.begins": "2018-03-01",
        "proposal.budget.item": ["材料", "差旅"],
        "review.score": "71.5",
        "round.closes": "2019-01-01",
    }
    canonical(dict(found.values))


SOME = (
    st.none() | st.integers() | st.text(max_size=5) | st.booleans() | st.floats() | st.lists(st.integers(), max_size=2)
)


@given(st.dictionaries(st.sampled_from(sorted(SMALL.types)), SOME, max_size=6))
def test_whatever_the_values_are_judging_never_breaks_and_never_passes_what_is_missing(names: dict[str, Any]) -> None:
    for one in SMALL.verdicts(["limits", "formal"], names):
        if one.result in ("meets", "fails"):
            assert one.values
            assert all(value is not None for value in one.values.values())
        if one.missing:
            assert one.result == "person"


def test_values_of_expressions_are_typed_and_unknown_is_none() -> None:
    assert SMALL.value(Expression("part(60, proposal.asked)"), world()) == 18_000_000
    assert SMALL.value(Expression("review.score * 2.0"), world()) == Decimal("143")
    assert SMALL.value(Expression("proposal.begins"), world()) == date(2018, 3, 1)
    assert SMALL.value(Expression("person.age"), world()) is None
    assert SMALL.value(Expression("1 / 0"), world()) is None


def test_the_names_that_rules_read_are_those_of_when_and_must() -> None:
    assert SMALL.names_of_rules(["formal"]) == {"applicant.kind", "proposal.total", "proposal.asked"}


def test_facts_are_asked_for_only_where_a_step_may_need_them() -> None:
    assert SMALL.facts_for("apply") == {"person.running_projects"}
    assert SMALL.facts_for("screen") == {"applicant.kind"}
    assert SMALL.facts_for("publish") == frozenset()


def test_the_condition_of_a_later_step_counts_for_every_step() -> None:
    definition = loaded(changed("programme.yaml", "when: proposal.asked > 20 * wan", "when: round.budget > 0"))
    assert all("round.budget" in definition.facts_for(step.id) for step in definition.programme.steps)


def test_a_quota_needs_the_count_it_limits() -> None:
    definition = loaded(
        changed(
            "programme.yaml",
            "  - screen:\n",
            "  - endorse:\n      by: authority\n      quota: round.quota\n      routes:\n        returned: apply\n"
            "        refused: gone\n  - screen:\n",
        )
    )
    assert definition.facts_for("endorse") == {"round.quota", "authority.endorsed_in_round"}
