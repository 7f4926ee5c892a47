"""Identity: what it takes to ask, at the size of a nation, whether two entries are one person.

People are invented from a seed: names of 100 family names and 3 000 given ones, as unevenly common as real ones are; employers, most
with a birth date, an e-mail and a telephone of their own. One in a hundred is there twice, under another e-mail; one in a hundred is written in letters. All are experts.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from django.db import connection

from bench.measure import Figure, Meter
from keguan.kernel import clock
from keguan.registers.experts import identity, queries
from keguan.registers.experts.models import Expert
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties.alike import alike, in_question
from keguan.registers.parties.models import Person
from keguan.registers.parties.services import name_in_all_forms
from keguan.texts.spelt import spelt

PEOPLE = 50_000
EMPLOYERS = 500
TWICE = 0.01
IN_LETTERS = 0.01


def measure(people: int = PEOPLE, *, batches: int = 5) -> Iterator[Figure]:
    """One person, a panel, and everybody, among so many."""
    keys = _written(people)
    chance = random.Random(2)  # noqa: S311 - a random world
    asked = chance.sample(keys, 200)
    at = f"among {people:,} people"
    turn = iter(asked * 100)
    spent = Meter().each(lambda: alike([next(turn)]), n=len(asked), batches=batches).total
    yield Figure(f"identity: one person {at}", spent, "ms", n=len(asked), batches=batches)
    spent = Meter().each(lambda: in_question(asked), n=10, batches=batches).total
    yield Figure(f"identity: 200 candidates {at}", spent, "ms", n=10, batches=batches)
    spent = Meter().each(identity.people_in_question, n=2, batches=batches).total
    yield Figure(f"identity: the whole pool {at}", spent, "ms", n=2, batches=batches, note=f"{len(alike())} pairs")
    spent = Meter().each(queries.left_out, n=2, batches=batches).total
    yield Figure(f"identity: who is left out of the pool, {at}", spent, "ms", n=2, batches=batches)


def _written(people: int) -> list[int]:
    chance = random.Random(1)  # noqa: S311 - a random world
    Organisation.objects.bulk_create(
        Organisation(name=f"单位{n}", normal_name=f"单位{n}", kind="university") for n in range(EMPLOYERS)
    )
    employers = list(Organisation.objects.values_list("pk", flat=True))
    family = [chr(0x4E00 + n) for n in range(100)]
    given = [chr(0x5000 + n % 60) + chr(0x6000 + n // 60) for n in range(3000)]
    drawn = zip(
        chance.choices(family, [1 / (n + 2) for n in range(100)], k=people),
        chance.choices(given, [1 / (n + 20) ** 0.7 for n in range(3000)], k=people),
        strict=True,
    )
    rows = []
    for n, (first, second) in enumerate(drawn):
        again = chance.random() < TWICE and rows
        row = Person(
            name=chance.choice(rows).name if again else first + second,
            email=f"p{n}@example.org" if chance.random() < 0.8 else "",
            phone=f"1{n:010}" if chance.random() < 0.8 else "",
            born=date(1950, 1, 1) + timedelta(chance.randrange(18_000)) if chance.random() < 0.7 else None,
            employer_id=chance.choice(employers),
        )
        if again:
            other = chance.choice(rows)
            row.name, row.born, row.employer_id = other.name, other.born, other.employer_id
        if chance.random() < IN_LETTERS:
            row.name = " ".join(one.capitalize() for one in reversed(spelt(row.name).sound.split())) or row.name
        for field, value in name_in_all_forms(row.name).items():
            setattr(row, field, value)
        rows.append(row)
    Person.objects.bulk_create(rows, batch_size=5000)
    now = clock.now()
    keys = list(Person.objects.order_by("pk").values_list("pk", flat=True))
    Expert.objects.bulk_create(
        (Expert(person_id=pk, status="active", verified_at=now, confirmed_on=now.date()) for pk in keys),
        batch_size=5000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return keys
