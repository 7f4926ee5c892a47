"""What holds for each programme that the house ships."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.programmes.conftest import FOLDERS, ROOT

from keguan.engine.publication import fitness
from keguan.kernel.workdays import Workdays
from keguan.language.definition import Definition
from keguan.language.loader import load_sources
from keguan.language.parameters import load_parameters
from keguan.language.schema import Field, Parameter
from keguan.language.workdays import load_workdays

MAIN = ("key-rd-project", "natural-science-fund", "rd-post-subsidy", "high-tech-enterprise", "seminar-grant")
SIDE = ("withdraw", "object")


def test_the_house_ships_four_programmes_a_tutorial_and_two_side_cases() -> None:
    assert {folder.parent.name for folder in FOLDERS} == {*MAIN, *SIDE}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_it_is_fit_to_be_published(
    folder: Path, definitions: Mapping[str, Definition], parameters: Mapping[str, Parameter], calendar: Workdays
) -> None:
    fit = fitness(definitions[folder.parent.name], calendar, parameters.values())
    assert fit.problems == ()
    assert fit.journeys >= 2
    assert fit.rows >= 5


def test_a_programme_that_is_only_half_written_is_told_what_is_missing(
    definitions: Mapping[str, Definition], parameters: Mapping[str, Parameter], calendar: Workdays
) -> None:
    sources = dict(definitions["seminar-grant"].sources)
    sources["programme.yaml"] = sources["programme.yaml"].replace("    success: true\n", "")
    half = load_sources(sources)
    assert isinstance(half, Definition)
    assert "check.no_success" in {problem.code for problem in fitness(half, calendar, parameters.values()).problems}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_its_folder_says_what_it_is(folder: Path, definitions: Mapping[str, Definition]) -> None:
    programme = definitions[folder.parent.name].programme
    assert (programme.programme, programme.version) == (folder.parent.name, folder.name)


def test_case_numbers_tell_the_programmes_apart(definitions: Mapping[str, Definition]) -> None:
    letters = [one.programme.letters for one in definitions.values()]
    assert len(set(letters)) == len(letters)


def test_there_is_no_python_among_the_programmes() -> None:
    assert not [path for folder in FOLDERS for path in folder.rglob("*") if path.is_file() and path.suffix != ".yaml"]


@pytest.mark.parametrize("code", MAIN)
def test_whoever_is_refused_by_the_machine_learns_the_way_out(code: str, definitions: Mapping[str, Definition]) -> None:
    rules = [(one.name, rule) for one in definitions[code].programme.rules for rule in one.rules]
    assert rules
    assert [f"{name}.{rule.rule}" for name, rule in rules if rule.must is not None and rule.fix is None] == []


def test_a_value_that_a_source_calls_unchecked_is_marked_unverified(parameters: Mapping[str, Parameter]) -> None:
    doubtful = re.compile("待核|示范取值|凭记忆|教程示例")
    slips = [
        f"{one.name} {value.since}"
        for one in parameters.values()
        for value in one.values
        if value.verified and doubtful.search(value.source + value.note)
    ]
    assert slips == []


def test_a_rule_that_its_source_calls_unchecked_is_marked_unverified(definitions: Mapping[str, Definition]) -> None:
    doubtful = re.compile("待核|示范规则|凭记忆|教程示例")
    slips = [
        f"{code} {one.name}.{rule.rule}"
        for code, definition in definitions.items()
        for one in definition.programme.rules
        for rule in one.rules
        if rule.verified and doubtful.search(rule.source + rule.note)
    ]
    assert slips == []


def test_a_source_names_what_the_law_is_and_what_is_left_to_check_stands_in_the_note(
    definitions: Mapping[str, Definition], parameters: Mapping[str, Parameter]
) -> None:
    working = re.compile("待核|示范|凭记忆|未见|见参数")
    sources = {one.name: value.source for one in parameters.values() for value in one.values}
    for code, definition in definitions.items():
        programme = definition.programme
        sources |= {f"{code} {step.id}": step.source for step in programme.steps}
        sources |= {f"{code} {one.rubric}": one.source for one in programme.rubrics}
        sources |= {f"{code} {of.name}.{rule.rule}": rule.source for of in programme.rules for rule in of.rules}
    assert {name: source for name, source in sources.items() if working.search(source)} == {}


def test_a_year_of_working_days_is_declared_beside_the_numbers_as_the_file_says(tmp_path: Path) -> None:
    lines = (ROOT / "parameters" / "workdays.yaml").read_text(encoding="utf-8").splitlines()
    first = next(at for at, line in enumerate(lines) if line.startswith("# - year:"))
    shown = [line.removeprefix("# ") for line in lines[first:] if line.startswith("# ")]
    (tmp_path / "workdays.yaml").write_text("\n".join(shown) + "\n", encoding="utf-8")
    calendar = load_workdays(tmp_path / "workdays.yaml")
    assert isinstance(calendar, Workdays)
    assert not calendar.is_workday(date(2028, 1, 1))
    assert calendar.is_workday(date(2028, 1, 2))
    assert load_parameters(tmp_path) == {}


def test_answers_that_name_people_are_personal(definitions: Mapping[str, Definition]) -> None:
    slips = [
        f"{code} {field.field}" for code, field in _fields(definitions) if _names_people(field) and not field.personal
    ]
    assert slips == []


def _fields(definitions: Mapping[str, Definition]) -> Iterator[tuple[str, Field]]:
    for code, definition in definitions.items():
        for form in definition.programme.forms:
            for field in form.fields:
                yield code, field


def _names_people(field: Field) -> bool:
    return "person" in {field.type, *(column.type for column in field.columns)}


def test_chinese_texts_use_chinese_punctuation(definitions: Mapping[str, Definition]) -> None:
    latin = re.compile(r"[一-鿿][,;:?!()]|[,;:?!()][一-鿿]")
    slips = [
        text for definition in definitions.values() for text in _chinese(definition.programme) if latin.search(text)
    ]
    assert slips == []


def _chinese(node: Any) -> Iterator[str]:
    if isinstance(node, tuple | list):
        for one in node:
            yield from _chinese(one)
    elif hasattr(node, "zh") and hasattr(node, "en"):
        yield node.zh
    elif hasattr(node, "__dataclass_fields__"):
        for name in node.__dataclass_fields__:
            yield from _chinese(getattr(node, name))
