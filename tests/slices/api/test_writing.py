"""Programs act on cases: through the same doors as pages, once for each key, never by a cookie."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests import make
from tests.make import world as w
from tests.slices.api.machine import Machine, token_of

from keguan.casework.models import Case
from keguan.doors.api.idempotency import forget_old
from keguan.doors.api.models import KeptAnswer
from keguan.kernel.clock import clock_at
from keguan.registers.parties.models import Account
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[w.World]:
    made = w.world(0)
    with clock_at(w.moment("2026-03-02")):
        w.call(made, "key-rd-project", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"))
        yield made


@pytest.fixture
def machine(world: w.World) -> Machine:
    return Machine(token_of(world.people["applicant"]))


def post(machine: Client, address: str, body: Any, key: str | None = None, **more: Any) -> Any:
    headers = {"idempotency-key": key or uuid4().hex} | more
    return machine.post(f"/api/v1{address}", body, content_type="application/json", headers=headers)


def begun(world: w.World, machine: Machine) -> str:
    assert world.round is not None
    response = post(machine, "/cases", {"call": world.round.code, "host": world.university.pk})
    assert response.status_code == 201, response.content
    return str(response.json()["number"])


def typed(machine: Machine, number: str, values: dict[str, Any], seen: int = 0) -> Any:
    address = f"/api/v1/cases/{number}/drafts/proposal"
    return machine.patch(address, {"values": values, "seen": seen}, content_type="application/json")


def codes(response: Any) -> list[str]:
    return [one["code"] for one in response.json()["problems"]]


def test_a_program_applies_from_beginning_to_submission(world: w.World, machine: Machine) -> None:
    number = begun(world, machine)
    saved = typed(machine, number, w.proposal(world)).json()
    assert (saved["clashes"], saved["problems"]) == ({}, [])
    draft = machine.get(f"/api/v1/cases/{number}/drafts/proposal").json()
    assert draft["is_open"]
    assert draft["values"]["domain"] == "agriculture"
    sent = {"revision": draft["revision"], "confirmed": True}
    done = post(machine, f"/cases/{number}/drafts/proposal/submission", sent)
    assert done.status_code == 200, done.content
    assert Case.objects.get(number=number).submitted_at is not None
    answers = machine.get(f"/api/v1/cases/{number}/forms/proposal").json()["values"]
    assert answers["asked"] == 80_000_000
    host = Machine(token_of(world.people["host"]))
    case = host.get(f"/api/v1/cases/{number}").json()
    assert "endorse" in [one["name"] for one in case["deeds"]]
    deed = {"step": case["step"], "revision": case["revision"]}
    assert post(host, f"/cases/{number}/deeds/endorse", deed).status_code == 200


def test_a_refusal_carries_every_problem_with_its_place_and_changes_nothing(world: w.World, machine: Machine) -> None:
    number = begun(world, machine)
    draft = typed(machine, number, {"title": "短"}).json()
    sent = {"revision": draft["revision"], "confirmed": True}
    response = post(machine, f"/cases/{number}/drafts/proposal/submission", sent)
    assert response.status_code == 422
    problems = response.json()["problems"]
    assert len(problems) > 5
    assert all(one["say"]["zh"] and one["say"]["en"] for one in problems)
    assert "proposal.summary" in [one["where"] for one in problems]
    assert Case.objects.get(number=number).submitted_at is None
    assert Event.objects.filter(case_number=number, tag="case:submit:refused").count() == 1


def test_what_was_changed_meanwhile_is_not_overwritten(world: w.World, machine: Machine) -> None:
    number = begun(world, machine)
    first = typed(machine, number, {"title": "一号题目"}).json()["revision"]
    typed(machine, number, {"title": "二号题目"}, first)
    clash = typed(machine, number, {"title": "三号题目", "summary": "新的"}, first).json()
    assert clash["clashes"]["title"]["value"] == "二号题目"
    assert machine.get(f"/api/v1/cases/{number}/drafts/proposal").json()["values"]["summary"] == "新的"
    assert codes(typed(machine, number, {"no_such": 1})) == ["draft.field"]


def test_the_same_key_acts_once_and_tells_the_same(world: w.World, machine: Machine) -> None:
    assert world.round is not None
    body, key = {"call": world.round.code, "host": world.university.pk}, uuid4().hex
    first, again = post(machine, "/cases", body, key), post(machine, "/cases", body, key)
    assert first.json() == again.json()
    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotency-Replayed"] == "true"
    assert Case.objects.count() == 1
    other = post(machine, "/cases", body | {"host": 1}, key)
    assert (other.status_code, codes(other)) == (422, ["request.key_reused"])
    # A key is its sender's own.
    stranger = Machine(token_of(world.people["member"]))
    assert post(stranger, "/cases", body, key).json()["number"] != first.json()["number"]


def test_a_refused_request_may_be_put_right_under_its_key(world: w.World, machine: Machine) -> None:
    assert world.round is not None
    key = uuid4().hex
    assert post(machine, "/cases", {"call": "nowhere", "host": world.university.pk}, key).status_code == 422
    assert post(machine, "/cases", {"call": world.round.code, "host": world.university.pk}, key).status_code == 201


def test_answers_are_kept_for_a_day(world: w.World, machine: Machine) -> None:
    begun(world, machine)
    with clock_at(w.moment("2026-03-03", "09:59")):
        assert forget_old() == 0
    with clock_at(w.moment("2026-03-03", "10:00")):
        assert forget_old() == 1
    assert not KeptAnswer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_request_at_the_same_time_is_a_conflict(owner_connection: psycopg.Connection) -> None:
    account = make.account(make.person())
    machine, key = Machine(token_of(account.person)), uuid4().hex
    name = f"api:{account.pk}:{key}"
    with owner_connection.transaction():
        owner_connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        response = post(machine, "/cases", {"call": "x", "host": 1}, key)
        assert (response.status_code, codes(response)) == (409, ["request.running"])


@pytest.mark.parametrize("key", ["", "short", "mit leerzeichen!"])
def test_without_a_good_key_nothing_is_done(world: w.World, machine: Machine, key: str) -> None:
    response = machine.post(
        "/api/v1/cases",
        {"call": "x", "host": 1},
        content_type="application/json",
        headers={"idempotency-key": key} if key else {},
    )
    assert response.status_code == 422
    assert response.json()["problems"][0]["where"] == "Idempotency-Key"


def test_neither_a_session_nor_a_reading_token_writes(world: w.World) -> None:
    assert world.round is not None
    person = world.people["applicant"]
    browser = Client()
    browser.force_login(Account.objects.filter(person=person).first() or make.account(person))
    body = {"call": world.round.code, "host": world.university.pk}
    assert post(browser, "/cases", body).status_code == 401
    assert post(Machine(token_of(person, "read:cases")), "/cases", body).status_code == 403
    assert not Case.objects.exists()


def test_a_token_does_not_what_its_person_may_not(world: w.World, machine: Machine) -> None:
    number = begun(world, machine)
    stranger = Machine(token_of(make.person()))
    assert typed(stranger, number, {"title": "x"}).status_code == 403
    assert post(stranger, f"/cases/{number}/deeds/submit", {"step": "apply"}).status_code == 403
    stale = post(machine, f"/cases/{number}/deeds/submit", {"step": "apply", "revision": 999, "content": {}})
    assert (stale.status_code, codes(stale)) == (409, ["case.stale"])
    assert codes(post(machine, f"/cases/{number}/deeds/dance", {"step": "apply"}))


@pytest.mark.parametrize(
    "body",
    ["{", "[]", '{"call": 1}', '{"call": "x", "host": 1, "more": 2}', '{"call": "\\u0000x", "host": 1}', '"\\u0000"'],
)
def test_a_body_that_does_not_keep_to_the_description_is_told_where(machine: Machine, body: str) -> None:
    response = machine.post(
        "/api/v1/cases", body, content_type="application/json", headers={"idempotency-key": uuid4().hex}
    )
    assert response.status_code in (400, 422)
    assert response["Content-Type"] == "application/problem+json"


def test_a_program_hands_in_a_file_and_reads_it_again(world: w.World, machine: Machine) -> None:
    number = begun(world, machine)
    address = f"/api/v1/cases/{number}/drafts/proposal/files"
    body = b"%PDF-1.7\n% plan\n%%EOF\n"
    kept = machine.post(address, {"file": SimpleUploadedFile("方案.pdf", body, "application/pdf")})
    assert kept.status_code == 201, kept.content
    assert kept.json()["name"] == "方案.pdf"
    again = machine.post(address, {"file": SimpleUploadedFile("方案.pdf", body, "application/pdf")}).json()
    assert again["id"] == kept.json()["id"], "the same file is one"
    read = machine.get(f"/api/v1/files/{again['id']}")
    assert b"".join(read.streaming_content) == body
    stranger = Machine(token_of(make.person()))
    assert stranger.get(f"/api/v1/files/{again['id']}").status_code == 403
    refused = machine.post(address, {"file": SimpleUploadedFile("方案.pdf", b"MZ not one", "application/pdf")})
    assert refused.status_code == 422
    assert refused.json()["problems"][0]["say"]["en"]


def test_a_program_may_ask_for_the_head_alone(world: w.World, machine: Machine) -> None:
    answer = machine.head(f"/api/v1/cases/{begun(world, machine)}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert machine.head("/api/v1/cases", headers={"authorization": "Bearer nothing"}).status_code == 401
