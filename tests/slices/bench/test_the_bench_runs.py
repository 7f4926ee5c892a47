"""The bench at a tiny scale, from the building of its round to its table. It says nothing about speed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
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


REVIEW = (
    "assign 300 × 120 × 50  ",
    "… with shares and institutions, 300  ",
    "… and the gap to the proven bound  ",
    "verify, 2,000 experts × 20 cases  ",
    "matching: BM25's mean reciprocal rank as a share of ours  ",
    "similarity: ",
    "search: ",
    "experts: find by a rare word among 400  ",
)
PAGES = (
    "ranking@ranking ",
    "ranking@decided ",
    "resolution@decided ",
    "batch ",
    "award ",
    "case@awarded ",
    "draw_fix ",
)


def run(*given: str) -> str:
    """What a run of the bench prints."""
    said = subprocess.run(
        [sys.executable, "-m", "bench", "--n", "2", "--batches", "1", *given],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )
    assert said.returncode == 0, said.stderr[-4000:]
    return said.stdout


@pytest.fixture(scope="module")
def printed(database_server: None) -> str:
    """What a run without the imports prints."""
    return run("--cases", "400", "--only", "act", "limits", "submit", "lists", "documents")


@pytest.mark.usefixtures("database_server")
def test_review_similarity_and_search_are_measured_as_they_are(shared_data: Callable[[str], Path]) -> None:
    for name in ("paper-abstracts-dev.csv", "nsfc-projects.csv"):
        shared_data(name)
    parts = ("assignment", "draw", "matching", "similarity", "search", "experts")
    lines = run("--size", "tiny", "--only", *parts).splitlines()
    for what in REVIEW:
        assert any(line.startswith(what) for line in lines), what


@pytest.mark.usefixtures("database_server")
def test_pages_of_rounds_at_every_stage_are_opened() -> None:
    routes = {one.partition("@")[0].strip() for one in PAGES}
    lines = run("--cases", "60", "--only", "pages", "--page", *routes).splitlines()
    for what in PAGES:
        (line,) = [one for one in lines if one.startswith(what)]
        assert "statements" in line, line


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
