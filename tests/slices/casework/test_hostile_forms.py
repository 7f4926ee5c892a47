"""Markup in every field, a budget beyond all bounds, a deadline that moves while one hands in: nothing breaks, nothing is lost."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from tests.make import world as w
from tests.slices.casework.page_cast import fields_on, filled, form_address, send, signed_in
from tests.unit.engine.walks import programmes

from keguan.casework import services
from keguan.casework.models import Case, Draft
from keguan.casework.rounds import services as rounds
from keguan.kernel.clock import clock_at
from keguan.kernel.ids import new_key
from keguan.language.definition import Definition

pytestmark = pytest.mark.django_db

MARKUP = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 791900000|add:1 }}{% now %}&lt;b"


def draft(number: str) -> dict[str, Any]:
    return dict(Draft.objects.get(case__number=number).values)


def everywhere(definition: Definition) -> dict[str, Any]:
    """The markup in every field of the proposal, every cell and every search box."""
    typed: dict[str, Any] = {}
    for one in definition.programme.form("proposal").fields:
        if one.computed or one.type == "file":
            continue
        if one.type == "table":
            typed |= {f"{one.field}[1].{column.column}" + _box(column.type): MARKUP for column in one.columns}
        else:
            typed[f"{one.field}{_box(one.type)}"] = MARKUP
    return typed


def _box(kind: str) -> str:
    return "?q" if kind in ("person", "organisation") else ""


def is_harmless(page: str) -> bool:
    return not any(part in page for part in ("<script>alert", "<img src=x", "791900001"))


def test_markup_in_every_field_stays_words_on_every_page(world: w.World, applicant: Client, number: str) -> None:
    saved = send(applicant, number, "save", **everywhere(programmes()["key-rd-project"]))
    assert saved.status_code == 303
    assert draft(number)["title"] == MARKUP
    address = form_address(number)
    pages = [address, f"{address}?check=1", reverse("case_preview", args=[number, "proposal"]), reverse("my_cases")]
    for place in (*pages, reverse("case", args=[number])):
        said = applicant.get(place)
        assert said.status_code == 200, place
        assert is_harmless(said.content.decode()), place
    assert fields_on(applicant.get(address).content.decode(), address)["proposal.summary"] == [MARKUP]
    paper = applicant.get(reverse("case_preview_pdf", args=[number, "proposal"]))
    printed = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.content)).pages)
    assert "alert(1)" in re.sub(r"\s|\u200b", "", printed)


def test_markup_that_was_handed_in_stays_words_to_those_who_handle_it(
    world: w.World, applicant: Client, number: str
) -> None:
    title = f"棉花{MARKUP}"[:60]
    values = w.proposal(world, title=title, summary=MARKUP * 2)
    assert isinstance(world.act(number, "submit", "applicant", values=values), services.Done)
    for who in ("host", "supervisor", "applicant"):
        client = signed_in(world.people[who])
        for place in (reverse("case", args=[number]), reverse("cases"), reverse("todo")):
            said = client.get(place)
            assert said.status_code == 200, (who, place)
            assert is_harmless(said.content.decode()), (who, place)
    sheet = signed_in(world.people["supervisor"]).get(reverse("cases"), {"format": "xlsx"})
    assert b"".join(sheet).startswith(b"PK")


@pytest.mark.parametrize("huge", ["9" * 18, "9" * 30, "1e400", "-5", "9223372036854775807", "0.001", "∞", "९९"])
def test_a_budget_beyond_all_bounds_is_named_at_its_place_and_kept_as_typed(
    world: w.World, applicant: Client, number: str, huge: str
) -> None:
    budget = programmes()["key-rd-project"].programme.form("proposal")
    columns = [
        str(one.column) for one in next(f for f in budget.fields if f.field == "budget").columns if one.type == "money"
    ]
    cells = {f"budget[{row}].{column}": huge for row in (1, 2) for column in columns}
    assert send(applicant, number, "save", asked=huge, own_funds=huge, **cells).status_code == 303
    address = form_address(number)
    for place in (address, f"{address}?check=1", f"{address}progress/"):
        assert applicant.get(place).status_code == 200, place
    said = applicant.get(address, {"check": "1"}).content.decode()
    assert 'href="#field-proposal-asked"' in said
    assert fields_on(said, address)["proposal.asked"] == [huge]
    response = applicant.post(address, filled(world, asked=huge, own_funds=huge) | {"do": "submit", "revision": "9"})
    assert response.status_code in (409, 422)
    assert Case.objects.get(number=number).submitted_at is None


def test_a_round_extended_while_one_hands_in_takes_what_was_on_its_way(
    world: w.World, applicant: Client, number: str
) -> None:
    assert world.round is not None
    with clock_at(w.moment("2026-03-31", "17:59")):
        response = applicant.post(form_address(number), filled(world) | {"do": "submit", "revision": "0"})
        assert response.status_code == 303, response.content.decode()
        assert applicant.get(response["Location"]).status_code == 200
        revision = str(Draft.objects.get(case__number=number).revision)
        sent = {"key": new_key(), "revision": revision, "step": "apply", "confirmed": "yes"}
        extended = rounds.extend_round(
            world.round.code, w.moment("2026-04-10", "18:00"), "系统维护，延长申报时间", world.actor("planner")
        )
        assert not isinstance(extended, rounds.Refusal), extended
    with clock_at(w.moment("2026-04-02", "09:00")):
        done = applicant.post(response["Location"], sent)
        assert done.status_code == 303, done.content.decode()
    assert Case.objects.get(number=number).submitted_at == w.moment("2026-04-02", "09:00")
