"""`keguan database` and `keguan migrate` at the terminal, in a home of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def keguan() -> Iterator[Run]:
    """Runs the command in a fresh home with an embedded server, whatever the suite itself runs on."""
    home = Path(tempfile.mkdtemp(prefix="keguan-home-"))
    home.chmod(0o755)
    known = {key: value for key, value in os.environ.items() if not key.startswith("KEGUAN_")}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "keguan.doors.cli", *words],
            env={**known, "KEGUAN_HOME": str(home)},
            cwd=home,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    yield run
    run("database", "stop")
    shutil.rmtree(home)


def _sql(keguan: Run, statement: str, *more: str) -> str:
    said = keguan("database", "psql", *more, "--", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement)
    assert said.returncode == 0, said.stderr
    return said.stdout.strip()


def test_the_server_starts_stays_and_stops(keguan: Run) -> None:
    assert keguan("database", "status").returncode == 1
    assert keguan("database", "start").returncode == 0
    assert "PostgreSQL 18" in keguan("database", "status").stdout
    assert _sql(keguan, "SELECT 1") == "1"
    assert keguan("database", "status").returncode == 0, "psql left and took the server with it"
    assert keguan("database", "stop").returncode == 0
    assert keguan("database", "status").returncode == 1


def test_the_last_one_out_stops_a_server_that_nobody_asked_to_stay(keguan: Run) -> None:
    assert keguan("migrate").returncode == 0
    assert keguan("database", "status").returncode == 1
    assert keguan("migrate", "--check").returncode == 0


def test_the_address_holds_no_password_and_still_lets_us_in(keguan: Run) -> None:
    url = keguan("database", "url").stdout.strip()
    assert url.startswith("postgresql://keguan_app@/keguan?")
    assert _sql(keguan, "SELECT current_user") == "keguan_app"
    assert _sql(keguan, "SELECT current_user", "--owner") == "keguan_owner"


def test_a_backup_brings_back_the_rows_and_the_rights(keguan: Run, tmp_path: Path) -> None:
    file = tmp_path / "keguan.backup"
    assert keguan("database", "start").returncode == 0  # and stays, so that each command below is quick
    keguan("migrate")
    _sql(keguan, "INSERT INTO django_content_type (app_label, model) VALUES ('kept', '保存')")
    assert keguan("database", "backup", str(file)).returncode == 0
    assert file.stat().st_mode & 0o777 == 0o600
    _sql(keguan, "DELETE FROM django_content_type WHERE app_label = 'kept'")
    assert keguan("database", "restore", str(file)).returncode == 1, "a database in use was overwritten unasked"
    said = keguan("database", "restore", str(file), "--replace")
    assert said.returncode == 0, said.stderr
    assert _sql(keguan, "SELECT model FROM django_content_type WHERE app_label = 'kept'") == "保存"
    assert _sql(keguan, "SELECT has_table_privilege('django_session', 'TRUNCATE')") == "f"
    assert keguan("migrate", "--check").returncode == 0


def _refused(keguan: Run, named: str) -> None:
    for word in ("", "--check"):
        said = keguan("migrate", *filter(None, [word]))
        assert said.returncode == 1
        assert "database.other_version" in said.stderr
        assert named in said.stderr


def test_tables_of_another_version_are_refused_and_left_as_they_are(keguan: Run) -> None:
    _sql(keguan, "INSERT INTO django_migrations (app, name, applied) VALUES ('trace', '0002_other', now())", "--owner")
    try:
        _refused(keguan, "trace.0002_other")
    finally:
        _sql(keguan, "DELETE FROM django_migrations WHERE name = '0002_other'", "--owner")
    assert keguan("migrate", "--check").returncode == 0


def test_tables_of_the_same_names_that_lack_a_column_are_refused_too(keguan: Run) -> None:
    _sql(keguan, "ALTER TABLE parties_person RENAME COLUMN name TO called", "--owner")
    try:
        _refused(keguan, "parties_person.name")
    finally:
        _sql(keguan, "ALTER TABLE parties_person RENAME COLUMN called TO name", "--owner")
    assert keguan("migrate", "--check").returncode == 0


def test_a_damaged_backup_changes_nothing(keguan: Run, tmp_path: Path) -> None:
    file = tmp_path / "damaged"
    keguan("database", "backup", str(file))
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    before = _sql(keguan, "SELECT count(*) FROM django_migrations")
    said = keguan("database", "restore", str(file), "--replace")
    assert said.returncode == 1
    assert "database.backup_failed" in said.stderr
    assert _sql(keguan, "SELECT count(*) FROM django_migrations") == before


def test_a_command_that_does_not_exist_is_answered_with_those_that_do(keguan: Run) -> None:
    said = keguan("databse")
    assert said.returncode == 2
    assert "migrate" in said.stderr
