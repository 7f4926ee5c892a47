"""Limits, quotas and single decisions hold when everybody acts at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.make.cases import definition

from keguan.casework import services, sides
from keguan.casework.models import Answers, Case, Deed
from keguan.casework.services import Done
from keguan.engine.decision import Command
from keguan.kernel.clock import clock_at
from keguan.kernel.problems import Refusal
from keguan.language.definition import Definition
from keguan.language.schema import Endorse
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = w.moment("2026-03-10")
LATER = w.moment("2026-04-10")


@pytest.fixture
def world() -> w.World:
    """A world with an open key R&D round."""
    made = w.world()
    with clock_at(TODAY):
        w.call(made, "key-rd-project", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"), quota=3)
    return made


def at_once(deeds: list[Callable[[], Any]], when: datetime = TODAY) -> list[Any]:
    """Do all of them in threads of their own, each with its own connection, let go together."""
    gate = Barrier(len(deeds))

    def do(deed: Callable[[], Any]) -> Any:
        try:
            with clock_at(when):
                gate.wait(timeout=30)
                return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


def submitting(world: w.World, number: str, who: str, **changes: Any) -> Callable[[], Any]:
    """A submission, ready to go."""
    actor, values = world.actor(who), w.proposal(world, **changes)
    return lambda: services.act(number, Command("submit", "apply", {"values": values}), actor, uuid4().hex)


def submitted(world: w.World, how_many: int) -> list[str]:
    """Cases of different principals, endorsed by the host, waiting for the recommending authority."""
    numbers = []
    with clock_at(TODAY):
        for at in range(how_many):
            world.people[f"pi{at}"] = make.person(employer=world.university, born=w.date(1980, 1, 1), title="senior")
            number = w.started(world, f"pi{at}")
            values = w.proposal(world, principal=world.people[f"pi{at}"].pk, team=[])
            values["team"] = [{"member": make.person(employer=world.university).pk, "role": "lead", "months": 6}]
            answer = world.act(number, "submit", f"pi{at}", values=values)
            assert isinstance(answer, Done), answer
            assert isinstance(world.act(number, "endorse", "host"), Done)
            numbers.append(number)
    return numbers


def test_a_double_click_submits_once_and_both_clicks_get_the_same_answer(world: w.World) -> None:
    with clock_at(TODAY):
        number = w.started(world)
    key, actor, values = uuid4().hex, world.actor("applicant"), w.proposal(world)
    command = Command("submit", "apply", {"values": values})
    answers = at_once([lambda: services.act(number, command, actor, key)] * 4)
    assert all(isinstance(one, Done) for one in answers), answers
    assert sorted(one.again for one in answers) == [False, True, True, True]
    assert len({(one.number, one.revision, one.step) for one in answers}) == 1
    assert Answers.objects.filter(case__number=number).count() == 1
    assert Event.objects.filter(case_number=number, tag="case:submit:accepted").count() == 1
    assert Deed.objects.filter(key=key).count() == 1


def test_the_same_key_with_another_content_is_refused_and_changes_nothing(world: w.World) -> None:
    with clock_at(TODAY):
        number = w.started(world)
        key, actor = uuid4().hex, world.actor("applicant")
        first = Command("submit", "apply", {"values": w.proposal(world)})
        assert isinstance(services.act(number, first, actor, key), Done)
        other = Command("submit", "apply", {"values": w.proposal(world, asked="90 万元")})
        answer = services.act(number, other, actor, key)
    assert isinstance(answer, Refusal)
    assert answer.problems[0].code == "case.key_reused"


def test_one_key_for_two_cases_at_the_same_moment_acts_on_one_and_refuses_the_other(world: w.World) -> None:
    first, second, third, fourth = submitted(world, 4)
    command = Command("return", "recommend", {"reason": "材料须补正"})
    officer = world.actor("authority")
    w.version("withdraw")

    def returned(number: str, key: str) -> Callable[[], Any]:
        return lambda: services.act(number, command, officer, key)

    def withdrawn(number: str, key: str) -> Callable[[], Any]:
        return lambda: sides.open_side(number, "withdraw", world.actor("pi2" if number == third else "pi3"), key)

    for deeds in (
        [returned(number, "one-key") for number in (first, second)],
        [withdrawn(number, "another-key") for number in (third, fourth)],
    ):
        answers = at_once(deeds)
        assert sum(isinstance(one, Done) for one in answers) == 1, answers
        (refused,) = [one for one in answers if isinstance(one, Refusal)]
        assert refused.problems[0].code == "case.key_reused"


def test_one_expert_gets_no_more_reviews_than_they_take_when_two_panels_ask_at_once(world: w.World) -> None:
    busy = make.expert(make.person(), max_load=1)
    numbers = submitted(world, 2)
    with clock_at(TODAY):
        for rank, number in enumerate(numbers, start=1):
            assert isinstance(world.act(number, "endorse", "authority", rank=rank), Done)
    rules = [f"formal.{rule}" for rule in ("guide", "attachments", "classified", "cv")]
    with clock_at(LATER):
        for number in numbers:
            passed = world.act(number, "pass", "officer", verdicts={rule: {"result": "meets"} for rule in rules})
            assert isinstance(passed, Done), passed
    officer, command = world.actor("officer"), Command("assign", "review", {"experts": [busy.pk]})
    answers = at_once(
        [lambda number=number: services.act(number, command, officer, uuid4().hex) for number in numbers], LATER
    )
    assert sum(isinstance(one, Done) for one in answers) == 1, answers
    (refused,) = [one for one in answers if isinstance(one, Refusal)]
    assert [one.code for one in refused.problems] == ["recusal.full"]


def test_one_principal_gets_one_application_into_a_round_however_many_are_sent_together(world: w.World) -> None:
    with clock_at(TODAY):
        numbers = [w.started(world) for _ in range(4)]
    answers = at_once([submitting(world, number, "applicant") for number in numbers])
    assert sum(isinstance(one, Done) for one in answers) == 1
    codes = {problem.code for one in answers if isinstance(one, Refusal) for problem in one.problems}
    assert "rule.limits.one_application" in codes
    assert Case.objects.filter(round=world.round, submitted_at__isnull=False).count() == 1


def test_the_quota_of_a_recommender_is_never_exceeded(world: w.World) -> None:
    # Without ranks: they run up to the quota, so that no two of one rank would keep it as well.
    ranked = definition()
    steps = tuple(replace(one, ranked=False) if isinstance(one, Endorse) else one for one in ranked.programme.steps)
    sources = {**ranked.sources, "programme.yaml": "unranked"}
    assert world.round is not None
    world.round.programme = cases.bare_version(read=Definition(replace(ranked.programme, steps=steps), sources))
    world.round.save()
    numbers = submitted(world, 5)
    actor = world.actor("authority")
    command = Command("endorse", "recommend", {})
    answers = at_once([lambda n=number: services.act(n, command, actor, uuid4().hex) for number in numbers])  # type: ignore[misc]
    assert sum(isinstance(one, Done) for one in answers) == 3
    assert {one.problems[0].code for one in answers if isinstance(one, Refusal)} == {"endorse.quota"}
    assert Case.objects.filter(round=world.round, step="screen").count() == 3


def test_one_rank_is_given_once(world: w.World) -> None:
    numbers = submitted(world, 3)
    actor = world.actor("authority")
    command = Command("endorse", "recommend", {"rank": 1})
    answers = at_once([lambda n=number: services.act(n, command, actor, uuid4().hex) for number in numbers])  # type: ignore[misc]
    assert sum(isinstance(one, Done) for one in answers) == 1
    assert {one.problems[0].code for one in answers if isinstance(one, Refusal)} == {"endorse.rank_taken"}


def test_ranks_within_the_quota_go_to_as_many_as_there_are(world: w.World) -> None:
    numbers = submitted(world, 5)
    actor = world.actor("authority")

    def endorse(number: str, rank: int) -> Callable[[], Any]:
        return lambda: services.act(number, Command("endorse", "recommend", {"rank": rank}), actor, uuid4().hex)

    answers = at_once([endorse(number, at % 3 + 1) for at, number in enumerate(numbers)])
    assert sum(isinstance(one, Done) for one in answers) == 3
    assert sorted(Case.objects.filter(step="screen").values_list("recommended_rank", flat=True)) == [1, 2, 3]


def test_of_two_officers_who_act_together_the_second_learns_that_the_case_has_moved_on(world: w.World) -> None:
    number = submitted(world, 1)[0]
    actor = world.actor("authority")

    def deed(verb: str, **content: Any) -> Callable[[], Any]:
        return lambda: services.act(number, Command(verb, "recommend", content), actor, uuid4().hex)

    answers = at_once([deed("endorse", rank=1), deed("refuse", reason="不符合本地区布局")])
    assert sorted(type(one).__name__ for one in answers) == ["Done", "Refusal"]
    refusal = next(one for one in answers if isinstance(one, Refusal))
    assert refusal.problems[0].code in ("case.moved_on", "case.ended")
    assert Event.objects.filter(case_number=number, outcome="refused").count() == 1
