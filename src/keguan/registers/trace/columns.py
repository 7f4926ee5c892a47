"""A migration operation that makes a table write its own trace whenever a watched column changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations import RunSQL

_IDENTIFIER = re.compile(r"^[a-z_][a-z0-9_]*$")


class TraceColumns(RunSQL):
    """No code path can forget: each change of a watched column writes an event `db:<subject>:<column>`.

    table: the database table. key: the column people know the row by. case_column: the column that holds the case
    number, by default `key` where the subject is "case". The payload is `{after, before, id, key}`, values as text,
    null before the row was there and after it is gone. Actor and request come from `trace.services.stamp`.
    The migration that uses it depends on ("trace", "0001_initial").
    """

    def __init__(
        self, table: str, columns: Sequence[str], *, subject: str, key: str, case_column: str | None = None
    ) -> None:
        self.arguments: dict[str, Any] = {"table": table, "columns": list(columns), "subject": subject, "key": key}
        if case_column is not None:
            self.arguments["case_column"] = case_column
        number = case_column or (key if subject == "case" else None)
        for word in (table, subject, key, *columns, *filter(None, [case_column])):
            if not _IDENTIFIER.match(word):
                raise ValueError(f"not a plain database name: {word!r}")
        super().__init__(_forward(table, columns, subject, key, number), _backward(table))

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [], dict(self.arguments)

    def describe(self) -> str:
        columns = ", ".join(self.arguments["columns"])
        return f"Trace every change of {columns} of {self.arguments['table']}"


def _forward(table: str, columns: Sequence[str], subject: str, key: str, number: str | None) -> str:
    def write(column: str, row: str, before: str, after: str) -> str:
        case_number = f'{row}."{number}"' if number else "NULL"
        return (
            f"PERFORM trace_change('{subject}', '{column}', {row}.id::bigint, {row}.\"{key}\"::text, "
            f"{case_number}::text, {before}::text, {after}::text);"
        )

    inserted = "\n".join(write(c, "NEW", "NULL", f'NEW."{c}"') for c in columns)
    deleted = "\n".join(write(c, "OLD", f'OLD."{c}"', "NULL") for c in columns)
    updated = "\n".join(
        f'IF OLD."{c}" IS DISTINCT FROM NEW."{c}" THEN ' + write(c, "NEW", f'OLD."{c}"', f'NEW."{c}"') + " END IF;"
        for c in columns
    )
    changed = " OR ".join(f'OLD."{c}" IS DISTINCT FROM NEW."{c}"' for c in columns)
    return f"""
CREATE FUNCTION "trace_{table}"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
{inserted}
  ELSIF TG_OP = 'DELETE' THEN
{deleted}
  ELSE
{updated}
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "trace_{table}_comes_and_goes" AFTER INSERT OR DELETE ON "{table}"
  FOR EACH ROW EXECUTE FUNCTION "trace_{table}"();
CREATE TRIGGER "trace_{table}_changes" AFTER UPDATE ON "{table}"
  FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION "trace_{table}"();
"""


def _backward(table: str) -> str:
    return (
        f'DROP TRIGGER "trace_{table}_comes_and_goes" ON "{table}"; DROP TRIGGER "trace_{table}_changes" ON "{table}";'
        f'DROP FUNCTION "trace_{table}"();'
    )
