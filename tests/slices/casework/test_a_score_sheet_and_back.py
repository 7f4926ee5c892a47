"""Scoring off line: a sheet of one's own seats, tried when it comes back, kept all or not at all, and only as drafts."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from html import unescape
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import load_workbook
from tests import make
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


def typed_on_the_web(client: Client, case: Case, **typed: str) -> None:
    """What a page of the case that was open all the time keeps by itself."""
    url = reverse("case_review_draft", args=[case.number])
    named = {name.replace("__", "."): value for name, value in typed.items()}
    assert client.post(url, named, headers={"Accept": "application/json"}).status_code == 200


def kept(case: Case) -> dict[str, str]:
    return SeatDraft.objects.get(seat__case=case).values


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


def confirmed(client: Client, case: Case, tried: Any, **take: str) -> Any:
    """Confirm what was tried. take: "web" or "sheet", by field with __ for its point."""
    found = re.search(r'name="confirm" value="([^"]+)"', tried.content.decode())
    assert found, tried.content.decode()[-3000:]
    chosen = {f"take.{case.number}.{name.replace('__', '.')}": side for name, side in take.items()}
    return client.post(address(case), {"confirm": unescape(found[1]), **chosen})


def two_seated(world: w.World) -> tuple[Case, Case, Client]:
    first = cases.case(world, at="review")
    another = make.person(employer=world.university, born=date(1981, 5, 1), title="senior", degree="doctor")
    world.people["another"] = another
    second = cases.case(world, at="review", who="another", rank=2, principal=another.pk)
    for one in (first, second):
        world.act(one.number, "assign", "officer", experts=world.experts[:1])
    client = signed_in(holders(first.number)[0])
    for one in (first, second):
        assert act(client, one.number, "accept", declared=["interests", "confidence"]).status_code == 303
    return first, second, client


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
    assert f"D2：{case.number} {case.title}，" in said, "which case and which cell, where it is read"
    assert "0至20" in said
    assert re.search(r"!3：这一行的编号或校验值被改动", said)
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


def test_what_only_one_side_changed_is_taken_over_without_asking(world: w.World) -> None:
    case, client = seated(world)
    typed_on_the_web(client, case, scores__need="12", comment="离线之前写的  ")
    head, row = rows_of(client, case)
    row[4] = "评分表里写的"
    typed_on_the_web(client, case, scores__need="14", scores__novelty="9")
    tried = back(client, case, [head, row])
    said = tried.content.decode()
    assert 'type="radio"' not in said
    assert "写入 1 项" in said
    assert "网页上后来改的 2 项不动" in said
    assert confirmed(client, case, tried).status_code == 303
    assert kept(case) == {
        "scores.need": "14",
        "scores.novelty": "9",
        "comments.need": "评分表里写的",
        "comment": "离线之前写的  ",
    }


def test_what_both_sides_changed_is_shown_side_by_side_and_chosen_one_by_one(world: w.World) -> None:
    case, client = seated(world)
    head, row = rows_of(client, case)
    row[3], row[4], row[-2] = 15, "表中的说明", "离线写的意见"
    typed_on_the_web(client, case, scores__need="11", comments__need="网页的说明", comment="网页写的意见")
    web = kept(case)
    tried = back(client, case, [head, row])
    said = tried.content.decode()
    for text in ("表中的说明", "网页的说明", "离线写的意见", "网页写的意见"):
        assert text in said, text
    assert said.count('type="radio"') == 6
    assert "checked" not in said, "nobody chooses for them"
    undecided = confirmed(client, case, tried, scores__need="web", comment="sheet")
    assert undecided.status_code == 422
    assert "请选择保留哪一个" in undecided.content.decode()
    assert undecided.content.decode().count("checked") == 2, "what was chosen stays chosen"
    assert kept(case) == web, "nothing is half written"
    done = confirmed(client, case, undecided, scores__need="web", comments__need="web", comment="sheet")
    assert done.status_code == 303
    assert kept(case) == {"scores.need": "11", "comments.need": "网页的说明", "comment": "离线写的意见"}


def test_what_was_typed_while_one_looked_is_asked_about_and_no_case_is_half_kept(world: w.World) -> None:
    first, second, client = two_seated(world)
    rows = rows_of(client, first)
    for row in rows[1:]:
        row[-2] = "评分表里的意见"
    tried = back(client, first, rows)
    typed_on_the_web(client, second, comment="确认之前又写的")
    late = confirmed(client, first, tried)
    assert late.status_code == 409
    assert "又有改动" in late.content.decode()
    assert not SeatDraft.objects.filter(seat__case=first).exists(), "all rows are kept, or none"
    assert kept(second) == {"comment": "确认之前又写的"}
    url = f"take.{second.number}.comment"
    token = re.search(r'name="confirm" value="([^"]+)"', late.content.decode())
    assert token
    assert client.post(address(first), {"confirm": unescape(token[1]), url: "web"}).status_code == 303
    assert kept(second) == {"comment": "确认之前又写的"}
    assert kept(first)["comment"] == "评分表里的意见"


def test_a_choice_beside_a_text_that_changed_since_is_asked_for_again(world: w.World) -> None:
    case, client = seated(world)
    head, row = rows_of(client, case)
    row[-2] = "评分表"
    typed_on_the_web(client, case, comment="网页一")
    tried = back(client, case, [head, row])
    typed_on_the_web(client, case, comment="网页二，更长")
    late = confirmed(client, case, tried, comment="sheet")
    assert late.status_code == 409
    assert "网页二，更长" in late.content.decode()
    assert "checked" not in late.content.decode()
    assert kept(case)["comment"] == "网页二，更长"


def test_a_row_that_does_not_say_what_it_was_taken_with_writes_over_nothing(world: w.World) -> None:
    case, client = seated(world)
    typed_on_the_web(client, case, scores__need="12", comment="网页上的意见")
    head, row = rows_of(client, case)
    row[-1] = str(row[-1]).partition("-")[0]
    row[3], row[5], row[-2] = 17, 8, ""
    tried = back(client, case, [head, row])
    assert tried.content.decode().count('type="radio"') == 2, (
        "one field stands on both sides; an empty one replaces nothing"
    )
    assert confirmed(client, case, tried, scores__need="sheet").status_code == 303
    assert kept(case) == {"scores.need": "17", "scores.novelty": "8", "comment": "网页上的意见"}


def test_scores_sent_while_the_sheet_was_away_are_not_gone_over_unseen(world: w.World) -> None:
    case, client = seated(world)
    head, row = rows_of(client, case)
    row[3] = 9
    sent = {"need": "10", "novelty": "14", "route": "20", "team": "11", "results": "12", "budget": "3"}
    sent = {f"scores.{name}": value for name, value in sent.items()}
    assert act(client, case.number, "score", comment="总体可行，基础扎实，建议予以支持。", **sent).status_code == 303
    tried = back(client, case, [head, row])
    assert "您在网页上也改了" in tried.content.decode()
    assert confirmed(client, case, tried, scores__need="web").status_code == 303
    assert not SeatDraft.objects.exists()
    assert Seat.objects.get().scores["need"] == 10
