"""What people are told stands on a page of theirs: unread lines are marked and counted, and none is lost or kept too long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import signed_in

from keguan.casework import messages
from keguan.casework.message_kinds import KINDS
from keguan.casework.models import Case, Message, Round
from keguan.casework.rounds import services as rounds
from keguan.casework.services import Done
from keguan.kernel.clock import clock_at
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.models import Person
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db

NOW = w.moment("2026-03-15")


@pytest.fixture
def world() -> w.World:
    """A world with a key R&D round open until 31 March, 18:00."""
    return cases.opened()


def message(to: Person, zh: str, kind: str = "waits", case: Case | None = None, **more: Any) -> Message:
    return Message.objects.create(person=to, case=case, kind=kind, zh=zh, en=zh.upper(), **{"at": NOW, **more})


def test_ones_messages_stand_newest_first_with_their_case_and_nobody_elses_do(world: w.World) -> None:
    case = cases.case(world)
    one, other = world.people["applicant"], world.people["member"]
    message(one, "older", case=case)
    message(one, "newer", "returned", case=case)
    message(other, "secret")
    said = signed_in(one).get(reverse("messages")).content.decode().partition("<main")[2]
    assert said.index("newer") < said.index("older")
    assert reverse("case", args=[case.number]) in said
    assert "secret" not in said
    assert "NEWER" in signed_in(one).get(reverse("messages"), {"lang": "en"}).content.decode()


def test_whoever_an_application_names_hears_of_it_once_however_often_it_comes_in(world: w.World) -> None:
    with clock_at(NOW):
        number = w.started(world)
        assert not Message.objects.filter(kind="named").exists()
        assert isinstance(world.act(number, "submit", "applicant", values=w.proposal(world)), Done)
        (told,) = Message.objects.filter(kind="named")
        assert told.person == world.people["member"]
        assert f"{number} 提交时把您列为参与者" in told.zh
        assert isinstance(world.act(number, "return", "host", reason="请补充技术路线"), Done)
        other = make.person()
        team = [{"member": one.pk, "role": "lead", "months": 6} for one in (world.people["member"], other)]
        assert isinstance(world.act(number, "submit", "applicant", values=w.proposal(world, team=team)), Done)
        assert sorted(Message.objects.filter(kind="named").values_list("person", flat=True)) == sorted(
            [world.people["member"].pk, other.pk]
        )


def test_the_shell_of_every_page_counts_what_is_unread_without_a_query_of_its_own(
    world: w.World, django_assert_max_num_queries: Any
) -> None:
    one = world.people["officer"]
    browser = signed_in(one)
    for at in range(3):
        message(one, str(at))
    message(one, "read", read_at=NOW)
    with django_assert_max_num_queries(3):
        said = browser.get("/registers/").content.decode()
    assert "消息（未读 3）" in said
    Message.objects.update(read_at=NOW)
    assert "消息（未读" not in browser.get("/registers/").content.decode()


def test_one_or_all_are_marked_as_read_and_only_ones_own(world: w.World) -> None:
    one, other = world.people["applicant"], world.people["member"]
    first, second, third = message(one, "a"), message(one, "b"), message(one, "c")
    theirs = message(other, "d")
    browser = signed_in(one)
    for sent in (str(second.pk), str(theirs.pk), "9" * 40, "x", ""):
        assert browser.post(reverse("messages"), {"read": sent}).status_code == 303
    unread = Message.objects.filter(read_at=None, person__in=[one, other])
    assert set(unread.all()) == {first, third, theirs}
    answer = browser.post(reverse("messages") + "?read=no&kind=waits", {"read": "all"})
    assert answer["Location"].endswith("?read=no&kind=waits")
    assert set(unread.all()) == {theirs}
    told = [event.payload["messages"] for event in Event.objects.filter(tag="message:read:marked").order_by("pk")]
    assert told == [[second.pk], [first.pk, third.pk]]


def test_they_are_narrowed_by_kind_and_by_whether_they_are_read(world: w.World) -> None:
    one = world.people["applicant"]
    message(one, "waiting")
    message(one, "extension", "extended", read_at=NOW)
    browser = signed_in(one)

    def shown(**asked: str) -> set[str]:
        said = browser.get(reverse("messages"), asked).content.decode()
        return {word for word in ("waiting", "extension") if word in said}

    assert shown() == {"waiting", "extension"}
    assert shown(kind="extended") == shown(read="yes") == {"extension"}
    assert shown(read="no") == {"waiting"}
    assert shown(kind="nonsense") == {"waiting", "extension"}


def test_a_reviewer_is_told_that_they_are_asked(world: w.World) -> None:
    case = cases.case(world, at="review")
    with clock_at(w.moment("2026-04-10")):
        answer = world.act(case.number, "assign", "officer", experts=world.experts[:5])
    assert isinstance(answer, Done), answer
    told = Message.objects.filter(case=case, kind="review")
    holders = set(case.seats.values_list("holder__expert__person_id", flat=True))
    assert len(holders) == 5
    assert set(told.values_list("person_id", flat=True)) == holders
    assert case.title not in "".join(one.zh + one.en for one in told)


def drafts(world: w.World, how_many: int) -> None:
    with clock_at(w.moment("2026-03-10")):
        for at in range(how_many):
            world.people[f"p{at}"] = make.person(employer=world.university)
            w.started(world, f"p{at}")


def test_an_extension_is_told_to_everybody_with_a_draft_in_as_many_statements_for_many_as_for_one(
    world: w.World,
) -> None:
    assert world.round is not None
    counted = []
    for how_many, day in ((1, "2026-04-05"), (5, "2026-04-06")):
        drafts(world, how_many)
        with clock_at(NOW), CaptureQueriesContext(connection) as seen:
            done = rounds.extend_round(world.round.code, w.moment(day, "18:00"), "系统故障", world.actor("planner"))
        assert isinstance(done, Round)
        counted.append(len(seen))
    assert counted[0] == counted[1]
    told = Message.objects.filter(kind="extended")
    assert told.count() == 1 + 6
    assert {one.person_id for one in told} == set(world.round.cases.values_list("applicant_id", flat=True))


def test_everybody_who_writes_or_leads_hears_of_an_extension_also_who_has_handed_in(world: w.World) -> None:
    assert world.round is not None
    came_in, begun, over = (Case.objects.get(pk=cases.case(world, at=at).pk) for at in ("endorse", "apply", "apply"))
    writer, leader, beginner = make.person(), make.person(), make.person()
    Case.objects.filter(pk=begun.pk).update(editors=[writer.pk, beginner.pk], principal=leader, applicant=beginner)
    Case.objects.filter(pk=over.pk).update(step="", step_kind="", end="withdrawn")
    with clock_at(NOW):
        done = rounds.extend_round(
            world.round.code, w.moment("2026-04-06", "18:00"), "系统故障", world.actor("planner")
        )
    assert isinstance(done, Round)
    told = Message.objects.filter(kind="extended").values_list("case", "person")
    assert sorted(told) == sorted(
        {(begun.pk, one.pk) for one in (beginner, writer, leader)}
        | {(came_in.pk, one) for one in (came_in.applicant_id, came_in.principal_id)}
    )


def test_who_takes_part_in_several_applications_hears_of_an_extension_once_by_the_one_still_to_hand_in(
    world: w.World,
) -> None:
    assert world.round is not None
    came_in, begun, second = (cases.case(world, at=at).pk for at in ("endorse", "apply", "apply"))
    leader = make.person()
    Case.objects.filter(pk__in=(came_in, begun, second)).update(principal=leader, editors=[leader.pk])
    with clock_at(NOW):
        done = rounds.extend_round(
            world.round.code, w.moment("2026-04-06", "18:00"), "系统故障", world.actor("planner")
        )
    assert isinstance(done, Round)
    (told,) = Message.objects.filter(person=leader)
    assert (told.kind, told.case_id) == ("extended", begun)


def test_offices_that_wait_and_who_runs_the_round_hear_of_an_extension_once(world: w.World) -> None:
    assert world.round is not None
    for at in ("endorse", "apply", "apply"):
        cases.case(world, at=at)
    over = Case.objects.get(pk=cases.case(world, at="apply").pk)
    elsewhere, away, gone, deputy = (make.person() for _ in range(4))
    other = make.organisation("北疆大学", kind="university")
    make.duty("host", elsewhere, organisation=other)
    make.duty("officer", away, programme="rd-post-subsidy")
    make.duty("host", gone, organisation=world.university, until=w.moment("2026-03-14").date())
    make.duty("officer", deputy)
    # Writes along besides holding the office: told as who writes, and not again.
    make.duty("host", world.people["applicant"], organisation=world.university)
    Case.objects.filter(pk=over.pk).update(step="", step_kind="", end="withdrawn", host=other)
    with clock_at(NOW):
        done = rounds.extend_round(
            world.round.code, w.moment("2026-04-06", "18:00"), "系统故障", world.actor("planner")
        )
    assert isinstance(done, Round)
    told = list(Message.objects.filter(kind="call"))
    asked = {world.people[who].pk for who in ("host", "authority", "officer")} | {deputy.pk}
    assert {one.person_id for one in told} == asked
    assert len(told) == len(asked)
    assert all(one.case is None and "2026-04-06 18:00" in one.zh and "2026-04-06 18:00" in one.en for one in told)
    said = signed_in(world.people["host"]).get(reverse("messages"), {"lang": "en"}).content.decode()
    assert "A call was changed" in said


def test_old_messages_are_forgotten_but_for_those_that_the_law_demands() -> None:
    one = make.person()
    for kind in KINDS:
        message(one, "old", kind, at=NOW - messages.KEPT - timedelta(days=1))
        message(one, "young", kind, at=NOW - messages.KEPT + timedelta(days=1))
    assert messages.forget_old(NOW) == sum(not kind.demanded_by for kind in KINDS.values())
    assert Message.objects.filter(zh="young").count() == len(KINDS)
    assert set(Message.objects.filter(zh="old").values_list("kind", flat=True)) == {"returned", "ended"}


def test_nobody_marks_for_nobody(world: w.World) -> None:
    kept = message(world.people["member"], "a")
    assert messages.mark_read(actor_for(world.people["applicant"]), [kept.pk]) == 0
    kept.refresh_from_db()
    assert kept.read_at is None
