"""Before beginning: the same rules, three-valued, with their sources, and nothing is written."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import signed_in

from keguan.casework.drafting.precheck import precheck
from keguan.casework.models import Case
from keguan.casework.services import Done
from keguan.kernel.clock import clock_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Any:
    of = cases.opened()
    with clock_at(w.moment("2026-03-02")):
        yield of


def result_of(world: w.World, rule: str, **changes: Any) -> str:
    host = changes.get("host", world.university)
    assert world.round is not None
    said = precheck(world.round, host, world.actor("applicant"))
    found = {one.rule: one.result for one in (*said.known, *said.by_a_person, *said.by_answers)}
    return found[rule]


def test_what_the_registers_say_is_known_before_one_begins(world: w.World) -> None:
    assert result_of(world, "eligibility.unit_good_standing") == "meets"
    make.sanction(organisation=world.university.pk, since=date(2026, 1, 1), until=date(2027, 1, 1))
    assert result_of(world, "eligibility.unit_good_standing") == "fails"


def test_what_hangs_on_answers_is_open_and_said_to_be(world: w.World) -> None:
    assert world.round is not None
    said = precheck(world.round, world.university, world.actor("applicant"))
    assert "eligibility.unclassified" in {one.rule for one in said.by_answers}
    assert all(one.result == "person" for one in said.by_answers)


def test_an_organisation_of_another_kind_is_told_for_whom_the_programme_is(world: w.World) -> None:
    bureau = make.organisation("天河市文物局", kind="bureau")
    assert result_of(world, "programme.applicants", host=bureau) == "fails"
    assert result_of(world, "programme.applicants") == "meets"


def test_other_applications_of_the_person_count_also_without_a_case(world: w.World) -> None:
    before = result_of(world, "limits.one_application")
    number = w.started(world)
    assert isinstance(
        world.act(number, "submit", "applicant", values=w.proposal(world, principal=str(world.people["applicant"].pk))),
        Done,
    )
    assert (before, result_of(world, "limits.one_application")) == ("meets", "fails")


def test_the_page_tells_rule_value_and_source_and_writes_nothing(world: w.World) -> None:
    assert world.round is not None
    address = reverse("call_check", args=[world.round.code])
    client = signed_in(world.people["applicant"])
    said = client.get(address, {"host": world.university.pk}).content.decode()
    assert "申报单位没有生效中的科研失信惩戒" in said
    assert "国科发监〔2022〕221号" in said
    assert "填写后才能核对的" in said
    assert not Case.objects.exists()
    assert (
        "Rules not met"
        not in client.get(address, {"host": world.university.pk}, headers={"accept-language": "en"}).content.decode()
    )
    assert Client().get(address).status_code == 302
