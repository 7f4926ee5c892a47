"""Who stands under whom: one parent at a time in each hierarchy, never in a circle."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import psycopg
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import make

from keguan.kernel.actors import SYSTEM
from keguan.kernel.problems import Refused
from keguan.registers.organisations import queries, services
from keguan.registers.organisations.models import Organisation, Parent

DAY = date(2020, 1, 1)


def _codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.refusal.problems]


@pytest.mark.django_db
def test_the_recommender_is_the_nearest_authority_in_either_hierarchy() -> None:
    department = make.organisation("自治区科学技术厅", kind="department")
    bureau = make.organisation("喀什地区科技局", kind="bureau", under=department)
    university = make.organisation("喀什大学", under=bureau)
    institute = make.organisation("喀什大学研究所", kind="institute", under=university)
    corps = make.organisation("兵团", kind="other")
    division = make.organisation("第八师石河子市", kind="xpcc_division", under=corps, hierarchy="xpcc")
    firm = make.organisation("石河子农机公司", kind="enterprise", under=division, hierarchy="xpcc")
    assert queries.recommender_of(institute) == queries.recommender_of(university) == bureau
    assert queries.recommender_of(firm) == division
    assert queries.recommender_of(bureau) == department
    assert queries.recommender_of(department) is None
    assert queries.ancestors(institute) == [university, bureau, department]
    assert queries.ancestors(firm) == []
    assert queries.within(department) == {department.pk, bureau.pk, university.pk, institute.pk}
    assert queries.within(corps) == {corps.pk, division.pk, firm.pk}
    assert queries.within(corps, hierarchies=["administrative"]) == {corps.pk}


@pytest.mark.django_db
def test_a_hierarchy_is_walked_as_it_stood_on_the_day() -> None:
    one, other = make.organisation("甲局", kind="bureau"), make.organisation("乙局", kind="bureau")
    child = make.organisation()
    link = services.attach(SYSTEM, child, one, since=DAY)
    services.detach(SYSTEM, link, last_day=DAY + timedelta(days=30))
    services.attach(SYSTEM, child, other, since=DAY + timedelta(days=31))
    seen = [queries.recommender_of(child, DAY + timedelta(days=days)) for days in (-1, 0, 30, 31)]
    assert seen == [None, one, one, other]


@pytest.mark.django_db
def test_a_second_parent_meanwhile_is_refused_and_names_the_first() -> None:
    one, other = make.organisation("甲局", kind="bureau"), make.organisation("乙局", kind="bureau")
    child = make.organisation(under=one)
    with pytest.raises(Refused) as refused:
        services.attach(SYSTEM, child, other, since=DAY)
    problem = refused.value.refusal.problems[0]
    assert problem.code == "parent.overlap"
    assert "甲局" in problem.say.zh
    assert "甲局" in problem.say.en
    services.attach(SYSTEM, child, other, hierarchy="xpcc", since=DAY)
    assert Parent.objects.filter(child=child).count() == 2


@pytest.mark.django_db
def test_nobody_stands_above_themselves_on_any_day() -> None:
    top = make.organisation()
    middle = make.organisation(under=top)
    low = make.organisation(under=middle)
    for child, parent in ((top, low), (top, middle), (top, top)):
        with pytest.raises(Refused) as refused:
            services.attach(SYSTEM, child, parent, since=DAY)
        assert _codes(refused) == ["parent.circle"]
    services.attach(SYSTEM, top, low, since=date(1990, 1, 1), until=date(1999, 12, 31))


@pytest.mark.django_db
def test_a_link_cannot_end_outside_its_time() -> None:
    link = services.attach(SYSTEM, make.organisation(), make.organisation(), since=DAY, until=date(2021, 1, 1))
    for day in (DAY - timedelta(days=2), date(2021, 1, 2)):
        with pytest.raises(Refused) as refused:
            services.detach(SYSTEM, link, last_day=day)
        assert _codes(refused) == ["parent.end"]
    services.detach(SYSTEM, link, last_day=DAY - timedelta(days=1))
    assert queries.ancestors(link.child, on=DAY) == []


@pytest.mark.django_db
def test_what_stood_under_a_merged_organisation_moves_to_its_successor() -> None:
    bureau = make.organisation("老局", kind="bureau")
    child = make.organisation(under=bureau)
    heir = make.organisation("新局", kind="bureau")
    services.merge(SYSTEM, bureau, heir, on=DAY)
    assert queries.recommender_of(child, DAY - timedelta(days=1)) == bureau
    assert queries.recommender_of(child, DAY) == heir


@pytest.mark.django_db
def test_a_unit_cannot_swallow_its_own_parent() -> None:
    parent = make.organisation()
    child = make.organisation(under=parent)
    with pytest.raises(Refused) as refused:
        services.merge(SYSTEM, parent, child)
    assert _codes(refused) == ["parent.circle"]
    parent.refresh_from_db()
    assert parent.status == "active"


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_cannot_give_one_child_two_parents(test_database_url: str) -> None:
    child, one, other = make.organisation(), make.organisation(), make.organisation()
    sql = "INSERT INTO organisations_parent (child_id, parent_id, hierarchy, since) VALUES (%s, %s, %s, %s)"
    outcome: list[str] = []

    def second() -> None:
        with psycopg.connect(test_database_url) as clerk:
            try:
                clerk.execute(sql, [child.pk, other.pk, "xpcc", DAY])
                outcome.append("won")
            except psycopg.errors.ExclusionViolation:
                outcome.append("refused")

    with psycopg.connect(test_database_url) as first:
        first.execute(sql, [child.pk, one.pk, "xpcc", DAY])
        clerk = threading.Thread(target=second)
        clerk.start()
        clerk.join(0.2)
        assert clerk.is_alive(), "the second clerk waits for the first to commit"
        first.commit()
        clerk.join(10)
    assert outcome == ["refused"]
    assert Parent.objects.get().parent == one


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_cannot_close_a_circle() -> None:
    one, other = make.organisation(), make.organisation()
    start = threading.Barrier(2)
    outcome: list[str] = []

    def attach(child: Organisation, parent: Organisation) -> None:
        try:
            start.wait(10)
            services.attach(SYSTEM, child, parent, since=DAY)
            outcome.append("done")
        except Refused as refused:
            outcome.append(refused.refusal.problems[0].code)
        finally:
            connection.close()

    clerks = [threading.Thread(target=attach, args=pair) for pair in ((one, other), (other, one))]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join(20)
    assert sorted(outcome) == ["done", "parent.circle"]


_ATTEMPT = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 20), st.none() | st.integers(0, 20))


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_ATTEMPT, max_size=12))
def test_whatever_clerks_attempt_each_day_shows_a_forest(attempts: list[tuple[int, int, int, int | None]]) -> None:
    bodies = [make.organisation() for _ in range(4)]
    for child, parent, first, last in attempts:
        until = None if last is None else DAY + timedelta(days=last)
        try:
            services.attach(SYSTEM, bodies[child], bodies[parent], since=DAY + timedelta(days=first), until=until)
        except Refused:
            continue
    links = list(Parent.objects.filter(child__in=bodies))
    for offset in range(22):
        day = DAY + timedelta(days=offset)
        above = {}
        for link in links:
            if link.since <= day and (link.until is None or day <= link.until):
                assert link.child_id not in above, "one parent at a time"
                above[link.child_id] = link.parent_id
        for body in bodies:
            path, here = [body.pk], body.pk
            while here in above:
                here = above[here]
                assert here not in path, "no circle"
                path.append(here)
            assert [o.pk for o in queries.ancestors(body, on=day)] == path[1:]
