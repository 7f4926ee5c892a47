"""The rows of the write door, by hand: a case is locked and read in two statements, and a decision is written in one.

Everything that happens to a case passes here, and deadlines bring thousands at once. Through the ORM the same took eight
times the processor time, most of it spent on composing text and on planning it again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from django.db import models
from psycopg import RawCursor

from keguan.casework.models import Case, Memo, Round
from keguan.casework.versions import definition_of, version_of
from keguan.database import prepared
from keguan.kernel.actors import Actor
from keguan.language.definition import Definition
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties.models import Person
from keguan.registers.trace import services as trace


@dataclass(frozen=True, slots=True)
class Held:
    """A locked case with its round, host, programme and memo at hand.

    deed: content digest and answer of what was done under the asked key before.
    """

    case: Case
    deed: tuple[str, dict[str, Any]] | None


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody asked to write along (`models.Editor`). sections: those they keep for themselves, as `form/number`."""

    may_write: bool
    sections: frozenset[str]


@dataclass(frozen=True, slots=True)
class HeldForm:
    """A locked case as far as typing into a form needs it. entered: when the case last came to its step, where this form
    was handed in before: what was typed earlier is no draft any more."""

    case: Case
    definition: Definition
    editors: dict[int, Writer]
    entered: datetime


_LOCK = "SELECT id FROM casework_case WHERE number = %s FOR NO KEY UPDATE"
_STAMP_AND_LOCK = _LOCK.replace(
    "SELECT id", f"SELECT id, {trace.STAMP}, pg_advisory_xact_lock(hashtextextended('key:' || %s, 0))"
)

_READ = """
  SELECT {columns}, programme.digest, {begun}, {more}
  FROM casework_case this
  JOIN casework_memo memo ON memo.case_id = this.id
  JOIN casework_programmeversion programme ON programme.id = this.programme_id
  {joins}
  WHERE {which}"""

_BEGUN = """
  CASE WHEN this.step_kind = 'apply' THEN (SELECT min(begun_at) FROM casework_draft WHERE case_id = this.id) END"""

Related = tuple[tuple[str, type[models.Model]], ...]
TO_DECIDE: Related = (("round", Round), ("host", Organisation))
TO_SHOW: Related = (
    *TO_DECIDE,
    ("authority", Organisation),
    ("applicant", Person),
    ("principal", Person),
    ("parent", Case),
)
"""What a case points at, and is read with it."""


def hold(number: str, *, stamp: tuple[Actor, str] | None = None, key: str = "") -> Held:
    """Lock the case until the transaction ends, and read it with everything a decision needs.

    Two statements on purpose: who waited for the lock must read what the other wrote, which one statement would not.
    stamp: who acts and the request, if the transaction is not stamped yet (`trace.services.stamp`); then the key is
    waited for, too: a second use of it, be it on another case, finds the deed.
    Raises Case.DoesNotExist.
    """
    with prepared.cursor() as cursor:
        if stamp is None:
            cursor.execute(_LOCK, [number])
        else:
            cursor.execute(_STAMP_AND_LOCK, [*trace.stamp_values(*stamp), key, number])
        locked = cursor.fetchone()
        if locked is None:
            raise Case.DoesNotExist(number)
        cursor.execute(_for_decision(), [key, prepared.stable(locked[0])])
        row = cursor.fetchone()
    case, (content_digest, answer) = _case(TO_DECIDE, row)
    return Held(case, (content_digest, json.loads(answer)) if content_digest is not None else None)


def hold_form(number: str, form: str, stamp: tuple[Actor, str]) -> HeldForm:
    """Lock the case until the transaction ends, stamp that with who types, and read what typing into one of its forms
    needs. One statement, and a case without round, host and memo: a form saves itself every other second.
    Raises Case.DoesNotExist."""
    with prepared.cursor() as cursor:
        cursor.execute(_for_typing(), [form, *trace.stamp_values(*stamp), number])
        row = cursor.fetchone()
    if row is None:
        raise Case.DoesNotExist(number)
    names, in_json = _shape(Case)
    values = list(row[: len(names)])
    for place in in_json:
        values[place] = json.loads(values[place])
    case = Case.from_db("default", names, values)
    digest, entered, editors = row[len(names) : len(names) + 3]
    case.programme = version_of(case.programme_id, digest)
    return HeldForm(
        case,
        definition_of(case.programme),
        writers(json.loads(editors) if editors else {}),
        datetime.fromisoformat(entered) if entered else datetime.min.replace(tzinfo=UTC),
    )


