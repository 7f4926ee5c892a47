"""Officers note things for one another on a case, and hand cases over; nobody else learns of it, and no right changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import act, holders, signed_in
from tests.slices.casework.test_batches import begun, do, page_of, three

from keguan.casework import alarms
from keguan.casework.models import Alarm, Case, DeskNote, Message
from keguan.kernel.clock import clock_at
from keguan.registers.parties.models import Duty
from keguan.registers.trace.models import Event, Personal

pytestmark = pytest.mark.django_db
TEXT = "负责人电话中承诺下周补交附件"


@pytest.fixture
def world() -> Iterator[w.World]:
    of = cases.opened()
    of.people["colleague"] = make.person()
    make.duty("officer", of.people["colleague"])
    of.people["supervisor"] = make.person()
    make.duty("supervision", of.people["supervisor"])
    with clock_at(w.moment("2026-04-10")):
        yield of


def page(of: w.World, who: str, number: str) -> str:
    return str(signed_in(of.people[who]).get(reverse("case", args=[number])).content.decode())


def note(of: w.World, who: str, number: str, text: str = TEXT) -> Any:
    return signed_in(of.people[who]).post(reverse("case_note", args=[number]), {"note": text})


def hand(of: w.World, who: str, number: str, to: str, reason: str = "出差") -> Any:
    to = str(of.people[to].pk) if to in of.people else to
    return signed_in(of.people[who]).post(reverse("case_hand_over", args=[number]), {"to": to, "reason": reason})


def waits(of: w.World, who: str, number: str, **asked: str) -> bool:
    return number in signed_in(of.people[who]).get(reverse("todo"), asked).content.decode().partition("<h2>消息")[0]


# ------------------------------------------------------------------------------------------------------- notes


def test_a_note_is_read_by_officers_and_the_supervision_and_by_nobody_else(world: w.World) -> None:
    number = cases.case(world, at="scored").number
    assert note(world, "officer", number).status_code == 303
    world.people["reviewer"] = holders(number)[0]
    for who in ("officer", "colleague", "supervisor"):
        assert TEXT in page(world, who, number), who
    for who in ("applicant", "host", "authority", "committee", "reviewer"):
        said = page(world, who, number)
        assert TEXT not in said, who
        assert "备注" not in said, who


def test_nobody_else_writes_a_note(world: w.World) -> None:
    number = cases.case(world, at="screen").number
    for who in ("applicant", "host", "committee", "supervisor"):
        assert note(world, who, number).status_code == 403, who
    assert not DeskNote.objects.exists()


def test_an_officer_who_takes_part_in_a_case_reads_and_writes_none_there(world: w.World) -> None:
    number = cases.case(world, at="screen").number
    note(world, "officer", number)
    make.duty("officer", world.people["applicant"])
    assert TEXT not in page(world, "applicant", number)
    assert note(world, "applicant", number).status_code == 403


def test_a_refused_note_comes_back_as_it_was_typed(world: w.World) -> None:
    number = cases.case(world, at="screen").number
    refused = note(world, "officer", number, "长" * 2001)
    assert refused.status_code == 422
    assert "长" * 2001 in refused.content.decode()
    assert note(world, "officer", number, "  ").status_code == 422


def test_a_note_is_struck_out_by_its_writer_alone_and_its_text_stays_in_the_trace(world: w.World) -> None:
    number = cases.case(world, at="screen").number
    note(world, "officer", number)
    address = reverse("case_note_strike", args=[number, DeskNote.objects.get().pk])
    assert signed_in(world.people["colleague"]).post(address).status_code == 403
    officer = signed_in(world.people["officer"])
    assert [officer.post(address).status_code for _ in range(2)] == [303, 303]
    said = page(world, "colleague", number)
    assert TEXT not in said
    assert "划去" in said
    events = Event.objects.filter(case_number=number, tag__startswith="desk:note")
    assert [one.tag for one in events.order_by("id")] == ["desk:note:written", "desk:note:struck"]
    assert TEXT not in str([one.payload for one in events]), (
        "what it said may be erased, so it stands behind a commitment"
    )
    assert Personal.objects.get(event=events.get(tag="desk:note:struck")).value == TEXT


def test_the_trace_on_the_case_tells_nobody_of_notes_and_hand_overs(world: w.World) -> None:
    number = cases.case(world, at="screen").number
    note(world, "officer", number)
    hand(world, "officer", number, "colleague")
    for who in ("applicant", "host", "officer"):
        trace = page(world, who, number).partition('id="trace"')[2]
        assert "备注" not in trace
        assert "转交" not in trace


# ------------------------------------------------------------------------------------------------- handing over


def test_what_was_handed_over_leaves_the_other_officers_lists_and_no_right_changes(world: w.World) -> None:
    number = cases.case(world, at="screen").number
    assert waits(world, "officer", number)
    assert waits(world, "colleague", number)
    assert hand(world, "officer", number, "colleague").status_code == 303
    assert not waits(world, "officer", number)
    assert waits(world, "officer", number, whose="all")
    assert waits(world, "colleague", number)
    assert f"经办人：{world.people['colleague'].name}" in page(world, "officer", number)
    assert act(signed_in(world.people["officer"]), number, "return", reason="附件不全").status_code == 303
    told = Message.objects.get(kind="handed")
    assert told.person == world.people["colleague"]
    assert "出差" in told.zh
    handed = Event.objects.get(case_number=number, tag="desk:case:handed")
    assert (handed.payload["to"], handed.payload["reason"]) == (world.people["colleague"].pk, "出差")


def test_a_case_is_given_back_to_all_officers(world: w.World) -> None:
    number = cases.case(world, at="screen").number
    hand(world, "officer", number, "colleague")
    assert hand(world, "officer", number, "all").status_code == 303
    assert waits(world, "officer", number)
    assert Case.objects.get(number=number).handler is None
    assert Message.objects.filter(kind="handed").count() == 1


@pytest.mark.parametrize(
    ("who", "to", "reason", "status"),
    [
        ("officer", "colleague", " ", 422),
        ("officer", "", "出差", 422),
        ("officer", "99999999999", "出差", 422),
        ("officer", "committee", "出差", 422),
        ("committee", "colleague", "出差", 403),
        ("applicant", "colleague", "出差", 403),
    ],
)
def test_a_case_is_handed_over_by_officers_to_officers_with_a_reason(
    world: w.World, who: str, to: str, reason: str, status: int
) -> None:
    number = cases.case(world, at="screen").number
    answer = hand(world, who, number, to, reason)
    assert answer.status_code == status
    assert Case.objects.get(number=number).handler is None
    if status == 422:
        assert reason.strip() in answer.content.decode()


def test_nobody_is_handed_a_case_of_their_own_or_one_on_which_they_acted_for_others(world: w.World) -> None:
    number = cases.case(world, at="screen").number
    for who, code in (("applicant", "right.own_case"), ("host", "right.separation")):
        make.duty("officer", world.people[who])
        answer = hand(world, "officer", number, who)
        assert answer.status_code == 403, code
    assert Case.objects.get(number=number).handler is None


def test_a_batch_is_handed_over_at_once_and_its_receiver_is_told_once(world: w.World) -> None:
    with clock_at(w.moment("2026-03-03")):
        numbers = three(world, "screen")
    make.duty("officer", world.people["principal 0"])
    officer = signed_in(world.people["officer"])
    batch = begun(officer, *numbers)
    assert "转交同事" in page_of(officer, batch)
    refused = do(officer, batch, "hand-over", to=str(world.people["colleague"].pk), reason="")
    assert refused.status_code == 422
    assert do(officer, batch, "hand-over", to=str(world.people["colleague"].pk), reason="出差").status_code == 303
    assert batch.state == "done"
    assert {one.handler for one in Case.objects.filter(number__in=numbers)} == {world.people["colleague"]}
    assert Message.objects.filter(kind="handed").count() == 1
    assert "3 件办件" in Message.objects.get(kind="handed").zh
    again = begun(officer, *numbers)
    do(officer, again, "hand-over", to=str(world.people["principal 0"].pk), reason="换人")
    assert sorted(again.lines.values_list("state", flat=True)) == ["done", "done", "refused"]
    assert "与本件有关" in page_of(officer, again)


def test_the_desk_with_notes_stays_within_its_queries(world: w.World, django_assert_max_num_queries: Any) -> None:
    number = cases.case(world, at="screen").number
    note(world, "officer", number)
    hand(world, "officer", number, "colleague")
    officer = signed_in(world.people["officer"])
    officer.get(reverse("case", args=[number]))
    with django_assert_max_num_queries(12):
        assert TEXT in officer.get(reverse("case", args=[number])).content.decode()


def reminded(of: w.World, number: str) -> set[str]:
    """Who is told that the screening of this case is due: by the part they play."""
    Message.objects.all().delete()
    case, at = Case.objects.get(number=number), w.moment("2026-04-20")
    Alarm.objects.filter(case=case).delete()
    attempt = case.memo.state["steps"][case.step]["attempt"]
    Alarm.objects.create(case=case, step=case.step, attempt=attempt, at=at, purpose="remind")
    with clock_at(at):
        assert alarms.ring().reminded == 1
    told = set(Message.objects.filter(kind="deadline").values_list("person", flat=True))
    return {who for who, person in of.people.items() if person.pk in told}


def test_the_reminder_of_a_case_goes_to_whom_it_was_handed_and_to_who_stands_in_for_them(world: w.World) -> None:
    number = cases.case(world, at="screen").number
    assert reminded(world, number) == {"officer", "colleague"}
    hand(world, "officer", number, "colleague")
    assert reminded(world, number) == {"colleague"}
    world.people["deputy"] = make.person()
    duty = Duty.objects.get(person=world.people["colleague"], role="officer")
    Duty.objects.create(
        person=world.people["deputy"], role="officer", delegated_from=duty, since="2026-04-01", until="2027-04-01",
        granted_by=world.people["colleague"], reason="休假",
    )  # fmt: skip
    assert reminded(world, number) == {"colleague", "deputy"}
    Duty.objects.filter(delegated_from=duty).delete()
    Duty.objects.filter(pk=duty.pk).update(until="2026-04-02")
    assert reminded(world, number) == {"officer"}, "who has the duty no more leaves it to the others"
