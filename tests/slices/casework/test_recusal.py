"""Who must keep out of a review, and that the write door keeps them out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests import make
from tests.make import cases

from keguan.casework.models import Case, Round, Seat, SeatHolder
from keguan.casework.reviewing.recusal import recusals
from keguan.casework.services import Done
from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM
from keguan.kernel.clock import clock_at
from keguan.kernel.problems import Refusal
from keguan.language.schema import Review
from keguan.registers.experts import services as experts
from keguan.registers.experts.models import Expert
from keguan.registers.organisations import services as organisations
from keguan.registers.parties import services as parties
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.models import Person

pytestmark = pytest.mark.django_db
CAME_IN = datetime(2026, 3, 10, tzinfo=UTC)


@pytest.fixture
def call(db: None) -> Round:
    return cases.bare_round(cases.version())


@pytest.fixture
def step() -> Review:
    found = cases.definition().programme.step("review")
    assert isinstance(found, Review)
    return found


@pytest.fixture
def case(call: Round) -> Case:
    """An application of a university, with an applicant, a principal and one member, all employed there."""
    university = make.organisation("天河大学")
    applicant, principal, member = (make.person(employer=university) for _ in range(3))
    return cases.bare_case(
        call,
        host=university,
        applicant=applicant,
        principal=principal,
        members=[member.pk],
        submitted_at=CAME_IN,
        step="review",
        step_kind="review",
    )


def codes(case: Case, step: Review, *of: Expert, answers: Any = None) -> list[tuple[str, ...]]:
    found = recusals(case, step, [one.pk for one in of], answers or {})
    assert list(found) == [one.pk for one in of]
    return [tuple(problem.code.removeprefix("recusal.") for problem in found[one.pk]) for one in of]


def expert(person: Person | None = None, **given: Any) -> Expert:
    return make.expert(person or make.person(**given))


def test_an_expert_without_any_relation_is_free_and_one_who_is_not_in_the_pool_is_not(case: Case, step: Review) -> None:
    free, candidate = expert(), make.expert(verified=False)
    assert codes(case, step, free, candidate) == [(), ("not_active",)]
    assert [one.code for one in recusals(case, step, [999_999], {})[999_999]] == ["recusal.unknown"]
    suspended = experts.suspend(expert(), SYSTEM, reason="健康原因")
    assert codes(case, step, suspended) == [("not_active",)]


@pytest.mark.parametrize("whose", ["applicant", "principal", "member"])
@pytest.mark.parametrize("declared_by_expert", [True, False])
def test_near_relations_keep_out_whoever_declared_them(
    case: Case, step: Review, whose: str, declared_by_expert: bool
) -> None:
    of_case = Person.objects.get(
        pk={"applicant": case.applicant_id, "principal": case.principal_id}.get(whose, case.members[0])
    )
    relative = make.person()
    pair = (relative, of_case) if declared_by_expert else (of_case, relative)
    parties.declare_kin(SYSTEM, *pair, "sibling")
    assert codes(case, step, expert(relative)) == [("kin",)]
    avoid = tuple(one for one in step.panel.avoid if one != "kin")
    assert codes(case, replace(step, panel=replace(step.panel, avoid=avoid)), Expert.objects.get(person=relative)) == [
        ()
    ]


def test_a_relation_keeps_out_on_its_first_and_last_day_and_not_after(case: Case, step: Review) -> None:
    relative = make.person()
    since, until = date(2010, 1, 1), date(2026, 3, 20)
    of_case = Person.objects.get(pk=case.members[0])
    parties.declare_kin(SYSTEM, relative, of_case, "spouse", since=since, until=until)
    reviewer = expert(relative)
    for day, expected in ((since, ("kin",)), (until, ("kin",)), (date(2009, 12, 31), ()), (date(2026, 3, 21), ())):
        with clock_at(datetime(day.year, day.month, day.day, 4, tzinfo=UTC)):
            assert codes(case, step, reviewer) == [expected], day


def test_one_legal_entity_is_the_host_its_schools_and_what_was_merged_into_it(case: Case, step: Review) -> None:
    assert case.host is not None
    school = make.organisation("天河大学棉花学院", kind="other", under=case.host)
    laboratory = make.organisation("重点实验室", kind="other", under=school)
    bureau = make.organisation(kind="bureau")
    organisations.attach(SYSTEM, case.host, bureau, hierarchy="administrative", since=date(2000, 1, 1))
    neighbour = make.organisation("另一大学", under=bureau)
    old = make.organisation("天河农学院")
    organisations.merge(SYSTEM, old, case.host, on=date(2020, 1, 1))
    found = codes(
        case,
        step,
        *(expert(employer=one) for one in (case.host, laboratory, old, neighbour, bureau)),
        expert(employer=None),
    )
    assert found == [("same_institution",), ("same_institution",), ("same_institution",), (), (), ()]


def test_the_institution_of_a_member_counts_as_the_host_does(case: Case, step: Review) -> None:
    institute = make.organisation("合作研究所", kind="institute")
    Person.objects.filter(pk=case.members[0]).update(employer=institute)
    assert codes(case, step, expert(employer=institute)) == [("same_institution",)]


def test_who_applies_in_the_same_round_keeps_out_in_any_part_once_it_came_in(
    call: Round, case: Case, step: Review
) -> None:
    leads, begins, takes_part, drafts, elsewhere = (expert() for _ in range(5))
    cases.bare_case(call, principal=leads.person, submitted_at=CAME_IN)
    cases.bare_case(call, applicant=begins.person, members=[takes_part.person_id], submitted_at=CAME_IN)
    cases.bare_case(call, principal=drafts.person)
    cases.bare_case(cases.bare_round(call.programme), principal=elsewhere.person, submitted_at=CAME_IN)
    found = codes(case, step, leads, begins, takes_part, drafts, elsewhere)
    assert found == [("own_application",)] * 3 + [(), ()]


def test_the_first_three_whom_the_applicant_named_keep_out(case: Case, step: Review) -> None:
    named = [expert() for _ in range(4)]
    rows = [{"expert": one.person_id, "reason": "学术争议"} for one in named]
    assert codes(case, step, *named, answers={"proposal": {"unwelcome": rows[:3]}}) == [("named_by_applicant",)] * 3 + [
        ()
    ]
    assert codes(case, step, *named, answers={}) == [()] * 4


def test_ones_own_case_and_a_seat_already_held_always_keep_out(case: Case, step: Review) -> None:
    member = expert(Person.objects.get(pk=case.members[0]))
    seated, declined = expert(), expert()
    cases.bare_seat(case, seated, number=1, state="accepted")
    cases.bare_seat(case, declined, number=2, state="declined")
    open_to_all = replace(step, panel=replace(step.panel, avoid=()))
    assert codes(case, open_to_all, member, seated, declined) == [("own_case",), ("seated",), ("declined",)]
    (problem,) = recusals(case, open_to_all, [declined.pk], {})[declined.pk]
    assert problem.may_override, "the officer is told, and may ask again for a reason"
    Seat.objects.filter(number=2).update(because="conflict")
    (problem,) = recusals(case, open_to_all, [declined.pk], {})[declined.pk]
    assert (problem.code, problem.may_override) == ("recusal.declined_conflict", False)


def test_a_seat_of_an_earlier_coming_to_the_step_does_not_keep_out(case: Case, step: Review) -> None:
    before = expert()
    cases.bare_seat(case, before, state="final")
    case.memo.state = {"steps": {"review": {"attempt": 2}}}
    assert codes(case, step, before) == [()]


def test_every_reason_is_said_at_once_in_both_languages_with_the_law_and_the_way_out(case: Case, step: Review) -> None:
    relative = make.person(employer=case.host)
    parties.declare_kin(SYSTEM, relative, Person.objects.get(pk=case.principal_id), "child")
    one = expert(relative)
    problems = recusals(case, step, [one.pk], {})[one.pk]
    assert [problem.code for problem in problems] == ["recusal.kin", "recusal.same_institution"]
    for problem in problems:
        assert problem.value == str(one.pk)
        assert "20条" in problem.source
        assert problem.say.zh
        assert problem.say.en
        assert problem.fix


def test_the_whole_pool_takes_no_more_queries_than_one_expert(
    case: Case, step: Review, django_assert_max_num_queries: Any
) -> None:
    pool = [expert().pk for _ in range(20)]
    with django_assert_max_num_queries(7):
        assert len(recusals(case, step, pool, {})) == 20


def test_the_write_door_refuses_an_expert_who_must_keep_out_and_gives_no_seat() -> None:
    world = cases.opened()
    found = cases.case(world, at="review")
    colleague = expert(employer=world.university)
    with clock_at(datetime(2026, 4, 11, tzinfo=UTC)):
        answer = world.act(found.number, "assign", "officer", experts=[world.experts[0], colleague.pk])
    assert isinstance(answer, Refusal)
    assert [one.code for one in answer.problems] == ["recusal.same_institution"]
    assert not Seat.objects.filter(case=found).exists()


def test_a_relation_that_comes_up_after_the_seat_was_given_leaves_only_declining() -> None:
    world = cases.opened()
    number = cases.case(world, at="review").number
    with clock_at(datetime(2026, 4, 11, tzinfo=UTC)):
        early, late = world.experts[:2]
        assert isinstance(world.act(number, "assign", "officer", experts=[early, late]), Done)
        first, second = (actor_for(Expert.objects.get(pk=one).person) for one in (early, late))
        assert isinstance(world.act(number, "accept", first, confirmed=True), Done)
        for one in (early, late):
            parties.declare_kin(SYSTEM, Expert.objects.get(pk=one).person, world.people["member"], "sibling")
        scores = {"scores": {}, "comment": "思路清楚，基础扎实。"}
        for answer in (
            world.act(number, "accept", second, confirmed=True),
            world.act(number, "score", first, **scores),
        ):
            assert isinstance(answer, Refusal)
            assert [one.code for one in answer.problems] == ["recusal.kin"]
            assert answer.problems[0].fix is not None
            assert "谢绝" in answer.problems[0].fix.zh
        assert isinstance(world.act(number, "decline", first, reason="近亲属参加了项目"), Done)
    assert set(Seat.objects.filter(case__number=number).values_list("state", flat=True)) == {"declined", "invited"}


def test_nobody_gets_more_reviews_than_they_take_at_one_time(case: Case, step: Review, call: Round) -> None:
    busy = make.expert(make.person(), max_load=2)
    seats = [cases.bare_seat(cases.bare_case(call), busy) for _ in range(2)]
    assert codes(case, step, busy) == [("full",)]
    Seat.objects.filter(pk=seats[0].pk).update(state="final")
    assert codes(case, step, busy) == [()]


def test_an_expert_who_is_away_spent_or_unconfirmed_is_not_asked_and_only_the_last_is_for_the_officer(
    case: Case, step: Review
) -> None:
    away, spent, stale = expert(), expert(), expert()
    make.absence(away, clock.today(), clock.today())
    experts.correct(spent, SYSTEM, yearly_most=1)
    assert codes(case, step, spent) == [()]
    other = cases.bare_case(case.round, step="review", step_kind="review")
    seat = Seat.objects.create(case=other, step="review", attempt=1, number=1, state="final", changed_at=clock.now())
    SeatHolder.objects.create(seat=seat, expert=spent)
    Expert.objects.filter(pk=stale.pk).update(confirmed_on=clock.today() - timedelta(days=366))
    assert codes(case, step, away, spent, stale) == [("away",), ("yearly",), ("stale",)]
    told = recusals(case, step, [away.pk, spent.pk, stale.pk], {})
    assert [one.may_override for found in told.values() for one in found] == [False, False, True]
    parties.correct_person(SYSTEM, away.person, revision=away.person.revision, email="same@example.cn")
    make.person(email="same@example.cn")
    assert codes(case, step, away) == [("away", "question")]
    Seat.objects.filter(pk=seat.pk).update(changed_at=clock.now() - timedelta(days=366))
    assert codes(case, step, spent) == [()]


def test_who_may_see_the_names_reviews_nothing_double_blind(case: Case, step: Review) -> None:
    host, authority = case.host, make.organisation(kind="bureau")
    Case.objects.filter(pk=case.pk).update(authority=authority)
    case.refresh_from_db()
    seeing = [expert() for _ in range(7)]
    for one, role in zip(seeing, ("officer", "planning", "supervision", "committee", "finance"), strict=False):
        make.duty(role, one.person, programme=case.code if role == "officer" else "")
    make.duty("host", seeing[5].person, organisation=host)
    make.duty("authority", seeing[6].person, organisation=authority)
    blind = [expert() for _ in range(4)]
    make.duty("officer", blind[0].person, programme="another-programme")
    make.duty("host", blind[1].person)
    make.duty("supervision", blind[2].person, until=date(2010, 1, 1))
    make.duty("expert", blind[3].person)
    double = replace(step, blind="double")
    belongs = ("same_institution",)  # who holds a duty for the host belongs to it
    assert codes(case, double, *seeing) == [("sees_names",)] * 5 + [(*belongs, "sees_names"), ("sees_names",)]
    assert codes(case, double, *blind) == [()] * 4
    assert codes(case, step, *seeing) == [()] * 5 + [belongs, ()], "single-blind reviewers know who applies"
    said = recusals(case, double, [seeing[0].pk], {})[seeing[0].pk][0]
    assert not said.may_override
    assert "双盲" in said.say.zh
    assert said.fix is not None
