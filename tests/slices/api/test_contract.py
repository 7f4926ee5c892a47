"""The interface keeps to its own description, whatever is sent: schemathesis makes it up from the description.

A few examples for each route here; `make contract` tries many more.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from tests import make
from tests.make import world as w
from tests.slices.api.machine import token_of

from keguan.doors.api.webhooks import subscribing
from keguan.doors.web.wsgi import application
from keguan.kernel.clock import clock_at
from keguan.registers.parties.models import Account

pytestmark = pytest.mark.django_db

UNZIPPED = {"Accept-Encoding": "identity"}
EXAMPLES = int(os.environ.get("KEGUAN_CONTRACT_EXAMPLES", "4"))

CONFIG = schemathesis.Config.from_dict(
    {
        # What a call, a case or a cursor is, only the database knows: well-formed and unknown is a 422 here.
        "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "401", "403", "404", "409", "422"]}},
    }
)


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """The application answers in the transaction of the test, as it does to Django's own client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _served(environ: Any, start: Any) -> list[bytes]:
    """The application as a server would run it: files that it hands out are closed."""
    answer = application(environ, start)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


@pytest.fixture
def any_pace(settings: Any) -> None:
    settings.API_TOKEN_PER_MINUTE = settings.API_ADDRESS_PER_MINUTE = 0


@pytest.fixture
def world() -> Iterator[w.World]:
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    made = w.world(2)
    with clock_at(w.moment("2026-03-02")):
        w.call(made, "key-rd-project", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"))
        make.duty("registrar", made.people["officer"])
        for thing in (make.project, make.certificate, make.sanction, make.payment):
            thing()
        yield made


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("described", ["/api/v1/openapi.json", "/common-grants/openapi.json"])
def test_every_answer_is_as_described(world: w.World, described: str, mode: GenerationMode, any_pace: None) -> None:
    assert world.round is not None
    own = token_of(world.people["officer"])
    webhook = subscribing.make(
        Account.objects.get(person=world.people["officer"]),
        world.actor("officer"),
        "https://example.org/",
        ["case.ended"],
    )
    headers = {"Authorization": f"Bearer {own}", **UNZIPPED}
    schema = schemathesis.openapi.from_wsgi(described, _served, config=CONFIG)
    known = {
        "code": world.round.code,
        "number": w.started(world),
        "form": "proposal",
        "opp_id": str(uuid4()),
        "verb": "submit",
        "delivery": webhook.deliveries.get().pk,
    }
    numbers = {"files": make.document(by=world.actor("officer")).pk, "webhooks": webhook.pk}
    found = []
    for result in schema.get_all_operations():
        operation = result.ok()

        @hypothesis_settings(
            max_examples=EXAMPLES, deadline=None, database=None, derandomize=EXAMPLES < 50,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode), is_known=st.booleans())
        def keeps_to_it(case: Any, is_known: bool) -> None:
            if is_known and mode is GenerationMode.POSITIVE:
                found_at = {**known, "pk": next((pk for room, pk in numbers.items() if room in case.path), 0)}
                case.path_parameters = {name: found_at[name] for name in case.path_parameters or {}}
            negated = case.meta.components.get(ParameterLocation.HEADER)
            # Where its headers are what is wrong, ours must not put them right.
            is_spoilt = negated is not None and negated.mode is GenerationMode.NEGATIVE
            case.call_and_validate(headers=UNZIPPED if is_spoilt else headers)

        try:
            keeps_to_it()
        except Unsatisfiable:
            # A path of plain words cannot be written wrongly.
            assert mode is GenerationMode.NEGATIVE, operation.label
        except FailureGroup as group:
            found.append(f"{operation.label}: {group}")
    assert not found, "\n\n".join(found)
