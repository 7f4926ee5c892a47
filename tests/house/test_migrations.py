"""The migrations say what the models say."""

from __future__ import annotations

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations import CreateModel, RunSQL
from django.db.migrations.loader import MigrationLoader

from keguan.database.migration import is_up_to_date

pytestmark = pytest.mark.django_db


def test_no_migration_is_missing() -> None:
    out = StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=out, verbosity=1)
    except SystemExit:
        pytest.fail(f"models without a migration:\n{out.getvalue()}")


def test_all_migrations_are_applied() -> None:
    assert is_up_to_date()


def test_first_migrations_make_their_tables_whole() -> None:
    """An index or a constraint that is added to a new table afterwards makes Django render every model once more."""
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("keguan.")}
    firsts = [
        one
        for one in MigrationLoader(None).disk_migrations.values()
        if one.app_label in ours and one.name == "0001_initial"
    ]
    assert len(firsts) > 20
    late = {
        f"{one.app_label}: {operation.describe()}"
        for one in firsts
        for operation in one.operations
        if not isinstance(operation, CreateModel | RunSQL)
    }
    assert late == set()