def writers(stored: Mapping[str, Any]) -> dict[int, Writer]:
    """Who writes along, from what the database aggregates: person id to [may_write, sections]."""
    return {int(person): Writer(one[0], frozenset(one[1])) for person, one in stored.items()}


def look(number: str, reader: int | None = None) -> Case | None:
    """The case with everything that its pages need at hand, not locked; None for an unknown number.

    reader: a person, of whose seats on its panel the states are at hand, too (`Case.held`).
    """
    with prepared.cursor() as cursor:
        cursor.execute(_for_a_page(), [prepared.stable(reader), number])
        row = cursor.fetchone()
    if row is None:
        return None
    case, (held,) = _case(TO_SHOW, row)
    case.held = held
    return case


@cache
def _for_decision() -> str:
    return _read(
        TO_DECIDE,
        "deed.content_digest, deed.answer",
        "this.id = %s",
        "LEFT JOIN casework_deed deed ON deed.key = %s",
    )


_EDITORS = """
  (SELECT jsonb_object_agg(person_id, jsonb_build_array(may_write, sections))
   FROM casework_editor WHERE case_id = this.id AND until IS NULL)"""


@cache
def _for_typing() -> str:
    columns = ", ".join(f'this."{field.column}"' for field in Case._meta.concrete_fields)
    text = f"""
      SELECT {columns}, programme.digest,
        CASE WHEN memo.answers ? %s THEN memo.state #>> ARRAY['steps', this.step, 'entered'] END, {_EDITORS}, {trace.STAMP}
      FROM casework_case this
      JOIN casework_memo memo ON memo.case_id = this.id
      JOIN casework_programmeversion programme ON programme.id = this.programme_id
      WHERE this.number = %s FOR NO KEY UPDATE OF this"""  # noqa: S608 - names of columns
    return " ".join(text.split())


_HELD = """
  ARRAY(SELECT seat.state FROM casework_seat seat JOIN casework_seatholder holder ON holder.seat_id = seat.id
    JOIN experts_expert expert ON expert.id = holder.expert_id
    WHERE seat.case_id = this.id AND expert.person_id = %s::bigint
    AND NOT EXISTS (SELECT FROM casework_recusal tie WHERE tie.seat_id = seat.id AND tie.is_hard))"""


@cache
def _for_a_page() -> str:
    return _read(TO_SHOW, _HELD, "this.number = %s")


def _read(related: Related, more: str, which: str, join: str = "") -> str:
    columns = [f'{alias}."{field.column}"' for alias, one in _parts(related) for field in one._meta.concrete_fields]
    joins = [f"LEFT JOIN {one._meta.db_table} {alias} ON {alias}.id = this.{alias}_id" for alias, one in related]
    text = _READ.format(
        columns=", ".join(columns), begun=_BEGUN, more=more, joins=" ".join([*joins, join]), which=which
    )
    return " ".join(text.split())


def _parts(related: Related) -> Related:
    return (("this", Case), ("memo", Memo), *related)


@cache
def _shape(model: type[models.Model]) -> tuple[list[str], list[int]]:
    """A model's attributes, and the places of those that are JSON: they come as text."""
    fields = model._meta.concrete_fields
    return [one.attname for one in fields], [at for at, one in enumerate(fields) if isinstance(one, models.JSONField)]


def _case(related: Related, row: Sequence[Any]) -> tuple[Case, Sequence[Any]]:
    """The case that a row holds, with its memo, programme and what it points at; and what else the row holds."""
    found: dict[str, Any] = {}
    at = 0
    for alias, model in _parts(related):
        names, in_json = _shape(model)
        values = list(row[at : at + len(names)])
        at += len(names)
        if values[0] is not None:
            for place in in_json:
                values[place] = json.loads(values[place])
            found[alias] = model.from_db("default", names, values)
    case: Case = found["this"]
    case.memo = found["memo"]
    case.programme = version_of(case.programme_id, row[at])
    case.begun = row[at + 1]
    for alias, _ in related:
        setattr(case, alias, found.get(alias))
    return case, row[at + 2 :]


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
