"""A sanction is in force from its first to its last day, for life where it has none, and until it is lifted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from tests import make

from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM
from keguan.kernel.problems import Refused
from keguan.registers.integrity import lists, services
from keguan.registers.integrity.models import Sanction
from keguan.registers.integrity.queries import active_sanctions
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_a_sanction_holds_on_its_first_and_last_day_and_not_around_them() -> None:
    row = make.sanction(since=date(2026, 3, 1), until=date(2026, 3, 31))
    held = {
        day: active_sanctions([row.person_id], [], day).exists()
        for day in (row.since - DAY, row.since, row.until, row.until + DAY)
    }
    assert list(held.values()) == [False, True, True, False]


def test_a_sanction_without_end_is_for_life() -> None:
    row = make.sanction(until=None)
    assert active_sanctions([row.person_id], [], date(2099, 1, 1)).get() == row


def test_lifting_ends_it_from_that_day_but_not_for_the_days_before() -> None:
    row = make.sanction()
    lifted = services.lift(row, SYSTEM, on=date(2026, 6, 1), reason="复查后更正")
    assert lifted.status == "lifted"
    assert active_sanctions([row.person_id], [], date(2026, 5, 31)).exists()
    assert not active_sanctions([row.person_id], [], date(2026, 6, 1)).exists()
    with pytest.raises(Refused):
        services.lift(row, SYSTEM, on=date(2026, 7, 1), reason="再次")


def test_people_and_organisations_are_found_together_and_others_are_not() -> None:
    person, organisation = make.sanction(), make.sanction(organisation=make.organisation().pk)
    make.sanction()
    found = active_sanctions([person.person_id], [organisation.organisation_id], date(2026, 2, 2))
    assert set(found) == {person, organisation}
    assert not active_sanctions([], [], date(2026, 2, 2)).exists()


def test_an_incomplete_sanction_is_refused_with_every_problem_and_leaves_no_trace() -> None:
    new = services.NewSanction("beating", "some", date(2026, 2, 1), " ", "", until=date(2026, 1, 1))
    with pytest.raises(Refused) as refused:
        services.impose(new, SYSTEM)
    codes = [problem.code for problem in refused.value.refusal.problems]
    assert codes == ["sanction.subject", "sanction.kind", "sanction.severity", "sanction.days", "sanction.source"]
    assert not Event.objects.exists()


@pytest.mark.parametrize(("until", "for_life"), [(None, False), (date(2028, 12, 31), True)])
def test_for_life_is_chosen_and_never_follows_from_an_empty_day(until: date | None, for_life: bool) -> None:
    with pytest.raises(Refused) as refused:
        make.sanction(until=until, for_life=for_life)
    assert [problem.code for problem in refused.value.refusal.problems] == ["sanction.until"]
    assert make.sanction(until=None, for_life=True).until is None


def test_a_sanction_ahead_is_not_called_active_and_is_found_apart() -> None:
    today = clock.today()
    ahead, stands = make.sanction(since=today + DAY), make.sanction(since=today, until=None)
    over = make.sanction(since=today - 9 * DAY, until=today - DAY)
    told = [lists.status_of(one).text.zh for one in (ahead, stands, over)]
    assert told == [f"自 {today + DAY} 起生效", "生效", "期满"]
    (by_state,) = [one for one in lists.SANCTIONS.filters if one.key == "status"]
    found = {word: list(by_state.apply(Sanction.objects.all(), word)) for word in ("ahead", "active", "over")}
    assert found == {"ahead": [ahead], "active": [stands], "over": [over]}


def test_the_database_refuses_a_sanction_against_nobody_or_two() -> None:
    known = {"kind": "funds", "severity": "minor", "since": date(2026, 1, 1), "source": "x", "decided_by": "x"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Sanction.objects.create(**known)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sanction.objects.create(**known, person=make.person(), organisation=make.organisation())
