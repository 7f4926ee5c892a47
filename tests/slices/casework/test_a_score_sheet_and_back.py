"""Scoring off line: a sheet of one's own seats, tried when it comes back, kept all or not at all, and only as drafts."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import load_workbook
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import act, holders, signed_in

from keguan.casework.models import Case, Seat
from keguan.casework.reviewing.models import SeatDraft
from keguan.components.sheets import XLSX
from keguan.kernel.clock import clock_at
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[w.World]:
    made = cases.opened()
    with clock_at(w.moment("2026-04-10")):
        yield made


def seated(world: w.World) -> tuple[Case, Client]:
    case = cases.case(world, at="review")
    world.act(case.number, "assign", "officer", experts=world.experts[:1])
    client = signed_in(holders(case.number)[0])
    assert act(client, case.number, "accept", declared=["interests", "confidence"]).status_code == 303
    return case, client


def address(case: Case, name: str = "review_sheet_back") -> str:
    assert case.round is not None
    return reverse(name, args=[case.round.code, "review"])


def rows_of(client: Client, case: Case) -> list[list[Any]]:
    taken = client.get(address(case, "review_sheet"))
    assert taken.status_code == 200
    return load_workbook(io.BytesIO(taken.content)).get_sheet_by_index(0).to_python()


def back(client: Client, case: Case, rows: list[list[Any]]) -> Any:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    book.close()
    return client.post(address(case), {"file": SimpleUploadedFile("scores.xlsx", out.getvalue(), XLSX)})


def confirmed(client: Client, case: Case, tried: Any) -> Any:
    found = re.search(r'name="confirm" value="([^"]+)"', tried.content.decode())
    assert found, tried.content.decode()[-3000:]
    return client.post(address(case), {"confirm": unescape(found[1])})


def test_a_sheet_comes_back_as_drafts_and_nothing_is_sent(world: w.World) -> None:
    case, client = seated(world)
    head, row = rows_of(client, case)
    row[3], row[4], row[-2] = 15, "需求明确", "总体可行，基础扎实"
    tried = back(client, case, [head, row])
    assert tried.status_code == 200
    assert not SeatDraft.objects.exists(), "trying keeps nothing"
    assert confirmed(client, case, tried).status_code == 303
    kept = SeatDraft.objects.get().values
    assert (kept["scores.need"], kept["comments.need"], kept["comment"]) == ("15", "需求明确", "总体可行，基础扎实")
    assert Seat.objects.get().state == "accepted", "sending stays a deed of the person"
    assert 'value="15"' in client.get(reverse("case", args=[case.number])).content.decode()
    assert Event.objects.filter(tag="review:sheet:read").count() == 1
    again = rows_of(client, case)[1]
    assert (again[3], again[4]) == (15, "需求明确")


def test_changed_headers_are_refused_by_name(world: w.World) -> None:
    case, client = seated(world)
    head, row = rows_of(client, case)
    was, head[5] = head[5], "我的指标"
    said = back(client, case, [head, row])
    assert said.status_code == 422
    assert f"应为“{was}”，现为“我的指标”" in said.content.decode()
    assert "F1" in said.content.decode()


def test_every_bad_row_is_told_with_its_place_and_nothing_is_kept(world: w.World) -> None:
    case, client = seated(world)
    head, row = rows_of(client, case)
    wrong, forged = list(row), list(row)
    wrong[3], forged[-1] = 99, "0" * 16
    said = back(client, case, [head, wrong, forged, wrong]).content.decode()
    assert "0至20" in said
    assert "D2" in said
    assert "校验值被改动" in said
    assert "同一席位出现两次" in said
    assert 'name="confirm"' not in said
    assert not SeatDraft.objects.exists()


def test_what_is_no_sheet_is_refused_and_others_have_none(world: w.World) -> None:
    case, client = seated(world)
    said = client.post(address(case), {"file": SimpleUploadedFile("a.xlsx", b"no workbook", XLSX)})
    assert said.status_code == 422
    assert client.post(address(case), {"confirm": "forged"}).status_code == 422
    for who in ("officer", "applicant", "supervisor"):
        assert signed_in(world.people[who]).get(address(case)).status_code == 404, who


def test_the_sheet_says_nothing_of_its_reader_or_of_the_applicant(world: w.World) -> None:
    case, client = seated(world)
    body = client.get(address(case, "review_sheet")).content
    with zipfile.ZipFile(io.BytesIO(body)) as box:
        said = "".join(box.read(name).decode("utf-8", "replace") for name in box.namelist())
    assert case.number in said
    assert "天河大学" not in said
    assert holders(case.number)[0].name not in said
