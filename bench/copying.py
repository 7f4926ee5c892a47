"""Many cases from a few: copies of their rows in every table, with numbers, people, organisations and titles of their own.

The triggers that write trace rest meanwhile, because the copied trace has their events already.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from bench.place import owner_connection
from keguan.casework.models import Case
from keguan.kernel.ids import make_number


@dataclass(frozen=True, slots=True)
class Template:
    """A case whose rows are copied, with what must give way in them."""

    case: Case
    person: int
    member: int
    title: str
    rank: int


@dataclass(frozen=True, slots=True)
class Copy:
    """A new application, and what has to give way in the rows it is copied from."""

    template: int
    id: int
    number: str
    person: int
    member: int
    host: int
    authority: int
    title: str
    normal_title: str
    rank: int
    was_rank: int
    was_number: str
    was_person: int
    was_member: int
    was_title: str
    stage: str
    score: int | None = None
    position: int | None = None


def number_like(like: str, serial: int, years_ago: int = 0) -> str:
    """The number with another serial, of this year or an earlier one: region, letters and kind stay."""
    (parts,) = re.findall("([0-9]{2})([A-Z]{2,4})([0-9]{4})(.)", like)
    region, letters, year, kind = parts
    return make_number(region=region, programme=letters, year=int(year) - years_ago, kind=kind, serial=serial)


_OF_A_CASE = ("memo", "draft", "answers", "judgement", "task", "alarm", "message", "deed", "notice", "casevote")
_BY_ORIGIN = ("funds_payment", "projects_project")
_PEOPLE = {"person_id", "applicant_id", "principal_id", "actor", "by", "saved_by"}
_PUT = {
    "number": "replace(row.number, copy.was_number, copy.number)",
    "title": "copy.title",
    "normal_title": "copy.normal_title",
    "case_number": "copy.number",
    "case_id": "copy.id",
    "host_id": "copy.host",
    "payee_id": "copy.host",
    "origin": "copy.number",
    "score_hundredths": "copy.score",
    "key": "copy.number || row.key",
}
"""What a copied column says instead."""


def copy(copies: Sequence[Copy]) -> None:
    """Write the rows of all these cases."""
    with owner_connection() as owner:
        with owner.transaction():
            owner.execute(
                "CREATE TEMP TABLE copy (template bigint, id bigint, number text, person bigint, member bigint,"
                " host bigint, authority bigint, title text, normal_title text, rank int, was_rank int, was_number text,"
                " was_person bigint, was_member bigint, was_title text, stage text, score int, position int) ON COMMIT DROP"
            )
            with owner.cursor().copy("COPY copy FROM STDIN") as rows:
                for one in copies:
                    rows.write_row([getattr(one, name) for name in one.__slots__])
            owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
            owner.execute("ALTER TABLE casework_case DISABLE TRIGGER USER")
            _copy_table(owner, "casework_case", "row.id = copy.template")
            owner.execute("ALTER TABLE casework_case ENABLE TRIGGER USER")
            owner.execute("INSERT INTO casework_titlepairs (case_id, pairs) SELECT id, casework_pairs(title) FROM copy")
            for name in _OF_A_CASE:
                _copy_table(owner, f"casework_{name}", "row.case_id = copy.template")
            _copy_draft_fields(owner)
            for name in _BY_ORIGIN:
                _copy_table(owner, name, "row.origin = copy.was_number")
            _copy_table(owner, "trace_event", "row.case_number = copy.was_number")
            owner.execute("SELECT setval(pg_get_serial_sequence('casework_case', 'id'), max(id)) FROM casework_case")
        owner.execute("VACUUM ANALYZE")


def _copy_table(owner: psycopg.Connection, table: str, joined: str) -> None:
    columns = [one for one in columns_of(owner, table) if one[0] != "id" or table == "casework_case"]
    owner.execute(
        sql.SQL("INSERT INTO {table} ({columns}) SELECT {values} FROM copy JOIN {table} row ON {joined}").format(
            table=sql.Identifier(table),
            columns=sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns),
            values=sql.SQL(", ").join(_value(name, kind) for name, kind in columns),
            joined=sql.SQL(joined),
        )
    )


def _copy_draft_fields(owner: psycopg.Connection) -> None:
    """What was typed: it hangs on the draft, which hangs on the case."""
    owner.execute(
        sql.SQL(
            "INSERT INTO casework_draftfield (draft_id, field, value, revision, at, by, source)"
            " SELECT mine.id, row.field, CASE row.field WHEN 'principal' THEN to_jsonb(copy.person)"
            " WHEN 'title' THEN to_jsonb(copy.title) ELSE {value} END, row.revision, row.at, {by}, row.source"
            " FROM copy JOIN casework_draft theirs ON theirs.case_id = copy.template"
            " JOIN casework_draft mine ON mine.case_id = copy.id AND mine.form = theirs.form"
            " JOIN casework_draftfield row ON row.draft_id = theirs.id"
        ).format(value=_value("value", "jsonb"), by=_value("by", "bigint"))
    )


def _value(name: str, kind: str) -> sql.Composable:
    """The copy's value of a column: the template's, but for the number, the people, the bodies and the title."""
    own = sql.SQL("row.") + sql.Identifier(name)
    if name in _PUT:
        return sql.SQL(_PUT[name])
    if name == "id":
        return sql.SQL("copy.id")
    if name in _PEOPLE:
        return sql.SQL("CASE {own} WHEN copy.was_person THEN copy.person ELSE {own} END").format(own=own)
    if name == "authority_id":
        return sql.SQL("copy.authority")
    if name == "organisation_id":
        said = "CASE row.role WHEN 'host' THEN copy.host WHEN 'authority' THEN copy.authority ELSE {own} END"
        return sql.SQL(said).format(own=own)
    if name == "recommended_rank":
        return sql.SQL("CASE WHEN {own} IS NOT NULL THEN copy.rank END").format(own=own)
    if name == "position":
        return sql.SQL("CASE WHEN {own} IS NOT NULL THEN copy.position END").format(own=own)
    if name == "members" and kind == "ARRAY":
        return sql.SQL("array_replace({own}, copy.was_member, copy.member)").format(own=own)
    if kind == "jsonb":
        text = sql.SQL("replace(replace({own}::text, copy.was_number, copy.number), copy.was_title, copy.title)")
        text = text.format(own=own)
        for before, was, now in _IN_JSON:
            text = sql.SQL("replace({text}, {before} || {was}, {before} || {now})").format(
                text=text, before=sql.Literal(before), was=sql.SQL(f"copy.{was}"), now=sql.SQL(f"copy.{now}")
            )
        text = sql.SQL("({text})::jsonb").format(text=text)
        for path, now in _IN_STATE if name == "state" else ():
            # Only where the case has such a memory.
            found = "jsonb_set({text}, {path}, coalesce(to_jsonb(copy.{now}), 'null'), false)"
            text = sql.SQL(found).format(text=text, path=sql.Literal(path), now=sql.Identifier(now))
        return text
    return own


_IN_JSON = (
    ('"principal": ', "was_person", "person"),
    ('"applicant": [', "was_person", "person"),
    ('"member": ', "was_member", "member"),
    ('"rank": ', "was_rank", "rank"),
)

_IN_STATE = (("{steps,review,memo,score}", "score"), ("{steps,rank,memo,position}", "position"))


def columns_of(owner: psycopg.Connection, table: str) -> list[tuple[str, str]]:
    """The columns of a table that can be written, each with its kind."""
    found = owner.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'"
        " ORDER BY ordinal_position",
        [table],
    )
    return found.fetchall()
