"""Examples: read strictly, run row by row, and asked whether they suffice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.language.sound import with_examples

from keguan.kernel.problems import Problem
from keguan.language.conditions import comparisons, members, names_read
from keguan.language.coverage import missing
from keguan.language.evidence import Evidence, Shown
from keguan.language.examples import read_examples
from keguan.language.tables import run_tables
from keguan.language.typed import Unreadable, same, value_of


def shown(text: str) -> Shown:
    """What the tables in this text show of the sound programme."""
    definition = with_examples(text)
    examples, problems = read_examples(definition.sources)
    assert problems == ()
    return run_tables(definition, examples.tables)


def problems_of(text: str) -> tuple[Problem, ...]:
    """What is wrong with the writing of this text."""
    return read_examples({"examples/all.yaml": text})[1]


def owed(text: str, code: str) -> set[str]:
    """What the examples in this text still owe, of one kind."""
    result = shown(text)
    assert result.problems == ()
    return {one.value for one in missing(with_examples(text), result.evidence) if one.code == f"coverage.{code}"}


RUNNING = """\
- table: limits.running
  rows:
    - given:
        person.running_projects: {a}
      verdict: {verdict}
"""


def test_a_row_that_comes_out_as_stated_is_evidence() -> None:
    result = shown(RUNNING.format(a=1, verdict="meets"))
    assert result.problems == ()
    assert result.evidence.verdicts == {"limits.running": {"meets"}}


def test_a_row_that_comes_out_otherwise_is_a_problem_with_its_place_and_values() -> None:
    (problem,) = shown(RUNNING.format(a=2, verdict="meets")).problems
    assert problem.where == "examples/all.yaml:3:7"
    assert "person.running_projects = 2" in problem.value
    assert shown(RUNNING.format(a=2, verdict="meets")).evidence.verdicts == {}


def test_a_missing_answer_needs_a_person() -> None:
    assert shown("- table: limits.running\n  rows:\n    - verdict: person\n").problems == ()
    (problem,) = shown("- table: limits.running\n  rows:\n    - verdict: meets\n").problems
    assert "needs a person" in problem.say.en


def test_values_are_written_as_people_write_them() -> None:
    text = "- table: rank.amount\n  rows:\n    - given:\n        proposal.asked: 12.5 万元\n      value: 125000 元\n"
    assert shown(text).problems == ()


def test_an_expression_that_lacks_a_value_is_unknown() -> None:
    assert shown("- table: rank.amount\n  rows:\n    - value: unknown\n").problems == ()


def test_a_name_that_nobody_declared_is_refused_with_the_nearest() -> None:
    (problem,) = shown(RUNNING.format(a=1, verdict="meets").replace("running_projects", "runing_projects")).problems
    assert problem.code == "examples.name"
    assert problem.fix is not None
    assert "person.running_projects" in problem.fix.en


def test_a_table_about_nothing_is_refused() -> None:
    (problem,) = shown("- table: limits.runing\n  rows:\n    - verdict: person\n").problems
    assert problem.code == "examples.table"


FORM = """\
- table: proposal
  given:
    title: 棉花
    leader: 1
    asked: 10 万元
    area: farming
  rows:
    - wrong: []
    - only:
      wrong: [title, leader, asked, area]
    - lengths:
        title: 20
      wrong: []
    - lengths:
        title: 21
      wrong: [title]
"""


def test_a_form_says_exactly_which_answers_it_refuses() -> None:
    assert shown(FORM).problems == ()
    (problem,) = shown(FORM.replace("wrong: [title, leader, asked, area]", "wrong: [title, leader, asked]")).problems
    assert "area" in problem.say.en


def test_a_form_shows_its_limits_from_both_sides() -> None:
    assert not {one for one in owed(FORM, "answer") if one.startswith("proposal.")}
    short = FORM[: FORM.index("    - lengths:\n        title: 21")]
    assert owed(short, "answer") >= {"proposal.title: above"}


def test_a_threshold_is_owed_from_both_sides_and_on_the_spot() -> None:
    one = RUNNING.format(a=0, verdict="meets")
    (left,) = (text for text in owed(one, "comparison") if "running_projects" in text)
    assert "==" in left
    assert ">" in left
    assert "<" not in left
    rows = "".join(
        f"    - given:\n        person.running_projects: {count}\n      verdict: {verdict}\n"
        for count, verdict in ((0, "meets"), (1, "meets"), (2, "fails"))
    )
    everything = f"- table: limits.running\n  rows:\n{rows}"
    assert not {text for text in owed(everything, "comparison") if "running_projects" in text}
    assert owed(everything, "verdict") >= {"limits.running: person"}


def test_a_comparison_counts_only_where_the_result_turns_on_it() -> None:
    farming = """\
