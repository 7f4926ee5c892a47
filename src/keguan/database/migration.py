"""The tables of the installed rooms."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from keguan.database.roles import application_role, as_owner, grant_rights


def migrate(verbosity: int = 0) -> None:
    """Bring the tables up to this version as their owner, then give the application's role its rights.

    Safe to run again. Raises what Django's migrate raises.
    """
    with as_owner(connection):
        call_command("migrate", verbosity=verbosity, interactive=False)
        connection.ensure_connection()
        grant_rights(connection.connection, application_role())


def is_up_to_date() -> bool:
    """Whether no migration is due."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
