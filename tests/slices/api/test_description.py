"""The description of the interface is handed out, whole and sound."""

from __future__ import annotations

import pytest
from tests.slices.api.machine import Machine

from keguan.components.access import PUBLIC
from keguan.doors.api.urls import urlpatterns
from keguan.doors.api.v1 import V1

pytestmark = pytest.mark.django_db


def test_the_description_is_openapi_3_1_and_names_every_scope_and_no() -> None:
    said = Machine().get("/api/v1/openapi.json").json()
    assert said["openapi"].startswith("3.1")
    assert said == Machine().get("/api/v1/openapi.json").json()
    cases = said["paths"]["/api/v1/cases"]["get"]
    assert cases["security"] == [{"Bearer": ["read:cases"]}]
    assert {"401", "403", "422"} <= set(cases["responses"])
    assert "ProblemDetails" in said["components"]["schemas"]


def test_exactly_the_routes_that_are_open_to_all_declare_no_token() -> None:
    described = {
        path for path, methods in V1.get_openapi_schema()["paths"].items() for one in methods.values()
        if "security" not in one
    }  # fmt: skip
    patterns = next(one for one in urlpatterns if str(one.pattern) == "api/v1/").url_patterns  # type: ignore[union-attr]
    open_to_all = {f"/api/v1/{one.pattern}" for one in patterns if one.callback.right is PUBLIC}
    assert {path.replace("<slug:", "{").replace(">", "}") for path in open_to_all} == described | {
        "/api/v1/openapi.json"
    }


def test_the_description_is_worked_out_once() -> None:
    assert V1.get_openapi_schema() is V1.get_openapi_schema()
