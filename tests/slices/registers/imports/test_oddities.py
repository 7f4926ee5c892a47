"""What is odd about a row is told to people in words, never by its code."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.urls import reverse
from tests import make
from tests.slices.casework.page_cast import signed_in
from tests.slices.registers.imports.files import HEADER, csv_of

import keguan.registers.imports as imports
from keguan.doors.cli.import_ import _print_warnings
from keguan.kernel.actors import SYSTEM
from keguan.registers.imports import services
from keguan.registers.imports.models import ImportRun
from keguan.registers.imports.oddities import WARNINGS
from keguan.registers.imports.specs import SPECS
from keguan.registers.projects.models import Project


def codes_warned_of() -> set[str]:
    """Every code that the imports warn by: as they give it to `warn`, or as it stands in the text."""
    found = set()
    for path in Path(imports.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "warn":
                found.add(f"import.odd.{ast.literal_eval(node.args[2])}")
            elif isinstance(node, ast.Constant) and str(node.value).startswith("import.odd."):
                found.add(str(node.value))
    return found - {"import.odd."}


def test_every_oddity_has_words() -> None:
    assert len(codes_warned_of()) > 10
    assert codes_warned_of() - set(WARNINGS) == set()


@pytest.mark.django_db
def test_pages_and_terminal_name_what_is_odd(capsys: pytest.CaptureFixture[str]) -> None:
    row = ["71701009", "题", "天山大学", "", 1, "2018.01-2020.12"]
    report = services.run(SPECS["projects"], csv_of([HEADER, row]), SYSTEM, name="表.csv")
    make.duty("supervision", watcher := make.person())
    browser = signed_in(watcher)
    for address in (
        reverse("import", args=[ImportRun.objects.get().pk]),
        reverse("project", args=[Project.objects.get().pk]),
    ):
        said = browser.get(address).content.decode()
        assert "没有项目负责人" in said, address
        assert "no-principal" not in said, address
    _print_warnings(report, None, 5)
    assert "没有项目负责人 / no principal investigator: 1" in capsys.readouterr().out
