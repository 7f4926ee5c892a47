"""A meeting is planned for a time that lies ahead; while it is planned it is moved, corrected and cancelled, and its people hear of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from icalendar import Calendar
from tests.slices.casework.page_cast import signed_in
from tests.slices.panels.committee import Committee, called, codes, done

from keguan.casework.models import Message
from keguan.fairness.schedule import Session
from keguan.kernel import clock
from keguan.kernel.clock import BEIJING
from keguan.panels.meetings import appointments, planning, replanning, services, slots
from keguan.panels.meetings.models import Meeting
from keguan.panels.meetings.sittings import Sitting
from keguan.registers.trace.models import Event
from keguan.registers.trace.sentences import has_sentence

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def committee(settings: Any, tmp_path: Any) -> Iterator[Committee]:
    settings.MEDIA_ROOT = tmp_path
    with called() as found:
        yield found


def test_a_meeting_is_planned_ahead_and_what_is_wrong_is_said_at_its_place(committee: Committee) -> None:
    """It is 2026-05-10."""
    secretary = signed_in(committee.world.people["officer"])
    assert committee.world.round is not None
    new = reverse("meeting_new", args=[committee.world.round.code, "decide"])
    fine = {"kind": "committee", "day": "2026-05-20", "from": "09:00", "to": "12:00", "place": "三号会议室"}
    for wrong, said in (
        ({"day": "2026-05-09"}, "会议不能安排在过去；现在是2026-05-10"),
        ({"day": "2020-01-01"}, "会议不能安排在过去"),
        ({"day": "2028-12-31"}, "会议最多提前两年安排"),
        ({"place": "厅" * 201}, "地点不超过200字"),
        ({"from": "12:30"}, "结束应晚于开始"),
        ({"from": "25:00"}, "请写成 09:00 这样的时间"),
    ):
        answer = secretary.post(new, fine | wrong)
        assert answer.status_code == 422, wrong
        assert said in answer.content.decode(), wrong
        assert all(value in answer.content.decode() for value in wrong.values())
    assert Meeting.objects.count() == 1
    wide = {"day": "２０２６-05-20", "from": "０９：００", "to": "１２:００"}
    asked = secretary.post(new, fine | wide).content.decode()
    assert "现在没有可以列入议程的办件" in asked, "all are on the other agenda"
    assert Meeting.objects.count() == 1
    sure = asked.partition('name="sure" value="')[2].partition('"')[0]
    typed = fine | wide | {"sure": sure, "written_until": "2026-05-20"}
    assert secretary.post(new, typed).status_code == 303
    made = Meeting.objects.get(number=2)
    assert made.begins == datetime(2026, 5, 20, 9, tzinfo=BEIJING)
    assert made.written_until == made.begins, "on its own day members write until it begins"


def test_a_planned_meeting_is_moved_and_its_members_hear_of_it(committee: Committee) -> None:
    secretary, change = signed_in(committee.world.people["officer"]), reverse("meeting_change", args=[committee.pk])
    here = reverse("meeting", args=[committee.pk])
    assert change in secretary.get(here).content.decode()
    assert change not in signed_in(committee.people[0]).get(here).content.decode()
    shown = secretary.get(change).content.decode()
    assert all(f'value="{one}"' in shown for one in ("一号会议室", "2026-05-11"))
    file = reverse("meeting_calendar", args=[committee.pk])
    before = Calendar.from_ical(signed_in(committee.people[0]).get(file).content).walk("VEVENT")[0]
    Message.objects.all().delete()
    typed = {"day": "2026-05-18", "from": "14:00", "to": "17:30", "place": "五号会议室", "written_until": "2026-05-19"}
    refused = secretary.post(change, typed)
    assert "书面意见应在会议开始前截止" in refused.content.decode()
    assert secretary.post(change, typed | {"written_until": "2026-05-17"}).status_code == 303
    found = Meeting.objects.get()
    assert (found.begins, found.place) == (datetime(2026, 5, 18, 14, tzinfo=BEIJING), "五号会议室")
    told = Message.objects.filter(kind="meeting")
    assert {one.person_id for one in told} == {one.pk for one in committee.people}
    assert all("2026-05-18 14:00–17:30" in one.zh and "一号会议室" in one.zh for one in told)
    title = found.round.title
    assert all(f"“{title.zh}”{found.title.zh}" in one.zh and f"“{title.en}”" in one.en for one in told)
    mine = signed_in(committee.people[0]).get(reverse("messages")).content.decode()
    assert f'<a href="{here}">{told[0].zh}' in mine
    after = Calendar.from_ical(signed_in(committee.people[0]).get(file).content).walk("VEVENT")[0]
    assert (after["UID"], after["SEQUENCE"]) == (before["UID"], before["SEQUENCE"] + 1)
    event = Event.objects.get(tag="meeting:sitting:changed")
    assert has_sentence(event.tag)
    assert (event.payload["at"], event.payload["place_was"]) == ("2026-05-18 14:00–17:30", "一号会议室")
    past = replanning.change(
        committee.pk, committee.officer, place="五号会议室", begins=clock.now() - HOUR, ends=clock.now() + HOUR
    )
    assert codes(past) == {"meeting.past"}
    assert signed_in(committee.people[0]).get(change).status_code == 403
    mine = replanning.change(committee.pk, committee.member(0), place="我家", begins=found.begins, ends=found.ends)
    assert codes(mine) == {"right.missing"}


def test_a_cancelled_meeting_frees_its_cases_and_nothing_is_done_in_it(committee: Committee) -> None:
    secretary, cancel = signed_in(committee.world.people["officer"]), reverse("meeting_cancel", args=[committee.pk])
    Message.objects.all().delete()
    for reason in ("", "长" * 501):
        assert secretary.post(cancel, {"reason": reason}).status_code == 422
    assert secretary.post(cancel, {"reason": "会议室停电"}).status_code == 303
    assert Meeting.objects.get().state == "cancelled"
    assert {one.person_id for one in Message.objects.filter(kind="meeting", zh__contains="会议室停电")} == {
        one.pk for one in committee.people
    }
    assert Event.objects.get(tag="meeting:sitting:cancelled").payload["reason"] == "会议室停电"
    page = secretary.get(reverse("meeting", args=[committee.pk])).content.decode()
    assert "已取消" in page
    assert "会议室停电" in page
    assert "宣布开会" not in page
    assert cancel not in page
    event = Calendar.from_ical(secretary.get(reverse("meeting_calendar", args=[committee.pk])).content)
    assert event.walk("VEVENT")[0]["STATUS"] == "CANCELLED"
    person, item = committee.people[0].pk, committee.items[0].pk
    for answer in (
        services.open_(committee.pk, committee.officer, early=True),
        services.be_there(committee.pk, person, committee.officer, present=True),
        services.close(committee.pk, committee.officer, undone=9),
        services.keep_out(committee.pk, item, person, "合作", committee.officer),
        services.give_opinion(committee.pk, item, 80, "", committee.member(0)),
        planning.add(committee.pk, committee.numbers, committee.officer),
        planning.drop(committee.pk, item, committee.officer),
        planning.move(committee.pk, item, 1, committee.officer),
        replanning.cancel(committee.pk, "再取消", committee.officer),
        replanning.change(committee.pk, committee.officer, place="x", begins=clock.now() + HOUR, ends=clock.now() + 2 * HOUR),
    ):  # fmt: skip
        assert codes(answer) <= {"meeting.state", "meeting.closed", "meeting.no_quorum", "meeting.written_over"}
    assert secretary.get(cancel).status_code == 404
    other = committee.another()
    assert [one.case.number for one in Sitting.of(other).items] == committee.numbers
    assert codes(services.close(other, committee.officer)) == {"meeting.state"}, "it has not begun: it is cancelled"
    committee.pk = other
    committee.come(0, 1, 2, 3)
    done(services.open_(other, committee.officer, early=True))
    assert codes(replanning.cancel(other, "不想开了", committee.officer)) == {"meeting.state"}


def test_who_was_told_of_a_slot_hears_that_it_is_off_and_slots_move_by_their_own_page(
    settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    with called("defence") as found:
        meeting = Meeting.objects.get()
        stretch = [Session(meeting.begins, meeting.begins + 2 * HOUR)]
        long = [Session(meeting.begins, meeting.begins + 2 * HOUR, "厅" * 201)]
        assert codes(slots.set_slots(found.pk, long, found.officer, length_minutes=20)) == {"slots.place"}
        far = [Session(meeting.begins + timedelta(days=900), meeting.begins + timedelta(days=900, hours=1))]
        assert codes(slots.set_slots(found.pk, far, found.officer, length_minutes=20)) == {"slots.far"}
        done(slots.set_slots(found.pk, stretch, found.officer, length_minutes=20))
        done(slots.propose_order(found.pk, found.officer))
        done(appointments.tell_slots(found.pk, found.officer))
        meeting.refresh_from_db()
        begins, ends = meeting.begins, meeting.ends
        moved = replanning.change(found.pk, found.officer, place="六号会议室", begins=begins + HOUR, ends=ends + HOUR)
        assert codes(moved) == {"meeting.slots"}
        done(replanning.change(found.pk, found.officer, place="六号会议室", begins=begins, ends=ends))
        Message.objects.all().delete()
        done(replanning.cancel(found.pk, "改为书面评议", found.officer))
        off = Message.objects.filter(kind="defence")
        assert {one.case.number for one in off if one.case} == set(found.numbers)
        assert all("取消" in one.zh and "书面评议" not in one.zh for one in off)
        assert codes(appointments.tell_slots(found.pk, found.officer)) == {"meeting.state"}


def test_what_is_not_changed_stays_to_the_minute(committee: Committee) -> None:
    """Only the place is typed anew; members write until the hour that they were told."""
    meeting = Meeting.objects.get()
    until = meeting.written_until
    assert until is not None
    secretary, address = signed_in(committee.world.people["officer"]), reverse("meeting_change", args=[meeting.pk])
    form = secretary.get(address).context["fields"]
    typed = {one.name: one.value for one in form} | {"place": "六号会议室"}
    assert secretary.post(address, typed).status_code == 303
    meeting.refresh_from_db()
    assert (meeting.place, meeting.written_until) == ("六号会议室", until)
    day = until.astimezone(BEIJING).date() - timedelta(days=1)
    assert secretary.post(address, typed | {"written_until": f"{day}"}).status_code == 303
    meeting.refresh_from_db()
    assert meeting.written_until is not None
    assert f"{meeting.written_until.astimezone(BEIJING):%Y-%m-%d %H:%M}" == f"{day} 23:59", "another day, to its end"
