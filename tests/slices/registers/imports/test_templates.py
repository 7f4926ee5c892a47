"""A template says what its columns take, offers lists to choose from, and comes back in as it went out."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from python_calamine import load_workbook
from tests import make
from tests.slices.registers.imports.files import xlsx

from keguan.kernel.actors import SYSTEM
from keguan.registers.imports import services
from keguan.registers.imports.spec import Counts
from keguan.registers.imports.specs import SPECS
from keguan.registers.imports.workbook import empty_workbook
from keguan.registers.organisations.models import Organisation

LANGUAGES = ("zh", "en")
FILLED: dict[str, dict[str, object]] = {
    "organisations": {"name": "塔里木大学", "uscc": make.uscc(), "kind": "高等学校", "region_code": "659002"},
    "people": {"name": "古丽", "title": "正高级", "email": "guli@example.cn", "born": "1980-02-03"},
    "experts": {"name": "古丽", "email": "guli@example.cn", "fields": "210；520.40", "max_load": 5},
    "projects": {"number": "71701001", "title": "题目", "host": "塔里木大学", "principal": "P1", "amount": 18,
                 "period": "2018.01-2020.12", "status": "在研"},
    "nsfc-projects": {"number": "71701001", "title": "题目", "host": "塔里木大学", "principal": "P1", "amount": 18,
                      "period": "2018.01-2020.12"},
    "national-rd-projects": {"number": "2018YFA0208400", "title": "题目", "host": "塔里木大学", "principal": "P1",
                             "amount": 18, "year": 2018, "duration": "3"},
    "codes": {"tree": "nsfc", "version": "2019", "code": "C13", "title_zh": "农学与作物学"},
    "works": {"name": "古丽", "email": "guli@example.cn", "kind": "期刊论文", "title": "棉花抗旱种质资源鉴定", "year": 2024},
}  # fmt: skip


def rows_of(content: bytes) -> list[list[Any]]:
    return load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SPECS)
def test_an_empty_template_comes_in_as_it_is_and_a_filled_one_with_every_column_known(name: str, language: Any) -> None:
    spec, content = SPECS[name], empty_workbook(SPECS[name], language)
    empty = services.run(spec, content, SYSTEM, name="模板.xlsx", dry_run=True)
    assert (empty.problems, empty.warnings, empty.read) == ((), (), 0)
    if name == "experts":
        make.person("古丽", email="guli@example.cn")
    if name == "works":
        make.expert(make.person("古丽", email="guli@example.cn"))
    filled = [FILLED[name].get(column.key, "") for column in spec.columns]
    report = services.run(spec, xlsx(rows=[*rows_of(content), filled]), SYSTEM, name="模板.xlsx")
    assert (report.problems, report.warnings, report.counts) == ((), (), Counts(created=1))


@pytest.mark.parametrize("name", SPECS)
def test_the_template_names_each_column_in_both_languages_and_says_what_it_takes(name: str) -> None:
    how, takes, header = rows_of(empty_workbook(SPECS[name], "zh"))[:3]
    assert SPECS[name].title.en in how[0]
    assert len(header) == len(SPECS[name].columns)
    for column, over, note in zip(SPECS[name].columns, header, takes, strict=True):
        assert column.names[0] in over
        assert column.title.en in over
        assert over.endswith("*") == column.required
        assert column.read.takes.zh in note
        assert column.read.takes.en in note
        assert all(choice.zh in note and choice.en in note for choice in column.read.choices)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SPECS)
def test_a_closed_set_is_a_list_to_choose_from_and_each_choice_is_read(name: str, language: Any) -> None:
    with zipfile.ZipFile(io.BytesIO(empty_workbook(SPECS[name], language))) as parts:
        xml = parts.read("xl/worksheets/sheet1.xml").decode()
    closed = [column for column in SPECS[name].columns if column.read.choices]
    assert xml.count('<dataValidation type="list"') == len(closed)
    for column in closed:
        offered = [choice.said_in(language) for choice in column.read.choices]
        assert f"<formula1>&quot;{','.join(offered)}&quot;</formula1>".replace("&quot;", '"') in xml
        assert not any("," in choice for choice in offered), "a comma would make two choices of one"
        read = [column.read(choice) for choice in offered]
        assert [column.read.show(one) for one in read] == list(column.read.choices)


def test_long_numbers_keep_their_digits_because_the_cells_are_text() -> None:
    with zipfile.ZipFile(io.BytesIO(empty_workbook(SPECS["organisations"], "zh"))) as parts:
        assert 'numFmtId="49"' in parts.read("xl/styles.xml").decode()
        assert parts.read("xl/worksheets/sheet1.xml").decode().count("<col ") >= 1


@pytest.mark.django_db
def test_a_template_filled_in_twice_changes_nothing_the_second_time() -> None:
    spec = SPECS["organisations"]
    filled = [FILLED["organisations"].get(column.key, "") for column in spec.columns]
    content = xlsx(rows=[*rows_of(empty_workbook(spec, "en")), filled])
    assert services.run(spec, content, SYSTEM, name="模板.xlsx").counts == Counts(created=1)
    assert services.run(spec, content, SYSTEM, name="模板.xlsx").counts == Counts(unchanged=1)
    assert Organisation.objects.get().kind == "university"
