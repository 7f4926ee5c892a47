"""A round with ten thousand applications, built in seconds.

A handful of applications is made by the real write door, one for each stage; the others are copies of their rows, in
every table, with numbers, people, organisations and titles of their own. So each of them has the memory, answers,
verdicts, tasks, alarms, deeds and trace that the door would have left, without ten thousand times its work. The triggers
that write trace rest during the copying, because the copied trace has their events already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql
from tests import make
from tests.make import world as one_case

from bench.place import owner_connection
from keguan.casework.drafting import drafts
from keguan.casework.models import Case
from keguan.kernel import clock
from keguan.kernel.ids import make_number
from keguan.kernel.names import normal_title
from keguan.kernel.problems import Refusal

PROGRAMME = "key-rd-project"
STAGES = {"apply": 0.10, "endorse": 0.10, "recommend": 0.10, "screen": 0.30, "review": 0.40}
"""Where the applications of a round stand some days after its opening, as shares of all."""
BUREAUS, UNIVERSITIES = 8, 40
FIRST_SERIAL = 5_001


@dataclass(frozen=True, slots=True)
class Draft:
    """An application that waits to be submitted, and what its applicant will send."""

    number: str
    person: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Round:
    """What stands: the round, the number of its cases, its drafts, and a person for each part to play."""

    code: str
    cases: int
    people: dict[str, int]
    drafts: list[Draft]

    @property
    def officer(self) -> int:
        """A programme officer's person."""
        return self.people["officer"]


def build(cases: int) -> Round:
    """The round with so many cases."""
    of = one_case.world()
    now = clock.now()
    with clock.clock_at(now - timedelta(days=10)):
        code = one_case.call(
            of, PROGRAMME, opens=now - timedelta(days=10), closes=now + timedelta(days=20), quota=cases
        ).code
    hosts = _hosts()
    templates = {stage: _template(of, stage, rank) for rank, stage in enumerate(STAGES, start=1)}
    copies = list(_copies(cases - len(templates), templates, hosts, _people(of, 2 * cases)))
    _copy(copies)
    waiting = [_draft(of, copy) for copy in copies if copy.stage == "apply"]
    return Round(code, cases, {who: person.pk for who, person in of.people.items()}, waiting)


def _draft(of: one_case.World, copy: _Copy) -> Draft:
    return Draft(copy.number, copy.person, _proposal(of, copy.title, copy.person, copy.member))


def _proposal(of: one_case.World, title: str, principal: int, member: int) -> dict[str, Any]:
    first = clock.today() + timedelta(days=60)
    last = first + timedelta(days=3 * 365 - 1)
    team = [{"member": member, "role": "lead", "months": 6}]
    days = {"start": first.isoformat(), "end": last.isoformat()}
    return one_case.proposal(of, title=title, principal=principal, team=team, **days)


# ---------------------------------------------------------------------------------------- a few, by the real door


def _hosts() -> list[tuple[int, int]]:
    """Universities, each with the bureau above it."""
    bureaus = [make.organisation(f"天河第{number}科学技术局", kind="bureau") for number in range(1, BUREAUS + 1)]
    return [
        (make.organisation(f"天河第{number}理工大学", under=bureau).pk, bureau.pk)
        for number, bureau in ((number, bureaus[number % BUREAUS]) for number in range(1, UNIVERSITIES + 1))
    ]


def _template(of: one_case.World, stage: str, rank: int) -> _Template:
    """One application that came to this stage, by people who have no other."""
    for role, born in (("applicant", 1980), ("member", 1990)):
        of.people[role] = make.person(employer=of.university, born=date(born, 5, 1), title="senior", degree="doctor")
    number = one_case.started(of)
    person, member = of.people["applicant"].pk, of.people["member"].pk
    values = _proposal(of, f"模板{rank}号样本{uuid4().hex[:12]}", person, member)
    _no_refusal(drafts.save_draft(number, "proposal", values, 0, of.actor("applicant")))
    for verb, who, content in _walk(values, rank)[: list(STAGES).index(stage)]:
        _no_refusal(of.act(number, verb, who, **content))
    case = Case.objects.get(number=number)
    if case.step != stage:
        raise RuntimeError(f"{case.step} instead of {stage}")
    return _Template(case, person, member, values["title"], rank)


def _no_refusal(answer: Any) -> None:
    if isinstance(answer, Refusal):
        raise RuntimeError(answer.problems)


def _walk(values: dict[str, Any], rank: int) -> list[tuple[str, str, dict[str, Any]]]:
    asked = ("guide", "attachments", "classified", "cv")
    return [
        ("submit", "applicant", {"values": values, "confirmed": True}),
        ("endorse", "host", {"note": "材料属实"}),
        ("endorse", "authority", {"rank": rank}),
        ("pass", "officer", {"verdicts": {f"formal.{rule}": {"result": "meets"} for rule in asked}}),
    ]


# ------------------------------------------------------------------------------------------------ many, by copying


@dataclass(frozen=True, slots=True)
class _Template:
    case: Case
    person: int
    member: int
    title: str
    rank: int


@dataclass(frozen=True, slots=True)
class _Copy:
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


