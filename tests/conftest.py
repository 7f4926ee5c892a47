"""What every test may rely on: a real PostgreSQL of its own, as the application's unprivileged role."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from django.test import TransactionTestCase
from tests import own_database
from tests.shared_data import shared_file

from keguan.language.loader import read_sources

# A busy machine makes nothing wrong: how fast things are is measured by the bench. And what the suite says of a commit
# hangs on the commit alone; KEGUAN_TRY_ANEW=1 looks for other examples than the last time.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    derandomize=not os.environ.get("KEGUAN_TRY_ANEW"),
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("house")


@pytest.fixture(scope="session")
def database_server() -> Iterator[None]:
    """The database server answers: the embedded one, unless KEGUAN_DATABASE_URL names another."""
    from keguan.database.use import database_in_use

    with database_in_use():
        yield


@pytest.fixture(scope="session")
def django_db_setup(database_server: None, django_test_environment: None, django_db_blocker) -> Iterator[None]:
    """A database for this run alone, made by the owner and used by the application's role."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: own_database.empty())
        own_database.create()
        with django_db_blocker.block():
            yield
        own_database.destroy()


@pytest.fixture
def owner_connection(transactional_db: None) -> Iterator[psycopg.Connection]:
    """A connection to the test database as the tables' owner (autocommit): for what the application may not do."""
    with psycopg.connect(own_database.url(owner=True), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def test_database_url(django_db_setup: None) -> str:
    """The address of the test database for another process (a server, a worker) as the application's role."""
    return own_database.url()


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """`shared_data("nsfc-projects.csv")`: that file of real input, or the test is skipped by name."""
    return shared_file


@pytest.fixture(autouse=True, scope="session")
def _each_text_is_judged_once() -> Iterator[None]:
    """Publishing reads and judges each text of a programme once in a run: the same text would be judged the same."""
    from keguan.casework import versions

    read: dict[Any, Any] = {}
    judged: dict[Any, Any] = {}

    def load(folder: Path, parameters: Any) -> Any:
        key = str(read_sources(folder)), str(parameters)
        return read[key] if key in read else read.setdefault(key, load_before(folder, parameters))

    def fitness(definition: Any, calendar: Any, house: Any = ()) -> Any:
        key = definition.digest, str(house)
        return judged[key] if key in judged else judged.setdefault(key, fitness_before(definition, calendar, house))

    load_before, fitness_before = versions.load, versions.fitness
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(versions, "load", load)
        patch.setattr(versions, "fitness", fitness)
        yield


@pytest.fixture(autouse=True, scope="session")
def _settings_of_tests() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keguan.settings")
