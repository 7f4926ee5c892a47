"""`keguan check`, `try`, `prose`, `diff`: what people see at the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.language.sound import HOUSE, PARAMETERS, SOURCES

from keguan.doors.cli import main

RUNNING = "- table: limits.running\n  rows:\n    - given:\n        person.running_projects: 1\n      verdict: fails\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sound programme on disk, beside its parameters."""
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "sound.yaml").write_text(PARAMETERS, encoding="utf-8")
    (tmp_path / "parameters" / "house.yaml").write_text(HOUSE, encoding="utf-8")
    (tmp_path / "parameters" / "workdays.yaml").write_text("[]\n", encoding="utf-8")
    programme = tmp_path / "programmes" / "sound" / "1"
    (programme / "examples").mkdir(parents=True)
    for name, text in SOURCES.items():
        if name != "parameters.yaml":
            (programme / name).write_text(text, encoding="utf-8")
    return programme


def test_check_points_at_the_slip_with_a_caret(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = folder / "rules.yaml"
    rules.write_text(
        rules.read_text(encoding="utf-8").replace("running_projects <=", "runing_projects <="), encoding="utf-8"
    )
    assert main(["check", str(folder), "--lang", "en"]) == 1
    lines = capsys.readouterr().out.split("\n")
    at = next(number for number, line in enumerate(lines) if "person.runing_projects" in line and "must:" in line)
    assert lines[at + 1].index("^") == lines[at].index("person.runing")
    assert any("Did you mean" in line and "person.running_projects" in line for line in lines)


def test_check_groups_problems_by_file_and_says_what_examples_owe(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(folder), "--lang", "zh"]) == 1
    out = capsys.readouterr().out
    assert out.count("rules.yaml\n") == 1
    assert "没有示例说明规则" in out


def test_check_shows_an_example_that_is_wrong(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "examples" / "a.yaml").write_text(RUNNING, encoding="utf-8")
    assert main(["check", str(folder), "--lang", "both"]) == 1
    out = capsys.readouterr().out
    assert "should be does not meet, but it is meets" in out
    assert "预期为不符合，实际为符合" in out


def test_check_of_nothing_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(folder / "nowhere")]) == 1
    assert "There is no programme" in capsys.readouterr().err


def test_try_shows_each_verdict_with_its_values_and_way_out(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers, facts = tmp_path / "answers.yaml", tmp_path / "facts.yaml"
    answers.write_text("title: 棉花\nleader: 1\nasked: 60 万元\narea: mining\n", encoding="utf-8")
    facts.write_text("person.running_projects: 0\n", encoding="utf-8")
    words = ["try", str(folder), "--answers", str(answers), "--facts", str(facts), "--at", "2018-03-01", "--lang", "en"]
    assert main(words) == 1
    out = capsys.readouterr().out
    assert "✓ At most one running project" in out
    assert "✗ Mining projects ask for at most half a million" in out
    assert "Asked = CNY 600,000" in out
    assert "管理办法 第四条" in out
    answers.write_text("title: 棉花\nleader: 1\nasked: 50 万元\narea: mining\n", encoding="utf-8")
    assert main(words) == 0


def test_try_names_an_answer_that_is_missing(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text("title: 棉花\n", encoding="utf-8")
    assert main(["try", str(folder), "--answers", str(answers), "--lang", "en"]) == 1
    assert "proposal.asked" in capsys.readouterr().out


def test_prose_and_diff_speak_the_asked_language(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prose", str(folder), "--lang", "en"]) == 0
    assert capsys.readouterr().out.startswith("# Sound project")
    newer = folder.parent / "2"
    newer.mkdir()
    for file in folder.glob("*.yaml"):
        (newer / file.name).write_text(
            file.read_text(encoding="utf-8").replace("lapse: 30 days", "lapse: 20 days"), encoding="utf-8"
        )
    assert main(["diff", str(folder), str(newer), "--lang", "zh"]) == 0
    assert "期限由30天改为20天" in capsys.readouterr().out
