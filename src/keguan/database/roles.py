"""Two roles: the owner changes tables, the application only uses them, and can never rewrite the trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from keguan.database.connection import connection_settings
from keguan.database.places import APPLICATION, DATABASE, OWNER, application_url, owner_url

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

_APPEND_ONLY = "trace\\_%"
_READ_ONLY = "django\\_migrations"


def make_roles(connection: psycopg.Connection[Any], passwords: dict[str, str]) -> None:
    """Create the two roles and the database where they are missing, and set the passwords. Needs the superuser."""
    for role, rights in ((OWNER, "CREATEDB"), (APPLICATION, "NOCREATEDB")):
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        verb = "ALTER" if known else "CREATE"
        connection.execute(
            sql.SQL("{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEROLE {rights} PASSWORD {password}").format(
                verb=sql.SQL(verb),
                role=sql.Identifier(role),
                rights=sql.SQL(rights),
                password=sql.Literal(passwords[role]),
            )
        )
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
        )


def grant_rights(connection: psycopg.Connection[Any], role: str) -> None:
    """Let `role` use every table and nothing more: no DDL, no TRUNCATE; trace tables it may read and add to.

    Run by the owner after each migration; does nothing where the application is the owner itself.
    """
    if connection.info.user == role:
        return
    name = sql.Identifier(role)
    with connection.transaction():
        for statement in (
            "REVOKE ALL ON SCHEMA public FROM PUBLIC",
            "REVOKE ALL ON SCHEMA public FROM {role}",
            "GRANT USAGE ON SCHEMA public TO {role}",
            "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        ):
            connection.execute(sql.SQL(statement).format(role=name))
        for pattern, rights in ((_APPEND_ONLY, "UPDATE, DELETE"), (_READ_ONLY, "INSERT, UPDATE, DELETE")):
            for table in _tables(connection, pattern):
                connection.execute(
                    sql.SQL("REVOKE {rights} ON {table} FROM {role}").format(
                        rights=sql.SQL(rights), table=sql.Identifier("public", table), role=name
                    )
                )


def _tables(connection: psycopg.Connection[Any], pattern: str) -> list[str]:
    found = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE %s", [pattern]
    )
    return [row[0] for row in found.fetchall()]


def application_role() -> str:
    """The name under which the application signs in to its database."""
    return psycopg.conninfo.conninfo_to_dict(application_url()).get("user") or ""  # type: ignore[return-value]


@contextmanager
def as_owner(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """For this stretch Django's `connection` signs in as the owner of the tables, to the same database."""
    before = dict(connection.settings_dict)
    owner = connection_settings(owner_url())
    _sign_in_with(connection, {key: owner[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")})
    try:
        yield
    finally:
        database = connection.settings_dict["NAME"]
        _sign_in_with(connection, {**{key: before[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")}})
        connection.settings_dict["NAME"] = database


def _sign_in_with(connection: BaseDatabaseWrapper, parts: dict[str, Any]) -> None:
    connection.close()
    close_pool = getattr(connection, "close_pool", None)
    if close_pool:
        close_pool()
    connection.settings_dict.update(parts)
