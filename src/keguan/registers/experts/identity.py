"""Nobody is asked to review while the register shows that two entries may be one person: which of them has the ties?"""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.registers.experts.models import Expert
from keguan.registers.parties.alike import Alike, alike
from keguan.registers.parties.models import Person

ACTIVE_PEOPLE = "SELECT person_id FROM experts_expert WHERE status = 'active'"
"""A SELECT of the people in the pool."""


def open_questions(expert: Expert) -> list[tuple[Person, Person, Alike]]:
    """Pairs of entries, the expert's among them, that may be one person. Two queries, one where there is none."""
    pairs = alike([expert.person_id])
    if not pairs:
        return []
    people = Person.objects.select_related("employer").in_bulk(
        [one for pair in pairs for one in (pair.one, pair.other)]
    )
    return [(people[pair.one], people[pair.other], pair) for pair in pairs]


def people_in_question() -> frozenset[int]:
    """The people of the pool with an open question of identity. One query."""
    return frozenset(one for pair in alike(chosen=ACTIVE_PEOPLE) for one in (pair.one, pair.other))


def identity_problems(expert: Expert) -> list[Problem]:
    """What stands against verifying this entry, a problem for each pair."""
    return [_problem(one, other, pair.said) for one, other, pair in open_questions(expert)]


def _problem(one: Person, other: Person, why: Text) -> Problem:
    said = Text("“{one}”与“{other}”可能是同一个人：{why}。", "“{one}” and “{other}” may be one person: {why}.").filled(
        one=named(one), other=named(other), why=why
    )
    fix = Text(
        "请登记员在“合并重复人员”中合并这两条记录，或写明理由认定为两个人。",
        "The registrar merges them under “Merge duplicate people”, or says why they are two people.",
    )
    return Problem("expert.identity", said, value=str(other.pk), fix=fix)


def named(person: Person) -> str:
    """A person as told apart from others of the name: name, employer, number."""
    return " · ".join(part for part in (person.name, getattr(person.employer, "name", ""), str(person.pk)) if part)
