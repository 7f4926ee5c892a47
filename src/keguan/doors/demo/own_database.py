"""A database of its own for the demo and for trials on real input: beside the real one, and never in its place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from keguan.database.places import application_url, owner_url
from keguan.database.use import database_in_use
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused

_MARK = "Keguan: made by a command, may be made anew at any time"
"""The comment on such a database: one without it is never dropped."""


@dataclass(frozen=True, slots=True)
class OwnDatabase:
    """A database that a command makes and may throw away. name: on the same server as the real one."""

    name: str
    server_owner: str
    server_application: str

    @property
    def owner(self) -> str:
        """Its address for the owner of its tables."""
        return make_conninfo(self.server_owner, dbname=self.name)

    @property
    def application(self) -> str:
        """Its address for the application."""
        return make_conninfo(self.server_application, dbname=self.name)

    def exists(self) -> bool:
        """Whether it is there."""
        with self._server() as server:
            return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.name]).fetchone() is not None

    def holds(self, tag: str) -> bool:
        """Whether its trace holds an event with this tag: the mark of a finished making."""
        if not self.exists():
            return False
        try:
            with psycopg.connect(self.owner) as connection:
                found = connection.execute("SELECT 1 FROM trace_event WHERE tag = %s LIMIT 1", [tag]).fetchone()
        except psycopg.errors.UndefinedTable:
            return False
        return found is not None

    def make_anew(self) -> None:
        """Drop it if it is there, and make an empty one.

        Raises Refused if somebody uses it, if it is not one of ours, or if the server does not let us make one.
        """
        with self._server() as server:
            if self.exists():
                self._refuse_foreign(server)
                self._refuse_used(server)
                server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(self.name)))
            try:
                server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.name)))
            except psycopg.errors.InsufficientPrivilege as error:
                raise Refused.because(_may_not_create(self.name)) from error
            server.execute(
                sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(self.name), sql.Literal(_MARK))
            )

    def _server(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.server_owner, autocommit=True)

    def _refuse_foreign(self, server: psycopg.Connection[tuple[object, ...]]) -> None:
        found = server.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [self.name]
        ).fetchone()
        if found is None or found[0] != _MARK:
            raise Refused.because(
                Problem(
                    "demo.foreign",
                    Text(
                        "同名数据库不是由本命令建立的，不会删除", "A database of this name was not made by this command"
                    ),
                    value=self.name,
                    fix=Text("请先改名或移走该数据库", "Rename it or move it away first"),
                )
            )

    def _refuse_used(self, server: psycopg.Connection[tuple[object, ...]]) -> None:
        if server.execute("SELECT 1 FROM pg_stat_activity WHERE datname = %s", [self.name]).fetchone():
            raise Refused.because(
                Problem(
                    "demo.in_use",
                    Text(
                        "该数据库正在使用中，可能另一处正在运行演示", "This database is in use: a demo may be running"
                    ),
                    value=self.name,
                    fix=Text("请先停止它（Ctrl-C），再重试", "Stop that one first (Ctrl-C), then try again"),
                )
            )


@contextmanager
def own_database(name: str) -> Iterator[OwnDatabase]:
    """The database of this name on the server in use; while it lasts, everything of ours goes to that database.

    Sets KEGUAN_DATABASE_URL and KEGUAN_DATABASE_OWNER_URL for this process and those it starts: enter it before the
    settings are read. Raises Refused if the server cannot start.
    """
    with database_in_use():
        found = OwnDatabase(name, server_owner=owner_url(), server_application=application_url())
        os.environ["KEGUAN_DATABASE_URL"] = found.application
        os.environ["KEGUAN_DATABASE_OWNER_URL"] = found.owner
        yield found


def _may_not_create(name: str) -> Problem:
    return Problem(
        "demo.may_not_create",
        Text("数据库用户没有建库权限，无法建立演示数据库", "The database user may not create the demo's database"),
        value=name,
        fix=Text(
            "请授予建库权限（ALTER ROLE … CREATEDB），或用 KEGUAN_DATABASE_OWNER_URL 指定有权限的用户，或不设"
            " KEGUAN_DATABASE_URL 而使用内嵌数据库",
            "Grant it (ALTER ROLE … CREATEDB), name a user who may in KEGUAN_DATABASE_OWNER_URL, or leave"
            " KEGUAN_DATABASE_URL unset for the embedded database",
        ),
    )
