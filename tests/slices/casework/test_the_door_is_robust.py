"""The write door answers in words whatever command reaches it, and a double click begins one case."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from tests import make
from tests.make import cases
from tests.make import world as w

from keguan.casework import services
from keguan.casework.drafting import opening
from keguan.casework.models import Case, Judgement
from keguan.casework.services import Done
from keguan.engine.decision import Command
from keguan.kernel.clock import clock_at
from keguan.kernel.problems import Refusal
from keguan.registers.trace.models import Event
from keguan.registers.trace.sentences import has_sentence


@pytest.mark.django_db
@pytest.mark.parametrize(
    "verb", ["Submit", "dance", "提交", "a b", "", "x" * 300, "a:b", "\x00", "close_side", "open_side"]
)
def test_a_command_that_does_not_exist_is_refused_and_traced(verb: str) -> None:
    world = cases.opened(w.world(experts_count=0))
    number = cases.case(world).number
    with clock_at(w.moment("2026-03-03")):
        answer = services.act(number, Command(verb, "apply", {}), world.actor("applicant"), uuid4().hex)
    assert isinstance(answer, Refusal)
    assert has_sentence(Event.objects.get(case_number=number, outcome="refused").tag)


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["\x00", "第一步", "x" * 10_000])
def test_a_step_that_does_not_exist_is_refused_and_traced(step: str) -> None:
    world = cases.opened(w.world(experts_count=0))
    number = cases.case(world).number
    with clock_at(w.moment("2026-03-03")):
        answer = services.act(number, Command("submit", step, {}), world.actor("applicant"), uuid4().hex)
    assert isinstance(answer, Refusal)
    assert Event.objects.filter(case_number=number, outcome="refused").count() == 1


BAD: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("screen", "officer", "pass", {"verdicts": {"\x00": {"result": "meets"}}}),
    ("screen", "officer", "pass", {"verdicts": [1, 2]}),
    ("screen", "officer", "return", {"reason": ["x"], "places": {"a": 1}}),
    ("screen", "officer", "return", {"reason": "x", "remarks": ["a"]}),
    ("screen", "officer", "return", {"reason": "x", "remarks": {"\x00": "\x00", "x": [1]}}),
    ("review", "officer", "assign", {"experts": [10**30]}),
    ("review", "officer", "assign", {"experts": [True]}),
    ("review", "officer", "assign", {"experts": {"1": 2}}),
    ("review", "officer", "assign", {"experts": 7}),
    ("review", "officer", "assign", {"experts": [[1]]}),
    ("review", "officer", "release", {"seat": {"x": 1}, "reason": "换人"}),
    ("recommend", "authority", "endorse", {"rank": 10**30}),
    ("recommend", "authority", "endorse", {"rank": "1"}),
)


@pytest.mark.django_db
@pytest.mark.parametrize(("at", "who", "verb", "content"), BAD)
def test_content_of_any_shape_is_answered_in_words(at: str, who: str, verb: str, content: dict[str, Any]) -> None:
    world = cases.opened()
    number = cases.case(world, at=at).number
    with clock_at(w.moment("2026-04-11")):
        answer = world.act(number, verb, who, **content)
    assert isinstance(answer, Refusal | Done)


@pytest.mark.django_db
def test_the_reason_of_a_judgement_has_a_limit_as_every_text_has() -> None:
    world = cases.opened()
    number = cases.case(world, at="screen").number
    rules = [f"formal.{rule}" for rule in ("guide", "attachments", "classified", "cv")]
    verdicts = {rule: {"result": "meets", "reason": "长" * 200_000} for rule in rules}
    before = Judgement.objects.count()
    with clock_at(w.moment("2026-04-11")):
        answer = world.act(number, "pass", "officer", verdicts=verdicts)
    assert isinstance(answer, Refusal)
    assert {one.code for one in answer.problems} == {"text.too_long"}
    assert Judgement.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_a_double_click_on_begin_makes_one_case_and_both_clicks_get_it() -> None:
    world = cases.opened(w.world(experts_count=0))
    actor, key, gate = world.actor("applicant"), uuid4().hex, Barrier(4)

    def begin() -> Any:
        try:
            with clock_at(w.moment("2026-03-03")):
                gate.wait(timeout=30)
                assert world.round is not None
                return opening.start(world.round.code, actor, world.university.pk, key)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = [one.result() for one in [pool.submit(begin) for _ in range(4)]]
    assert all(isinstance(one, Done) for one in answers), answers
    assert len({one.number for one in answers}) == 1
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_a_refused_beginning_is_traced_too() -> None:
    world = cases.opened(w.world(experts_count=0))
    elsewhere = make.organisation(kind="university")
    assert world.round is not None
    with clock_at(w.moment("2026-03-03")):
        answer = opening.start(world.round.code, world.actor("applicant"), elsewhere.pk, uuid4().hex)
    assert isinstance(answer, Refusal)
    event = Event.objects.get(outcome="refused")
    assert (event.tag, event.actor) == ("case:start:refused", world.people["applicant"].pk)
