"""The limit: the SQL that one act() sends, sent by pgbench instead, with nothing around it.

The statements and values of many acts are recorded and rolled back; pgbench then carries them out for good, each once, as
prepared statements in one transaction. Reading its values from a table costs pgbench a statement more, which is measured
alone and taken off.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import transaction
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from bench.act import take
from bench.measure import postgres_ms, statements_of
from bench.place import owner_connection
from bench.world import Round
from keguan.casework import services
from keguan.database.binaries import program
from keguan.engine.decision import Command
from keguan.registers.parties.access import actor_for

Statements = list[tuple[str, Any]]


def measure(round_: Round, *, n: int) -> float:
    """Processor time of PostgreSQL for the statements of one submission, in milliseconds."""
    _recorded(round_)  # the first one also reads what is kept for the next
    recorded = [_recorded(round_) for _ in range(n)]
    if any(_texts(one) != _texts(recorded[0]) for one in recorded):
        raise RuntimeError("two submissions of one kind send different statements")
    script = _script(recorded[0])
    _keep(script, recorded)
    with tempfile.TemporaryDirectory() as folder:
        reading = _run(Path(folder), script.reading, len(recorded))
        _rewind()
        everything = _run(Path(folder), script.reading + script.body, len(recorded))
    return everything - reading


def _recorded(round_: Round) -> Statements:
    (draft,) = take(round_, 1)
    actor = actor_for(draft.person)
    command = Command("submit", "apply", {"values": draft.values, "confirmed": True})

    def act() -> None:
        done = services.act(draft.number, command, actor, uuid4().hex)
        if not isinstance(done, services.Done):
            raise RuntimeError(f"{draft.number}: {done}")

    with transaction.atomic():
        sent = statements_of(act)
        transaction.set_rollback(True)
    return [(text, values) for text, values in sent if not text.startswith(("SAVEPOINT", "RELEASE"))]


def _texts(statements: Statements) -> list[str]:
    return [text for text, _ in statements]


# ---------------------------------------------------------------------------------------------- for pgbench


@dataclass(frozen=True, slots=True)
class _Script:
    reading: str
    body: str
    places: list[tuple[int, Any]]
    """For each kept value: which statement's, and its number or name there."""


_PLACE = re.compile(r"%\((\w+)\)s|(%s)|\$(\d+)")


def _script(statements: Statements) -> _Script:
    """The statements with pgbench's variables, and the query that fills these from the table of values."""
    places: list[tuple[int, Any]] = []
    written = []
    for number, (text, values) in enumerate(statements):
        asked = iter(range(len(values or ())))

        def put(found: re.Match[str], number: int = number, values: Any = values, asked: Any = asked) -> str:
            place = found[1] or (int(found[3]) - 1 if found[3] else next(asked))
            value = values[place]
            if value is None:
                return "NULL"
            if (number, place) not in places:
                places.append((number, place))
            return f":v{places.index((number, place))}{_cast(value)}"

        written.append(_PLACE.sub(put, text).strip() + ";")
    columns = ", ".join(f"v{at}" for at in range(len(places)))
    next_one = "SELECT nextval('bench_serial') AS n \\gset\n"
    reading = f"{next_one}SELECT {columns} FROM bench_values WHERE n = :n::bigint \\gset\n"  # noqa: S608 - numbers
    return _Script(reading, "\n".join(["BEGIN;", *written, "COMMIT;"]) + "\n", places)


def _cast(value: Any) -> str:
    """The type that psycopg would send along; text is left open, as psycopg leaves it."""
    match value:
        case bool():
            return "::boolean"
        case int():
            return "::bigint"
        case datetime():
            return "::timestamptz"
        case date():
            return "::date"
        case list() if value and isinstance(value[0], int):
            return "::bigint[]"
        case _:
            return ""


def _keep(script: _Script, recorded: Sequence[Statements]) -> None:
    columns = [f"v{at}" for at in range(len(script.places))]
    with owner_connection() as owner:
        owner.execute("DROP TABLE IF EXISTS bench_values")
        owner.execute("DROP SEQUENCE IF EXISTS bench_serial")
        owner.execute("CREATE SEQUENCE bench_serial CACHE 1")
        # As it is used: one page would be cut up and pressed together otherwise, and reading it would cost too much.
        table = sql.SQL("CREATE TABLE bench_values (n bigint PRIMARY KEY, {}) WITH (toast_tuple_target = 8160)")
        owner.execute(table.format(sql.SQL(", ").join(sql.SQL(f"{one} text") for one in columns)))
        insert = sql.SQL("INSERT INTO bench_values VALUES ({})").format(
            sql.SQL(", ").join([sql.Placeholder()] * (len(columns) + 1))
        )
        for n, statements in enumerate(recorded, start=1):
            owner.execute(insert, [n, *(_text(statements[at][1][place]) for at, place in script.places)])
        owner.execute("GRANT SELECT ON bench_values TO PUBLIC")
        owner.execute("GRANT USAGE ON bench_serial TO PUBLIC")
        owner.execute("ANALYZE bench_values")


def _text(value: Any) -> str | None:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list):
        return "{" + ",".join(str(int(one)) if isinstance(one, int) else f'"{one}"' for one in value) + "}"
    return str(int(value)) if isinstance(value, int) and not isinstance(value, bool) else value


def _rewind() -> None:
    with owner_connection() as owner:
        owner.execute("ALTER SEQUENCE bench_serial RESTART")


def _run(folder: Path, script: str, n: int) -> float:
    file = folder / "act.sql"
    file.write_text(script)
    parts = {name: str(value) for name, value in conninfo_to_dict(os.environ["KEGUAN_DATABASE_URL"]).items()}
    # Plans as the write door has them: made once (`database.prepared`).
    environment = os.environ | {"PGOPTIONS": "-c plan_cache_mode=force_generic_plan"}
    environment |= {f"PG{name.upper()}": parts[name] for name in ("passfile", "password") if name in parts}
    asked = ["-h", parts["host"], "-p", parts.get("port", "5432"), "-U", parts["user"]]
    before = postgres_ms()
    said = subprocess.run(
        [program("pgbench"), *asked, "-n", "-M", "prepared", "-t", str(n), "-f", str(file), parts["dbname"]],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    if said.returncode != 0 or f"transactions actually processed: {n}/{n}" not in said.stdout:
        raise RuntimeError(said.stdout + said.stderr)
    time.sleep(0.5)  # until the server has taken leave of pgbench's process, its time stands nowhere
    return (postgres_ms() - before) / n
