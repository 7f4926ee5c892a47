"""What lists and to-do lists show: to the right people, in few queries, and never a reviewer's name by mistake."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests import make
from tests.make import cases

from keguan.casework import queries
from keguan.casework.models import Case, Message, Notice, Round, Seat, SeatHolder, Task
from keguan.casework.rounds import kept_counts
from keguan.kernel.actors import NOBODY, SYSTEM, Actor, HeldDuty
from keguan.kernel.clock import clock_at
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties import services as parties
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.models import Person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 15, tzinfo=UTC)
DAY = timedelta(days=1)
BORN = date(1980, 5, 1)


def officer(programme: str = "") -> Actor:
    return Actor(make.person().pk, "officer", (HeldDuty("officer", programme=programme),))


def shown(actor: Actor) -> list[tuple[str, str]]:
    return [(task.role, task.step) for task in queries.tasks_of(actor)]


# ------------------------------------------------------------------------------------------------------- to do


def test_the_task_of_a_case_wanders_from_desk_to_desk_and_lies_on_one_at_a_time() -> None:
    world = cases.opened(quota=4)
    stages = [("apply", "applicant"), ("endorse", "host"), ("recommend", "authority"), ("screen", "officer")]
    for rank, (stage, whose) in enumerate(stages, start=1):
        Task.objects.all().delete()
        world.people["member"] = make.person(employer=world.university)
        found = cases.case(world, at=stage, rank=rank, principal=make.person(employer=world.university, born=BORN).pk)
        for who in ("applicant", "host", "authority", "officer", "committee", "planner"):
            expected = [(whose, stage)] if who == whose else []
            assert shown(world.actor(who)) == expected, (stage, who)
        assert queries.tasks_of(world.actor(whose)).get().case == found
        if stage == "apply":
            Case.objects.filter(pk=found.pk).update(applicant=world.people["member"])  # one draft for each person


def test_a_reviewer_is_asked_for_their_own_review_and_for_no_other() -> None:
    world = cases.opened()
    found = cases.case(world, at="review")
    world.act(found.number, "assign", "officer", experts=world.experts[:2])
    people = SeatHolder.objects.order_by("seat__number").values_list("expert__person_id", flat=True)
    for person in people:
        assert shown(actor_for(person)) == [("expert", "review")]
        assert [seat.case for seat in queries.reviews_of(actor_for(person))] == [found]
    third = make.person()
    assert not queries.tasks_of(actor_for(third)).exists()
    assert not queries.reviews_of(actor_for(third)).exists()


def test_a_desk_is_asked_for_its_programme_and_its_organisation_only() -> None:
    case = cases.bare_case(cases.bare_round(cases.bare_version("rice")))
    university = make.organisation()
    Task.objects.create(case=case, step="screen", role="officer", code="rice", opened_at=NOW)
    Task.objects.create(case=case, step="endorse", role="host", organisation=university, code="rice", opened_at=NOW)
    assert shown(officer("rice")) == shown(officer()) == [("officer", "screen")]
    assert shown(officer("wheat")) == []
    assert shown(Actor(make.person().pk, "", (HeldDuty("host", university.pk),))) == [("host", "endorse")]
    assert shown(Actor(make.person().pk, "", (HeldDuty("host", university.pk + 1),))) == []
    assert shown(NOBODY) == shown(SYSTEM) == []


@pytest.mark.parametrize("part", ["applicant", "principal", "members"])
def test_the_desk_is_not_asked_about_a_case_of_its_holders_own(part: str) -> None:
    desk = officer()
    person = Person.objects.get(pk=desk.person)
    case = cases.bare_case(
        cases.bare_round(cases.bare_version()), **{part: [person.pk] if part == "members" else person}
    )
    Task.objects.create(case=case, step="screen", role="officer", code=case.code, opened_at=NOW)
    assert shown(desk) == []
    assert shown(officer()) == [("officer", "screen")]


def test_the_most_urgent_task_comes_first_and_those_without_a_deadline_last() -> None:
    call = cases.bare_round(cases.bare_version())
    for step, due in (("a", None), ("b", NOW + DAY), ("c", NOW)):
        Task.objects.create(
            case=cases.bare_case(call), step=step, role="officer", code=call.programme.code, due_at=due, opened_at=NOW
        )
    assert [step for _, step in shown(officer())] == ["c", "b", "a"]


def test_messages_are_for_their_reader() -> None:
    one, other = make.person(), make.person()
    Message.objects.create(person=one, kind="waits", zh="已受理", en="Received", at=NOW)
    assert [line.zh for line in queries.messages_of(actor_for(one))] == ["已受理"]
    assert not queries.messages_of(actor_for(other)).exists()
    assert not queries.messages_of(NOBODY).exists()


# ------------------------------------------------------------------------------------------------------- cases


def _sixty(call: Round, host: Organisation, authority: Organisation) -> None:
    for _ in range(60):
        cases.bare_case(
            call, host=host, authority=authority, principal=make.person(), submitted_at=NOW, step="screen",
            step_kind="screen",
        )  # fmt: skip


def test_sixty_rows_of_a_list_take_one_query(django_assert_num_queries: Any) -> None:
    call = cases.bare_round(cases.bare_version())
    host, bureau = make.organisation(), make.organisation(kind="bureau")
    _sixty(call, host, bureau)
    Task.objects.bulk_create(
        Task(case=one, step="screen", role="officer", code=one.code, opened_at=NOW) for one in Case.objects.all()
    )
    reader = officer()
    with django_assert_num_queries(1):
        rows = list(queries.cases_in_round(reader, call)[:60])
        said = [
            (one.host.name, one.authority.name, one.principal.name, one.programme.title, one.round.title)
            for one in rows
        ]  # type: ignore[union-attr]
    assert len(said) == 60
    with django_assert_num_queries(1):
        assert len([(task.case.programme.title, task.case.host.name) for task in queries.tasks_of(reader)[:60]]) == 60  # type: ignore[union-attr]


def test_lists_hold_what_the_reader_may_know_of_and_no_more() -> None:
    world = cases.opened()
    draft = cases.case(world, at="apply")
    assert world.round is not None
    assert list(queries.my_cases(world.actor("applicant"))) == [draft]
    assert list(queries.cases_in_round(world.actor("host"), world.round)) == [draft]
    assert list(queries.cases_in_round(world.actor("officer"), world.round)) == []
    assert list(queries.cases_in_round(NOBODY, world.round)) == []
    assert list(queries.my_cases(NOBODY)) == []
    assert queries.case_by_number(world.actor("officer"), draft.number) is None
    assert queries.case_by_number(world.actor("applicant"), draft.number) == draft
    assert queries.case_by_number(world.actor("applicant"), "65KRD20260999999") is None


def test_the_case_page_finds_all_it_needs_in_one_query(django_assert_num_queries: Any) -> None:
    case = cases.bare_case(cases.bare_round(cases.bare_version()), principal=make.person(), submitted_at=NOW)
    with django_assert_num_queries(1):
        found = queries.case_by_number(SYSTEM, case.number)
        assert found is not None
        assert found.memo.state == {"steps": {}}
        assert found.principal is not None
        assert found.principal.name
        assert found.host is found.authority is found.parent is None


def test_the_numbers_of_a_round_count_what_the_reader_may_know_of() -> None:
    call = cases.bare_round(cases.bare_version())
    cases.bare_case(call)
    for _ in range(2):
        cases.bare_case(call, step="screen", step_kind="screen", submitted_at=NOW)
    cases.bare_case(call, step="", step_kind="", end="awarded", submitted_at=NOW)
    cases.bare_case(cases.bare_round(call.programme), submitted_at=NOW)
    numbers = queries.round_numbers(SYSTEM, call)
    assert (numbers.by_step, numbers.by_end) == ({"apply": 1, "screen": 2}, {"awarded": 1})
    assert (numbers.submitted, numbers.cases) == (3, 4)
    assert queries.round_numbers(officer(), call).by_step == {"screen": 2}
    assert queries.round_numbers(NOBODY, call).cases == 0


def test_a_large_round_is_numbered_once_a_minute_for_all_who_run_or_watch_it(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    call = cases.bare_round(cases.bare_version())
    monkeypatch.setattr(kept_counts, "COUNTED_ANEW", 1)
    one, other = officer(), officer()
    for _ in range(2):
        cases.bare_case(call, step="screen", step_kind="screen", submitted_at=NOW)
    with clock_at(NOW):
        first = queries.round_numbers(one, call)
    cases.bare_case(call, step="screen", step_kind="screen", submitted_at=NOW)
    with clock_at(NOW + timedelta(seconds=59)):
        with django_assert_num_queries(1):
            assert queries.round_numbers(other, call) == first
        assert queries.round_numbers(NOBODY, call).cases == 0
    with clock_at(NOW + timedelta(seconds=60)):
        anew = queries.round_numbers(one, call)
    assert (first.at, first.by_step, anew.by_step) == (NOW, {"screen": 2}, {"screen": 3})


# ------------------------------------------------------------------------------------------------------ public


def test_a_call_is_coming_then_open_then_past_and_never_in_two_lists_or_none() -> None:
    version = cases.bare_version()
    call = cases.bare_round(version, opens=NOW, closes=NOW + DAY)
    cases.bare_round(version, status="draft", opens=NOW, closes=NOW + DAY)
    cases.bare_round(version, kind="assigned", opens=NOW, closes=NOW + DAY)
    tick = timedelta(microseconds=1)
    for moment, expected in (
        (NOW - tick, [1, 0, 0]),
        (NOW, [0, 1, 0]),
        (NOW + DAY - tick, [0, 1, 0]),
        (NOW + DAY, [0, 0, 1]),
    ):
        found = queries.calls(moment)
        assert [list(one).count(call) for one in (found.coming, found.open, found.past)] == expected
        assert len(found.coming + found.open + found.past) == 1
    assert queries.call(call.code) == call


def test_a_draft_of_a_call_is_not_public() -> None:
    draft = cases.bare_round(cases.bare_version(), status="draft")
    assert queries.call(draft.code) is None
    assert queries.call("no-such-call") is None


def test_public_lists_take_one_query_each_and_notices_show_what_was_frozen(django_assert_num_queries: Any) -> None:
    call = cases.bare_round(cases.bare_version(), opens=NOW - DAY, closes=NOW + DAY)
    for number in range(5):
        Notice.objects.create(
            case=cases.bare_case(call), step="publish", attempt=1, since=NOW, until=NOW + 7 * DAY,
            shown=[{"name": "proposal.title", "zh": "名称", "en": "Title", "value": f"棉花{number}"}],
        )  # fmt: skip
    ended = Notice.objects.create(
        case=cases.bare_case(call),
        step="publish",
        attempt=1,
        since=NOW,
        until=NOW + 7 * DAY,
        shown=[],
        outcome="upheld",
    )
    with django_assert_num_queries(1):
        assert [one.programme.title.zh for one in queries.calls(NOW).open] == ["水稻计划"]
    with django_assert_num_queries(1):
        found = [(one.case.number, one.case.programme.title.en, one.shown[0]["value"]) for one in queries.notices(NOW)]
    assert len(found) == 5
    assert list(queries.past_notices(NOW)) == [ended]
    assert queries.notices(NOW + 7 * DAY).count() == 0


# ------------------------------------------------------------------------------------------------------ review


def test_scores_are_shown_without_names_to_all_but_the_officer_and_the_supervision() -> None:
    world = cases.opened()
    found = cases.case(world, at="scored")
    names = set(SeatHolder.objects.values_list("expert__person__name", flat=True))
    for who, sees, knows in (
        ("officer", 5, True),
        ("supervisor", 5, True),
        ("committee", 5, False),
        ("applicant", 0, False),
        ("host", 0, False),
        ("authority", 0, False),
        ("planner", 0, False),
    ):
        seats = queries.seats_of(world.actor(who), found)
        assert len(seats) == sees, who
        assert {seat.reviewer for seat in seats} == (names if knows else {""} if sees else set()), who
        assert not any(seat.mine for seat in seats)
        assert knows or not any(name in repr(seats) for name in names)


def test_a_reviewer_sees_one_seat_their_own_and_the_applicant_all_final_ones_once_it_is_decided() -> None:
    world = cases.opened()
    found = cases.case(world, at="scored")
    first = Seat.objects.filter(case=found).order_by("number").first()
    assert first is not None
    (mine,) = queries.seats_of(actor_for(first.holder.expert.person_id), found)
    assert (mine.mine, mine.total, mine.reviewer) == (True, 90, "")
    Seat.objects.create(case=found, step="review", attempt=1, number=6, state="declined", reason="同学", changed_at=NOW)
    found.memo.state["steps"]["decide"] = {"outcome": "approved"}
    found.memo.save()
    Case.objects.filter(pk=found.pk).update(step="publish", step_kind="publish")
    found.refresh_from_db()
    seats = queries.seats_of(world.actor("applicant"), found)
    assert [seat.total for seat in seats] == [90, 85, 81, 70, 20]
    assert {seat.reviewer for seat in seats} == {seat.reason for seat in seats} == {""}


def test_a_score_that_is_not_final_is_nobodys_to_read() -> None:
    case = cases.bare_case(cases.bare_round(cases.bare_version()), step="rank", step_kind="rank", submitted_at=NOW)
    cases.bare_seat(case, make.expert(), state="accepted", scores={"merit": 10}, comment="草稿")
    (seat,) = queries.seats_of(officer(), case)
    assert (seat.total, seat.scores, seat.comment) == (None, {}, "")


def test_the_pool_shows_the_free_experts_first_with_every_reason_against_the_others(
    django_assert_max_num_queries: Any,
) -> None:
    world = cases.opened()
    found = cases.case(world, at="review")
    parties.declare_kin(SYSTEM, make.expert(make.person()).person, world.people["applicant"], "sibling")
    make.expert(make.person(employer=world.university))
    desk = world.actor("officer")
    with django_assert_max_num_queries(12):
        rows = queries.pool_for(desk, found)
    assert [one.is_free for one in rows] == [True] * 7 + [False] * 2
    assert sorted(one.reasons[0].code for one in rows[7:]) == ["recusal.kin", "recusal.same_institution"]
    assert queries.pool_for(world.actor("committee"), found) == []
    assert queries.pool_for(desk, cases.case(world, at="screen", rank=2, principal=make.person().pk)) == []


def test_an_expert_with_a_full_desk_is_not_free() -> None:
    world = cases.opened()
    found = cases.case(world, at="review")
    busy = make.expert(make.person(), max_load=1)
    cases.bare_seat(cases.bare_case(cases.bare_round(cases.bare_version())), busy)
    last = queries.pool_for(world.actor("officer"), found)[-1]
    assert (last.expert, last.at_hand, last.is_free) == (busy, 1, False)
    assert [one.code for one in last.reasons] == ["recusal.full"]
