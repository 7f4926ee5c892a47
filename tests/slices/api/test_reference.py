"""The reference page is made from the description: it names every route and every object, in both languages."""

from __future__ import annotations

import gzip
import re

import pytest
from django.test import Client

from keguan.doors.api import reference
from keguan.doors.api.common_grants import COMMON_GRANTS
from keguan.doors.api.v1 import V1

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "title"), [("zh", "接口说明"), ("en", "API reference")])
def test_the_reference_names_every_route_and_leads_to_every_object(language: str, title: str) -> None:
    said = Client().get(f"/api/?lang={language}").content.decode()
    assert f"<h1>{title}</h1>" in said
    ids = set(re.findall(r' id="([^"]+)"', said))
    for interface in (V1, COMMON_GRANTS):
        for path, operations in interface.get_openapi_schema()["paths"].items():
            for method, operation in operations.items():
                assert f"{method.upper()} {path}" in said
                assert operation["operationId"] in ids
    assert set(re.findall(r'href="#([A-Za-z]+)"', said)) - {"main"} <= ids
    assert {f"problem-{status}" for status in (401, 403, 404, 409, 422)} <= ids


def test_the_reference_is_light_and_runs_no_script_of_its_own() -> None:
    response = Client().get("/api/")
    assert len(gzip.compress(response.content)) < 60_000
    assert "style=" not in response.content.decode()
    assert re.findall(r"<script(?![^>]*\bsrc=)", response.content.decode()) == []


def test_every_route_says_what_it_does_in_both_languages() -> None:
    for title, routes in reference._groups():
        assert routes, title
        for route in routes:
            for said in (route.title, route.said, *(one.said for one in route.parameters if one.said.en)):
                assert re.search("[\u4e00-\u9fff]", said.zh), (route.id, said)
