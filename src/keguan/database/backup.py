"""Backups: one file in PostgreSQL's own custom format, readable by any pg_restore of the same or a later version."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import psycopg

from keguan.database.binaries import program
from keguan.database.places import owner_url
from keguan.database.roles import application_role, grant_rights
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused


def back_up(file: Path) -> int:
    """Write everything in the database into `file` (mode 0600), whole or not at all. Returns its size in bytes.

    Raises Refused("database.backup_failed") with the tool's own words.
    """
    draft = file.with_name(file.name + ".part")
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={draft}", owner_url())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return file.stat().st_size


def restore(file: Path, *, replace: bool = False) -> None:
    """Bring back what `file` holds, in one transaction: either all of it or nothing changes.

    replace: drop what is there first; without it a database with tables refuses.
    Raises Refused: database.backup_missing, database.not_empty, database.backup_failed.
    """
    if not file.is_file():
        raise Refused.because(
            Problem("database.backup_missing", Text("找不到备份文件", "There is no such backup"), where=str(file))
        )
    if not replace and _has_tables():
        raise Refused.because(
            Problem(
                "database.not_empty",
                Text("数据库不是空的", "The database is not empty"),
                fix=Text("如确要覆盖，请加 --replace", "To replace its contents, add --replace"),
            )
        )
    _run(
        *("pg_restore", "--single-transaction", "--exit-on-error", "--clean", "--if-exists"),
        *("--no-owner", "--no-privileges", f"--dbname={owner_url()}", str(file)),
    )
    with psycopg.connect(owner_url(), autocommit=True) as connection:
        grant_rights(connection, application_role())


def _has_tables() -> bool:
    with psycopg.connect(owner_url()) as connection:
        found = connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1")
        return found.fetchone() is not None


def _run(name: str, *words: str) -> None:
    said = subprocess.run([program(name), *words], capture_output=True, text=True, errors="replace", check=False)
    if said.returncode != 0:
        raise Refused.because(
            Problem(
                "database.backup_failed",
                Text("备份或恢复没有完成，数据库未改动", "The backup or restore failed; the database is unchanged"),
                value=said.stderr.strip()[-2000:],
            )
        )