- table: limits.mining
  rows:
    - given:
        proposal.area: farming
        proposal.asked: 50 万元
      verdict: exempt
"""
    assert any("proposal.asked" in text and "==" in text for text in owed(farming, "comparison"))


def test_every_outcome_and_end_is_owed_by_journeys() -> None:
    definition = with_examples(RUNNING.format(a=1, verdict="meets"))
    left = {one.value for one in missing(definition, Evidence()) if one.code in ("coverage.outcome", "coverage.end")}
    assert left >= {
        "apply.lapsed",
        "recommend.returned",
        "rank.beyond",
        "publish.upheld",
        "agree.lapsed",
        "awarded",
        "gone",
    }


WRITING = {
    "an unknown key": ("- table: x\n  row:\n    - verdict: meets\n", "examples.unknown_key"),
    "no rows": ("- table: x\n", "examples.rows"),
    "a verdict that does not exist": ("- table: x\n  rows:\n    - verdict: passes\n", "examples.result"),
    "a row that states nothing": ("- table: x\n  rows:\n    - given:\n        a.b: 1\n", "examples.row"),
    "a row that states two things": ("- table: x\n  rows:\n    - verdict: meets\n      value: 1\n", "examples.row"),
    "neither journey nor table": ("- story: x\n", "examples.kind"),
    "a journey like nobody": ("- journey: a\n  like: b\n", "examples.like"),
    "a journey without expectations": ("- journey: a\n", "examples.expect"),
    "a journey without a title": ("- journey: a\n", "examples.title"),
    "a duplicate key": ("- table: x\n  table: y\n", "yaml.duplicate"),
}


@pytest.mark.parametrize("slip", WRITING)
def test_sloppy_examples_are_refused_with_their_place(slip: str) -> None:
    text, code = WRITING[slip]
    found = {problem.code: problem for problem in problems_of(text)}
    assert code in found
    assert found[code].where.startswith("examples/all.yaml:")


# ------------------------------------------------------------------------------------------- conditions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a.b >= 2 * wan && !(c.d == "x > 1")', ["a.b >= 2 * wan", 'c.d == "x > 1"']),
        ("x.y >= 5 ? 4 : x.y >= 3 ? 3 : 0", ["x.y >= 5", "x.y >= 3"]),
        ("sum(a.b.c) <= part(60, a.d) - 1", ["sum(a.b.c) <= part(60, a.d) - 1"]),
        ('a.kind in ["p", "q"] || a.n < 1', ['a.kind in ["p", "q"]', "a.n < 1"]),
        ("a.list.all(one, one > 3) && a.n < 1", ["a.n < 1"]),
    ],
)
def test_comparisons_are_found_where_they_stand(text: str, expected: list[str]) -> None:
    found = comparisons(text)
    assert [one.text for one in found] == expected
    assert [text[one.start : one.end] for one in found] == expected


def test_texts_are_no_names_and_functions_are_none_either() -> None:
    assert names_read('sum(a.b) > 3 && c.d == "e.f"') == ("a.b", "c.d")
    assert members('["p", "q"]') == ('"p"', '"q"')


@given(st.text(alphabet="ab.<>=!&|?:()[]{}\"' 0123", max_size=40))
def test_any_text_can_be_searched_for_comparisons(text: str) -> None:
    for one in comparisons(text):
        assert text[one.start : one.end].startswith(one.left)
        assert text[one.start : one.end].endswith(one.right)


@given(st.integers(0, 10**12))
def test_money_reads_back_in_fen(fen: int) -> None:
    assert value_of(f"{fen / 100:.2f} 元" if fen < 10**9 else str(fen), "int") == fen


@given(st.text(max_size=12))
def test_a_value_is_read_or_refused_and_nothing_else(text: str) -> None:
    for kind in ("bool", "int", "score", "date", "list_int"):
        try:
            value_of(text, kind)  # type: ignore[arg-type]
        except Unreadable:
            continue
    assert same(text, text)
