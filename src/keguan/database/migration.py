"""The tables of the installed rooms."""

from __future__ import annotations

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from keguan.database.roles import application_role, as_owner, grant_rights
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused


def migrate(verbosity: int = 0) -> None:
    """Bring the tables up to this version as their owner, then give the application's role its rights.

    Safe to run again. Raises Refused, before anything is changed, where another version made the tables, and what
    Django's migrate raises.
    """
    _refuse_tables_of_another_version()
    with as_owner(connection):
        call_command("migrate", verbosity=verbosity, interactive=False)
        connection.ensure_connection()
        grant_rights(connection.connection, application_role())
    _refuse_tables_of_another_shape()


def is_up_to_date() -> bool:
    """Whether no migration is due. Raises Refused where another version made the tables."""
    _refuse_tables_of_another_version()
    executor = MigrationExecutor(connection)
    is_due = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if not is_due:
        _refuse_tables_of_another_shape()
    return not is_due


def _refuse_tables_of_another_version() -> None:
    # Django passes over names it does not know, and would take the tables for those of this version.
    loader = MigrationLoader(connection)
    unknown = sorted(f"{room}.{name}" for room, name in set(loader.applied_migrations) - set(loader.disk_migrations))
    if unknown:
        raise Refused.because(_other_version(unknown))


def _refuse_tables_of_another_shape() -> None:
    # Until the first release 0001 is written anew rather than followed by others, so names do not tell versions apart.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
            " WHERE relnamespace = current_schema()::regnamespace AND attnum > 0 AND NOT attisdropped"
        )
        there = set(cursor.fetchall())
    models = [one for one in apps.get_models(include_auto_created=True) if one._meta.managed]
    wanted = {(one._meta.db_table, field.column) for one in models for field in one._meta.local_concrete_fields}
    if lacking := sorted(f"{table}.{column}" for table, column in wanted - there):
        raise Refused.because(_other_version(lacking))


def _other_version(unknown: list[str]) -> Problem:
    return Problem(
        "database.other_version",
        Text(
            "数据库的表由另一版本建立，本版本不能接着使用；未作任何改动",
            "Another version made the tables of this database, and this one cannot go on with them; nothing was changed",
        ),
        value=", ".join(unknown[:3]) + (" …" if len(unknown) > 3 else ""),
        fix=Text(
            "请用建立它的版本或更新的版本运行；首次正式发布之前建立的数据库不能沿用：请另给一个空数据库"
            "（KEGUAN_DATABASE_URL，内嵌数据库则换 KEGUAN_HOME）",
            "Run the version that made it, or a later one. A database from before the first release cannot be carried"
            " over: name an empty one (KEGUAN_DATABASE_URL, or another KEGUAN_HOME for the embedded database)",
        ),
    )
