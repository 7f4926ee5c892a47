"""Where the bench runs: a database `keguan_bench` of its own, on a server of its own, so that nobody else's work counts.

Without KEGUAN_DATABASE_URL that is an embedded server under `.keguan/bench`, set as the real one is. With it, the
database is made beside the named one; its user (or that of KEGUAN_DATABASE_OWNER_URL) needs CREATEDB, and the server
should have nothing else to do meanwhile.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from keguan.database.places import APPLICATION, OWNER, embedded_url, is_embedded, owner_url, places, state_folder
from keguan.database.supervisor import EmbeddedServer

NAME = "keguan_bench"


@contextmanager
def own_database() -> Iterator[None]:
    """An empty database with all tables, under the application's usual settings; gone afterwards.

    Sets KEGUAN_DATABASE_URL for this process and those it starts: call it before Django is set up. A second bench of
    the same checkout waits for the first.
    """
    folder = state_folder() / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with _database(EmbeddedServer(places(folder)) if is_embedded() else None):
            yield


@contextmanager
def _database(server: EmbeddedServer | None) -> Iterator[None]:
    if server:
        server.start()
        owner = embedded_url(OWNER, "keguan", server.places)
        application = embedded_url(APPLICATION, NAME, server.places)
    else:
        owner, application = owner_url(), make_conninfo(os.environ["KEGUAN_DATABASE_URL"], dbname=NAME)
    try:
        _make(owner)
        os.environ["KEGUAN_DATABASE_URL"] = application
        os.environ["KEGUAN_DATABASE_OWNER_URL"] = make_conninfo(owner, dbname=NAME)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keguan.settings")
        yield
    finally:
        _hang_up()
        _drop(owner)
        if server:
            server.stop()


def set_up() -> None:
    """Make Django ready and the tables stand."""
    import django

    django.setup()
    from keguan.database.migration import migrate

    migrate()


def owner_connection() -> psycopg.Connection:
    """A connection as the owner of the tables (autocommit)."""
    return psycopg.connect(os.environ["KEGUAN_DATABASE_OWNER_URL"], autocommit=True)


def _hang_up() -> None:
    # Only a superuser may end another role's connections, so ours are closed first.
    from django.db import connections

    connections.close_all()


def _make(owner: str) -> None:
    _drop(owner)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))


def _drop(owner: str) -> None:
    name = sql.Identifier(NAME)
    with psycopg.connect(owner, autocommit=True) as connection:
        try:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        except psycopg.errors.InsufficientPrivilege:
            # Autovacuum is at work there: only a superuser may force it out, but without force it is asked to go.
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
