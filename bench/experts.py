"""Experts: finding somebody in a large pool by a piece of a word, as the page of the pool and the choice of a reviewer do.

People, keywords and works are invented from a seed: words of two to four characters, as unevenly common as those of titles
are, and 研究 in every second title.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice, repeat

from django.db import connection

from bench.measure import Figure, Meter
from keguan.kernel import clock
from keguan.registers.codes.models import CodeNode
from keguan.registers.experts.models import Expert, Work
from keguan.registers.experts.queries import known_by, pool
from keguan.registers.experts.works import NewWork, unsaved
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties.models import Person

EXPERTS = 200_000
WORKS_EACH = 3
_EMPLOYERS, _WORDS, _AT_ONCE = 5_000, 20_000, 5_000
TARGET_MS = 100.0
"""Ours, no order's. A word that a large share of all works say misses it: all it finds are gathered before any is shown."""
SHOWN = 20


def measure(experts: int = EXPERTS, *, batches: int = 5) -> Iterator[Figure]:
    """The first experts found by words from rare to very common, among so many."""
    chance = random.Random(20261123)  # noqa: S311 - a random world
    words = [
        "".join(chr(chance.randrange(0x4E00, 0x6000)) for _ in range(chance.choice((2, 2, 3, 4))))
        for _ in range(_WORDS)
    ]
    _write(experts, words, chance)
    asked = (
        ("nobody", "龘龘"),
        ("a rare word", words[_WORDS // 2]),
        ("a piece of a common word", words[3][:2]),
        ("two words", f"{words[20]} {words[30]}"),
        ("a discipline", "计算机"),
        ("an employer", "单位77"),
        ("研究, in half of all titles", "研究"),
    )
    for said, typed in asked:
        found = list(known_by(pool(), typed)[:SHOWN])
        spent = Meter().each(lambda typed=typed: list(known_by(pool(), typed)[:SHOWN]), n=5, batches=batches).total
        what = f"experts: find by {said} among {experts:,}"
        yield Figure(what, spent, "ms", TARGET_MS, n=5, batches=batches, note=f"{len(found)} shown")


def _write(experts: int, words: list[str], chance: random.Random) -> None:
    share = [1 / (n + 5) for n in range(len(words))]
    pick = (word for _ in repeat(None) for word in chance.choices(words, share, k=_AT_ONCE))
    names = [f"单位{n}" for n in range(_EMPLOYERS)]
    Organisation.objects.bulk_create(Organisation(name=one, normal_name=one, kind="university") for one in names)
    employers = list(Organisation.objects.values_list("pk", flat=True))
    nodes = CodeNode.objects.filter(tree__name="gbt13745").values_list("tree__name", "tree__version", "code")
    codes = [":".join(one) for one in nodes]
    now = clock.now()
    for at in range(0, experts, _AT_ONCE):
        people = Person.objects.bulk_create(
            Person(name=name, normal_name=name, employer_id=chance.choice(employers))
            for name in (
                "".join(chr(chance.randrange(0x6000, 0x7000)) for _ in range(3))
                for _ in range(at, min(at + _AT_ONCE, experts))
            )
        )
        rows = [
            Expert(person=one, status="active", verified_at=now, confirmed_on=now.date(), keywords=list(islice(pick, 4)),
                   fields=chance.sample(codes, 2))
            for one in people
        ]  # fmt: skip
        for row in rows:
            row.words = row.found_by()
        made = Expert.objects.bulk_create(rows)
        Work.objects.bulk_create(
            unsaved(one.pk, NewWork("paper", "".join(islice(pick, 4)) + chance.choice(("研究", "")) + str(n), keywords=tuple(islice(pick, 3))))
            for one in made
            for n in range(WORKS_EACH)
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
