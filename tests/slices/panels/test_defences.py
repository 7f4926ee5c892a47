"""A defence session: slots that keep a quorum, changes that reach only whom they concern, and papers closed to who must leave."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from icalendar import Calendar
from tests.slices.casework.page_cast import signed_in
from tests.slices.panels.committee import Committee, called, codes, done

from keguan.casework.models import Case, Message
from keguan.fairness.schedule import Session
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import clock_at
from keguan.panels.meetings import appointments, planning, replanning, services, slots
from keguan.panels.meetings.models import Item, Meeting, Slot
from keguan.panels.meetings.sittings import Sitting
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
BRING = Text("身份证和答辩幻灯片", "Your identity card and your slides")


@pytest.fixture
def defence(settings: Any, tmp_path: Any) -> Iterator[Committee]:
    """A defence session with two cases, and slots in two stretches of one and two."""
    settings.MEDIA_ROOT = tmp_path
    with called("defence") as found:
        begins = Meeting.objects.get().begins
        stretches = [
            Session(begins, begins + 20 * MINUTE),
            Session(begins + 60 * MINUTE, begins + 105 * MINUTE, "二号会议室"),
        ]
        done(slots.set_slots(found.pk, stretches, found.officer, length_minutes=20, pause_minutes=5, bring=BRING))
        yield found


def at(defence: Committee) -> dict[str, datetime]:
    """When each case is heard."""
    return {one.item.case.number: one.begins for one in Slot.objects.filter(item__isnull=False) if one.item}


def told(defence: Committee, kind: str = "defence") -> list[str]:
    return [one.zh for one in Message.objects.filter(kind=kind).order_by("pk")]


def calendar(defence: Committee, number: str) -> Any:
    principal = Case.objects.get(number=number).principal
    assert principal is not None
    answer = signed_in(principal).get(reverse("defence_calendar", args=[number]))
    assert answer.status_code == 200
    return Calendar.from_ical(answer.content).walk("VEVENT")[0]


def test_slots_are_proposed_moved_told_and_told_anew_only_where_they_changed(defence: Committee) -> None:
    other, moved = defence.numbers
    order = done(slots.propose_order(defence.pk, defence.officer))
    assert (len(order.placed), order.unplaced) == (2, ())
    assert told(defence) == [], "nobody hears of a proposal"
    done(appointments.tell_slots(defence.pk, defence.officer))
    assert {one.case.number for one in Message.objects.filter(kind="defence") if one.case} == {other, moved}
    assert codes(appointments.tell_slots(defence.pk, defence.officer)) == {"slots.nothing"}
    before, was = calendar(defence, moved), at(defence)
    assert (before["SEQUENCE"], before["STATUS"]) == (0, "CONFIRMED")
    assert before["DTSTART"].dt == was[moved]

    heard, free = Item.objects.get(case__number=moved), Slot.objects.filter(item=None).get()
    done(slots.place(defence.pk, heard.pk, free.pk, defence.officer))
    assert calendar(defence, moved)["DTSTART"].dt == was[moved], "what was told stands until it is told anew"
    Message.objects.all().delete()
    with clock_at(clock.now() + MINUTE):
        done(appointments.tell_slots(defence.pk, defence.officer))
    again = told(defence)
    assert all(moved in one and "改到" in one for one in again)
    assert {one.case.number for one in Message.objects.filter(kind="defence") if one.case} == {moved}
    after = calendar(defence, moved)
    assert (after["UID"], after["SEQUENCE"]) == (before["UID"], 1)
    assert after["DTSTAMP"].dt > before["DTSTAMP"].dt
    assert after["DTSTART"].dt == free.begins
    assert calendar(defence, other)["SEQUENCE"] == 0
    assert [one.case.number for one in Sitting.of(defence.pk).items] == [moved, other], "the agenda follows the slots"

    done(slots.place(defence.pk, heard.pk, 0, defence.officer))
    done(appointments.tell_slots(defence.pk, defence.officer))
    assert (calendar(defence, moved)["STATUS"], calendar(defence, moved)["SEQUENCE"]) == ("CANCELLED", 2)


def test_a_new_place_takes_its_slots_along_and_whoever_was_told_of_them_is_told_again(defence: Committee) -> None:
    """But for a slot with a place of its own, and for a change of the schedule that nobody confirmed yet."""
    done(slots.propose_order(defence.pk, defence.officer))
    first, second = defence.items
    free = {one.place: one for one in Slot.objects.order_by("-begins")}
    for item, at_place in ((first, "一号会议室"), (second, "二号会议室")):
        done(slots.place(defence.pk, item.pk, free[at_place].pk, defence.officer))
    done(appointments.tell_slots(defence.pk, defence.officer))
    Message.objects.all().delete()
    meeting = Meeting.objects.get()
    moved = replanning.change(defence.pk, defence.officer, place="六号会议室", begins=meeting.begins, ends=meeting.ends)
    done(moved)
    assert [one.place for one in Slot.objects.order_by("begins")] == ["六号会议室", "二号会议室", "二号会议室"]
    here, stays = first.case.number, second.case.number
    assert {one.case.number for one in Message.objects.filter(kind="defence") if one.case} == {here}
    assert all("一号会议室" in one and "六号会议室" in one for one in told(defence))
    assert (calendar(defence, here)["LOCATION"], calendar(defence, here)["SEQUENCE"]) == ("六号会议室", 1)
    assert (calendar(defence, stays)["LOCATION"], calendar(defence, stays)["SEQUENCE"]) == ("二号会议室", 0)
    assert codes(appointments.tell_slots(defence.pk, defence.officer)) == {"slots.nothing"}
    # Who was not told of another time is not told of it by the way.
    done(slots.place(defence.pk, first.pk, Slot.objects.filter(item=None).get().pk, defence.officer))
    Message.objects.all().delete()
    done(replanning.change(defence.pk, defence.officer, place="七号会议室", begins=meeting.begins, ends=meeting.ends))
    assert told(defence) == []


def test_items_with_slots_stand_in_the_order_of_their_times_and_are_not_moved_up_or_down(defence: Committee) -> None:
    secretary, address = signed_in(defence.world.people["officer"]), reverse("meeting", args=[defence.pk])
    up = reverse("meeting_do", args=[defence.pk, "up"])
    last = defence.items[-1].pk
    assert up in secretary.get(address).content.decode()
    done(planning.move(defence.pk, last, -1, defence.officer))
    done(slots.propose_order(defence.pk, defence.officer))

    def agenda() -> list[str]:
        return [one.case.number for one in Sitting.of(defence.pk).items]

    assert agenda() == sorted(at(defence), key=lambda one: at(defence)[one])
    early = defence.items[0]
    done(slots.place(defence.pk, early.pk, Slot.objects.order_by("-begins")[0].pk, defence.officer))
    assert agenda() == sorted(at(defence), key=lambda one: at(defence)[one])
    assert agenda()[-1] == early.case.number
    page = secretary.get(address).content.decode()
    assert up not in page
    assert "顺序随答辩时段而定" in page
    assert "顺序随答辩时段而定" not in signed_in(defence.people[0]).get(address).content.decode(), (
        "members move nothing"
    )
    refused = planning.move(defence.pk, early.pk, -1, defence.officer)
    assert codes(refused) == {"meeting.timed"}
    assert agenda()[-1] == early.case.number


def test_who_is_away_and_who_must_leave_never_cost_the_quorum(defence: Committee) -> None:
    first = defence.items[0]
    begins = Meeting.objects.get().begins
    for member in (0, 1):
        person = defence.people[member].pk
        done(slots.be_away(defence.pk, person, begins, begins + 30 * MINUTE, defence.member(member)))
    done(services.keep_out(defence.pk, first.pk, defence.people[2].pk, "合作", defence.member(2)))
    assert codes(slots.be_away(defence.pk, defence.people[3].pk, begins, begins + MINUTE, defence.member(2))) == {
        "right.missing"
    }
    order = done(slots.propose_order(defence.pk, defence.officer))
    assert len(order.placed) == 2
    assert min(at(defence).values()) > begins + 30 * MINUTE
    early = Slot.objects.get(begins=begins)
    done(slots.place(defence.pk, first.pk, early.pk, defence.officer))
    refused = appointments.tell_slots(defence.pk, defence.officer)
    assert codes(refused) == {"slots.no_quorum"}
    assert all(defence.people[member].name in refused.problems[0].say.zh for member in (0, 1, 2))
    page = signed_in(defence.world.people["officer"]).get(reverse("meeting_schedule", args=[defence.pk]))
    assert "未达法定人数" in page.content.decode()
    done(slots.propose_order(defence.pk, defence.officer))
    done(appointments.tell_slots(defence.pk, defence.officer))
    mine = Message.objects.get(kind="meeting", person=defence.people[2], zh__contains="您须回避")
    assert f"{at(defence)[first.case.number].astimezone(clock.BEIJING):%H:%M}–" in mine.zh
    assert not Message.objects.filter(person=defence.people[3], zh__contains="您须回避").exists()
    files = [signed_in(defence.people[one]).get(reverse("meeting_calendar", args=[defence.pk])) for one in (2, 3)]
    events = [Calendar.from_ical(one.content).walk("VEVENT")[0] for one in files]
    assert "您须回避" in events[0]["DESCRIPTION"]
    assert first.case.number not in files[0].content.decode()
    assert "DESCRIPTION" not in events[1]
    assert events[1]["SEQUENCE"] == 2, "two were told"


def test_what_nobody_may_vote_on_is_left_out_and_the_page_says_why(defence: Committee) -> None:
    item = defence.items[0]
    for member in (0, 1, 2):
        done(services.keep_out(defence.pk, item.pk, defence.people[member].pk, "合作", defence.member(member)))
    order = done(slots.propose_order(defence.pk, defence.officer))
    assert [one.key for one in order.unplaced] == [item.pk]
    page = signed_in(defence.world.people["officer"]).get(reverse("meeting_schedule", args=[defence.pk]))
    assert "回避后只剩2人可以表决" in page.content.decode()


def test_the_page_of_the_case_shows_the_slot_to_its_own_people_and_names_nobody(defence: Committee) -> None:
    done(slots.propose_order(defence.pk, defence.officer))
    done(appointments.tell_slots(defence.pk, defence.officer))
    case = Case.objects.get(number=defence.numbers[1])
    assert case.principal is not None
    page = signed_in(case.principal).get(reverse("case", args=[case.number])).content.decode()
    assert f"{at(defence)[case.number].astimezone(clock.BEIJING):%Y-%m-%d %H:%M}" in page
    assert all(word in page for word in (BRING.zh, "20分钟", "二号会议室", "北京时间"))
    assert not any(one.name in page for one in defence.people)
    ours = signed_in(defence.world.people["officer"]).get(reverse("case", args=[case.number])).content.decode()
    assert BRING.zh not in ours
    stranger = signed_in(defence.people[1]).get(reverse("defence_calendar", args=[case.number]))
    assert stranger.status_code == 404


def test_slots_say_everything_that_is_wrong_with_them(defence: Committee) -> None:
    begins = Meeting.objects.get().begins
    wrong = [Session(begins, begins + 60 * MINUTE), Session(begins + 30 * MINUTE, begins + 20 * MINUTE)]
    refused = slots.set_slots(defence.pk, wrong, defence.officer, length_minutes=500, pause_minutes=-1)
    assert codes(refused) == {"slots.length", "slots.pause", "slots.ends", "slots.overlap"}
    past = [Session(begins - 72 * 60 * MINUTE, begins - 71 * 60 * MINUTE)]
    assert "slots.past" in codes(slots.set_slots(defence.pk, past, defence.officer, length_minutes=20))
    assert codes(slots.set_slots(defence.pk, past, defence.member(1), length_minutes=20)) == {"right.missing"}
    assert Slot.objects.count() == 3, "what stood stays"


def test_the_page_keeps_what_was_typed_and_does_what_it_says(
    defence: Committee, django_assert_max_num_queries: Any
) -> None:
    officer = signed_in(defence.world.people["officer"])
    schedule, set_ = (reverse(name, args=[defence.pk]) for name in ("meeting_schedule", "meeting_slots"))
    typed = {"sessions[0].day": "2026-05-13", "sessions[0].from": "九点", "sessions[0].to": "11:00", "length": "25"}
    refused = officer.post(set_, {**typed, "sessions[0].place": "三号会议室", "pause": "x"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert all(word in page for word in ("九点", "三号会议室", 'value="25"', "请写成 09:00 这样的时间"))
    sent = {**typed, "sessions[0].from": "9:00", "sessions[0].place": "三号会议室", "pause": "5"}
    assert officer.post(set_, sent).status_code == 303
    assert Slot.objects.count() == 4
    for deed in ("propose", "tell"):
        assert officer.post(reverse("meeting_schedule_do", args=[defence.pk, deed])).status_code == 303
    with django_assert_max_num_queries(12):
        assert "三号会议室" in officer.get(schedule).content.decode()
    member = signed_in(defence.people[0])
    away = {"day": "2026-05-13", "from": "09:00", "to": "10:00"}
    assert member.post(reverse("meeting_schedule_do", args=[defence.pk, "away"]), away).status_code == 303
    assert member.post(reverse("meeting_schedule_do", args=[defence.pk, "propose"])).status_code == 403


def test_papers_scores_and_ballots_are_closed_to_who_was_sent_out(
    defence: Committee, django_assert_max_num_queries: Any
) -> None:
    item, other = defence.items
    case = item.case
    done(services.keep_out(defence.pk, item.pk, defence.people[0].pk, "申报人是本人学生", defence.member(0)))
    assert defence.world.round is not None
    code = defence.world.round.code
    out, stays = signed_in(defence.people[0]), signed_in(defence.people[1])
    closed = [
        reverse("paper", args=[code, "decide", case.number]),
        reverse("meeting_item", args=[defence.pk, item.pk]),
        reverse("case", args=[case.number]),
        reverse("case_book", args=[case.number, "proposal"]),
    ]
    for address in closed:
        assert stays.get(address).status_code in (200, 202), address
        for language, said in (("zh", "申报人是本人学生"), ("en", "You must keep out of this case")):
            out.cookies["lang"] = language
            answer = out.get(address)
            assert answer.status_code == 403, address
            assert said in answer.content.decode()
        assert Event.objects.filter(actor=defence.people[0].pk, outcome="refused", payload__path=address).exists()
    out.cookies["lang"] = "zh"
    agenda = out.get(reverse("deciding", args=[code, "decide"])).content.decode()
    assert closed[0] not in agenda
    assert case.title not in agenda
    assert "您须回避的议项" in agenda
    assert reverse("paper", args=[code, "decide", other.case.number]) in agenda
    with django_assert_max_num_queries(12):
        next_ = out.get(reverse("paper", args=[code, "decide", other.case.number])).content.decode()
    assert closed[0] not in next_, "one goes past it"
    for address in (reverse("meeting", args=[defence.pk]), reverse("meeting_schedule", args=[defence.pk])):
        assert case.title not in out.get(address).content.decode()
        assert case.title in stays.get(address).content.decode()
    written = services.give_opinion(defence.pk, item.pk, 90, "", defence.member(0))
    assert codes(written) == {"right.recused"}
    defence.come(0, 1, 2, 3)
    done(services.open_(defence.pk, defence.officer, early=True))
    ballot = defence.up()
    assert codes(defence.vote(ballot, 0)) == {"right.recused"}
    assert Event.objects.filter(actor=defence.people[0].pk, tag="meeting:sitting:refused").count() == 2
    assert "正在审议" in (room := out.get(reverse("meeting", args=[defence.pk])).content.decode())
    assert reverse("meeting_do", args=[defence.pk, "vote"]) not in room


def test_the_room_sees_what_both_stages_before_it_gave_and_nobody_who_must_leave_does(
    defence: Committee, django_assert_max_num_queries: Any
) -> None:
    item = defence.items[0]
    done(services.keep_out(defence.pk, item.pk, defence.people[3].pk, "合作", defence.member(3)))
    done(services.give_opinion(defence.pk, item.pk, 88, "路线清楚，经费偏高。", defence.member(0)))
    done(services.give_opinion(defence.pk, item.pk, 70, "", defence.member(1)))
    address = reverse("meeting", args=[defence.pk])
    member, out = signed_in(defence.people[2]), signed_in(defence.people[3])
    early = member.get(address).content.decode()
    assert "通讯评审：78.67分" in early
    assert "已收2份" in early
    assert "路线清楚" not in early, "nobody writes with an eye on the others"
    until = Meeting.objects.get().written_until
    assert until is not None
    with clock_at(until + MINUTE):
        with django_assert_max_num_queries(12):
            late = member.get(address).content.decode()
        assert "书面意见：2份，预评分平均79.0分（70–88分）" in late
        assert "路线清楚，经费偏高。" in late
        shown = out.get(address).content.decode()
    assert "路线清楚" not in shown
    assert "79.0" not in shown
