"""Several meetings of one body on one round: a case stands on one agenda, one ballot on it stands, and each meeting says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from tests import make
from tests.slices.casework.page_cast import signed_in
from tests.slices.panels.committee import Committee, called, codes, done

from keguan.casework.models import Case, Memo
from keguan.casework.services import Done
from keguan.kernel import clock
from keguan.panels.meetings import planning, services
from keguan.panels.meetings.minutes import tree_of
from keguan.panels.meetings.minutes_content import digest_of
from keguan.panels.meetings.models import Ballot, Item, KeptOut, Meeting
from keguan.panels.meetings.sittings import Sitting
from keguan.registers.parties.merging import merge

pytestmark = pytest.mark.django_db
FIRST, SECOND = "第1次评审委员会会议", "第2次评审委员会会议"


@pytest.fixture
def sitting(settings: Any, tmp_path: Any) -> Iterator[Committee]:
    """In session with four of five."""
    settings.MEDIA_ROOT = tmp_path
    with called() as found:
        found.come(0, 1, 2, 3)
        done(services.open_(found.pk, found.officer, early=True))
        yield found


def agenda(pk: int) -> list[str]:
    return [one.case.number for one in Sitting.of(pk).items]


def page(sitting: Committee, pk: int, name: str = "meeting", *, member: int | None = None) -> str:
    """What the secretary, or a member, reads in a meeting, without its markup."""
    person = sitting.world.people["officer"] if member is None else sitting.people[member]
    shown = signed_in(person).get(reverse(name, args=[pk])).content.decode()
    return re.sub(r"<[^>]+>", "", shown.partition("<h1")[2])


def opened(sitting: Committee, pk: int) -> None:
    sitting.pk = pk
    sitting.come(0, 1, 2, 3)
    done(services.open_(pk, sitting.officer, early=True, twice=4))


def test_another_meeting_takes_only_what_is_free_and_says_where_the_rest_is(sitting: Committee) -> None:
    first, second = sitting.numbers
    secretary = signed_in(sitting.world.people["officer"])
    assert sitting.world.round is not None
    new = reverse("meeting_new", args=[sitting.world.round.code, "decide"])
    shown = secretary.get(new).content.decode()
    assert all(one in shown for one in (first, second, FIRST, reverse("meeting", args=[sitting.pk])))
    done(planning.drop(sitting.pk, sitting.items[1].pk, sitting.officer))
    assert second not in secretary.get(new).content.decode()
    typed = {"kind": "committee", "day": "2026-05-12", "from": "09:00", "to": "10:00", "place": "二号会议室"}
    told = secretary.post(new, typed, follow=True).content.decode()
    assert "另有1件在其他会议，没有列入" in told
    other = Meeting.objects.get(number=2).pk
    assert (agenda(sitting.pk), agenda(other)) == ([first], [second])
    link = f'<a href="{reverse("meeting", args=[sitting.pk])}">{FIRST}</a>'
    assert link in secretary.get(reverse("meeting", args=[other])).content.decode()
    refused = planning.add(other, [first], sitting.officer)
    assert codes(refused) == {"meeting.elsewhere"}
    assert f"{first}在{FIRST}的议程上" in refused.problems[0].say.zh
    each = planning.add(other, [second, "65X", first, ""], sitting.officer)
    assert [one.code for one in each.problems] == ["meeting.here", "meeting.waits_not", "meeting.elsewhere"]
    assert codes(planning.add(other, [], sitting.officer)) == {"meeting.nothing_to_add"}
    done(services.close(sitting.pk, sitting.officer, undone=1))
    assert [one.case.number for one in done(planning.add(other, [first], sitting.officer))] == [first]


def test_what_was_voted_on_waits_to_be_entered_and_what_was_left_comes_to_the_next(sitting: Committee) -> None:
    first, second = sitting.numbers
    ended, item = sitting.pk, sitting.items[0]
    sitting.voted()
    done(services.close(ended, sitting.officer, undone=1))
    before = page(sitting, ended)
    assert "未审议，由以后的会议审议" in before
    assert "待审议" not in before
    assert "未审议。" in page(sitting, ended, "meeting_minutes")
    mark = digest_of(Sitting.of(ended))
    printed = tree_of(Sitting.of(ended), None)
    minutes = page(sitting, ended, "meeting_minutes").partition("记录内容摘要值")[0]
    other = sitting.another()
    assert agenda(other) == [second]
    refused = planning.add(other, [first], sitting.officer)
    assert codes(refused) == {"meeting.elsewhere"}
    assert f"{first}已由{FIRST}表决，等待登记决定" in refused.problems[0].say.zh
    entered = services.enter(ended, item.pk, "同意立项", sitting.member(0), uuid4().hex, sure=True)
    assert isinstance(entered, Done), entered
    opened(sitting, other)
    sitting.voted()
    assert isinstance(
        services.enter(other, sitting.items[0].pk, "同意立项", sitting.member(0), uuid4().hex, sure=True), Done
    )
    for text in (page(sitting, ended), page(sitting, ended, "meeting_minutes"), page(sitting, ended, member=1)):
        assert f"本件由{SECOND}决定" in text
    assert "已由另一次会议审议" in page(sitting, ended)
    assert (digest_of(Sitting.of(ended)), tree_of(Sitting.of(ended), None)) == (mark, printed), "not a word is another"
    now, _, since = page(sitting, ended, "meeting_minutes").partition("记录内容摘要值")
    assert now == minutes, "the minutes stand as they were read"
    assert f"本件由{SECOND}决定" in since, "what another did stands below them"


def test_of_two_ballots_in_two_meetings_one_stands_and_nothing_more_is_voted(sitting: Committee) -> None:
    """As two agendas could hold one case before."""
    first, item = sitting.pk, sitting.items[0]
    second = sitting.another()
    twin = Item.objects.create(meeting_id=second, case=item.case, place=1, amount_fen=item.amount_fen)
    later = Item.objects.create(meeting_id=second, case=sitting.items[1].case, place=2, motion="reject")
    opened(sitting, second)
    against = sitting.voted(choice="against")
    for answer in (
        services.take_up(first, item.pk, sitting.officer),
        services.open_ballot(first, item.pk, sitting.officer),
    ):
        assert codes(answer) <= {"meeting.voted_elsewhere", "meeting.not_up"}
    said = services.take_up(first, item.pk, sitting.officer).problems[0]  # type: ignore[union-attr]
    assert SECOND in said.say.zh
    assert said.fix is not None
    # A motion to reject that fails decides nothing: any meeting may go on with it.
    done(services.take_up(second, later.pk, sitting.officer))
    sitting_ = done(services.open_ballot(second, later.pk, sitting.officer, motion="reject"))
    ballot = sitting_.ballots[later.pk][0].pk
    for at in range(4):
        done(sitting.vote(ballot, at, "against"))
    done(services.close_ballot(second, ballot, sitting.officer))
    sitting.pk = first
    assert sitting.up(1)
    done(services.adjourn(first, sitting.officer, breaking_off=True))
    done(services.open_(first, sitting.officer, early=True, twice=4))
    # Where the first had voted as well, before: its ballot is told as one that does not stand.
    Ballot.objects.create(
        item=item, number=1, motion="approve", state="closed", counts={"for": 4, "against": 0, "abstain": 0},
        present=4, members=5, opened_at=clock.now(), closed_at=clock.now(),
    )  # fmt: skip
    Item.objects.filter(pk=item.pk).update(state="done")
    assert codes(services.vote_again(first, item.pk, sitting.officer)) == {"meeting.voted_elsewhere"}
    assert codes(services.enter(first, item.pk, "同意", sitting.member(0), uuid4().hex, sure=True)) == {
        "meeting.voted_elsewhere"
    }
    assert isinstance(services.enter(second, twin.pk, "不同意", sitting.member(0), uuid4().hex, sure=True), Done)
    assert Case.objects.get(pk=item.case_id).end == "declined"
    assert codes(services.vote_again(first, item.pk, sitting.officer)) == {"meeting.decided"}
    for name in ("meeting", "meeting_minutes"):
        text = page(sitting, first, name)
        assert f"但这次表决不作为决定：本件由{SECOND}决定" in text.partition("动议通过")[2], name
        if name == "meeting_minutes":
            assert "但这次表决不作为决定" not in text.partition("此后")[0], (
                "the minutes say what was done in the meeting"
            )
        assert "但这次表决不作为决定" not in page(sitting, second, name), name
    assert Ballot.objects.get(pk=against).state == "closed"


def test_a_ballot_of_before_the_case_came_back_decides_nothing(sitting: Committee) -> None:
    item = sitting.items[0]
    sitting.voted()
    memo = Memo.objects.get(case=item.case_id)
    memo.state["steps"]["decide"]["attempt"] = 2
    memo.save()
    assert codes(services.enter(sitting.pk, item.pk, "同意", sitting.member(0), uuid4().hex, sure=True)) == {
        "decide.not_voted"
    }
    assert "本件此后退回本环节，须重新表决" in page(sitting, sitting.pk)
    done(services.close(sitting.pk, sitting.officer, undone=1))
    assert agenda(sitting.another()) == sitting.numbers, "it is free again"
    assert "但这次表决不作为决定" in page(sitting, sitting.pk, "meeting_minutes")


def test_a_result_is_entered_once_no_ballot_runs_and_the_ballot_before_it_is_overtaken(sitting: Committee) -> None:
    item = sitting.items[0]
    sitting.voted()
    done(services.vote_again(sitting.pk, item.pk, sitting.officer))
    done(services.open_ballot(sitting.pk, item.pk, sitting.officer))
    entered = services.enter(sitting.pk, item.pk, "同意", sitting.member(0), uuid4().hex, sure=True)
    assert codes(entered) == {"meeting.ballot_open"}
    ballot = Ballot.objects.get(state="open").pk
    for at in range(4):
        done(sitting.vote(ballot, at, "against"))
    done(services.close_ballot(sitting.pk, ballot, sitting.officer))
    assert "由第2次表决取代" in page(sitting, sitting.pk, "meeting_minutes")


def test_who_opens_a_second_meeting_with_the_same_people_present_is_asked_once_more(sitting: Committee) -> None:
    other = sitting.another(days=0)
    first = sitting.pk
    sitting.pk = other
    sitting.come(0, 1, 2, 4)
    secretary, deed = signed_in(sitting.world.people["officer"]), reverse("meeting_do", args=[other, "open"])
    asked = secretary.post(deed)
    shown = asked.content.decode()
    assert asked.status_code == 422
    assert all(sitting.people[at].name in shown.partition('id="asked"')[2][:600] for at in (0, 1, 2))
    assert sitting.people[4].name not in shown.partition('id="asked"')[2][:600]
    assert FIRST in shown.partition('id="asked"')[2][:600]
    assert Meeting.objects.get(pk=other).state == "planned"
    sure = re.findall(r'name="sure" value="(\d+)"', shown)
    assert secretary.post(deed, {"sure": sure[0]}).status_code == 303
    assert Meeting.objects.get(pk=other).state == "open"
    sitting.pk = first
    sitting.come(0, 1, 2, present=False)
    done(services.adjourn(other, sitting.officer))
    assert done(services.open_(other, sitting.officer)).meeting.state == "open", "nobody is in two rooms"


def test_who_keeps_out_under_either_entry_keeps_out_as_one_person(sitting: Committee) -> None:
    kept = sitting.people[0]
    gone = make.person(kept.name)
    first, second = (item.case for item in sitting.items)
    for person, case in ((gone, first), (gone, second), (kept, second)):
        KeptOut.objects.create(
            case=case, person=person.pk, reason_zh="亲属", reason_en="kin", source="declared", at=clock.now()
        )
    done = merge(make.actor("registrar"), kept, gone, reason="同一人登记两次")
    found = KeptOut.objects.values_list("person", "case")
    assert sorted(found) == sorted([(kept.pk, first.pk), (kept.pk, second.pk)])
    assert [one["table"] for one in done.dropped] == ["meetings.keptout"]
