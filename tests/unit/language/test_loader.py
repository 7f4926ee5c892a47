from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.language.written import (
    FORMS,
    PARAMETERS,
    PROGRAMME,
    RULES,
    SOURCES,
    changed,
    loaded,
    parameters,
    refused,
)

from keguan.kernel.problems import Problem
from keguan.language.definition import Definition
from keguan.language.loader import load, load_sources
from keguan.language.nodes import read_nodes
from keguan.language.parameters import read_parameters, written
from keguan.language.schema import Publish, Review


def one(problems: tuple[Problem, ...]) -> Problem:
    assert len(problems) == 1, problems
    assert problems[0].say.zh
    assert problems[0].say.en
    return problems[0]


def place(file: str, needle: str, source: str | None = None) -> str:
    text = source if source is not None else SOURCES[file]
    before = text[: text.index(needle)]
    return f"{file}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def test_a_programme_loads_with_its_defaults_and_places() -> None:
    programme = loaded().programme
    assert [step.id for step in programme.steps] == ["apply", "screen", "review", "publish", "pay"]
    review = programme.step("review")
    assert isinstance(review, Review)
    assert review.assigned_by == "officer"
    assert review.panel.avoid == ("kin",)
    assert str(programme.form("proposal").fields[1].place) == place("forms.yaml", "field: asked")
    assert programme.form("proposal").fields[1].most == 100_000_000
    publish = programme.step("publish")
    assert isinstance(publish, Publish)
    assert publish.period.parameter == "notice"


def test_a_definition_embeds_the_parameters_it_uses_and_no_others() -> None:
    assert [one.name for one in loaded().programme.parameters] == ["most_running", "notice"]


def test_a_pinned_definition_reads_back_to_the_same_digest_whatever_the_parameters_are_now() -> None:
    first = loaded()
    again = load_sources(first.sources)
    assert isinstance(again, Definition)
    assert (again.digest, again.programme) == (first.digest, first.programme)
    moved = {"notice": replace(parameters()["most_running"], name="notice")}
    pinned = load_sources(first.sources, moved)
    assert isinstance(pinned, Definition)
    assert pinned.digest == first.digest


def test_the_digest_covers_comments_and_parameter_values_but_not_examples_or_line_ends() -> None:
    plain = loaded().digest
    assert loaded({**SOURCES, "rules.yaml": "# a comment\n" + RULES}).digest != plain
    assert loaded({**SOURCES, "examples/one.yaml": "table: limits.running\n"}).digest == plain
    assert loaded({**SOURCES, "rules.yaml": RULES.replace("\n", "\r\n")}).digest == plain
    dearer = read_parameters({"all.yaml": PARAMETERS.replace("value: 2\n", "value: 3\n")})
    assert not isinstance(dearer, tuple)
    other = load_sources(SOURCES, dearer)
    assert isinstance(other, Definition)
    assert other.digest != plain


def test_a_folder_and_its_texts_give_the_same_definition(tmp_path: Path) -> None:
    for name, text in SOURCES.items():
        (tmp_path / name).write_bytes(text.replace("\n", "\r\n").encode())
    (tmp_path / "README.md").write_text("not part of it")
    found = load(tmp_path, parameters())
    assert isinstance(found, Definition)
    assert found.digest == loaded().digest


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "programme.yaml").write_bytes("标题".encode("gbk"))
    problems = load(tmp_path, {})
    assert isinstance(problems, tuple)
    assert one(problems).where == "programme.yaml:1:1"
    assert one(problems).code == "yaml.encoding"


def test_a_mistyped_key_is_refused_with_the_nearest_one() -> None:
    problem, *rest = refused(changed("forms.yaml", "required: false", "requird: false"))
    assert problem.code == "definition.unknown_key"
    assert problem.where == place("forms.yaml", "required: false")
    assert problem.fix is not None
    assert "required" in problem.fix.en
    assert not rest


def test_a_mistyped_name_in_an_expression_is_refused_at_its_own_place_with_the_nearest_one() -> None:
    sources = changed("rules.yaml", "2 * proposal.asked", "2 * proposal.askd")
    problem = one(refused(sources))
    assert problem.code == "expression.name"
    assert problem.where == place("rules.yaml", "proposal.askd", sources["rules.yaml"])
    assert problem.fix is not None
    assert "proposal.asked" in problem.fix.zh


