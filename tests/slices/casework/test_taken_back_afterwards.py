"""What is undone or moved up afterwards: an objection taken back, ranks that came free, a seat that was declined."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import fields_on, signed_in
from tests.slices.casework.test_recommending_in_order import address, waiting
from tests.slices.casework.test_side_cases import (
    AFTER,
    DURING,
    codes,
    objected,
    objection,
    opened,
    published,
    withdrawal,
)
from tests.slices.casework.test_side_cases import world as side_world

from keguan.casework import alarms
from keguan.casework.desks import recommendations
from keguan.casework.models import Case, Message, Task
from keguan.casework.sentences import told_to
from keguan.casework.services import Done
from keguan.engine.afterwards import MOVE_UP, RETRACT
from keguan.kernel.clock import clock_at
from keguan.registers.parties.access import actor_for
from keguan.registers.trace.models import Event

__all__ = ["published", "side_world"]
pytestmark = pytest.mark.django_db

# ------------------------------------------------------------------------------------------------------- objections


@pytest.fixture
def world(side_world: w.World) -> w.World:
    return side_world


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_objector_takes_an_objection_back_and_the_notice_runs_on(
    world: w.World, published: str, language: str
) -> None:
    with clock_at(DURING):
        side = objected(world, published)
        browser = signed_in(world.people["objector"])
        page, do = reverse("case", args=[side]), reverse("case_do", args=[side, RETRACT])
        shown = browser.get(page, {"lang": language}).content.decode()
        assert ("撤回的理由" if language == "zh" else "Why it is taken back") in shown
        typed = {name: values[-1] for name, values in fields_on(shown, do).items()}
        assert browser.post(do, typed | {"reason": " "}).status_code == 422
        assert Case.objects.get(number=side).step == "decide"
        assert browser.post(do, typed | {"reason": "已了解情况"}).status_code == 303
    taken = Case.objects.get(number=side)
    assert taken.end == "withdrawn"
    assert not Task.objects.filter(case=taken).exists()
    with clock_at(AFTER):
        alarms.ring()
    assert Case.objects.get(number=published).step == "agree", "nothing keeps the notice up any more"
    event = Event.objects.get(case_number=side, tag="case:retract:accepted")
    assert "已了解情况" in str(event.payload)
    officer = world.actor("officer")
    assert world.people["objector"].name not in str(told_to(officer, [event]))


def test_taken_back_after_the_notice_is_over_the_case_goes_on_at_once(world: w.World, published: str) -> None:
    with clock_at(DURING):
        side = objected(world, published)
    with clock_at(AFTER):
        alarms.ring()
        assert Case.objects.get(number=published).step == "publish"
        assert isinstance(world.act(side, RETRACT, "objector", reason="已了解情况"), Done)
    assert Case.objects.get(number=published).step == "agree"


def test_another_objection_still_keeps_the_notice_up(world: w.World, published: str) -> None:
    world.people["second"] = make.person()
    with clock_at(DURING):
        side = objected(world, published)
        other = opened(world, published, "object", "second")
        assert isinstance(world.act(other, "submit", "second", values=objection(world, other)), Done)
        assert isinstance(world.act(side, RETRACT, "objector", reason="已了解情况"), Done)
    with clock_at(AFTER):
        alarms.ring()
    assert Case.objects.get(number=published).step == "publish"


def test_only_who_objected_takes_it_back_and_only_before_it_is_decided(world: w.World, published: str) -> None:
    with clock_at(DURING):
        side = objected(world, published)
        for who in ("applicant", "officer", "supervisor"):
            assert codes(world.act(side, RETRACT, who, reason="x")) == {"right.missing"}
        assert codes(world.act(published, RETRACT, "applicant", reason="x")) == {"retract.nothing"}
        world.people["second"] = make.person()
        draft = opened(world, published, "object", "second")
        assert codes(world.act(draft, RETRACT, "second", reason="x")) == {"retract.nothing"}
        assert isinstance(world.act(side, "reject", "supervisor", reason="经核实不成立"), Done)
        assert codes(world.act(side, RETRACT, "objector", reason="x")) == {"case.ended"}
        assert (
            "撤回的理由" not in signed_in(world.people["objector"]).get(reverse("case", args=[side])).content.decode()
        )


def test_a_wish_to_withdraw_is_taken_back_too(world: w.World, published: str) -> None:
    with clock_at(DURING):
        side = withdrawal(world, published)
        if Case.objects.get(number=side).end == "":
            assert isinstance(world.act(side, RETRACT, "applicant", reason="仍愿申报"), Done)
            again = withdrawal(world, published)
            assert again != side
    assert Case.objects.get(number=published).end == ""


# ----------------------------------------------------------------------------------------------- ranks that came free


def recommended(world: w.World) -> list[str]:
    numbers = waiting(world, 3, at="screen")
    w.version("withdraw")
    return numbers


def withdrawn(world: w.World, number: str, who: str) -> None:
    side = opened(world, number, "withdraw", who)
    assert isinstance(world.act(side, "submit", who, values={"reason": "改报其他计划"}), Done)
    if Case.objects.get(number=side).end == "":
        assert isinstance(world.act(side, "approve", "officer", reason="同意"), Done)
    assert Case.objects.get(number=number).end == "withdrawn"


def ranks(numbers: list[str]) -> list[int | None]:
    return [Case.objects.get(number=number).recommended_rank for number in numbers]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_authority_reads_of_a_rank_that_came_free_and_closes_the_gap(language: str) -> None:
    world = cases.opened(quota=3)
    with clock_at(w.moment("2026-03-03")):
        numbers = recommended(world)
        browser = signed_in(world.people["authority"])
        said = "名次空缺：1" if language == "zh" else "Ranks that came free: 1"
        assert said not in browser.get(address(world), {"lang": language}).content.decode()
        withdrawn(world, numbers[0], "principal 0")
        page = browser.get(address(world), {"lang": language}).content.decode()
        assert said in page
        assert ranks(numbers) == [None, 2, 3]
        assert world.round is not None
        close = reverse("recommendations_close_gaps", args=[world.round.code, world.bureau.pk])
        typed = {name: values[-1] for name, values in fields_on(page, close).items()}
        assert browser.post(close, typed).status_code == 303
        assert ranks(numbers) == [None, 1, 2]
        assert browser.post(close, typed).status_code == 303
        assert ranks(numbers) == [None, 1, 2]
        assert said not in browser.get(address(world), {"lang": language}).content.decode()
    memo = Case.objects.get(number=numbers[1]).memo.state["steps"]["recommend"]["memo"]
    assert memo["rank"] == 1, "the ranking reads what the case remembers"
    assert memo["note"] is not None
    assert Event.objects.filter(tag="case:move-up:accepted").count() == 2


def test_nobody_is_passed_over_and_nobody_else_moves_ranks() -> None:
    world = cases.opened(quota=3)
    with clock_at(w.moment("2026-03-03")):
        numbers = recommended(world)
        assert codes(world.act(numbers[2], MOVE_UP, "authority", rank=1)) == {"move_up.taken"}
        assert codes(world.act(numbers[0], MOVE_UP, "authority", rank=1)) == {"move_up.rank"}
        withdrawn(world, numbers[0], "principal 0")
        assert codes(world.act(numbers[1], MOVE_UP, "officer", rank=1)) == {"right.missing"}
        assert codes(world.act(numbers[1], MOVE_UP, "authority", rank=3)) == {"move_up.rank"}
        assert codes(world.act(numbers[2], MOVE_UP, "authority", rank=1)) == {"move_up.taken"}
        assert world.round is not None
        for who in ("host", "officer"):
            answer = recommendations.close_gaps(world.round, world.bureau.pk, world.actor(who), uuid4().hex)
            assert codes(answer) == {"right.missing"}
    assert ranks(numbers) == [None, 2, 3]


# ------------------------------------------------------------------------------------------------- a seat that was declined


def test_who_assigned_the_panel_hears_that_a_reviewer_declined(world: w.World) -> None:
    case = cases.case(world, at="review")
    also_applies = make.person()
    make.duty("officer", also_applies)
    Case.objects.filter(pk=case.pk).update(editors=[also_applies.pk])
    with clock_at(w.moment("2026-04-10")):
        assert isinstance(world.act(case.number, "assign", "officer", experts=world.experts[:5]), Done)
        seat = case.seats.order_by("number").first()
        assert seat is not None
        reviewer = seat.holder.expert.person
        done = world.act(case.number, "decline", actor_for(reviewer.pk), because="conflict", reason="与申报人为同门")
        assert isinstance(done, Done), done
        (told,) = Message.objects.filter(kind="declined")
        assert told.person == world.people["officer"], "whose own case it is hears nothing"
        assert told.case == case
        assert "存在利益冲突" in told.zh
        assert "A conflict of interest" in told.en
        for said in (told.zh, told.en):
            assert reviewer.name not in said
            assert "同门" not in said
        colleague = make.person()
        make.duty("officer", colleague)
        Case.objects.filter(pk=case.pk).update(handler=colleague)
        other = case.seats.filter(state="invited").order_by("number").first()
        assert other is not None
        done = world.act(
            case.number, "decline", actor_for(other.holder.expert.person_id), because="time", reason="出差"
        )
        assert isinstance(done, Done), done
    assert Message.objects.filter(kind="declined", person=colleague).count() == 1
    assert Message.objects.filter(kind="declined").count() == 2, "whoever handles the case, and nobody else"
