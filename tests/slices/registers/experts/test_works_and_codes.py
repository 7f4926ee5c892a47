"""Codes say from which edition they are; works come by page or by spreadsheet, each once."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from tests import make
from tests.slices.registers.imports.files import csv_of

from keguan.kernel.actors import SYSTEM
from keguan.kernel.clock import BEIJING, clock_at
from keguan.kernel.problems import Problem, Refused
from keguan.registers.codes.models import CodeTree
from keguan.registers.codes.queries import names_of, read_codes, top_choices
from keguan.registers.experts.models import Work
from keguan.registers.experts.queries import pool
from keguan.registers.imports import services
from keguan.registers.imports.spec import Counts, Report
from keguan.registers.imports.specs import SPECS
from keguan.registers.parties.merging import merge

pytestmark = pytest.mark.django_db

NSFC = ["分类简称", "版本", "代码", "名称", "英文名称", "启用日"]


def _run(spec: str, *rows: list[object]) -> Report:
    return services.run(SPECS[spec], csv_of(list(rows)), SYSTEM, name="表.csv")


def test_a_funders_own_codes_come_from_a_file_and_stand_beside_the_standard() -> None:
    tree = [["nsfc", "2025", "A", "数学物理", "Mathematics", ""], ["nsfc", "2025", "A01", "数学", "", ""]]
    assert _run("codes", NSFC, *tree).counts == Counts(created=2)
    assert _run("codes", NSFC, *tree).counts == Counts(unchanged=2)
    expert = make.expert(fields=("nsfc:A01", "520"))
    assert expert.fields == ["nsfc:2025:A01", "gbt13745:2009:520"]
    assert [one.zh for one in names_of(expert.fields).values()] == ["nsfc 2025 A01 数学", "520 计算机科学技术"]
    assert set(pool(["nsfc:A"])) == {expert}
    assert set(pool(["nsfc:2025:A01"])) == {expert}
    assert not pool(["110"]).exists()
    assert "nsfc:2025:A" in {one.value for one in top_choices()}


def test_a_code_is_of_the_edition_in_force_on_the_day_and_stays_of_it() -> None:
    for version, since in (("2024", "2024-01-01"), ("2025", "2025-01-01")):
        _run("codes", NSFC, ["nsfc", version, "B", f"化学{version}", "", since])
    CodeTree.objects.filter(name="nsfc", version="2024").update(until=date(2024, 12, 31))
    for day, version in ((date(2024, 6, 1), "2024"), (date(2026, 6, 1), "2025")):
        with clock_at(datetime.combine(day, time(12), BEIJING)):
            assert read_codes(["nsfc:b"]) == {"nsfc:b": f"nsfc:{version}:B"}
    assert names_of(["nsfc:2024:B"])["nsfc:2024:B"].zh == "nsfc 2024 B 化学2024"


def test_where_only_listed_codes_count_no_other_passes_and_every_unknown_one_is_told() -> None:
    _run("codes", NSFC, ["nsfc", "2025", "A", "数学物理", "", ""])
    read = read_codes(["nsfc:A01", "nsfc:1999:A", "none:A", "1", "a:b:c:d", ":", ""])
    assert all(isinstance(one, Problem) for one in read.values())


def test_a_file_of_codes_that_names_an_impossible_parent_is_refused_whole() -> None:
    header = [*NSFC[:4], "上级代码"]
    report = _run("codes", header, ["nsfc", "2025", "A", "数理", ""], ["nsfc", "2025", "B01", "无机", "A"])
    assert [one.code for one in report.problems] == ["import.row.code-parent"]
    assert not CodeTree.objects.filter(name="nsfc").exists()


def test_works_come_from_a_spreadsheet_once_however_often_it_is_brought() -> None:
    expert = make.expert(make.person("古丽", employer=make.organisation("天山大学")))
    header = ["姓名", "单位", "题目", "年份", "作者", "DOI", "关键词", "摘要"]
    rows = [
        ["古丽", "天山大学", "棉花节水研究", "2023", "古丽；马强", "https://doi.org/10.1/ABC", "棉花;节水", "……"],
        ["古丽", "天山大学", "滴灌 制度", "", "", "", "", ""],
    ]
    assert _run("works", header, *rows).counts == Counts(created=2)
    assert _run("works", header, *rows).counts == Counts(unchanged=2)
    work = Work.objects.get(identifier="10.1/abc")
    assert (work.expert, work.year, work.authors, work.keywords) == (expert, 2023, ["古丽", "马强"], ["棉花", "节水"])
    rows[1][3] = "2024"
    assert _run("works", header, *rows).counts == Counts(updated=1, unchanged=1)
    report = _run("works", header, ["无此人", "", "某文", "", "", "", "", ""])
    assert [one.code for one in report.problems] == ["import.row.expert-unknown"]


def test_a_work_is_entered_once_under_any_spelling() -> None:
    expert = make.expert()
    make.work(expert, "盐碱地改良：方法与实践")
    for title in ("盐碱地改良: 方法与实践", "盐碱地 改良 方法与实践"):
        with pytest.raises(Refused):
            make.work(expert, title)
    make.work(expert, "盐碱地改良：方法与实践", kind="patent")
    make.work(make.expert(), "盐碱地改良：方法与实践")
    assert Work.objects.count() == 3


def test_two_entries_merged_keep_every_work_and_none_twice() -> None:
    kept, gone = make.expert(make.person("王芳")), make.expert(make.person("王芳"))
    make.work(kept, "甲"), make.work(gone, "甲"), make.work(gone, "乙")
    make.work(kept, "丙", identifier="10.1/c"), make.work(gone, "丙之二", identifier="doi:10.1/C")
    merge(make.actor("registrar"), kept.person, gone.person, reason="同一人")
    assert sorted(kept.works.values_list("title", flat=True)) == sorted(["甲", "丙", "乙"])
    assert not gone.works.exists()
