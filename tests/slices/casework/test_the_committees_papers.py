"""The committee reads its papers in order, and sees what moving the budget line would do, without anything being written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import fields_on, signed_in

from keguan.casework import services, versions
from keguan.casework.models import Case, Ranking
from keguan.casework.rounds import services as rounds
from keguan.casework.versions import definition_of
from keguan.engine.rounds import grants_at
from keguan.kernel.clock import clock_at
from keguan.kernel.ids import new_key
from keguan.kernel.problems import Refusal
from keguan.language.definition import Definition
from keguan.language.schema import Decide
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[w.World]:
    """Two applications of 80 万元 each, and a budget for one of them."""
    of = cases.opened(budget_fen=100_000_000)
    cases.case(of, at="scored")
    of.people["applicant"] = make.person(employer=of.university, title="senior", degree="doctor")
    of.people["member"] = make.person(employer=of.university)
    cases.case(of, at="scored", rank=2, domain="energy")
    with clock_at(w.moment("2026-04-20")):
        assert of.round is not None
        assert isinstance(rounds.adopt_ranking(of.round.code, "rank", of.actor("officer"), new_key()), Ranking)
        yield of


def in_order() -> list[Case]:
    return list(Case.objects.order_by("position"))


def what_if(world: w.World, query: str = "", who: str = "committee") -> Any:
    assert world.round is not None
    return signed_in(world.people[who]).get(reverse("what_if", args=[world.round.code, "rank"]) + query)


def test_moving_the_line_tells_what_is_gained_and_lost_and_writes_nothing(world: w.World) -> None:
    first, second = in_order()
    events = Event.objects.exclude(tag__startswith="parties:")
    before = events.count()
    now = what_if(world).content.decode()
    assert "增加 0 件" in now
    assert "失去 0 件" in now
    lower = what_if(world, "?line=2").content.decode()
    assert "增加 1 件" in lower
    assert second.title in lower.split("失去 0 件")[0]
    assert "按“所属领域”" in lower
    assert "能源与化工" in lower
    assert "-60 万元" in lower or "−60 万元" in lower, "two of 80 are 60 more than there is"
    higher = what_if(world, "?line=0").content.decode()
    assert "失去 1 件" in higher
    assert first.title in higher.split("失去 1 件")[1]
    assert "增加 1 件" in what_if(world, "?budget=200").content.decode()
    assert "增加 1 件" in what_if(world, "?percent=60").content.decode(), "twice 48 of 100"
    assert [one.amount_fen for one in in_order()] == [None, None]
    assert Ranking.objects.get().spent_fen == 80_000_000
    assert events.count() == before


def test_terms_that_make_no_sense_are_all_said_at_once(world: w.World) -> None:
    answer = what_if(world, "?line=9&budget=abc&percent=0")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert all(f'href="#field-{name}"' in page for name in ("line", "budget", "percent"))
    assert 'value="abc"' in page


@pytest.mark.parametrize(("who", "status"), [("supervisor", 200), ("planner", 403), ("host", 403), ("applicant", 403)])
def test_only_who_reads_scores_moves_the_line(world: w.World, who: str, status: int) -> None:
    assert what_if(world, who=who).status_code == status


def test_other_terms_share_a_pool_or_go_down_the_list() -> None:
    asked, barred = [80, 80, 50], [False, False, True]
    assert grants_at(asked, barred, 100, line=None, percent=100, is_shared=False) == [80, 0, 0]
    assert grants_at(asked, barred, 100, line=None, percent=50, is_shared=False) == [40, 40, 0]
    assert grants_at(asked, barred, 100, line=3, percent=100, is_shared=False) == [80, 80, 0], "who is barred stays out"
    assert grants_at(asked, barred, 80, line=None, percent=100, is_shared=True) == [40, 40, 0]


def test_papers_are_read_in_order_and_decided_where_they_are_read(
    world: w.World, django_assert_max_num_queries: Any
) -> None:
    assert world.round is not None
    first, second = in_order()
    papers = [reverse("paper", args=[world.round.code, "decide", one.number]) for one in (first, second)]
    committee = signed_in(world.people["committee"])
    agenda = committee.get(reverse("deciding", args=[world.round.code, "decide"])).content.decode()
    assert papers[0] in agenda
    committee.get(papers[0])
    with django_assert_max_num_queries(12):
        page = committee.get(papers[0]).content.decode()
    assert f'href="{papers[1]}" rel="next"' in page
    assert "思路清楚，基础扎实。" in page
    assert "78.67" in page
    assert reverse("case_book", args=[first.number, "proposal"]) in page
    assert not any(person.name in page for person in world.people.values() if person.pk == world.experts[0])
    assert Event.objects.filter(case_number=first.number, outcome="read", actor=world.people["committee"].pk).exists()
    sent = {"step": "decide", "key": new_key(), "next": papers[1], "amount_fen": "60", "reason": "核减设备费"}
    assert committee.post(reverse("case_do", args=[first.number, "approve"]), sent).status_code == 422, "not voted on"
    w.voted(first.number, "approve")
    sent["key"] = new_key()
    assert committee.post(reverse("case_do", args=[first.number, "approve"]), sent)["Location"] == papers[1]
    last = committee.get(papers[1]).content.decode()
    assert f'href="{papers[0]}" rel="prev"' in last, "what is decided stays in order"
    for who in ("planner", "host", "finance"):
        assert signed_in(world.people[who]).get(papers[0]).status_code == 403


def _without_vote(monkeypatch: pytest.MonkeyPatch, of: Case) -> None:
    """The same programme, whose committee decides without a ballot."""
    read = definition_of(of.programme)
    steps = tuple(replace(one, vote=None) if isinstance(one, Decide) else one for one in read.programme.steps)
    without = Definition(replace(read.programme, steps=steps), read.sources)
    monkeypatch.setitem(versions._read, of.programme.digest, without)


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_what_is_refused_from_the_agenda_goes_back_to_it_once_it_is_put_right(
    world: w.World, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert world.round is not None
    first, second = in_order()
    _without_vote(monkeypatch, first)
    committee = signed_in(world.people["committee"])
    agenda = reverse("deciding", args=[world.round.code, "decide"])
    sent = {"step": "decide", "revision": str(Case.objects.get(pk=first.pk).revision), "amount_fen": "60"}
    for onward in (agenda, reverse("paper", args=[world.round.code, "decide", second.number])):
        refused = committee.post(
            reverse("case_do", args=[first.number, verb]), {**sent, "key": new_key(), "next": onward, "reason": ""}
        )
        page = refused.content.decode()
        assert refused.status_code == 422
        assert f'<a href="{agenda}">' in page, "the way back is the agenda"
        form = fields_on(page, "")
        assert form["next"] == [onward]
        assert verb == "reject" or form["amount_fen"] == ["60"]
    done = committee.post(reverse("case_do", args=[first.number, verb]), {**form, "reason": "核减设备费"})
    assert done["Location"] == form["next"][0]
    elsewhere = {**sent, "step": "decide", "key": new_key(), "next": "//evil.example/", "reason": ""}
    page = committee.post(reverse("case_do", args=[second.number, "reject"]), elsewhere).content.decode()
    assert "evil" not in page
    assert agenda not in page


def test_every_decision_owes_a_reason_and_one_below_the_ranking_shows(world: w.World) -> None:
    assert world.round is not None
    first, second = in_order()
    for verb, content in (("approve", {"amount_fen": 60_000_000}), ("reject", {})):
        refused = world.act(first.number, verb, "committee", **content)
        assert isinstance(refused, Refusal)
        assert {one.code for one in refused.problems} == {"reason.missing"}
    assert isinstance(world.act(second.number, "approve", "committee", reason="想要"), Refusal), "beyond the line"
    done = world.act(first.number, "approve", "committee", amount_fen=60_000_000, reason="核减设备费")
    assert isinstance(done, services.Done)
    agenda = signed_in(world.people["committee"]).get(reverse("deciding", args=[world.round.code, "decide"]))
    assert "已批准 60 万元；" in agenda.content.decode(), "what is left of the budget can be told"
    page = signed_in(world.people["committee"]).get(reverse("resolution", args=[world.round.code, "decide"]))
    assert "低于排序结果" in page.content.decode()
