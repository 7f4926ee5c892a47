"""A tie that comes up after a seat was given hides the case at once, and scores that were handed in can be set aside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import act, signed_in

from keguan.casework import queries
from keguan.casework.models import Case, Message, Ranking, Recusal, Seat, Task
from keguan.casework.permissions import can_see_case, can_see_review, visible_to
from keguan.casework.reviewing import rechecking
from keguan.casework.rounds import services as rounds
from keguan.casework.services import Done
from keguan.kernel.actors import SYSTEM
from keguan.kernel.clock import clock_at
from keguan.kernel.problems import Refusal
from keguan.registers.experts.models import Expert
from keguan.registers.organisations import services as organisations
from keguan.registers.parties import services as parties
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.merging import merge
from keguan.registers.ties.models import Tie
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 11, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock_at(NOW):
        yield


def panel_of(world: w.World, *, scored: int) -> tuple[Case, list[Expert]]:
    """A case under review by a whole panel, of whom some have scored."""
    number = cases.case(world, at="review").number
    size = 5
    experts = [Expert.objects.select_related("person").get(pk=one) for one in world.experts[:size]]
    assert isinstance(world.act(number, "assign", "officer", experts=[one.pk for one in experts]), Done)
    for one in experts:
        assert isinstance(world.act(number, "accept", actor_for(one.person), confirmed=True), Done)
    for one in experts[:scored]:
        score(world, number, one)
    return Case.objects.get(number=number), experts


def score(world: w.World, number: str, expert: Expert, less: int = 1) -> None:
    rubric = cases.definition().programme.rubrics[0]
    points = {str(one.criterion): one.points - less for one in rubric.criteria}
    said = world.act(number, "score", actor_for(expert.person), scores=points, comment="思路清楚，基础扎实可信。")
    assert isinstance(said, Done), said


def turns_out(world: w.World, expert: Expert) -> Tie:
    return make.tie(expert.person, "adviser", world.people["applicant"], until=date(2020, 7, 1))


def test_the_case_is_gone_for_who_must_keep_out_before_the_entry_of_the_tie_is_committed() -> None:
    world = cases.opened()
    case, (one, *_) = panel_of(world, scored=0)
    actor = actor_for(one.person)
    with transaction.atomic():
        turns_out(world, one)
        assert not can_see_case(actor, case)
        assert not Case.objects.filter(visible_to(actor)).exists()
        assert queries.cases(actor).count() == 0
        assert not queries.reviews_of(actor).exists()
        assert not queries.tasks_of(actor).exists()
        transaction.set_rollback(True)
    assert can_see_case(actor, Case.objects.get(pk=case.pk)), "what was not entered hides nothing"
    assert queries.tasks_of(actor).exists()


def test_a_duty_for_the_applicants_body_keeps_out_from_its_first_day_and_raises_the_officer() -> None:
    world = cases.opened()
    case, experts = panel_of(world, scored=0)
    now, later, free = experts[:3]
    parties.grant_duty(SYSTEM, now.person, "host", organisation=world.university)
    parties.grant_duty(SYSTEM, later.person, "host", organisation=world.university, since=date(2026, 4, 12))
    parties.grant_duty(SYSTEM, free.person, "host", organisation=make.organisation("无关大学"))
    assert [one.kinds for one in Recusal.objects.all()] == [["same_institution"]]
    assert Message.objects.filter(kind="recusal").exclude(person=now.person).count() == 1
    assert queries.reviews_of(actor_for(later.person)).exists()
    with clock_at(NOW + timedelta(days=1)):
        assert rechecking.recheck_all() == 2  # nobody enters anything on the day that it begins
    assert not queries.reviews_of(actor_for(later.person)).exists()
    assert queries.reviews_of(actor_for(free.person)).exists()
    assert Seat.objects.filter(case=case, state="accepted").count() == 5


def test_a_duty_that_is_taken_back_opens_the_case_again() -> None:
    world = cases.opened()
    _, (one, *_) = panel_of(world, scored=0)
    duty = parties.grant_duty(SYSTEM, one.person, "host", organisation=world.university)
    assert not queries.reviews_of(actor_for(one.person)).exists()
    parties.end_duty(SYSTEM, duty)
    assert queries.reviews_of(actor_for(one.person)).exists()
    assert not Recusal.objects.exists()


def test_two_institutions_that_become_one_are_looked_at_by_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    world = cases.opened()
    _, (one, *_) = panel_of(world, scored=0)
    body = make.organisation("另一大学的学院", kind="other")
    person = one.person
    person.refresh_from_db()
    parties.correct_person(SYSTEM, person, revision=person.revision, employer=body)
    assert not Recusal.objects.exists()
    put_off: list[bool] = []
    monkeypatch.setattr("keguan.registers.organisations.changes._listeners", [lambda: put_off.append(True)])
    organisations.attach(SYSTEM, body, world.university, since=date(2026, 4, 1))
    assert put_off
    assert rechecking.recheck_all() == 1
    assert Recusal.objects.get().kinds == ["same_institution"]


def test_a_scored_seat_that_turns_out_tied_is_raised_hidden_and_still_counts_until_the_officer_judges() -> None:
    world = cases.opened()
    case, (one, *_) = panel_of(world, scored=2)
    Task.objects.filter(case=case, role="officer").delete()
    turns_out(world, one)
    seat = Seat.objects.get(case=case, holder__expert=one)
    assert (seat.state, seat.recusal.kinds) == ("final", ["adviser"])
    assert Task.objects.filter(case=case, role="officer").exists()
    told = {message.person_id: message.zh for message in Message.objects.filter(kind="recusal")}
    assert "不予采用" in told[world.people["officer"].pk]
    assert "留存" in told[one.person_id]
    assert "师生" not in told[one.person_id]
    actor = actor_for(one.person)
    assert not can_see_case(actor, Case.objects.get(pk=case.pk))
    assert not can_see_review(actor, seat)
    assert not queries.reviews_of(actor).exists()
    client = signed_in(one.person)
    assert case.title not in client.get("/reviews/").content.decode()
    assert client.get(f"/cases/{case.number}/").status_code == 403
    assert Case.objects.get(pk=case.pk).memo.state["steps"]["review"]["memo"]["totals"][str(seat.number)] == seat.total


def test_a_review_is_set_aside_with_a_reason_another_reviewer_is_asked_and_the_scores_stay() -> None:
    world = cases.opened()
    case, (one, *others) = panel_of(world, scored=3)
    turns_out(world, one)
    seat = Seat.objects.get(case=case, holder__expert=one)
    before = (seat.scores, seat.total, seat.comment)
    officer = signed_in(world.people["officer"])
    page = officer.get(f"/cases/{case.number}/").content.decode()
    assert "评分之后出现的回避情形" in page
    assert one.person.name in page
    refused = act(officer, case.number, "set_aside", seat=str(seat.number), aside_reason="")
    assert refused.status_code == 422
    assert "请写明理由" in refused.content.decode()
    wrong = act(officer, case.number, "set_aside", seat=str(seat.number + 1), aside_reason="误选了别席")
    assert wrong.status_code == 422
    assert "没有发现应当回避的情形" in wrong.content.decode()
    assert "误选了别席" in wrong.content.decode(), "what was typed stays"
    assert act(officer, case.number, "set_aside", seat=str(seat.number), aside_reason="师生关系属实").status_code == 303
    seat.refresh_from_db()
    assert seat.state == "set_aside"
    assert (seat.scores, seat.total, seat.comment) == before
    assert seat.reason == "师生关系属实"
    memo = Case.objects.get(pk=case.pk).memo.state["steps"]["review"]["memo"]
    assert str(seat.number) not in memo["totals"]
    assert Event.objects.filter(tag="case:set-aside:accepted", case_number=case.number).exists()
    new = world.experts[5]
    assert isinstance(world.act(case.number, "assign", "officer", experts=[new]), Done)
    replacement = Expert.objects.select_related("person").get(pk=new)
    assert isinstance(world.act(case.number, "accept", actor_for(replacement.person), confirmed=True), Done)
    for scorer in (*others[2:], replacement):
        score(world, case.number, scorer)
    case.refresh_from_db()
    assert case.step == "rank"
    page = officer.get(f"/cases/{case.number}/").content.decode()
    assert "评分不予采用" in page
    assert "师生关系属实" in page


def test_after_the_panel_was_complete_the_case_goes_back_to_it_with_the_other_reviews() -> None:
    world = cases.opened()
    case, experts = panel_of(world, scored=5)
    case.refresh_from_db()
    assert case.step == "rank"
    score_before = case.score_hundredths
    turns_out(world, experts[0])
    assert Task.objects.filter(case=case, step="rank", role="officer").exists()
    world_officer = signed_in(world.people["officer"])
    seat = Seat.objects.get(case=case, holder__expert=experts[0])
    page = world_officer.get(f"/cases/{case.number}/").content.decode()
    assert "评分之后出现的回避情形" in page
    assert act(world_officer, case.number, "set_aside", step="rank", seat=str(seat.number), aside_reason="属实").status_code == 303  # fmt: skip
    case.refresh_from_db()
    assert (case.step, case.score_hundredths) == ("review", None)
    assert case.memo.state["steps"]["review"]["attempt"] == 1
    states = list(Seat.objects.filter(case=case).order_by("number").values_list("state", flat=True))
    assert sorted(states) == ["final"] * 4 + ["set_aside"]
    assert score_before is not None
    new = Expert.objects.select_related("person").get(pk=world.experts[5])
    assert isinstance(world.act(case.number, "assign", "officer", experts=[new.pk]), Done)
    assert isinstance(world.act(case.number, "accept", actor_for(new.person), confirmed=True), Done)
    score(world, case.number, new, less=2)
    case.refresh_from_db()
    assert case.step == "rank"
    assert case.score_hundredths is not None
    assert Seat.objects.filter(case=case, state="final").count() == 5


def test_only_the_officer_sets_aside_and_never_what_nothing_stands_against() -> None:
    world = cases.opened()
    case, (one, *_) = panel_of(world, scored=5)
    case.refresh_from_db()
    seat = Seat.objects.get(case=case, holder__expert=one)
    answer = world.act(case.number, "set_aside", "officer", seat=str(seat.number), reason="不满意")
    assert isinstance(answer, Refusal)
    assert [problem.code for problem in answer.problems] == ["review.nothing_against"]
    turns_out(world, one)
    for who in ("applicant", "committee", "host"):
        answer = world.act(case.number, "set_aside", who, seat=str(seat.number), reason="不满意")
        assert isinstance(answer, Refusal), who
        assert answer.problems[0].code.startswith("right."), who
    seat.refresh_from_db()
    assert seat.state == "final"


def test_once_ranked_the_officer_is_told_whom_to_tell_and_nothing_moves() -> None:
    world = cases.opened()
    case, (one, *_) = panel_of(world, scored=5)
    assert world.round is not None
    assert isinstance(rounds.adopt_ranking(world.round.code, "rank", world.actor("officer"), "k"), Ranking)
    turns_out(world, one)
    case.refresh_from_db()
    seat = Seat.objects.get(case=case, holder__expert=one)
    page = signed_in(world.people["officer"]).get(f"/cases/{case.number}/").content.decode()
    assert "告知决定机构" in page
    answer = world.act(case.number, "set_aside", "officer", seat=str(seat.number), reason="属实")
    assert isinstance(answer, Refusal)
    assert answer.problems[0].code == "review.too_late"
    seat.refresh_from_db()
    assert seat.state == "final"


def test_an_entry_merged_with_the_applicants_kin_loses_sight_of_the_case_and_what_was_scored_stays() -> None:
    world = cases.opened()
    case, (scorer, reader, *_) = panel_of(world, scored=1)
    for one in (scorer, reader):
        kin = make.person("司徒同名")
        parties.declare_kin(SYSTEM, kin, world.people["applicant"], "sibling")
        merge(make.actor("registrar"), one.person, kin, reason="同一人")
        assert not can_see_case(actor_for(one.person), Case.objects.get(pk=case.pk))
    seats = {one.holder.expert_id: one for one in Seat.objects.filter(case=case)}
    assert (seats[scorer.pk].state, seats[reader.pk].state) == ("final", "accepted")
    assert seats[scorer.pk].total is not None
    assert {tuple(one.kinds) for one in Recusal.objects.all()} == {("kin",)}


def test_where_everybody_of_a_field_must_keep_out_each_reason_is_told_and_nobody_can_be_chosen() -> None:
    world = cases.opened()
    number = cases.case(world, at="review").number
    of_field = [Expert.objects.select_related("person").get(pk=pk) for pk in world.experts]
    Expert.objects.filter(pk__in=world.experts).update(fields=["gbt13745:2009:210"])
    for one in of_field:
        parties.declare_kin(SYSTEM, one.person, world.people["member"], "sibling")
    officer = signed_in(world.people["officer"])
    page = officer.get(f"/cases/{number}/?pool=1&q=210").content.decode()
    for one in of_field:
        assert one.person.name in page
        assert f'value="{one.pk}"' not in page, "there is no box to tick"
    assert page.count("近亲属") >= len(of_field)
    refused = act(officer, number, "assign", experts=[str(of_field[0].pk)])
    assert refused.status_code == 422
    assert "请改派其他专家" in refused.content.decode(), "the way out"
    assert not Seat.objects.filter(case__number=number).exists()
    elsewhere = make.expert(make.person(employer=make.organisation("远方大学")), fields=("310",))
    assert isinstance(world.act(number, "assign", "officer", experts=[elsewhere.pk]), Done)
