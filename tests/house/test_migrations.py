"""The migrations say what the models say."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

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
