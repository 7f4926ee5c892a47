"""Imports go downstairs, by the contracts of pyproject.toml."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def test_imports_go_downstairs() -> None:
    tool = shutil.which("lint-imports", path=sysconfig.get_path("scripts"))
    assert tool, "import-linter is not installed"
    said = subprocess.run([tool, "--no-cache"], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


def test_kernel_language_and_engine_run_without_django_or_a_database() -> None:
    code = (
        "import pkgutil, importlib, sys\n"
        "import keguan.kernel, keguan.language, keguan.engine, keguan.fairness, keguan.texts\n"
        "for room in (keguan.kernel, keguan.fairness, keguan.texts, keguan.language, keguan.engine):\n"
        "    for module in pkgutil.walk_packages(room.__path__, room.__name__ + '.'):\n"
        "        importlib.import_module(module.name)\n"
        "print(sorted({'django', 'psycopg', 'procrastinate'} & set(sys.modules)))\n"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert said.stdout.strip() == "[]"
