"""Calls for everybody, cases for who may know of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests import make
from tests.make import world as w
from tests.slices.api.machine import Machine, token_of

from keguan.casework.services import Done
from keguan.kernel.clock import clock_at
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[w.World]:
    made = w.world(0)
    with clock_at(w.moment("2026-03-02")):
        w.call(made, "key-rd-project", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"))
        yield made


def handed_in(world: w.World) -> str:
    number = w.started(world)
    done = world.act(number, "submit", "applicant", values=w.proposal(world), confirmed=True)
    assert isinstance(done, Done), done
    return number


def test_a_call_tells_its_terms_its_steps_and_what_its_forms_ask(world: w.World) -> None:
    assert world.round is not None
    (found,) = Machine().get("/api/v1/calls").json()["items"]
    assert (found["code"], found["status"]) == (world.round.code, "open")
    assert found["budget_fen"] == 150_000_000
    call = Machine().get(f"/api/v1/calls/{found['code']}").json()
    assert call | found == call
    assert call["steps"][0]["id"] == "apply"
    (proposal, *_) = call["forms"]
    asked = {one["field"]: one for one in proposal["fields"]}
    assert asked["asked"]["type"] == "money"
    assert {one["column"] for one in asked["budget"]["columns"]} >= {"heading", "fiscal", "own"}


def test_calls_are_narrowed_and_come_in_pieces(world: w.World) -> None:
    for day in ("2026-03-20", "2026-03-31"):
        w.call(world, "key-rd-project", opens=w.moment("2026-03-01"), closes=w.moment(day, "18:00"))
    codes, following = [], "/api/v1/calls?limit=1&status=open"
    while following:
        page = Machine().get(following).json()
        codes += [one["code"] for one in page["items"]]
        following = page["next"]
    assert len(codes) == len(set(codes)) == 3
    assert Machine().get("/api/v1/calls?status=closed").json()["items"] == []


def test_a_case_says_where_it_stands_and_what_its_reader_may_do(world: w.World) -> None:
    number = w.started(world)
    mine = Machine(token_of(world.people["applicant"]))
    found = mine.get(f"/api/v1/cases/{number}").json()
    assert (found["step"], found["form"], found["end"]) == ("apply", "proposal", "")
    assert "submit" in [one["name"] for one in found["deeds"]]
    assert [row["number"] for row in mine.get("/api/v1/my-cases").json()["items"]] == [number]
    stranger = Machine(token_of(make.person()))
    assert stranger.get(f"/api/v1/cases/{number}").status_code == 403
    assert stranger.get("/api/v1/cases").json()["items"] == []


def test_answers_are_read_by_who_may_and_reading_is_traced(world: w.World) -> None:
    number = handed_in(world)
    for who in ("host", "stranger"):
        person = world.people.get(who) or make.person()
        response = Machine(token_of(person)).get(f"/api/v1/cases/{number}/forms/proposal")
        assert response.status_code == (200 if who == "host" else 403)
    assert Event.objects.filter(case_number=number, outcome="read", actor=world.people["host"].pk).exists()
    finance = Machine(token_of(world.people["finance"]))
    assert finance.get(f"/api/v1/cases/{number}").status_code == 200
    assert finance.get(f"/api/v1/cases/{number}/forms/proposal").status_code == 403
