"""The bench at a tiny scale, from the building of its round to its table. It says nothing about speed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from keguan.database.places import is_embedded, owner_url, places, state_folder
from keguan.database.supervisor import EmbeddedServer

ROOT = Path(__file__).resolve().parents[3]
MEASURED = (
    "act(): submit",
    "web: POST submit",
    "staff list, 60 of 400",
    "staff list, statements",
    "public call list",
    "case page, statements (worst stage)",
    "application book, every text full",
    "application book, a table of 200 rows",
)


@pytest.fixture(scope="module")
def printed(database_server: None) -> str:
    """What a run without the imports prints."""
    small = ("--cases", "400", "--n", "2", "--batches", "1", "--only", "act", "limits", "submit", "lists", "documents")
    said = subprocess.run(
        [sys.executable, "-m", "bench", *small],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )
    assert said.returncode == 0, said.stderr[-4000:]
    return said.stdout


def test_every_promise_of_speed_is_measured_beside_its_target(printed: str) -> None:
    lines = printed.splitlines()
    for what in MEASURED:
        (line,) = [one for one in lines if one.startswith(what + "  ")]
        assert "≤" in line, line
    assert "load" in printed


def test_the_limit_of_the_same_sql_stands_beside_act(printed: str) -> None:
    (line,) = [one for one in printed.splitlines() if one.startswith("act(): submit")]
    assert line.count(" ms") >= 3  # figure, target, limit


def test_nothing_of_it_is_left(printed: str) -> None:
    if is_embedded():
        assert not EmbeddedServer(places(state_folder() / "bench")).status().answers
    else:
        with psycopg.connect(owner_url()) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'keguan_bench'").fetchone()
        assert found is None
