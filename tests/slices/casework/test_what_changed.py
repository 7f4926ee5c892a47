"""A case comes back with marked places, is handed in again, and everybody who may read it sees what changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import act, form_address, signed_in

from keguan.casework.models import Answers, Case
from keguan.kernel.clock import clock_at

pytestmark = pytest.mark.django_db
SUMMARY = "针对南疆灌区缺水问题，选育抗旱棉花新品种，在沙雅县和库车市开展示范。"


@pytest.fixture
def world() -> Iterator[w.World]:
    of = cases.opened()
    with clock_at(w.moment("2026-03-03")):
        yield of


def read(of: w.World, who: str, address: str, **asked: str) -> str:
    response = signed_in(of.people[who]).get(address, asked)
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def returned(of: w.World, **changes: Any) -> Case:
    """Sent back by the research office with two marked places, handed in again with one of them changed."""
    case = cases.case(of, at="endorse")
    first = dict(Answers.objects.get(case=case).values)
    sent = {"places": ["proposal.budget"], "remark.proposal.summary": "请写明示范地点"}
    assert act(signed_in(of.people["host"]), case.number, "return", reason="请修改", **sent).status_code == 303
    return _again(of, case, first | changes)


def _again(of: w.World, case: Case, values: dict[str, Any]) -> Case:
    of.act(case.number, "submit", "applicant", values=w.proposal(of) | {"title": values["title"]} | values)
    case.refresh_from_db()
    return case


def test_a_remark_marks_its_field_and_stands_at_it_and_in_the_list_of_sections(world: w.World) -> None:
    case = cases.case(world, at="endorse")
    sent = {"remark.proposal.summary": "请写明示范地点"}
    act(signed_in(world.people["host"]), case.number, "return", reason="请修改", **sent)
    said = read(world, "applicant", form_address(case.number))
    question = said.partition('data-question="proposal.summary"')[2].partition('data-question="')[0]
    assert "退回时指出，需要修改" in question
    assert "请写明示范地点" in question
    other = said.partition('data-question="proposal.title"')[2].partition('data-question="')[0]
    assert "退回时指出" not in other
    assert '<a class="section-state" href="#field-proposal-summary">退回指出 1 处</a>' in said
    assert "请写明示范地点" in said.partition("banner-warn")[2].partition("</ul>")[0]


def test_a_refused_return_keeps_the_marks_and_their_remarks(world: w.World) -> None:
    case = cases.case(world, at="endorse")
    sent = {"remark.proposal.summary": "请写明示范地点", "places": ["proposal.budget"]}
    refused = act(signed_in(world.people["host"]), case.number, "return", reason=" ", **sent)
    said = refused.content.decode()
    assert refused.status_code == 422
    for place in ("proposal.summary", "proposal.budget"):
        assert f'value="{place}" checked' in said
    assert 'name="remark.proposal.summary" value="请写明示范地点"' in said


def test_who_sent_it_back_sees_what_changed_and_which_marked_place_did_not(world: w.World) -> None:
    case = returned(world, summary=SUMMARY)
    since = (
        read(world, "host", reverse("case", args=[case.number])).partition('id="since"')[2].partition("</section>")[0]
    )
    assert "<del>并在主产区开展示范。</del>" in since
    assert "<ins>在沙雅县和库车市开展示范。</ins>" in since
    assert "退回时指出" in since
    assert "请写明示范地点" in since
    untouched = since.partition("没有改动的")[2].partition("</ul>")[0]
    assert "预算明细" in untouched
    assert "项目摘要" not in untouched


def test_a_step_that_never_sent_it_back_is_told_of_no_changes(world: w.World) -> None:
    case = returned(world, summary=SUMMARY)
    world.act(case.number, "endorse", "host", note="材料属实")
    assert 'id="since"' not in read(world, "authority", reverse("case", args=[case.number]))


def test_tables_are_compared_row_by_row(world: w.World) -> None:
    budget = [
        {"heading": "equipment", "fiscal": "10 万元", "own": "0 万元"},
        {"heading": "operations", "fiscal": "60 万元", "own": "0 万元"},
        {"heading": "labour", "fiscal": "10 万元", "own": "0 万元"},
    ]
    case = returned(world, budget=budget)
    said = read(world, "host", reverse("case_versions", args=[case.number, "proposal"]), old="1", new="2")
    rows = re.findall(
        r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", said.partition('id="changes"')[2].partition("</section>")[0]
    )
    assert [kind for kind, _ in rows] == ["新增", "修改"], "a row that only moved down did not change"
    assert re.search(r"<del>20\D*</del> <ins>10\D*</ins>", rows[1][1])


def test_an_earlier_version_is_there_in_full_and_the_choice_of_two_is_kept(world: w.World) -> None:
    case = returned(world, summary=SUMMARY)
    first = dict(Answers.objects.get(case=case, version=1).values)
    act(signed_in(world.people["host"]), case.number, "return", reason="再改")
    _again(world, case, first)
    address = reverse("case_versions", args=[case.number, "proposal"])
    assert "历次提交与变化（3）" in read(world, "applicant", reverse("case", args=[case.number]))
    assert "没有变化" in read(world, "applicant", address, old="1", new="3")
    said = read(world, "applicant", address)
    assert "从第 2 次到第 3 次" in said
    assert "并在主产区开展示范" in said
    assert "沙雅县和库车市" in said.partition("<details")[2]


def test_versions_open_to_whoever_may_read_the_answers_and_the_reading_is_traced(world: w.World) -> None:
    case = returned(world, summary=SUMMARY)
    address = reverse("case_versions", args=[case.number, "proposal"])
    read(world, "authority", address)
    assert "查看了申报内容" in read(world, "applicant", reverse("case", args=[case.number]))
    assert signed_in(world.people["committee"]).get(address).status_code == 200
    assert signed_in(world.people["planner"]).get(address).status_code == 403


def test_an_answer_that_is_kept_from_a_reader_is_kept_in_its_changes_too(world: w.World) -> None:
    case = returned(world, unwelcome=[{"expert": world.people["member"].pk, "reason": "有过节"}])
    address = reverse("case_versions", args=[case.number, "proposal"])
    assert "有过节" in read(world, "applicant", address)
    said = read(world, "host", address)
    assert "有过节" not in said
    assert "没有变化" in said


def test_the_desk_of_a_returned_case_stays_within_its_queries(
    world: w.World, django_assert_max_num_queries: Any
) -> None:
    case = returned(world, summary=SUMMARY)
    host = signed_in(world.people["host"])
    address = reverse("case", args=[case.number])
    host.get(address)
    with django_assert_max_num_queries(12):
        assert 'id="since"' in host.get(address).content.decode()
