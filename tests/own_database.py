"""The database of one test run: made and emptied by the owner, because the application's role may do neither."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from graphlib import TopologicalSorter
from time import sleep

import psycopg
from django.db import connection
from psycopg import sql

from keguan.database.connection import connection_settings
from keguan.database.places import application_url, is_embedded, owner_url
from keguan.database.roles import application_role, as_owner, grant_rights

_PREFIX = "test_keguan_"
# What migrations themselves wrote; Django would otherwise have to write it again after each test.
_KEPT = {"django_migrations", "django_content_type", "auth_permission", "organisations_region"} | {
    "codes_codetree",
    "codes_codenode",
}

_COUNTS_ANEW = """
SELECT setval(pg_get_serial_sequence(quote_ident(table_name), column_name), 1, false) FROM information_schema.columns
WHERE table_name = ANY(%s) AND pg_get_serial_sequence(quote_ident(table_name), column_name) IS NOT NULL"""

# Ours are checked at the end of a transaction; those of the queue of jobs row by row.
_BOUND_AT_ONCE = """
SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND NOT condeferrable"""


def create() -> None:
    """Make it, with all tables, and let the application's role in."""
    # The first start of the embedded server may have moved it since the settings were read.
    fresh = connection_settings(application_url())
    connection.settings_dict.update({key: fresh[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")})
    connection.settings_dict["TEST"]["NAME"] = os.environ.get("KEGUAN_TEST_DATABASE") or f"{_PREFIX}{os.getpid()}"
    _drop_leftovers()
    with as_owner(connection):
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        connection.ensure_connection()
        grant_rights(connection.connection, application_role())


def destroy() -> None:
    """Remove it."""
    name = connection.settings_dict["NAME"]
    connection.close()
    _drop(name)


def url(*, owner: bool = False) -> str:
    """Its address."""
    base = owner_url() if owner else application_url()
    return psycopg.conninfo.make_conninfo(base, dbname=connection.settings_dict["NAME"])


def empty() -> None:
    """Empty every table, the append-only ones too: their triggers rest meanwhile, in the same transaction.

    Most tests fill a few tables. Only these are emptied, row by row: new files for all of them would take seven times as long.
    """
    with psycopg.connect(url(owner=True)) as owner:
        owner.execute("SET lock_timeout = '10s'")  # a test that left a transaction open fails here instead of hanging
        tables = [
            row[0]
            for row in owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            if row[0] not in _KEPT
        ]
        asked = (
            sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(one), sql.Identifier(one))
            for one in tables
        )
        filled = [row[0] for row in owner.execute(sql.SQL(" UNION ALL ").join(asked))]
        filled = referring_first(filled, owner.execute(_BOUND_AT_ONCE).fetchall())
        for table in filled:
            owner.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
            owner.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in filled:
            owner.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))
        owner.execute(_COUNTS_ANEW, [filled])


def referring_first(tables: Sequence[str], bound: Iterable[tuple[str, str]]) -> list[str]:
    """These tables in an order in which each can be emptied. bound: which table refers to which."""
    order = TopologicalSorter(dict.fromkeys(tables, ()))
    for referring, referred in bound:
        if referring != referred and {referring, referred} <= set(tables):
            order.add(referred, referring)
    return list(order.static_order())


def _drop(name: str) -> None:
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(owner_url(), autocommit=True) as owner:
        for seconds in (1, 2, 4, 0):
            try:
                owner.execute(drop)
                return
            except psycopg.errors.InsufficientPrivilege:
                # The server tidies a table there, which only a superuser may interrupt. It is soon done.
                if not seconds:
                    raise
                sleep(seconds)


def _drop_leftovers() -> None:
    """Remove the databases of runs that were killed. Only ours to judge where all runs are on this machine."""
    if not is_embedded():
        return
    with psycopg.connect(owner_url()) as owner:
        names = [
            row[0] for row in owner.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [_PREFIX + "%"])
        ]
    for name in names:
        pid = name.removeprefix(_PREFIX)
        if pid.isdecimal() and not os.path.exists(f"/proc/{pid}"):
            _drop(name)
