"""The application's role uses tables; it cannot change them, and it cannot rewrite the trace."""

from __future__ import annotations

import psycopg
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import ProgrammingError, connection, transaction

from keguan.database.places import application_url, owner_url
from keguan.database.roles import application_role

pytestmark = pytest.mark.django_db

needs_two_roles = pytest.mark.skipif(
    psycopg.conninfo.conninfo_to_dict(application_url()).get("user")
    == psycopg.conninfo.conninfo_to_dict(owner_url()).get("user"),
    reason="the given database has one role only (KEGUAN_DATABASE_OWNER_URL names another)",
)


@needs_two_roles
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "DROP TABLE django_session",
        "ALTER TABLE django_session ADD COLUMN more int",
        "TRUNCATE django_session",
        "DELETE FROM django_migrations",
        "ALTER TABLE trace_event DISABLE TRIGGER ALL",
        "CREATE ROLE somebody",
    ],
)
def test_the_application_may_not_change_the_house(statement: str) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@needs_two_roles
def test_no_trace_table_can_be_updated_or_emptied_by_the_application() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, has_table_privilege(%s, c.oid, 'INSERT'), has_table_privilege(%s, c.oid, 'SELECT'),"
            " has_table_privilege(%s, c.oid, 'UPDATE, DELETE, TRUNCATE')"
            " FROM pg_class c WHERE relkind = 'r' AND relname LIKE 'trace\\_%%'",
            [application_role()] * 3,
        )
        found = cursor.fetchall()
    assert found, "there is no trace table"
    assert [row[1:] for row in found] == [(True, True, False)] * len(found)


def test_the_application_reads_and_writes_ordinary_tables() -> None:
    made = ContentType.objects.create(app_label="somewhere", model="thing")
    made.model = "other"
    made.save()
    assert ContentType.objects.get(pk=made.pk).model == "other"
    made.delete()