def test_a_slip_of_type_is_refused_at_the_operator() -> None:
    sources = changed("rules.yaml", "proposal.total >= 2 * proposal.asked", 'proposal.total >= "many"')
    problem = one(refused(sources))
    assert problem.code == "expression.type"
    assert problem.where == place("rules.yaml", '>= "many"', sources["rules.yaml"])
    assert "整数" in problem.say.zh


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("rules.yaml", "must: proposal.total >= 2 * proposal.asked", "must: proposal.total"),
        ("programme.yaml", "when: proposal.asked > 20 * wan", "when: proposal.asked"),
        ("programme.yaml", "amount: part(60, proposal.asked)", "amount: proposal.title"),
        ("forms.yaml", "computed: 2 * proposal.total", "computed: proposal.title"),
    ],
)
def test_an_expression_of_the_wrong_type_for_its_place_is_refused(file: str, old: str, new: str) -> None:
    assert one(refused(changed(file, old, new))).code == "expression.type"


def test_a_folded_expression_still_points_at_its_line() -> None:
    sources = changed(
        "rules.yaml",
        "must: proposal.total >= 2 * proposal.asked",
        "must: >-\n      proposal.total >= proposal.asked\n      && proposal.nothing > 1",
    )
    problem = one(refused(sources))
    assert problem.where == place("rules.yaml", "proposal.nothing", sources["rules.yaml"])


def test_a_duplicate_key_is_refused_and_names_the_first_line() -> None:
    problem = one(refused(changed("programme.yaml", 'version: "1"', 'version: "1"\nversion: "2"')))
    assert (problem.code, problem.where) == ("yaml.duplicate", "programme.yaml:4:1")
    assert "3" in problem.say.en


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("{zh: 小, 大, en: Small}", "yaml.flow"),
        ("{}", "yaml.flow"),
        ("&x\n  zh: 小\n  en: Small", "yaml.anchor"),
        ("!!map\n  zh: 小\n  en: Small", "yaml.tag"),
        ("*x", "yaml.anchor"),
        ("\n\tzh: 小", "yaml.tab"),
        ("\n  zh: 小\u200b\n  en: Small", "yaml.unseen"),
        ("小项目", "definition.type"),
        ("\n  zh: 小", "definition.missing"),
        ("\n  zh: 小\n  en: ''", "definition.empty"),
        ("\n  zh: 小\n  en:", "definition.empty"),
        ("\n  zh: 小\n  en: 2017.1", "definition.quote"),
        ("\n  zh：小", "definition.type"),
        ("\n  zh: 小\n  en: S: mall", "yaml.syntax"),
    ],
)
def test_yaml_that_misleads_is_refused_where_it_stands(new: str, code: str) -> None:
    old = "title:\n  zh: 小项目\n  en: Small project"
    codes = {problem.code: problem for problem in refused(changed("programme.yaml", old, f"title: {new}"))}
    assert code in codes
    assert codes[code].where.startswith("programme.yaml:")


def test_an_unquoted_comma_in_braces_is_explained() -> None:
    problem = one(
        refused(changed("programme.yaml", "title:\n  zh: 小项目\n  en: Small project", "title: {zh: 大, en: B}"))
    )
    assert "逗号" in problem.say.zh
    assert "comma" in problem.say.en
    assert problem.value == "title: {zh: 大, en: B}"


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("programme.yaml", 'version: "1"', "version: 2017.1", "definition.quote"),
        ("programme.yaml", "by: officer", "by: oficer", "definition.word"),
        ("programme.yaml", "- screen:", "- screening:", "definition.unknown_kind"),
        ("programme.yaml", "period: param.notice", "period: param.notce", "parameter.unknown"),
        ("programme.yaml", "period: param.notice", "period: param.most_running", "parameter.unknown"),
        ("programme.yaml", "period: param.notice", "period: 7 working days", "definition.duration"),
        ("programme.yaml", "share: 100 %", "share: all", "definition.type"),
        ("programme.yaml", "      rules:\n        - limits", "      rules: limits", "definition.type"),
        ("programme.yaml", "avoid: [kin]", "avoid: [kin, a b]", "yaml.flow"),
        ("programme.yaml", "avoid: [kin]", "avoid: [coautor_3y]", "definition.word"),
        ("programme.yaml", "avoid: [kin]", "avoid: [kin_3y]", "definition.word"),
        ("programme.yaml", "avoid: [kin]", "avoid: [coauthor_0y]", "definition.word"),
        ("programme.yaml", "avoid: [kin]", "avoid: [coauthor_21y]", "definition.word"),
        ("forms.yaml", "least: 1 万元", "least: 1", "definition.money"),
        ("forms.yaml", "most: 20", "most: twenty", "definition.type"),
        ("forms.yaml", "required: false", "required: yes", "definition.type"),
        ("forms.yaml", "field: title", "field: Title", "definition.name"),
        ("forms.yaml", "field: title", "field: in", "definition.name"),
        ("rules.yaml", "override: true", "overide: true", "definition.unknown_key"),
    ],
)
def test_values_of_the_wrong_kind_are_refused(file: str, old: str, new: str, code: str) -> None:
    assert code in {problem.code for problem in refused(changed(file, old, new))}


