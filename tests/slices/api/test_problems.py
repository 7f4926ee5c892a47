"""Every no that a machine gets has one shape."""

from __future__ import annotations

import logging

import pytest
from tests import make
from tests.slices.api.machine import Machine, token_of

from keguan.doors.api.shapes import ProblemDetails

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quiet() -> None:
    logging.getLogger("django.request").setLevel(logging.CRITICAL)


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("get", "/api/v1/cases?limit=x", 422),
        ("get", "/api/v1/rounds", 403),
        ("get", "/api/v1/calls/nowhere", 404),
        ("get", "/api/v1/cases/65KRD2026P00017X", 404),
        ("get", "/api/v1/nothing", 404),
        ("get", "/api/nothing", 404),
        ("delete", "/api/v1/cases", 405),
        ("get", "/api/v1/calls?status=gone", 422),
    ],
)
def test_a_no_is_a_problem_document_in_both_languages(method: str, address: str, status: int) -> None:
    for language in ("zh", "en"):
        response = getattr(Machine(token_of(make.person())), method)(address, headers={"accept-language": language})
        assert response.status_code == status
        assert response["Content-Type"] == "application/problem+json"
        said = response.json()
        ProblemDetails.model_validate(said)
        assert said["status"] == status
        assert said["title"] == said["texts"]["title"][language]
        assert said["instance"] == f"urn:uuid:{response['X-Request-Id']}"


def test_a_405_says_what_is_allowed() -> None:
    assert Machine().post("/api/v1/calls")["Allow"] == "GET"


def test_a_bug_is_a_problem_document_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keguan.doors.api.calls.find_calls", lambda asked: 1 / 0)
    machine = Machine(raise_request_exception=False)
    response = machine.get("/api/v1/calls")
    assert response.status_code == 500
    assert response["Content-Type"] == "application/problem+json"
    assert "ZeroDivisionError" not in response.content.decode()
