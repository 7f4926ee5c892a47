"""A round whose applications are rows of published lists, with the other rows as their history."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.shared_data import requires_shared_data

from keguan.casework.models import Case
from keguan.doors.cli import main
from keguan.doors.demo import real
from keguan.language.vocabulary import FACTS
from keguan.registers.projects.models import Project

NSFC = "number,kind,title,host,principal_investigator,amount_wan_yuan,period,evaluation"
NATIONAL = "number,title,host,principal_investigator,amount_wan_yuan,programme,year,duration"


def quiet(*_: object) -> None:
    """Nobody watches."""


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """Invented lists: one principal who leads a handful of running projects, and a title that stands twice."""
    busy = [f"7180200{n},面上项目,绿洲水资源配置研究之{n},天河大学,P1,48,2018.01-2021.12,尚未评估" for n in range(1, 7)]
    twice = [f"7060100{n},面上项目,干旱区果园节水灌溉研究,北山大学,P{n},20,2007.01-2009.12,良" for n in (7, 8)]
    (tmp_path / real.FILES[0]).write_text("\n".join([NSFC, *busy, *twice]), encoding="utf-8")
    (tmp_path / real.FILES[1]).write_text(
        f"{NATIONAL}\n2018YFA0208400,荒漠植被恢复技术集成,天河大学,P9,1937,典型脆弱生态修复,2018,", encoding="utf-8"
    )
    return tmp_path


@pytest.mark.django_db
def test_running_projects_and_repeated_titles_of_the_lists_act_on_the_rows_that_apply(lists: Path) -> None:
    account = real.played(lists, 4, quiet)
    assert account.rows == 4
    assert account.submitted + account.refused == 4
    assert account.by_code["rule.limits.running"] >= 1
    running = account.examples["rule.limits.running"][0]
    assert running[1] == "天河大学"
    assert FACTS["person.running_projects"].title.zh in str(running[2].value), "in words, not by its name"
    judged = account.person_on_check
    assert judged["formal.duplicate_funded"] + judged["formal.duplicate_in_round"] >= 1
    assert account.waiting >= 1
    assert account.person_on_submission["eligibility.age"] == account.submitted


@pytest.mark.django_db
def test_a_row_that_applies_is_not_among_the_funded_projects(lists: Path) -> None:
    real.played(lists, 4, quiet)
    assert Project.objects.filter(source_kind__in=("nsfc", "national-rd")).count() == 9 - 4
    assert Case.objects.count() == 4


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("天河大学", "university"),
        ("天河大学附属第一医院", "hospital"),
        ("中国科学院天河研究所", "institute"),
        ("天河种业股份有限公司", "enterprise"),
        ("国家信息中心", "other"),
    ],
)
def test_the_name_of_a_host_says_what_kind_it_is(name: str, kind: str) -> None:
    assert real.kind_of_host(name) == kind


def test_without_the_lists_the_command_says_so_and_does_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["real-round", "--data", str(tmp_path)]) == 0
    said = capsys.readouterr().err
    assert "nsfc-projects.csv" in said
    assert str(tmp_path) in said


@requires_shared_data(*real.FILES)
@pytest.mark.django_db
def test_real_titles_and_hosts_are_submitted_or_refused_by_a_named_rule(
    shared_data: Callable[[str], Path], tmp_path: Path
) -> None:
    for name in real.FILES:
        with shared_data(name).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows[:1200])
    account = real.played(tmp_path, 30, quiet)
    assert account.submitted + account.refused == 30
    assert account.submitted > 5
    assert account.refused > 5
    assert sum(account.by_code.values()) >= account.refused
    assert Case.objects.filter(submitted_at__isnull=False).count() == account.submitted
