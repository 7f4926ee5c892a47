"""Where one stands at a step, the page tells what it is: from the definition, whole, without JavaScript, in both languages."""

from __future__ import annotations

from html import escape
from typing import Any

import pytest
from django.urls import reverse
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import form_address, signed_in
from tests.unit.engine.walks import programmes

from keguan.casework import services
from keguan.kernel.clock import clock_at
from keguan.language.prose import step_said
from keguan.language.uses import rule_sets_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Any:
    of = cases.opened()
    with clock_at(w.moment("2026-03-02")):
        yield of


def told(step: str, language: str) -> list[str]:
    programme = programmes()["key-rd-project"].programme
    return [escape(one.said_in(language)) for one in step_said(programme, programme.step(step))]


def page(of: w.World, who: str, address: str, language: str = "zh") -> str:
    answer = signed_in(of.people[who]).get(address, {"lang": language})
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_form_tells_its_step_and_each_rule_with_its_source(world: w.World, language: str) -> None:
    said = page(world, "applicant", form_address(w.started(world)), language)
    assert "<details" in said
    for sentence in told("apply", language):
        assert sentence in said
    programme = programmes()["key-rd-project"].programme
    rules = [rule for name in rule_sets_of(programme.step("apply")) for rule in programme.rule_set(name).rules]
    assert rules
    for rule in rules:
        assert escape(rule.say.said_in(language)) in said
        assert escape(rule.source) in said


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_case_and_the_to_do_tell_the_step_that_waits(world: w.World, language: str) -> None:
    number = w.started(world)
    assert isinstance(world.act(number, "submit", "applicant", values=w.proposal(world)), services.Done)
    for address in (reverse("case", args=[number]), reverse("todo")):
        said = page(world, "host", address, language)
        for sentence in told("endorse", language):
            assert sentence in said, address
