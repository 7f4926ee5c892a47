"""The key R&D programme with a panel that is drawn, and a round of it with cases that wait for their reviewers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from tests import make
from tests.make import cases
from tests.make import world as w

from keguan.casework.models import Case, Round
from keguan.casework.rounds import services as rounds
from keguan.fairness.randomness import QUICKNET, drand_round_after, drand_time, written
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import clock_at
from keguan.language.definition import Definition
from keguan.language.loader import load_sources
from keguan.language.parameters import load_parameters
from keguan.language.schema import Review
from keguan.panels.draws import chairs, services
from keguan.panels.draws.models import Draw
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.models import Person

PREPARED = w.moment("2026-04-11")
PUBLIC = w.moment("2026-04-12")
AFTER = w.moment("2026-04-12", "12:00")
SIGNATURE = "ab" * 48
VALUE = hashlib.sha256(bytes.fromhex(SIGNATURE)).hexdigest()

DRAW = """        rest_days: 365
        draw:
          strata:
            - stratum: outside
              title:
                zh: 区外同行
                en: Peers from elsewhere
              where:
                - same_field
                - other_region
              seats: 2
            - stratum: peers
              title:
                zh: 同行
                en: Peers
              where:
                - same_field
              seats: 3
          reserves: 2
          load: 3
          yearly: 12
"""


def sources() -> dict[str, str]:
    """The programme's files, with a draw in its panel."""
    found = dict(cases.definition().sources)
    bounds = "        same_field_least: 2\n"
    assert found["programme.yaml"].count(bounds) == 1
    return {**found, "programme.yaml": found["programme.yaml"].replace(bounds, DRAW)}


def definition() -> Definition:
    """The programme, read."""
    parameters = load_parameters(Path(settings.PARAMETERS))
    assert isinstance(parameters, Mapping)
    read = load_sources(sources(), parameters)
    assert isinstance(read, Definition), read
    return read


def step() -> Review:
    """Its review."""
    found = definition().programme.step("review")
    assert isinstance(found, Review)
    return found


def world(*, outside: int = 6, near: int = 7, **terms: Any) -> w.World:
    """A round of it, and experts in cotton: so many from another prefecture, so many from this one."""
    of = w.world(experts_count=0)
    make.organisation("备用")  # numbers of organisations and people must not run in step
    for region, n in (("650100", outside), ("653100", near)):
        employer = make.organisation(f"{region}农业科学院", kind="institute", region_code=region)
        for _ in range(n):
            of.experts.append(make.expert(make.person(employer=employer), fields=("210",)).pk)
    of.people["other"] = make.person(employer=of.university, born=date(1979, 4, 1), title="senior", degree="doctor")
    of.university.region_code = "653101"
    of.university.save()
    opens, closes = w.moment("2026-03-01"), w.moment("2026-03-31", "18:00")
    with clock_at(w.moment("2026-03-01", "12:00")):
        named = rounds.Terms(
            code="DRAW-2026", title=Text("抽取批次", "A round that draws"), opens=opens, closes=closes, quota=9,
            budget_fen=150_000_000, grace_minutes=30,
        )  # fmt: skip
        drafted = rounds.draft_round(cases.bare_version(read=definition()), named, of.actor("planner"))
        assert isinstance(drafted, Round), drafted
        published = rounds.publish_round(drafted.code, of.actor("publisher"))
        assert isinstance(published, Round), published
    of.round = published
    return of


def drand(at: datetime = PUBLIC) -> dict[str, object]:
    """The first round of drand that is public then, as a list names it."""
    number = drand_round_after(at)
    name = f"drand quicknet, round {number}"
    public_at = written(drand_time(QUICKNET, number))
    return {"source": "drand", "name": name, "chain": QUICKNET, "round": number, "outcomes": 0, "public_at": public_at}


def fixed(of: w.World, **more: Any) -> Draw:
    """A draw for all waiting cases, its list fixed."""
    assert of.round is not None
    with clock_at(PREPARED):
        made = services.prepare(of.round, step(), [], "", of.actor("officer"))
        commitments, reveal_by = more.get("commitments", ()), more.get("reveal_by", "")
        rule = more.get("unrevealed", "without")
        return services.fix(made, drand(), commitments, reveal_by, rule, of.actor("officer"))


def drawn(of: w.World, **more: Any) -> Draw:
    """A draw whose value is entered and whose members are invited."""
    found = fixed(of, **more)
    with clock_at(AFTER):
        found = services.enter(found, VALUE, SIGNATURE, "", of.actor("officer"))
        settled = chairs.settle(found, of.actor("officer"))
        assert settled.problems == ()
    return found


def holder(expert: int) -> Person:
    """The person behind an expert."""
    return Person.objects.get(expert=expert)


def as_expert(expert: int) -> Any:
    """The expert as an actor."""
    return actor_for(holder(expert))


def two_cases(of: w.World) -> tuple[Case, Case]:
    """Two applications by different people that wait for their reviewers."""
    other = of.people["other"].pk
    return cases.case(of, at="review"), cases.case(of, at="review", rank=2, who="other", principal=other)
