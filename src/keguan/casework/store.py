"""The rows of the write door, by hand: a case is locked and read in two statements, and a decision is written in one.

Everything that happens to a case passes here, and deadlines bring thousands at once. Through the ORM the same took eight
times the processor time, most of it spent on composing text and on planning it again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django.db import models
from psycopg import RawCursor

from keguan.casework import prepared
from keguan.casework.models import Case, Memo, Round
from keguan.casework.versions import version_of
from keguan.kernel.actors import Actor
from keguan.registers.organisations.models import Organisation
from keguan.registers.trace import services as trace


@dataclass(frozen=True, slots=True)
class Held:
    """A locked case with its round, host, programme and memo at hand.

    begun: when its first draft was begun. deed: content digest and answer of what was done under the asked key before.
    """

    case: Case
    begun: datetime | None
    deed: tuple[str, dict[str, Any]] | None


_LOCK = "SELECT id FROM casework_case WHERE number = %s FOR NO KEY UPDATE"
_STAMP_AND_LOCK = _LOCK.replace("SELECT id", f"SELECT id, {trace.STAMP}")

_READ = """
  SELECT {columns}, programme.digest, deed.content_digest, deed.answer,
    CASE WHEN casework_case.step_kind = 'apply'
      THEN (SELECT min(begun_at) FROM casework_draft WHERE case_id = casework_case.id) END
  FROM casework_case
  JOIN casework_memo ON casework_memo.case_id = casework_case.id
  JOIN casework_programmeversion programme ON programme.id = casework_case.programme_id
  LEFT JOIN casework_round ON casework_round.id = casework_case.round_id
  LEFT JOIN organisations_organisation ON organisations_organisation.id = casework_case.host_id
  LEFT JOIN casework_deed deed ON deed.key = %s
  WHERE casework_case.id = %s"""


def hold(number: str, *, stamp: tuple[Actor, str] | None = None, key: str = "") -> Held:
    """Lock the case until the transaction ends, and read it with everything a decision needs.

    Two statements on purpose: who waited for the lock must read what the other wrote, which one statement would not.
    stamp: who acts and the request, if the transaction is not stamped yet (`trace.services.stamp`).
    Raises Case.DoesNotExist.
    """
    with prepared.cursor() as cursor:
        if stamp is None:
            cursor.execute(_LOCK, [number])
        else:
            cursor.execute(_STAMP_AND_LOCK, [*trace.stamp_values(*stamp), number])
        locked = cursor.fetchone()
        if locked is None:
            raise Case.DoesNotExist(number)
        cursor.execute(_read(), [key, prepared.stable(locked[0])])
        row = cursor.fetchone()
    (case, memo, of_round, host), rest = _instances(row)
    digest, content_digest, answer, begun = rest
    case.programme = version_of(case.programme_id, digest)
    case.round, case.host, case.memo = of_round, host, memo
    return Held(case, begun, (content_digest, json.loads(answer)) if content_digest is not None else None)


_READ_TOGETHER: tuple[type[models.Model], ...] = (Case, Memo, Round, Organisation)


@cache
def _read() -> str:
    columns = [
        f'{one._meta.db_table}."{field.column}"' for one in _READ_TOGETHER for field in one._meta.concrete_fields
    ]
    return " ".join(_READ.format(columns=", ".join(columns)).split())


@cache
def _shapes() -> tuple[tuple[type[models.Model], list[str], list[int]], ...]:
    """Each model with its attributes, and the places of those that are JSON: they come as text."""
    return tuple(
        (
            one,
            [field.attname for field in one._meta.concrete_fields],
            [at for at, field in enumerate(one._meta.concrete_fields) if isinstance(field, models.JSONField)],
        )
        for one in _READ_TOGETHER
    )


def _instances(row: Sequence[Any]) -> tuple[list[Any], Sequence[Any]]:
    """The models that a row holds one after the other (None for one that is not there), and what comes after them."""
    made: list[Any] = []
    at = 0
    for model, names, in_json in _shapes():
        values = list(row[at : at + len(names)])
        at += len(names)
        if values[0] is None:
            made.append(None)
            continue
        for place in in_json:
            values[place] = json.loads(values[place])
        made.append(model.from_db("default", names, values))
    return made, row[at:]


class Writes:
    """Rows that are written together, in one statement: one way to the database and back, planned once.

    They see nothing of each other (PostgreSQL runs them on one snapshot); their triggers run afterwards.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._values: list[Any] = []

    def add(self, statement: str, values: Sequence[Any]) -> None:
        """One INSERT, UPDATE or DELETE. A value of a jsonb column comes from `as_json`."""
        self._parts.append(statement)
        self._values += values

    def send(self) -> None:
        """Write them. Raises what the database raises."""
        if self._parts:
            with prepared.cursor(RawCursor) as cursor:
                cursor.execute(_together(tuple(self._parts)), [prepared.stable(one) for one in self._values])
            self._parts, self._values = [], []


@lru_cache(maxsize=512)
def _together(statements: tuple[str, ...]) -> str:
    """The statements as one, their places numbered."""
    parts = ", ".join(f"w{number} AS ({one})" for number, one in enumerate(statements))
    texts = f"WITH {parts} SELECT".split("%s")
    return "".join(f"{text}${number}" for number, text in enumerate(texts[:-1], start=1)) + texts[-1]


def as_json(value: Any) -> str:
    """A value for a jsonb column."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
