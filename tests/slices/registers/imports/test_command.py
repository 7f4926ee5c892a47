"""`keguan import` says in both languages what came in, what did not and where."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from tests import make
from tests.slices.registers.imports.files import HEADER, ROWS, csv_of, xlsx

from keguan.doors.cli import import_
from keguan.registers.imports.specs import SPECS
from keguan.registers.projects.models import Project

pytestmark = pytest.mark.django_db


def _run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    import_.configure(parser)
    return import_.run(parser.parse_args(words))


def test_a_good_file_is_imported_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "项目表.xlsx"
    path.write_bytes(xlsx())
    assert _run("projects", str(path)) == 0
    said = capsys.readouterr().out
    assert "已导入 / imported" in said
    assert Project.objects.count() == 2


def test_a_dry_run_says_that_nothing_was_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "项目表.csv"
    path.write_bytes(csv_of([HEADER, *ROWS]))
    assert _run("projects", str(path), "--dry-run") == 0
    assert "未写入" in capsys.readouterr().out
    assert not Project.objects.exists()


def test_a_bad_file_is_refused_with_the_cell_the_reason_and_the_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "项目表.csv"
    path.write_bytes(csv_of([HEADER, ROWS[0], ["71701003", "", "天山大学", "", "", ""]]))
    assert _run("projects", str(path)) == 1
    said = capsys.readouterr().out
    assert "项目表.csv:3:项目名称" in said
    assert "must not be blank" in said
    assert "→" in said
    assert not Project.objects.exists()


def test_a_renaming_is_told_and_written_only_where_its_number_is_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known, path = make.organisation("天山学院"), tmp_path / "单位.csv"
    path.write_bytes(csv_of([["名称", "信用代码"], ["天山大学", known.uscc]]))
    assert _run("organisations", str(path), "--dry-run") == 0
    said = capsys.readouterr().out
    assert "天山学院 → 天山大学" in said
    assert "--renamings 1" in said
    assert _run("organisations", str(path)) == 1
    assert _run("organisations", str(path), "--renamings", "1") == 0
    known.refresh_from_db()
    assert known.name == "天山大学"


def test_a_missing_file_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("projects", str(tmp_path / "没有.csv")) == 1
    assert "no such file" in capsys.readouterr().err


def test_the_command_offers_every_import_there_is() -> None:
    assert set(import_.KINDS) == set(SPECS)