def _people(of: one_case.World, number: int) -> list[int]:
    with owner_connection() as owner:
        columns = [name for name, _ in _columns(owner, "parties_person") if name not in _OWN_OF_A_PERSON]
        found = owner.execute(
            sql.SQL(
                "INSERT INTO parties_person (name, normal_name, pinyin, {columns})"
                " SELECT '张·' || n, '张·' || n, 'zhang' || n, {columns} FROM parties_person, generate_series(1, %s) AS n"
                " WHERE id = %s RETURNING id"
            ).format(columns=sql.SQL(", ").join(map(sql.Identifier, columns))),
            [number, of.people["applicant"].pk],
        )
        return [pk for (pk,) in found.fetchall()]


_OWN_OF_A_PERSON = {"id", "name", "normal_name", "pinyin"}


def _copies(
    number: int, templates: dict[str, _Template], hosts: list[tuple[int, int]], people: list[int]
) -> Iterator[_Copy]:
    first = max(one.case.pk for one in templates.values()) + 1
    stages = [stage for stage, share in STAGES.items() for _ in range(round(share * 100))]
    for at in range(number):
        # Stages are mixed, not in blocks: lists and indexes see the disorder of a real round.
        stage = stages[at * 37 % len(stages)]
        like = templates[stage]
        host, authority = hosts[at % len(hosts)]
        title = f"干旱区第{at}号作物新品种选育与高效栽培技术示范"
        yield _Copy(
            *(like.case.pk, first + at, _number(like.case.number, FIRST_SERIAL + at)),
            *(people[2 * at], people[2 * at + 1], host, authority, title, normal_title(title), 100 + at, like.rank),
            *(like.case.number, like.person, like.member, like.title, stage),
        )


def _number(like: str, serial: int) -> str:
    """The number with another serial: region, letters, year and kind stay."""
    (parts,) = re.findall("([0-9]{2})([A-Z]{2,4})([0-9]{4})(.)", like)
    region, letters, year, kind = parts
    return make_number(region=region, programme=letters, year=int(year), kind=kind, serial=serial)


OF_A_CASE = ("memo", "draft", "answers", "judgement", "task", "alarm", "message", "deed")
_PEOPLE = {"person_id", "applicant_id", "principal_id", "actor", "by", "saved_by"}
_PUT = {
    "number": "copy.number",
    "title": "copy.title",
    "normal_title": "copy.normal_title",
    "case_number": "copy.number",
    "case_id": "copy.id",
    "host_id": "copy.host",
    "key": "copy.number || row.key",
}
"""What a copied column says instead."""


def _copy(copies: Sequence[_Copy]) -> None:
    with owner_connection() as owner:
        with owner.transaction():
            owner.execute(
                "CREATE TEMP TABLE copy (template bigint, id bigint, number text, person bigint, member bigint,"
                " host bigint, authority bigint, title text, normal_title text, rank int, was_rank int, was_number text,"
                " was_person bigint, was_member bigint, was_title text, stage text)"
            )
            with owner.cursor().copy("COPY copy FROM STDIN") as rows:
                for one in copies:
                    rows.write_row([getattr(one, name) for name in one.__slots__])
            owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
            owner.execute("ALTER TABLE casework_case DISABLE TRIGGER USER")
            _copy_table(owner, "casework_case", "row.id = copy.template")
            owner.execute("ALTER TABLE casework_case ENABLE TRIGGER USER")
            owner.execute("INSERT INTO casework_titlepairs (case_id, pairs) SELECT id, casework_pairs(title) FROM copy")
            for name in OF_A_CASE:
                _copy_table(owner, f"casework_{name}", "row.case_id = copy.template")
            _copy_draft_fields(owner)
            _copy_table(owner, "trace_event", "row.case_number = copy.was_number")
            owner.execute("SELECT setval(pg_get_serial_sequence('casework_case', 'id'), max(id)) FROM casework_case")
        owner.execute("VACUUM ANALYZE")


def _copy_table(owner: psycopg.Connection, table: str, joined: str) -> None:
    columns = [one for one in _columns(owner, table) if one[0] != "id" or table == "casework_case"]
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
    if name == "members":
        return sql.SQL("array_replace({own}, copy.was_member, copy.member)").format(own=own)
    if kind == "jsonb":
        text = sql.SQL("replace(replace({own}::text, copy.was_number, copy.number), copy.was_title, copy.title)")
        text = text.format(own=own)
        for before, was, now in _IN_JSON:
            text = sql.SQL("replace({text}, {before} || {was}, {before} || {now})").format(
                text=text, before=sql.Literal(before), was=sql.SQL(f"copy.{was}"), now=sql.SQL(f"copy.{now}")
            )
        return sql.SQL("({text})::jsonb").format(text=text)
    return own


_IN_JSON = (
    ('"principal": ', "was_person", "person"),
    ('"applicant": [', "was_person", "person"),
    ('"member": ', "was_member", "member"),
    ('"rank": ', "was_rank", "rank"),
)


def _columns(owner: psycopg.Connection, table: str) -> list[tuple[str, str]]:
    found = owner.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'"
        " ORDER BY ordinal_position",
        [table],
    )
    return found.fetchall()