def test_all_problems_are_told_at_once_across_files() -> None:
    sources = {
        **changed("programme.yaml", 'version: "1"', "version: 1"),
        "forms.yaml": FORMS.replace("type: money", "type: mony"),
        "rules.yaml": RULES.replace("source: 管理办法", "sorce: 管理办法"),
    }
    problems = refused(sources)
    assert {problem.where.split(":")[0] for problem in problems} == {"programme.yaml", "forms.yaml", "rules.yaml"}
    assert len(problems) >= 1 + 4 + 6


def test_a_misnamed_or_missing_file_is_refused() -> None:
    problems = refused({"programe.yaml": PROGRAMME})
    assert [problem.code for problem in problems] == ["definition.file_missing", "definition.file_unknown"]
    assert problems[1].fix is not None
    assert "programme.yaml" in problems[1].fix.en


def test_two_documents_an_empty_file_a_mark_and_a_huge_file_are_refused() -> None:
    cases = {"a: b\n---\nc: d\n": "documents", "": "empty", "\ufeffa: b": "bom", "# x\n" * 300_000: "too_large"}
    for text, code in cases.items():
        problems = read_nodes("f.yaml", text)
        assert isinstance(problems, tuple)
        assert problems[0].code == f"yaml.{code}"


def test_deep_nesting_is_refused_rather_than_followed() -> None:
    problems = read_nodes("f.yaml", "[" * 1000)
    assert isinstance(problems, tuple)
    assert "yaml.too_deep" in {problem.code for problem in problems}


def test_parameters_read_back_as_they_were_written() -> None:
    held = parameters()
    again = read_parameters({"parameters.yaml": written(held.values())})
    assert again == held
    assert written(again.values()) == written(held.values())  # type: ignore[union-attr]


def test_parameters_out_of_order_or_twice_are_refused() -> None:
    swapped = PARAMETERS.replace("since: 2020-01-01", "since: 2016-01-01")
    assert one(read_parameters({"a.yaml": swapped})).code == "parameter.order"  # type: ignore[arg-type]
    twice = read_parameters({"a.yaml": PARAMETERS, "b.yaml": PARAMETERS})
    assert isinstance(twice, tuple)
    assert {problem.code for problem in twice} == {"parameter.duplicate"}


YAMLISH = st.text(
    alphabet=st.sampled_from(list("abz:- \n\t'\"[]{}&*!|>%#,?@`\\x00é棉：1~")) | st.characters(), max_size=80
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(YAMLISH)
def test_any_text_gives_nodes_or_problems_with_a_place(text: str) -> None:
    found = read_nodes("f.yaml", text)
    if isinstance(found, tuple):
        assert found
        assert all(problem.where.startswith("f.yaml:") and problem.code.startswith("yaml.") for problem in found)


@st.composite
def spoiled(draw: st.DrawFn) -> dict[str, str]:
    """The sources with one stretch of one file replaced by something else."""
    file = draw(st.sampled_from(sorted(SOURCES)))
    text = SOURCES[file]
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 30)))
    return {**SOURCES, file: text[:start] + draw(YAMLISH) + text[end:]}


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(spoiled())
def test_a_spoiled_programme_loads_or_says_why_not_but_never_breaks(sources: dict[str, str]) -> None:
    found = load_sources(sources, parameters())
    assert isinstance(found, Definition) or (found and all(problem.say.zh and problem.where for problem in found))
