"""A round as a whole: the numbers agree with the cases, and nobody sees in them what they may not see one by one."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import signed_in

from keguan.casework.models import Case
from keguan.casework.rounds import kept_counts
from keguan.casework.services import Done
from keguan.casework.versions import definition_of
from keguan.insight.rounds.queries import glance_at
from keguan.kernel import clock
from keguan.kernel.clock import clock_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Any:
    of = cases.opened()
    days = {"03-01": "棉花抗旱新品种选育", "03-03": "盐碱地改良技术集成示范", "03-05": "林果提质增效关键技术"}
    for day, title in days.items():
        with clock_at(w.moment(f"2026-{day}")):
            number = w.started(of)
            leads = make.person(employer=of.university, born=date(1980, 5, 1)).pk
            team = [{"member": make.person(employer=of.university).pk, "role": "lead", "months": 6}]
            values = w.proposal(of, title=title, principal=leads, team=team)
            answer = of.act(number, "submit", "applicant", values=values)
            assert isinstance(answer, Done), answer
    with clock_at(w.moment("2026-03-06")):
        assert isinstance(of.act(number, "endorse", "host"), Done)
        w.started(of)
        yield of


def test_every_case_stands_at_one_step_and_has_reached_all_before(world: w.World) -> None:
    assert world.round is not None
    definition = definition_of(world.round.programme)
    whole = glance_at(world.actor("officer"), world.round, definition, clock.now()).overview
    by_step = {one.step: one for one in whole.stands}
    assert (by_step["endorse"].here, by_step["recommend"].here) == (2, 1)
    assert (by_step["endorse"].reached, by_step["recommend"].reached) == (3, 1)
    assert (whole.cases, whole.submitted) == (3, 3), "a draft is nobody's business yet"
    assert whole.asked_fen == sum(Case.objects.exclude(submitted_at=None).values_list("asked_fen", flat=True))


def test_a_case_that_ended_badly_reached_every_step_it_was_at(world: w.World) -> None:
    assert world.round is not None
    refused = Case.objects.filter(step="endorse").order_by("number").first()
    assert refused is not None
    assert isinstance(world.act(refused.number, "refuse", "host", reason="与单位规划不符"), Done)
    definition = definition_of(world.round.programme)
    whole = glance_at(world.actor("officer"), world.round, definition, clock.now()).overview
    assert [(one.here, one.reached) for one in whole.stands][:4] == [(0, 3), (1, 3), (1, 1), (0, 0)]
    assert sum(whole.ends.values()) == 1


def test_each_number_of_the_funnel_leads_to_exactly_those_cases(world: w.World) -> None:
    assert world.round is not None
    refused = Case.objects.filter(step="endorse").order_by("number").first()
    assert refused is not None
    assert isinstance(world.act(refused.number, "refuse", "host", reason="与单位规划不符"), Done)
    officer = signed_in(world.people["officer"])
    said = officer.get(reverse("round_overview", args=[world.round.code])).content.decode()
    links = re.findall(r'<a href="(/cases/[^"]+)">(\d+)</a>', said)
    assert len(links) == 3, "endorse, recommend and an end"
    for href, n in links:
        rows = officer.get(href.replace("&amp;", "&")).content.decode().partition("<tbody")[2].count("<tr")
        assert rows == int(n), href


def test_regions_and_hosts_count_what_came_in(world: w.World) -> None:
    assert world.round is not None
    found = glance_at(world.actor("officer"), world.round, definition_of(world.round.programme), clock.now())
    assert [(one.value, one.count) for one in found.hosts] == [(world.university.name, 3)]
    assert sum(one.count for one in found.regions) == 3


def test_the_hosts_with_the_most_are_as_many_as_are_listed(world: w.World) -> None:
    assert world.round is not None
    said = signed_in(world.people["officer"]).get(reverse("round_overview", args=[world.round.code]), {"lang": "en"})
    assert "Hosts with the most (1)" in said.content.decode()


def test_what_waits_is_told_with_how_long(world: w.World) -> None:
    assert world.round is not None
    definition = definition_of(world.round.programme)
    glance = glance_at(world.actor("officer"), world.round, definition, w.moment("2026-03-12"))
    found = {one.step: one for one in glance.waiting}
    assert found.keys() == {"endorse", "recommend"}
    assert (found["endorse"].tasks, found["endorse"].late) == (2, 2), "the office has five workdays"
    assert (found["endorse"].median.days, found["endorse"].longest.days) == (10, 11)
    assert found["recommend"].median.days == 6


def test_how_long_cases_stay_in_a_step_counts_those_that_left_it(world: w.World) -> None:
    assert world.round is not None
    definition = definition_of(world.round.programme)
    found = {
        s.step: s for s in glance_at(world.actor("officer"), world.round, definition, w.moment("2026-03-12")).stays
    }
    assert list(found) == ["apply", "endorse", "recommend"], "in the order of the programme"
    assert (found["apply"].left, found["apply"].here) == (3, 0), "a draft that nobody handed in has not left"
    endorsed = found["endorse"]
    assert (endorsed.left, endorsed.median, endorsed.longest) == (1, timedelta(days=1), timedelta(days=1))
    assert (endorsed.here, endorsed.so_far) == (2, timedelta(days=11))
    still = found["recommend"]
    assert (still.left, still.median, still.longest, still.here, still.so_far) == (0, None, None, 1, timedelta(days=6))
    address = reverse("round_overview", args=[world.round.code])
    officer = signed_in(world.people["officer"])
    for language, said in (
        ("zh", ("环节用时", "24 小时", "5 天", "不足 1 小时")),
        ("en", ("Time in each step", "24 hours", "5 days", "under an hour")),
    ):
        shown = officer.get(f"{address}?lang={language}").content.decode().replace("\xa0", " ")
        assert [one for one in said if one not in shown] == []


def test_a_large_round_is_counted_once_a_minute_for_all_who_may_see_it_whole(
    world: w.World, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    assert world.round is not None
    definition, at = definition_of(world.round.programme), w.moment("2026-03-12")
    monkeypatch.setattr(kept_counts, "COUNTED_ANEW", 2)
    first = glance_at(world.actor("officer"), world.round, definition, at)
    assert first.overview.cases == 3
    Case.objects.filter(step="recommend").update(submitted_at=None)
    supervisor, committee = world.actor("supervisor"), world.actor("committee")
    soon, later = at + timedelta(seconds=59), at + timedelta(seconds=60)
    with django_assert_num_queries(1):
        assert glance_at(supervisor, world.round, definition, soon) == first
    with django_assert_num_queries(2):  # those who vote may have been sent out for one of its cases
        assert glance_at(committee, world.round, definition, soon) == first
    host = glance_at(world.actor("host"), world.round, definition, soon)
    assert (host.at, host.overview.submitted) == (soon, 2), "who sees only some cases has them counted for themselves"
    anew = glance_at(world.actor("officer"), world.round, definition, later)
    assert (anew.at, anew.overview.cases) == (later, 2)


def test_the_page_is_for_staff_and_stays_within_its_queries(world: w.World, django_assert_max_num_queries: Any) -> None:
    assert world.round is not None
    address = reverse("round_overview", args=[world.round.code])
    officer = signed_in(world.people["officer"])
    officer.get(address)
    with django_assert_max_num_queries(12):
        said = officer.get(address).content.decode()
    assert world.university.name in said
    assert "走到此" in said
    assert signed_in(world.people["applicant"]).get(address).status_code == 403
    assert Client().get(address).status_code == 302


def test_what_came_in_is_told_by_topic_and_drawn_beside_the_numbers(world: w.World) -> None:
    assert world.round is not None
    found = glance_at(world.actor("officer"), world.round, definition_of(world.round.programme), clock.now())
    assert sum(one.count for one in found.topics) == 3
    assert sum(one.asked_fen for one in found.topics) == found.overview.asked_fen
    address = reverse("round_overview", args=[world.round.code])
    officer = signed_in(world.people["officer"])
    for language, title in (("zh", "按“所属领域”"), ("en", "By “")):
        said = officer.get(f"{address}?lang={language}").content.decode()
        assert title in said
        funnel = said.partition("走到此" if language == "zh" else "Reached")[2].partition("</table>")[0]
        drawn = [int(one) for one in re.findall(r'<rect width="(\d+)"', funnel)]
        assert drawn[:4] == [100, 100, 33, 0], "three came in, one went on"
