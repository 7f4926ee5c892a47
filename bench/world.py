"""A round with ten thousand applications, built in seconds.

A handful of applications is made by the real write door, one for each stage; the others are copies of their rows, in
every table, with numbers, people, organisations and titles of their own. So each of them has the memory, answers,
verdicts, tasks, alarms, deeds and trace that the door would have left, without ten thousand times its work. Rounds past
their review are built by `judged`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from psycopg import sql
from tests import make
from tests.make import world as one_case

from bench.copying import Copy, Template, columns_of, copy, number_like
from bench.place import owner_connection
from keguan.casework.drafting import drafts
from keguan.casework.models import Case
from keguan.kernel import clock
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
    """What stands: the round, the number of its cases, its drafts, and a person for each part to play.

    world: whoever has a part; hosts: universities, each with its bureau; applicants: two people for each case.
    """

    code: str
    cases: int
    people: dict[str, int]
    drafts: list[Draft]
    world: one_case.World = field(repr=False)
    hosts: list[tuple[int, int]] = field(repr=False)
    applicants: list[int] = field(repr=False)

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
    applicants = _people(of, 2 * cases)
    copies = list(_copies(cases - len(templates), templates, hosts, applicants))
    copy(copies)
    waiting = [_draft(of, one) for one in copies if one.stage == "apply"]
    people = {who: person.pk for who, person in of.people.items()}
    return Round(code, cases, people, waiting, of, hosts, applicants)


def _draft(of: one_case.World, copied: Copy) -> Draft:
    return Draft(copied.number, copied.person, _proposal(of, copied.title, copied.person, copied.member))


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


def _template(of: one_case.World, stage: str, rank: int) -> Template:
    """One application that came to this stage, by people who have no other."""
    new_applicants(of)
    number, values = begun(of, rank)
    for verb, who, content in walk(values, rank)[: list(STAGES).index(stage)]:
        no_refusal(of.act(number, verb, who, **content))
    return template(of, number, values["title"], rank, stage)


def new_applicants(of: one_case.World) -> None:
    """An applicant and a member who have no other application."""
    for role, born in (("applicant", 1980), ("member", 1990)):
        of.people[role] = make.person(employer=of.university, born=date(born, 5, 1), title="senior", degree="doctor")


def begun(of: one_case.World, rank: int) -> tuple[str, dict[str, Any]]:
    """The number of a new application by the world's applicant, and the whole draft that it has."""
    number = one_case.started(of)
    person, member = of.people["applicant"].pk, of.people["member"].pk
    values = _proposal(of, f"模板{rank}号样本{uuid4().hex[:12]}", person, member)
    no_refusal(drafts.save_draft(number, "proposal", values, 0, of.actor("applicant")))
    return number, values


def template(of: one_case.World, number: str, title: str, rank: int, stage: str) -> Template:
    """The case, come to this step or to this end, ready to be copied."""
    case = Case.objects.get(number=number)
    if stage not in (case.step, case.end):
        raise RuntimeError(f"{case.step or case.end} instead of {stage}")
    return Template(case, of.people["applicant"].pk, of.people["member"].pk, title, rank)


def no_refusal(answer: Any) -> None:
    """Raises RuntimeError with what stood against it."""
    if isinstance(answer, Refusal):
        raise RuntimeError(answer.problems)


def walk(values: dict[str, Any], rank: int) -> list[tuple[str, str, dict[str, Any]]]:
    """What is done to an application, by whom, from submitting to the end of the formal check."""
    asked = ("guide", "attachments", "classified", "cv")
    return [
        ("submit", "applicant", {"values": values, "confirmed": True}),
        ("endorse", "host", {"note": "材料属实"}),
        ("endorse", "authority", {"rank": rank}),
        ("pass", "officer", {"verdicts": {f"formal.{rule}": {"result": "meets"} for rule in asked}}),
    ]


# ------------------------------------------------------------------------------------------------ many, by copying


def _people(of: one_case.World, number: int) -> list[int]:
    with owner_connection() as owner:
        columns = [name for name, _ in columns_of(owner, "parties_person") if name not in _OWN_OF_A_PERSON]
        found = owner.execute(
            sql.SQL(
                "INSERT INTO parties_person (name, normal_name, plain_name, sound, initials, pinyin, {columns})"
                " SELECT '张·' || n, '张·' || n, '张' || n, '', '', 'zhang' || n, {columns} FROM parties_person, generate_series(1, %s) AS n"
                " WHERE id = %s RETURNING id"
            ).format(columns=sql.SQL(", ").join(map(sql.Identifier, columns))),
            [number, of.people["applicant"].pk],
        )
        return [pk for (pk,) in found.fetchall()]


_OWN_OF_A_PERSON = {"id", "name", "normal_name", "plain_name", "sound", "initials", "pinyin"}


def _copies(
    number: int, templates: dict[str, Template], hosts: list[tuple[int, int]], people: list[int]
) -> Iterator[Copy]:
    first = max(one.case.pk for one in templates.values()) + 1
    stages = [stage for stage, share in STAGES.items() for _ in range(round(share * 100))]
    for at in range(number):
        # Stages are mixed, not in blocks: lists and indexes see the disorder of a real round.
        stage = stages[at * 37 % len(stages)]
        like = templates[stage]
        host, authority = hosts[(at + at // len(stages)) % len(hosts)]
        title = f"干旱区第{at}号作物新品种选育与高效栽培技术示范"
        yield Copy(
            *(like.case.pk, first + at, number_like(like.case.number, FIRST_SERIAL + at)),
            *(people[2 * at], people[2 * at + 1], host, authority, title, normal_title(title), 100 + at, like.rank),
            *(like.case.number, like.person, like.member, like.title, stage),
        )
