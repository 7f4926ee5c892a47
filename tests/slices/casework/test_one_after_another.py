"""Who has many cases to handle goes from one to the next: as they wait, or as the list has them that they came from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import act, signed_in

from keguan.casework.models import Case, Task
from keguan.kernel.clock import clock_at

pytestmark = pytest.mark.django_db
MET = {f"verdicts.formal.{rule}": "meets" for rule in ("guide", "attachments", "classified", "cv")}


@pytest.fixture
def world() -> Iterator[w.World]:
    of = cases.opened()
    with clock_at(w.moment("2026-04-10")):
        yield of


@pytest.fixture
def queue(world: w.World) -> list[Case]:
    """Three cases at the formal check, in the order in which they wait."""
    found = []
    for n in range(3):
        who = f"principal {n}"
        world.people[who] = make.person(employer=world.university, title="senior", degree="doctor")
        team = [{"member": make.person(employer=world.university).pk, "role": "lead", "months": 6}]
        named = {"principal": world.people[who].pk, "title": f"抗旱品种选育之{'甲乙丙'[n]}", "team": team}
        found.append(cases.case(world, at="screen", who=who, rank=n + 1, **named))
    return sorted(found, key=lambda one: Task.objects.get(case=one).pk)


def ways(client: Client, case: Case, **asked: str) -> dict[str, str]:
    """Where the page of a case leads on to, by rel."""
    said = client.get(reverse("case", args=[case.number]), asked).content.decode()
    return {rel: href for href, rel in re.findall(r'<a href="([^"]+)" rel="(prev|next)"', said)}


def test_the_cases_that_wait_at_one_step_lead_to_one_another(world: w.World, queue: list[Case]) -> None:
    officer = signed_in(world.people["officer"])
    first, second, third = queue
    assert ways(officer, first) == {"next": reverse("case", args=[second.number])}
    assert ways(officer, second) == {
        "prev": reverse("case", args=[first.number]),
        "next": reverse("case", args=[third.number]),
    }
    assert ways(signed_in(world.people["committee"]), second) == {}, "nothing waits there for them"


def test_from_a_list_the_cases_lead_to_one_another_as_the_list_has_them(world: w.World, queue: list[Case]) -> None:
    officer = signed_in(world.people["officer"])
    asked = {"at": "screen", "sort": "number"}
    listed = officer.get(reverse("cases"), asked).content.decode()
    hrefs = list(dict.fromkeys(re.findall(r'<a href="(/cases/[^"/]+/\?queue=[^"]+)"', listed)))
    assert len(hrefs) == 3
    by_number = sorted(queue, key=lambda one: one.pk)
    found = ways(officer, by_number[1], queue="at=screen&sort=number")
    assert [found["prev"], found["next"]] == [hrefs[0], hrefs[2]]
    backwards = ways(officer, by_number[1], queue="at=screen&sort=-number")
    assert by_number[0].number in backwards["next"]


def test_a_case_that_is_decided_gives_way_to_the_next_where_that_is_wished(world: w.World, queue: list[Case]) -> None:
    officer = signed_in(world.people["officer"])
    first, second, third = queue
    answer = act(officer, first.number, "pass", reason="", onwards="yes", **MET)
    assert (answer.status_code, answer["Location"]) == (303, reverse("case", args=[second.number]))
    answer = act(officer, second.number, "pass", reason="", **MET)
    assert answer["Location"] == reverse("case", args=[second.number])
    answer = act(officer, third.number, "pass", reason="", onwards="yes", **MET)
    assert answer["Location"] == reverse("case", args=[third.number]), "the last one stays open"


def test_a_refusal_keeps_the_place_in_the_queue(world: w.World, queue: list[Case]) -> None:
    officer = signed_in(world.people["officer"])
    refused = act(officer, queue[1].number, "return", reason=" ", onwards="yes", queue="at=screen")
    said = refused.content.decode()
    assert refused.status_code == 422
    assert 'name="queue" value="at=screen"' in said


def test_a_queue_shows_nobody_what_they_may_not_see(world: w.World, queue: list[Case]) -> None:
    assert ways(signed_in(queue[0].principal), queue[0], queue="at=screen") == {}


@pytest.mark.parametrize("asked", ["sort=nonsense", "find=%22"])
def test_a_queue_that_makes_no_sense_is_what_waits(world: w.World, queue: list[Case], asked: str) -> None:
    assert ways(signed_in(world.people["officer"]), queue[0], queue=asked)["next"].endswith(f"{queue[1].number}/")


@pytest.mark.parametrize("asked", ["at=%00", "x" * 5000, "&&&=", "page=7"])
def test_a_queue_asked_for_in_any_shape_opens_the_case(world: w.World, queue: list[Case], asked: str) -> None:
    officer = signed_in(world.people["officer"])
    assert officer.get(reverse("case", args=[queue[0].number]), {"queue": asked}).status_code == 200


def test_the_desk_in_a_queue_stays_within_its_queries(
    world: w.World, queue: list[Case], django_assert_max_num_queries: Any
) -> None:
    officer = signed_in(world.people["officer"])
    for asked in ({}, {"queue": "at=screen&sort=due"}):
        ways(officer, queue[0], **asked)
        with django_assert_max_num_queries(12):
            assert ways(officer, queue[0], **asked)
