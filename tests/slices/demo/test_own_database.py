"""The demo's own database: made, marked, made anew, and never in the place of anything else."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from keguan.database.places import application_url, owner_url
from keguan.doors.demo.own_database import OwnDatabase
from keguan.kernel.problems import Refused


@pytest.fixture
def own(database_server: None) -> Iterator[OwnDatabase]:
    found = OwnDatabase(f"test_own_{os.getpid()}", owner_url(), application_url())
    yield found
    with psycopg.connect(owner_url(), autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(found.name)))


def test_it_is_made_and_made_anew(own: OwnDatabase) -> None:
    assert not own.exists()
    own.make_anew()
    assert own.exists()
    with psycopg.connect(own.owner, autocommit=True) as inside:
        inside.execute("CREATE TABLE left_over (id int)")
    own.make_anew()
    with psycopg.connect(own.owner) as inside:
        assert inside.execute("SELECT to_regclass('left_over')").fetchone() == (None,)


def test_an_unfinished_making_bears_no_mark(own: OwnDatabase) -> None:
    assert not own.holds("demo:year:made")
    own.make_anew()
    assert not own.holds("demo:year:made")
    with psycopg.connect(own.owner, autocommit=True) as inside:
        inside.execute("CREATE TABLE trace_event AS SELECT 'demo:year:made' AS tag")
    assert own.holds("demo:year:made")


def test_one_that_is_in_use_is_left_alone(own: OwnDatabase) -> None:
    own.make_anew()
    with psycopg.connect(own.owner), pytest.raises(Refused) as refused:
        own.make_anew()
    assert refused.value.refusal.problems[0].code == "demo.in_use"


def test_a_database_that_this_command_did_not_make_is_never_dropped(own: OwnDatabase) -> None:
    with psycopg.connect(owner_url(), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(own.name)))
    with pytest.raises(Refused) as refused:
        own.make_anew()
    assert refused.value.refusal.problems[0].code == "demo.foreign"
    assert own.exists()
