"""The trace on a case's page: what was done stands first, who read it is folded below, and a return is never forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import act, holders, signed_in

from keguan.casework.models import Case
from keguan.casework.pages.case import trace as case_trace
from keguan.kernel.clock import clock_at
from keguan.registers.trace import services as trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[w.World]:
    """A round of March; everything in these tests happens on 3 March 2026."""
    of = cases.opened()
    with clock_at(w.moment("2026-03-03")):
        yield of


def part(of: w.World, case: Case, who: str, name: str, language: str = "zh") -> str:
    """One section of the case's page, as this person reads it; "" where they find none."""
    address = reverse("case", args=[case.number])
    said = signed_in(of.people[who]).get(address, {"lang": language}).content.decode()
    return said.partition(f'id="{name}"')[2].partition("</section>")[0]


def test_readings_are_counted_and_folded_below_what_was_done(
    world: w.World, django_assert_max_num_queries: Any
) -> None:
    case = cases.case(world, at="endorse")
    for who, times in (("host", 3), ("authority", 1)):
        for _ in range(times):
            part(world, case, who, "trace")
    applicant = signed_in(world.people["applicant"])
    with django_assert_max_num_queries(12):
        applicant.get(reverse("case", args=[case.number]))
    done, _, folded = part(world, case, "applicant", "trace").partition("<details>")
    assert "提交了材料" in done
    assert "查看了" not in done
    assert "查阅 4 次，共 2 人" in folded
    assert folded.count("查看了申报内容") == 2, "one line for what one person read on one day"
    assert folded.count("当日共 3 次") == 1
    english = part(world, case, "applicant", "trace", "en")
    assert "Readings: 4, by people: 2" in english
    assert "read the proposal, 3 times that day" in english


def test_a_case_that_nobody_else_read_folds_nothing(world: w.World) -> None:
    shown = part(world, cases.case(world, at="endorse"), "applicant", "trace")
    assert "提交了材料" in shown
    assert "<details>" not in shown


def test_however_often_a_case_is_read_its_steps_stay_on_the_page(
    world: w.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = cases.case(world, at="recommend")
    monkeypatch.setattr(case_trace, "MOST", 5)
    for name in ("member", "finance", "planner", "publisher", "supervisor", "officer"):
        trace.read(world.actor(name), "proposal", case.number, case_number=case.number)
    shown = part(world, case, "applicant", "trace")
    assert "开始了申报" in shown
    assert "同意推荐" in shown
    assert shown.count("查看了申报内容") == 5
    assert "只列出最近的" in shown


def test_why_a_case_was_sent_back_stays_on_its_page_after_it_came_in_again(world: w.World) -> None:
    case = cases.case(world, at="endorse")
    act(signed_in(world.people["host"]), case.number, "return", reason="补充测算依据", places=["proposal.budget"])
    with clock_at(w.moment("2026-03-05")):
        world.act(case.number, "submit", "applicant", values=w.proposal(world))
        world.act(case.number, "endorse", "host", note="材料属实")
        world.act(case.number, "return", "authority", reason="指标写得不清楚")
        world.act(case.number, "submit", "applicant", values=w.proposal(world))
        assert Case.objects.get(pk=case.pk).step == "endorse"
        for who in ("applicant", "host", "authority", "officer"):
            shown = part(world, case, who, "returns")
            first, second = shown.split("<h3>")[1:]
            assert "2026-03-03 10:00" in first, who
            assert "补充测算依据" in first
            assert "需要修改：" in first
            assert "预算明细" in first
            assert "2026-03-05 10:00" in second
            assert "指标写得不清楚" in second


def test_reviewers_do_not_learn_why_a_case_was_once_sent_back(world: w.World) -> None:
    case = cases.case(world, at="screen")
    world.act(case.number, "return", "officer", reason="附件不全")
    world.act(case.number, "submit", "applicant", values=w.proposal(world))
    world.act(case.number, "endorse", "host", note="材料属实")
    world.act(case.number, "endorse", "authority", rank=1)
    met = {f"formal.{rule}": {"result": "meets"} for rule in ("guide", "attachments", "classified", "cv")}
    world.act(case.number, "pass", "officer", verdicts=met)
    world.act(case.number, "assign", "officer", experts=world.experts[:1])
    world.people["reviewer"] = holders(case.number)[0]
    assert "附件不全" in part(world, case, "officer", "returns")
    assert part(world, case, "reviewer", "returns") == ""
