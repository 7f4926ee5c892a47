"""A committee meets: quorum item by item, who is sent out, secret ballots, and decisions that only a ballot carries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests import make
from tests.slices.api.machine import Machine, token_of
from tests.slices.casework.anonymity import read
from tests.slices.casework.page_cast import signed_in
from tests.slices.panels.committee import Committee, called, codes, done

from keguan.casework import queries
from keguan.casework import services as casework
from keguan.casework.documents.resolution import resolution
from keguan.casework.models import Case, CaseVote, Resolution, ResolutionSignature
from keguan.casework.rounds import resolutions
from keguan.casework.services import Done
from keguan.components.reader import reading_in
from keguan.engine.decision import Command
from keguan.insight.search import entries
from keguan.kernel import clock
from keguan.kernel.canonical import digest
from keguan.kernel.clock import clock_at
from keguan.kernel.money import Money
from keguan.panels.meetings import planning, services
from keguan.panels.meetings.minutes import tree_of
from keguan.panels.meetings.minutes_content import content_of, digest_of
from keguan.panels.meetings.models import Ballot, Dissent, Item, Meeting, Member, Urn, Voted
from keguan.panels.meetings.signed_minutes import sign
from keguan.panels.meetings.sittings import Sitting
from keguan.registers.parties.models import Kinship, Person
from keguan.registers.trace.models import Event
from keguan.registers.trace.sentences import told as said_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def committee(settings: Any, tmp_path: Any) -> Iterator[Committee]:
    settings.MEDIA_ROOT = tmp_path
    with called() as found:
        yield found


@pytest.fixture
def sitting(committee: Committee) -> Committee:
    return committee.in_session()


def test_a_meeting_takes_its_members_from_duties_and_its_agenda_from_the_ranking(committee: Committee) -> None:
    sitting = Sitting.of(committee.pk)
    assert [one.person_id for one in sitting.members] == sorted(one.pk for one in committee.people)
    assert [one.case.number for one in sitting.items] == committee.numbers
    assert sitting.items[0].amount_fen == Case.objects.get(number=committee.numbers[0]).asked_fen


def test_one_member_alone_decides_nothing(committee: Committee) -> None:
    step = Case.objects.get(number=committee.numbers[0]).step
    alone = casework.act(
        committee.numbers[0], Command("approve", step, {"reason": "同意"}), committee.member(0), uuid4().hex
    )
    assert codes(alone) == {"decide.not_voted"}


def test_a_meeting_opens_with_a_quorum_only(committee: Committee) -> None:
    committee.come(0, 1, 2)
    assert codes(services.open_(committee.pk, committee.officer)) == {"meeting.no_quorum"}
    committee.come(3)
    assert done(services.open_(committee.pk, committee.officer, early=True)).meeting.state == "open"
    assert codes(services.open_(committee.pk, committee.member(0))) == {"right.missing"}


def test_a_member_comes_on_the_day_of_the_meeting_and_the_secretary_notes_who_came_before_it(
    committee: Committee,
) -> None:
    member = committee.member(0)
    assert member.person is not None
    begins = Sitting.of(committee.pk).meeting.begins
    with clock_at(begins - timedelta(days=1)):
        assert codes(services.be_there(committee.pk, member.person, member, present=True)) == {"meeting.not_yet"}
        done(services.be_there(committee.pk, member.person, committee.officer, present=True))
        done(services.be_there(committee.pk, member.person, member, present=False))
    with clock_at(begins - timedelta(hours=1)):
        done(services.be_there(committee.pk, member.person, member, present=True))


def test_what_a_ballot_carried_is_entered_and_decides_the_case(sitting: Committee) -> None:
    ballot = sitting.up()
    for at, choice in enumerate(("for", "for", "for", "against")):
        done(sitting.vote(ballot, at, choice))
    assert codes(
        services.enter(sitting.pk, sitting.items[0].pk, "同意立项", sitting.member(0), uuid4().hex, sure=True)
    ) == {"decide.not_voted"}
    done(services.close_ballot(sitting.pk, ballot, sitting.officer))
    assert Ballot.objects.get(pk=ballot).counts == {"for": 3, "against": 1, "abstain": 0}
    entered = services.enter(sitting.pk, sitting.items[0].pk, "同意立项", sitting.member(0), uuid4().hex, sure=True)
    assert isinstance(entered, Done), entered
    case = Case.objects.get(number=sitting.numbers[0])
    assert case.memo.state["steps"]["decide"]["outcome"] == "approved"
    assert CaseVote.objects.get(case=case).voters == sorted(one.pk for one in sitting.people[:4])


def test_a_tie_carries_nothing_and_rejects(sitting: Committee) -> None:
    ballot = sitting.up()
    for at, choice in enumerate(("for", "for", "against", "against")):
        done(sitting.vote(ballot, at, choice))
    done(services.close_ballot(sitting.pk, ballot, sitting.officer))
    entered = services.enter(
        sitting.pk, sitting.items[0].pk, "票数相同，未通过", sitting.member(0), uuid4().hex, sure=True
    )
    assert isinstance(entered, Done), entered
    assert Case.objects.get(number=sitting.numbers[0]).end == "declined"


def test_a_failed_motion_on_another_amount_decides_nothing_about_the_case(sitting: Committee) -> None:
    item, address = sitting.items[0], reverse("meeting", args=[sitting.pk])
    assert item.amount_fen is not None
    done(services.take_up(sitting.pk, item.pk, sitting.officer))
    opened = done(services.open_ballot(sitting.pk, item.pk, sitting.officer, amount_fen=item.amount_fen - 4_500_000))
    ballot = opened.ballots[item.pk][0].pk
    for at, choice in enumerate(("for", "for", "against", "abstain")):
        done(sitting.vote(ballot, at, choice))
    done(services.close_ballot(sitting.pk, ballot, sitting.officer))
    code = sitting.world.round.code if sitting.world.round else ""
    member, secretary = signed_in(sitting.people[0]), signed_in(sitting.world.people["officer"])
    room = member.get(address).content.decode()
    assert "已表决，仍待决定" in room
    assert "动议未通过，本件没有决定，仍待决定：可再次表决，或列入另一次会议" in room
    assert reverse("meeting_do", args=[sitting.pk, "enter"]) not in room
    for place in (
        reverse("deciding", args=[code, "decide"]),
        reverse("paper", args=[code, "decide", item.case.number]),
    ):
        page = member.get(place).content.decode()
        assert "赞成2票，反对1票，弃权1票，未通过。动议未通过，本件没有决定，仍待决定" in page, place
        for verb in ("approve", "reject"):
            assert reverse("case_do", args=[item.case.number, verb]) not in page, place
    assert "未通过" in member.get(reverse("meeting_minutes", args=[sitting.pk])).content.decode()
    for language, said in (("zh", "本件没有决定，仍待决定"), ("en", "the case stays undecided")):
        member.cookies["lang"] = language
        assert said in member.get(reverse("meeting_minutes", args=[sitting.pk])).content.decode()
    refused = services.enter(sitting.pk, item.pk, "不同意", sitting.member(0), uuid4().hex, sure=True)
    assert codes(refused) == {"decide.not_carried"}
    for verb in ("approve", "reject"):
        act = casework.act(item.case.number, Command(verb, "decide", {"reason": "x"}), sitting.member(0), uuid4().hex)
        assert codes(act) == {"decide.not_carried"}
    assert not Case.objects.get(pk=item.case_id).end
    # Another meeting may take it; in this one it is voted on anew, and as proposed a failed motion rejects.
    other = sitting.another()
    assert codes(planning.add(other, [item.case.number], sitting.officer)) == {"meeting.elsewhere"}, (
        "it is on this agenda"
    )
    assert reverse("meeting_do", args=[sitting.pk, "again"]) in secretary.get(address).content.decode()
    done(services.vote_again(sitting.pk, item.pk, sitting.officer))
    opened = done(services.open_ballot(sitting.pk, item.pk, sitting.officer))
    ballot = opened.ballots[item.pk][0].pk
    for at, choice in enumerate(("for", "for", "against", "abstain")):
        done(sitting.vote(ballot, at, choice))
    done(services.close_ballot(sitting.pk, ballot, sitting.officer))
    entered = services.enter(sitting.pk, item.pk, "未过半数", sitting.member(0), uuid4().hex, sure=True)
    assert isinstance(entered, Done), entered
    assert Case.objects.get(pk=item.case_id).end == "declined"


def test_a_case_left_undecided_by_its_ballot_goes_to_another_meeting(sitting: Committee) -> None:
    item = sitting.items[0]
    done(services.take_up(sitting.pk, item.pk, sitting.officer))
    opened = done(services.open_ballot(sitting.pk, item.pk, sitting.officer, amount_fen=1_000_000))
    ballot = opened.ballots[item.pk][0].pk
    for at in range(4):
        done(sitting.vote(ballot, at, "against"))
    done(services.close_ballot(sitting.pk, ballot, sitting.officer))
    done(services.close(sitting.pk, sitting.officer, undone=1))
    assert item.case.number in [one.case.number for one in Sitting.of(sitting.another()).items]


@pytest.mark.parametrize(
    ("choices", "counts", "becomes"),
    [
        (("for", "for", "for", "against"), "赞成3票，反对1票", "同意，批准{amount}，进入下一环节"),
        (("for", "against", "against", "abstain"), "赞成1票，反对2票，弃权1票", "不同意，办结为“不予立项”"),
    ],
)
def test_a_decision_is_entered_after_a_second_question_with_the_counts_and_what_becomes_of_the_case(
    sitting: Committee, choices: tuple[str, ...], counts: str, becomes: str
) -> None:
    ballot, item = sitting.up(), sitting.items[0]
    for at, choice in enumerate(choices):
        done(sitting.vote(ballot, at, choice))
    done(services.close_ballot(sitting.pk, ballot, sitting.officer))
    member, enter = signed_in(sitting.people[0]), reverse("meeting_do", args=[sitting.pk, "enter"])
    typed = {"item": item.pk, "key": uuid4().hex, f"reason-{item.pk}": "按表决结果"}
    asked = member.post(enter, typed)
    assert asked.status_code == 422
    question = asked.content.decode().split('id="asked"')[1].split("</form>")[0]
    assert counts in question
    assert becomes.format(amount=Money(item.amount_fen or 0).said.zh) in question
    assert not Case.objects.get(pk=item.case_id).memo.state["steps"]["decide"].get("outcome")
    sure = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', question))
    assert sure[f"reason-{item.pk}"] == "按表决结果"
    assert member.post(enter, sure).status_code == 303
    assert Case.objects.get(pk=item.case_id).memo.state["steps"]["decide"]["outcome"] in ("approved", "rejected")


def test_nothing_is_entered_while_the_meeting_is_adjourned(sitting: Committee) -> None:
    sitting.voted()
    item, address = sitting.items[0], reverse("meeting", args=[sitting.pk])
    done(services.adjourn(sitting.pk, sitting.officer))
    command = Command("approve", "decide", {"reason": "同意立项"})
    for answer in (
        services.enter(sitting.pk, item.pk, "同意立项", sitting.member(0), uuid4().hex, sure=True),
        casework.act(item.case.number, command, sitting.member(0), uuid4().hex),
    ):
        assert codes(answer) == {"meeting.adjourned"}
        assert answer.problems[0].fix is not None
        assert "复会后" in answer.problems[0].fix.zh
    room = signed_in(sitting.people[0]).get(address).content.decode()
    assert "期间不登记决定" in room
    assert reverse("meeting_do", args=[sitting.pk, "enter"]) not in room
    done(services.close(sitting.pk, sitting.officer, undone=1))
    entered = services.enter(sitting.pk, item.pk, "同意立项", sitting.member(0), uuid4().hex, sure=True)
    assert isinstance(entered, Done), entered


def test_a_vote_is_cast_once_and_before_closing(sitting: Committee) -> None:
    ballot = sitting.up()
    done(sitting.vote(ballot, 0))
    assert codes(sitting.vote(ballot, 0, "against")) == {"vote.twice"}
    assert codes(sitting.vote(ballot, 1, "perhaps")) == {"vote.choice"}
    for at in (1, 2, 3):
        done(sitting.vote(ballot, at))
    sitting.come(4)
    done(services.close_ballot(sitting.pk, ballot, sitting.officer, unvoted=1))
    assert codes(sitting.vote(ballot, 4)) == {"vote.closed"}
    assert Ballot.objects.get(pk=ballot).counts == {"for": 4, "against": 0, "abstain": 0}


def test_fewer_votes_than_a_quorum_are_never_counted_and_a_ballot_taken_back_tells_none_of_them(
    sitting: Committee,
) -> None:
    """The one who voted would be known from who voted and the sums: so there are no sums."""
    ballot, address = sitting.up(), reverse("meeting", args=[sitting.pk])
    secretary = signed_in(sitting.world.people["officer"])
    count, again = (reverse("meeting_do", args=[sitting.pk, one]) for one in ("count", "again"))
    done(sitting.vote(ballot, 0, "against"))
    few = services.close_ballot(sitting.pk, ballot, sitting.officer, unvoted=99)
    assert codes(few) == {"vote.too_few"}
    assert "已投1票，至少4票才能计票" in few.problems[0].say.zh
    assert few.problems[0].fix is not None
    assert all(one in few.problems[0].fix.zh for one in ("投票", "休会", "再次审议"))
    for at in (1, 2):
        done(sitting.vote(ballot, at))
    assert codes(services.close_ballot(sitting.pk, ballot, sitting.officer, unvoted=99)) == {"vote.too_few"}
    shown = secretary.get(address).content.decode()
    assert (count in shown, again in shown) == (False, True), "what would be refused is not offered"
    asked = secretary.post(again, {"item": sitting.items[0].pk})
    assert "已投3票" in asked.content.decode()
    assert Ballot.objects.get(pk=ballot).state == "open", "it was only asked"
    sure = dict(
        re.findall(
            r'name="(item|sure)" value="(\d+)"', asked.content.decode().split('id="asked"')[1].split("</form>")[0]
        )
    )
    assert secretary.post(again, sure).status_code == 303
    void = Ballot.objects.get(pk=ballot)
    assert (void.state, void.counts, Urn.objects.filter(ballot=ballot).exists()) == ("void", None, False)
    assert not CaseVote.objects.exists()
    for name in ("meeting", "meeting_minutes"):
        page = secretary.get(reverse(name, args=[sitting.pk])).content.decode()
        assert "作废，未计票" in page, name
        assert not re.search(r"赞成\d票|反对\d票", page), name
    traced = Event.objects.filter(payload__meeting=sitting.pk, payload__ballot=1)
    assert traced.filter(tag="meeting:ballot:void").exists()
    assert not [one.payload for one in traced if "counts" in one.payload or "sums" in one.payload]
    second = done(services.open_ballot(sitting.pk, sitting.items[0].pk, sitting.officer)).ballots
    fresh = second[sitting.items[0].pk][0].pk
    assert Urn.objects.get(ballot=fresh).sums == [0, 0, 0], "everybody votes again"
    for at in range(4):
        done(sitting.vote(fresh, at))
    assert count in secretary.get(address).content.decode()
    done(services.close_ballot(sitting.pk, fresh, sitting.officer))


def test_the_trace_says_how_many_voted_beside_how_many_were_present(sitting: Committee) -> None:
    sitting.come(4)
    ballot = sitting.up()
    for at in range(4):
        done(sitting.vote(ballot, at))
    done(services.close_ballot(sitting.pk, ballot, sitting.officer, unvoted=1))
    told = said_of(Event.objects.get(tag="meeting:ballot:closed"))
    assert "投票4人，到会5人，应到5人" in told.zh
    assert "votes cast 4, present 5 of 5" in told.en


def test_nothing_is_known_of_a_ballot_before_it_is_closed(sitting: Committee) -> None:
    ballot = sitting.up()
    for at in range(3):
        done(sitting.vote(ballot, at))
    assert Ballot.objects.get(pk=ballot).counts is None


def test_the_line_of_a_ballot_counts_who_left_after_voting_among_nobody_who_is_present(sitting: Committee) -> None:
    ballot, address = sitting.up(), reverse("meeting", args=[sitting.pk])
    for at in (0, 1):
        done(sitting.vote(ballot, at))
    sitting.come(1, present=False)
    member = signed_in(sitting.people[0])
    page = member.get(address).content.decode()
    assert "应到5人，实到3人" in page
    assert "已投 2 人，在场还有 2 人未投" in page
    assert "1 人投票后离会，其票有效" in page
    member.cookies["lang"] = "en"
    page = member.get(address).content.decode()
    assert "Members who may vote: 5, present: 3" in page
    assert "Voted: 2; present and yet to vote: 2" in page
    sitting.come(4)
    asked = signed_in(sitting.world.people["officer"]).post(
        reverse("meeting_do", args=[sitting.pk, "count"]), {"ballot": ballot}
    )
    assert "已投2票，至少4票才能计票" in asked.content.decode()


def test_a_quorum_says_its_rule_and_the_way_out_where_it_can_never_be_reached(sitting: Committee) -> None:
    item, other = sitting.items
    done(services.keep_out(sitting.pk, other.pk, sitting.people[0].pk, "合作", sitting.member(0)))
    sitting.come(3, present=False)
    short = services.take_up(sitting.pk, other.pk, sitting.officer)
    assert codes(short) == {"meeting.no_quorum"}
    assert short.problems[0].fix is not None
    assert "请等人数够后继续" in short.problems[0].fix.zh, "one more may come"
    sitting.come(3)
    for at in (0, 1, 2):
        done(services.keep_out(sitting.pk, item.pk, sitting.people[at].pk, "合作", sitting.member(at)))
    never = services.take_up(sitting.pk, item.pk, sitting.officer).problems[0]  # type: ignore[union-attr]
    assert "应到2人，实到1人，至少需3人（应到人数的2/3以上（含），且不少于3人" in never.say.zh
    assert "at least 2/3 of those who may vote, and never fewer than 3" in never.say.en
    assert never.fix is not None
    assert "请等人数够后继续" not in never.fix.zh
    assert "另行安排会议" in never.fix.zh
    page = signed_in(sitting.people[3]).get(reverse("meeting", args=[sitting.pk])).content.decode()
    assert "应到人数的2/3以上（含）且不少于3人到会（回避的不计入应到）" in page


def test_a_late_member_votes_once_they_are_there(sitting: Committee) -> None:
    ballot = sitting.up()
    assert codes(sitting.vote(ballot, 4)) == {"vote.absent"}
    sitting.come(4)
    done(sitting.vote(ballot, 4))


def test_votes_after_the_quorum_is_lost_are_refused_and_the_way_out_keeps_the_rest(sitting: Committee) -> None:
    first = sitting.up()
    for at in range(4):
        done(sitting.vote(first, at))
    done(services.close_ballot(sitting.pk, first, sitting.officer))
    second = sitting.up(1)
    done(sitting.vote(second, 0))
    sitting.come(3, present=False)
    refused = sitting.vote(second, 1)
    assert codes(refused) == {"meeting.no_quorum"}
    assert refused.problems[0].fix is not None
    assert "休会" in refused.problems[0].fix.zh
    assert codes(services.close_ballot(sitting.pk, second, sitting.officer)) == {"meeting.no_quorum"}
    done(services.adjourn(sitting.pk, sitting.officer, breaking_off=True))
    assert codes(services.open_(sitting.pk, sitting.officer)) == {"meeting.no_quorum"}
    sitting.come(4)
    done(services.open_(sitting.pk, sitting.officer))
    assert Ballot.objects.get(pk=second).state == "void"
    assert not Urn.objects.filter(ballot=second).exists()
    assert Ballot.objects.get(pk=first).counts == {"for": 4, "against": 0, "abstain": 0}
    again = sitting.up(1)
    assert again != second
    for at in (0, 1, 2, 4):
        done(sitting.vote(again, at))
    assert done(services.close_ballot(sitting.pk, again, sitting.officer))


def test_who_is_a_relation_is_sent_out_and_counts_for_neither_number(sitting: Committee) -> None:
    item = sitting.items[0]
    done(services.keep_out(sitting.pk, item.pk, sitting.people[3].pk, "申报人是本人学生", sitting.member(3)))
    ballot = sitting.up()
    assert codes(sitting.vote(ballot, 3)) == {"right.recused"}
    there = Sitting.of(sitting.pk).quorum(item)
    assert there is not None
    assert (there.present, there.members, there.is_met) == (3, 4, True)
    for at in range(3):
        done(sitting.vote(ballot, at))
    done(services.close_ballot(sitting.pk, ballot, sitting.officer))
    assert CaseVote.objects.get().members == 4
    assert codes(services.enter(sitting.pk, item.pk, "同意", sitting.member(3), uuid4().hex, sure=True)) == {
        "right.recused"
    }


def test_a_recusal_declared_after_voting_makes_the_ballot_void(sitting: Committee) -> None:
    sitting.come(4)
    ballot = sitting.up()
    done(sitting.vote(ballot, 3))
    done(services.keep_out(sitting.pk, sitting.items[0].pk, sitting.people[3].pk, "刚发现有合作", sitting.member(3)))
    assert Ballot.objects.get(pk=ballot).state == "void"


def test_a_recusal_declared_after_counting_makes_the_ballot_void_until_the_decision_is_entered(
    sitting: Committee,
) -> None:
    item = sitting.items[0]
    sitting.come(4)
    ballots: list[int] = []
    for _ in range(2):
        ballots.append(sitting.up() if not ballots else _once_more(sitting, item))
        for at in range(4):
            done(sitting.vote(ballots[-1], at))
        done(services.close_ballot(sitting.pk, ballots[-1], sitting.officer, unvoted=1))
    declare = reverse("meeting_recusal", args=[sitting.pk, item.pk])
    assert declare in signed_in(sitting.people[3]).get(reverse("meeting", args=[sitting.pk])).content.decode()
    # Who has not voted in it makes nothing void.
    done(services.keep_out(sitting.pk, item.pk, sitting.people[4].pk, "合作", sitting.member(4)))
    assert Ballot.objects.get(pk=ballots[1]).state == "closed"
    done(services.keep_out(sitting.pk, item.pk, sitting.people[3].pk, "女婿在该单位任职", sitting.member(3)))
    assert [Ballot.objects.get(pk=one).state for one in ballots] == ["closed", "void"]
    # Neither it nor the one before it decides the case, on no way.
    enter = services.enter(sitting.pk, item.pk, "同意", sitting.member(0), uuid4().hex, sure=True)
    assert codes(enter) == {"decide.not_voted"}, enter
    command = Command("approve", "decide", {"reason": "同意"})
    assert codes(casework.act(item.case.number, command, sitting.member(0), uuid4().hex)) == {"decide.not_voted"}
    member, address = signed_in(sitting.people[1]), reverse("meeting_minutes", args=[sitting.pk])
    for language, said in (
        ("zh", "作废，不作为决定（计票后，投过票的委员回避）"),
        ("en", "is void and no decision: after it was counted, a member who had voted must keep out"),
    ):
        member.cookies["lang"] = language
        assert said in member.get(address).content.decode()
    assert "这次表决由第2次表决取代" in str(tree_of(Sitting.of(sitting.pk), None)), "the first one stands no more"
    assert f"女婿在该单位任职；{clock.today():%Y-%m-%d}" in str(tree_of(Sitting.of(sitting.pk), None))
    # It is taken up and voted on anew by those who may, and what is decided then stands.
    done(services.take_up(sitting.pk, item.pk, sitting.officer))
    last = _opened(sitting, item)
    for at in range(3):
        done(sitting.vote(last, at))
    done(services.close_ballot(sitting.pk, last, sitting.officer))
    entered = services.enter(sitting.pk, item.pk, "同意", sitting.member(0), uuid4().hex, sure=True)
    assert isinstance(entered, Done), entered
    done(services.keep_out(sitting.pk, item.pk, sitting.people[2].pk, "合作", sitting.member(2)))
    assert Ballot.objects.get(pk=last).state == "closed", "what is decided is no longer the meeting's"


def test_what_is_taken_up_once_more_stays_so_when_a_voter_must_keep_out(sitting: Committee) -> None:
    item = sitting.items[0]
    sitting.voted()
    done(services.vote_again(sitting.pk, item.pk, sitting.officer))
    done(services.keep_out(sitting.pk, item.pk, sitting.people[0].pk, "合作", sitting.member(0)))
    assert Ballot.objects.get().state == "void"
    assert Item.objects.get(pk=item.pk).state == "now", "it is on the table, and is voted on there"


def _once_more(sitting: Committee, item: Item) -> int:
    done(services.vote_again(sitting.pk, item.pk, sitting.officer))
    return _opened(sitting, item)


def _opened(sitting: Committee, item: Item) -> int:
    return int(done(services.open_ballot(sitting.pk, item.pk, sitting.officer)).ballots[item.pk][0].pk)


def test_a_recusal_holds_for_the_case_in_every_meeting_its_ballots_opinions_and_the_decision(
    sitting: Committee,
) -> None:
    """Declared in one meeting; another takes the same case up later, a third had it before."""
    item = sitting.items[0]
    out = sitting.people[3]
    done(services.keep_out(sitting.pk, item.pk, out.pk, "申报人是本人学生", sitting.member(3)))
    earlier = sitting.pk
    done(services.close(earlier, sitting.officer, undone=2))
    mark = digest_of(Sitting.of(earlier))
    assert sitting.world.round is not None
    begins = clock.now() + timedelta(days=2)
    sitting.pk = done(
        planning.plan(
            sitting.world.round, "decide", sitting.officer, place="二号会议室", begins=begins,
            ends=begins + timedelta(hours=1), written_until=begins - timedelta(hours=1),
        )
    ).pk  # fmt: skip
    item = sitting.items[0]
    written = services.give_opinion(sitting.pk, item.pk, 90, "", sitting.member(3))
    assert codes(written) == {"right.recused"}
    done(services.give_opinion(sitting.pk, item.pk, 61, "路线不清的意见", sitting.member(2)))
    title, score = item.case.title, "通讯评审"
    for pk in (earlier, sitting.pk):
        for name in ("meeting", "meeting_minutes"):
            shown = signed_in(out).get(reverse(name, args=[pk])).content.decode()
            assert (title in shown, item.case.number in shown, shown.count(score) <= 1) == (False, False, True), name
            assert title in signed_in(sitting.people[1]).get(reverse(name, args=[pk])).content.decode()
        assert title not in str(tree_of(Sitting.of(pk), out.pk)).replace("\u200b", "")
    sitting.come(0, 1, 2, 3)
    done(services.open_(sitting.pk, sitting.officer, early=True))
    ballot = sitting.up()
    assert codes(sitting.vote(ballot, 3)) == {"right.recused"}
    room = signed_in(out).get(reverse("meeting", args=[sitting.pk])).content.decode()
    assert reverse("meeting_do", args=[sitting.pk, "vote"]) not in room
    there = Sitting.of(sitting.pk).quorum(item)
    assert there is not None
    assert (there.present, there.members) == (3, 4)
    for at in range(3):
        done(sitting.vote(ballot, at))
    # Who wrote or voted before they declared it no longer counts.
    opinions = signed_in(sitting.people[1]).get(reverse("meeting", args=[sitting.pk])).content.decode()
    assert "路线不清的意见" in opinions
    with clock_at(clock.now() + timedelta(minutes=1)):
        done(services.keep_out(sitting.pk, item.pk, sitting.people[2].pk, "合作", sitting.member(2)))
    assert Ballot.objects.get(pk=ballot).state == "void"
    opinions = signed_in(sitting.people[1]).get(reverse("meeting", args=[sitting.pk])).content.decode()
    assert "路线不清的意见" not in opinions
    sitting.come(4)
    opened = done(services.open_ballot(sitting.pk, item.pk, sitting.officer))
    ballot = opened.ballots[item.pk][0].pk
    for at in (0, 1, 4):
        done(sitting.vote(ballot, at))
    done(services.close_ballot(sitting.pk, ballot, sitting.officer))
    command = Command("approve", "decide", {"reason": "同意立项"})
    for answer in (
        services.enter(sitting.pk, item.pk, "同意立项", sitting.member(3), uuid4().hex, sure=True),
        casework.act(item.case.number, command, sitting.member(3), uuid4().hex),
    ):
        assert codes(answer) == {"right.recused"}
        assert "申报人是本人学生" in answer.problems[0].say.zh
    assert digest_of(Sitting.of(earlier)) == mark, "what is declared later was not so in a meeting that has ended"


def test_an_item_that_was_taken_off_comes_back_with_its_recusals(committee: Committee) -> None:
    item = committee.items[0]
    done(services.keep_out(committee.pk, item.pk, committee.people[1].pk, "合作", committee.member(1)))
    done(planning.drop(committee.pk, item.pk, committee.officer))
    again = done(planning.add(committee.pk, [item.case.number], committee.officer))[0]
    assert Sitting.of(committee.pk).is_out(again, committee.people[1].pk)


def test_the_registers_send_out_members_of_the_hosts_own_house_and_kin(sitting: Committee) -> None:
    inside, kin = make.person(employer=sitting.world.university), make.person()
    for person in (inside, kin):
        make.duty("committee", person)
    Kinship.objects.create(
        person=kin, relative=Case.objects.get(number=sitting.numbers[0]).applicant, relation="sibling"
    )
    done(services.close(sitting.pk, sitting.officer, undone=2))
    begins = clock.now() + timedelta(days=2)
    assert sitting.world.round is not None
    other = done(
        planning.plan(
            sitting.world.round, "decide", sitting.officer, place="二号会议室", begins=begins,
            ends=begins + timedelta(hours=1),
        )
    )  # fmt: skip
    out = Sitting.of(other.pk).kept_out
    first = Item.objects.get(meeting=other, case__number=sitting.numbers[0])
    assert {inside.pk, kin.pk} == set(out[first.pk])
    assert "法人单位" in out[first.pk][inside.pk].reason_zh


def test_dissent_goes_into_the_minutes_by_who_voted(sitting: Committee) -> None:
    ballot = sitting.up()
    for at in range(4):
        done(sitting.vote(ballot, at, "against" if at == 3 else "for"))
    assert codes(services.dissent(sitting.pk, ballot, "不同意", sitting.member(3))) == {"dissent.ballot"}
    done(services.close_ballot(sitting.pk, ballot, sitting.officer))
    assert codes(services.dissent(sitting.pk, ballot, "不同意", sitting.member(4))) == {"right.missing"}
    done(services.dissent(sitting.pk, ballot, "预算依据不足。", sitting.member(3)))
    assert Dissent.objects.get().text == "预算依据不足。"


def test_minutes_are_signed_as_they_stand_and_a_later_dissent_is_not_signed_for_anybody(sitting: Committee) -> None:
    done(services.keep_out(sitting.pk, sitting.items[0].pk, sitting.people[0].pk, "合作", sitting.member(0)))
    ballot = sitting.up()
    for at in (1, 2, 3):
        done(sitting.vote(ballot, at, "against" if at == 3 else "for"))
    done(services.close_ballot(sitting.pk, ballot, sitting.officer))
    mark = digest_of(Sitting.of(sitting.pk))
    assert codes(sign(sitting.pk, mark, sitting.member(1))) == {"minutes.open"}
    done(services.close(sitting.pk, sitting.officer, undone=1))
    assert codes(sign(sitting.pk, mark, sitting.member(1))) == {"minutes.changed"}, "when it ended is part of it"
    mark = digest_of(Sitting.of(sitting.pk))
    done(sign(sitting.pk, mark, sitting.member(1)))
    done(sign(sitting.pk, mark, sitting.member(1)))
    assert codes(sign(sitting.pk, mark, sitting.member(4))) == {"right.missing"}, "who was not there signs nothing"
    done(services.dissent(sitting.pk, ballot, "预算依据不足。", sitting.member(3)))
    address = reverse("meeting_minutes", args=[sitting.pk])
    page = signed_in(sitting.people[1]).get(address).content.decode()
    assert "赞成2票" in page.split("预算依据不足。")[0], "the dissent stands beside the count"
    assert "签署后记录有补充" in page
    done(sign(sitting.pk, digest_of(Sitting.of(sitting.pk)), sitting.member(1)))
    assert "签署后记录有补充" not in signed_in(sitting.people[1]).get(address).content.decode()
    assert "预算依据不足。" not in signed_in(sitting.people[0]).get(address).content.decode(), (
        "who left reads nothing of it"
    )
    sent = {"digest": mark, "confirmed": "yes"}
    unproven = signed_in(sitting.people[2]).post(reverse("meeting_minutes_sign", args=[sitting.pk]), sent)
    assert unproven.status_code == 422
    assert "不能再次确认身份" in unproven.content.decode(), "nobody signs who cannot prove who they are"


def test_the_minutes_have_one_digest_and_stay_as_they_were_signed(sitting: Committee) -> None:
    """On the page and in the document, in both languages; whatever becomes of names, titles, cases and recusals."""
    first, second = sitting.items
    sitting.come(4)
    ballot = sitting.up()
    for at in range(4):
        done(sitting.vote(ballot, at, "against" if at == 3 else "for"))
    done(services.close_ballot(sitting.pk, ballot, sitting.officer, unvoted=1))
    done(planning.drop(sitting.pk, second.pk, sitting.officer))
    assert codes(services.close(sitting.pk, sitting.officer)) == {"meeting.ends"}, "it ends for good, so it asks"
    done(services.close(sitting.pk, sitting.officer, undone=0))
    member, address = signed_in(sitting.people[1]), reverse("meeting_minutes", args=[sitting.pk])

    mark = digest_of(Sitting.of(sitting.pk))

    def read() -> list[Any]:
        found: list[Any] = []
        for language in ("zh", "en"):
            member.cookies["lang"] = language
            page = member.get(address).content.decode()
            with reading_in(language):
                tree = tree_of(Sitting.of(sitting.pk), sitting.people[1].pk)
            found += [re.findall(r"\b[0-9a-f]{64}\b", page)[:1], [tree["digest"]], [tree["footer"].split()[-1]]]
            found += [tree["opening"], tree["lists"], page.partition("<h1")[2].partition(mark)[0]]
        return found

    def told() -> str:
        member.cookies["lang"] = "zh"
        return str(member.get(address).content.decode())

    before = read()
    assert all(before[at] == [mark] for at in (0, 1, 2, 6, 7, 8))
    assert "投票4人，到会没有投票1人" in told()
    assert second.case.number in told().partition("撤下议程的办件")[2]
    assert second.case.number in str(tree_of(Sitting.of(sitting.pk), None)["lists"][2])
    done(sign(sitting.pk, mark, sitting.member(1)))
    assert isinstance(services.enter(sitting.pk, first.pk, "同意", sitting.member(0), uuid4().hex, sure=True), Done)
    Case.objects.filter(pk=first.case_id).update(title="改过的名称")
    Person.objects.filter(pk=sitting.people[2].pk).update(name="改过的姓名")
    assert read() == before
    assert digest_of(Sitting.of(sitting.pk)) == mark
    assert "决定已登记到办件" in told().partition('id="since"')[2]
    printed = tree_of(Sitting.of(sitting.pk), None)
    assert [one["label"] for one in printed["signed"]] == [sitting.people[1].name]
    assert "已在系统内签署" in printed["signed"][0]["value"]
    with clock_at(clock.now() + timedelta(minutes=5)):
        done(
            services.keep_out(
                sitting.another(), Item.objects.last().pk, sitting.people[1].pk, "合作", sitting.member(1)
            )
        )  # type: ignore[union-attr]
    assert digest_of(Sitting.of(sitting.pk)) == mark
    assert second.case.title not in told(), "who keeps out of a case reads nothing of it, where it was taken off either"
    done(services.dissent(sitting.pk, ballot, "预算依据不足。", sitting.member(3)))
    assert digest_of(Sitting.of(sitting.pk)) != mark, "a dissent is the one thing that is added"
    assert "签署后记录有补充" in tree_of(Sitting.of(sitting.pk), None)["signed"][0]["value"]


def test_what_comes_back_to_the_agenda_was_not_taken_off(committee: Committee) -> None:
    item = committee.items[1]
    done(planning.drop(committee.pk, item.pk, committee.officer))
    assert [one[0] for one in content_of(Sitting.of(committee.pk))["off"]] == [item.case.number]
    done(planning.add(committee.pk, [item.case.number], committee.officer))
    assert content_of(Sitting.of(committee.pk))["off"] == []


def test_an_opinion_is_given_in_writing_before_the_meeting_only(committee: Committee) -> None:
    item = committee.items[0].pk
    done(services.give_opinion(committee.pk, item, 88, "可行", committee.member(0)))
    done(services.give_opinion(committee.pk, item, 80, "再看一遍后下调", committee.member(0)))
    assert [one.score for one in committee.items[0].opinions.all()] == [80]
    assert codes(services.give_opinion(committee.pk, item, 101, "", committee.member(1))) == {"opinion.score"}
    with clock_at(clock.now() + timedelta(days=1)):
        late = services.give_opinion(committee.pk, item, 70, "", committee.member(1))
    assert codes(late) == {"meeting.written_over"}


def test_who_took_part_signs_the_resolution(sitting: Committee) -> None:
    for at in range(2):
        ballot = sitting.up(at)
        for member in range(4):
            done(sitting.vote(ballot, member))
        done(services.close_ballot(sitting.pk, ballot, sitting.officer))
        done(services.enter(sitting.pk, sitting.items[at].pk, "按表决结果", sitting.member(1), uuid4().hex, sure=True))
    meeting = Meeting.objects.select_related("round__programme").get()
    content = resolutions.content_of(meeting.round, Sitting.of(sitting.pk).step)
    assert content is not None
    assert [one["person"] for one in content["signers"]] == sorted(one.pk for one in sitting.people[:4])


def test_who_was_sent_out_signs_the_resolution_without_the_line_they_may_not_read(sitting: Committee) -> None:
    first, second = (Case.objects.get(number=number) for number in sitting.numbers)
    Case.objects.filter(pk=first.pk).update(host=make.organisation("回避单位试验大学"))
    done(
        services.keep_out(sitting.pk, sitting.items[0].pk, sitting.people[3].pk, "申报人是本人学生", sitting.member(3))
    )
    sitting.come(4)
    for at in range(2):
        ballot = sitting.up(at)
        for member in (0, 1, 2, 4) if at == 0 else range(5):
            done(sitting.vote(ballot, member))
        done(services.close_ballot(sitting.pk, ballot, sitting.officer))
        reason = ("学术价值突出的理由", "路线清楚的理由")[at]
        done(services.enter(sitting.pk, sitting.items[at].pk, reason, sitting.member(1), uuid4().hex, sure=True))
    meeting = Meeting.objects.select_related("round__programme").get()
    step = Sitting.of(sitting.pk).step
    now = resolutions.content_of(meeting.round, step)
    assert now is not None
    fixed = resolutions.fix(meeting.round, step, digest(now), sitting.member(0))
    assert isinstance(fixed, Resolution), fixed
    where = {name: reverse(name, args=[meeting.round.code, "decide"]) for name in ("resolution", "resolution_json")}
    out, stayed = signed_in(sitting.people[3]), signed_in(sitting.people[0])
    page = out.get(where["resolution"]).content.decode()
    secrets = [first.number, first.title, "回避单位试验大学", "学术价值突出的理由"]
    assert [one for one in secrets if one in page] == []
    assert "您须回避" in page
    assert "申报人是本人学生" in page, "why is said"
    assert "决定资助" not in page, "the sum less the other lines would tell the amount"
    assert (second.number in page, "路线清楚的理由" in page) == (True, True)
    assert fixed.digest in page, "what is verified is the whole"
    assert out.get(where["resolution_json"]).status_code == 403
    assert all(one in stayed.get(where["resolution"]).content.decode() for one in (*secrets, "决定资助"))
    assert stayed.get(where["resolution_json"]).status_code == 200
    for at in (3, 0):
        signed = resolutions.sign(meeting.round, step, fixed.digest, sitting.member(at))
        assert isinstance(signed, ResolutionSignature), signed
        assert signed.digest == fixed.digest, "one digest, that of the whole text"
    places = {one.person: one.but_for for one in ResolutionSignature.objects.all()}
    assert places[sitting.people[3].pk] == [first.number]
    assert places[sitting.people[0].pk] == []
    event = Event.objects.get(tag="round:resolution:signed-but-for")
    assert (event.actor, event.payload["but_for"]) == (sitting.people[3].pk, [first.number])
    assert f"不含所回避的 1 件：{first.number}" in stayed.get(where["resolution"]).content.decode()
    mine = out.get(where["resolution"]).content.decode()
    assert "不含所回避的 1 件" in mine
    assert first.number not in mine
    checked = resolutions.check(resolutions.latest(meeting.round, "decide") or fixed, now)
    assert (checked.is_whole, checked.is_traced, checked.stands) == (True, True, True)
    rows = list(ResolutionSignature.objects.order_by("pk"))
    for withheld, is_told in (((), True), ({first.number}, False)):
        told = str(resolution(fixed.content, 0, rows, withheld)).replace("\u200b", "")
        assert [one in told for one in (first.number, "学术价值突出的理由", "预算")] == [is_told] * 3
        assert fixed.digest in told
        assert "不含所回避的 1 件" in told


def test_no_table_ties_anybody_to_a_vote(sitting: Committee) -> None:
    """Whoever voted what, the rows are the same: sums beside a list of who took part, and no time in either."""
    seen = set()
    ballots = []
    for order in list(permutations(("for", "for", "against", "abstain")))[:24:8]:
        item = sitting.items[0]
        if Item.objects.get(pk=item.pk).state == "done":
            done(services.vote_again(sitting.pk, item.pk, sitting.officer))
            opened = done(services.open_ballot(sitting.pk, item.pk, sitting.officer))
            ballot = opened.ballots[item.pk][0].pk
        else:
            ballot = sitting.up()
        for at, choice in enumerate(order):
            done(sitting.vote(ballot, at, choice))
        ballots.append(ballot)
        rows = (
            tuple(Urn.objects.get(ballot=ballot).sums),
            tuple(Voted.objects.filter(ballot=ballot).values_list("person")),
        )
        seen.add(rows)
        done(services.close_ballot(sitting.pk, ballot, sitting.officer))
    assert len(seen) == 1
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_name IN ('meetings_urn', 'meetings_voted')"
        )
        columns = {(table, name): kind for table, name, kind in cursor.fetchall()}
    assert set(columns) == {
        ("meetings_urn", "ballot_id"), ("meetings_urn", "sums"),
        ("meetings_voted", "id"), ("meetings_voted", "ballot_id"), ("meetings_voted", "person"),
    }  # fmt: skip
    told = Event.objects.filter(tag="meeting:ballot:cast")
    assert told.count() == 4 * len(ballots)
    assert {frozenset(one.payload) for one in told} == {frozenset({"code", "meeting", "number", "ballot"})}


def test_who_was_sent_out_meets_the_case_in_no_list_count_search_sheet_or_answer_to_a_machine(
    sitting: Committee,
) -> None:
    first, second = (Case.objects.get(number=number) for number in sitting.numbers)
    entries.rebuild()
    client, machine = signed_in(sitting.people[3]), Machine(token_of(sitting.people[3]))
    of_round = f"/rounds/{sitting.world.round.code}/" if sitting.world.round else ""
    asked = ["/cases/", f"/cases/?q={first.title}", f"/search/?q={first.number}", "/todo/", of_round]

    def told() -> dict[str, str]:
        said = {one: client.get(one).content.decode() for one in asked}
        answers = {"api": "/api/v1/cases", "results": f"/api/v1/search?q={first.title}"}
        lists = {name: machine.get(address).json()["items"] for name, address in answers.items()}
        sheet = read(client.get("/cases/?format=xlsx"))
        return said | {name: json.dumps(rows, ensure_ascii=False) for name, rows in lists.items()} | {"sheet": sheet}

    before = told()
    for place in ("/cases/", "api", "sheet", "results"):
        assert first.number in before[place], place
    assert queries.cases(sitting.member(3)).count() == 2
    done(
        services.keep_out(sitting.pk, sitting.items[0].pk, sitting.people[3].pk, "申报人是本人学生", sitting.member(3))
    )
    after = told()
    for place, said in after.items():
        asked_back = said.replace(f'value="{first.title}"', "").replace(f'value="{first.number}"', "")
        assert f"/cases/{first.number}/" not in asked_back, place
        if place in ("sheet", "api", "results"):
            assert first.number not in said, place
        if first.title not in place:
            assert first.title not in asked_back, place
    assert queries.cases(sitting.member(3)).count() == 1
    assert queries.round_numbers(sitting.member(3), first.round).cases == 1  # type: ignore[arg-type]
    assert not queries.tasks_of(sitting.member(3)).filter(case=first).exists()
    assert second.number in after["/cases/"]
    assert client.get(f"/cases/{first.number}/").status_code == 403
    assert machine.get(f"/api/v1/cases/{first.number}").status_code in (403, 404)
    assert queries.cases(sitting.member(2)).count() == 2
    assert queries.cases(sitting.officer).count() == 2, "their duty opens it"


def test_everybody_reads_on_what_amount_they_vote_and_the_minutes_name_it(sitting: Committee) -> None:
    item = sitting.items[0]
    assert item.amount_fen is not None
    less = item.amount_fen - 5_000_000
    proposed, put = Money(item.amount_fen).said, Money(less).said
    done(services.take_up(sitting.pk, item.pk, sitting.officer))
    above = services.open_ballot(sitting.pk, item.pk, sitting.officer, motion="approve", amount_fen=65_000_000_000)
    assert codes(above) == {"meeting.amount"}
    assert above.problems[0].value == Money(65_000_000_000).said, "an amount is told with its unit"
    opened = done(services.open_ballot(sitting.pk, item.pk, sitting.officer, motion="approve", amount_fen=less))
    ballot, address = opened.ballots[item.pk][0].pk, reverse("meeting", args=[sitting.pk])
    member, secretary = signed_in(sitting.people[0]), signed_in(sitting.world.people["officer"])
    motion = f"同意{put.zh}，少于建议的{proposed.zh}"
    for client in (member, secretary):
        page = client.get(address).content.decode()
        assert f"动议：{motion}" in page
        assert f"第 1 次表决进行中（{motion}）：已投 0 人，在场还有 4 人未投" in page, "one of five is not there"
    for at in range(4):
        done(sitting.vote(ballot, at))
    done(services.close_ballot(sitting.pk, ballot, sitting.officer))
    for place in (address, reverse("meeting_minutes", args=[sitting.pk])):
        page = member.get(place).content.decode()
        assert f"次表决（{motion}）：" in page
        assert "动议通过" in page
    code = sitting.world.round.code if sitting.world.round else ""
    agenda = member.get(reverse("deciding", args=[code, "decide"])).content.decode()
    assert f"表决：{Money(less).in_wan()}" in agenda
    assert "赞成4票，反对0票，弃权0票，动议通过。请在会议页面按表决结果登记：同意" in agenda
    paper = member.get(reverse("paper", args=[code, "decide", item.case.number])).content.decode()
    assert "表决金额" in paper
    assert "请在会议页面按表决结果登记：同意" in paper
    assert reverse("meetings") in paper
    for page in (agenda, paper):
        assert reverse("case_do", args=[item.case.number, "approve"]) not in page, "it is entered where it was voted"
    lists = tree_of(Sitting.of(sitting.pk), None)["lists"]
    assert motion in lists[1]["rows"][0][3].replace("\u200b", "")


def test_the_minutes_keep_every_coming_and_leaving_each_adjournment_and_what_was_void(sitting: Committee) -> None:
    ballot = sitting.up()
    done(sitting.vote(ballot, 0))
    start = clock.now()
    for minutes, deed in enumerate(
        (
            lambda: sitting.come(4),
            lambda: sitting.come(4, present=False),
            lambda: sitting.come(4),
            lambda: done(services.adjourn(sitting.pk, sitting.officer, breaking_off=True)),
            lambda: done(services.open_(sitting.pk, sitting.officer)),
        ),
        start=1,
    ):
        with clock_at(start + timedelta(minutes=minutes)):
            deed()
    with clock_at(start + timedelta(minutes=9)):
        done(services.close(sitting.pk, sitting.officer, undone=2))
    at = [f"{(start + timedelta(minutes=one)).astimezone(clock.BEIJING):%Y-%m-%d %H:%M}" for one in range(10)]
    page = signed_in(sitting.people[0]).get(reverse("meeting_minutes", args=[sitting.pk])).content.decode()
    room, agenda = page.split("审议情况", 1)
    for one in (1, 2, 3, 4, 5, 9):
        assert at[one] in room, one
    assert "作废，未计票（表决中休会）" in agenda
    tree = tree_of(Sitting.of(sitting.pk), None)
    assert [len(one.split("\n")) for one in tree["lists"][0]["rows"][4]] == [1, 2, 2]
    assert any("休会" in one for one in tree["opening"])
    assert "作废" in tree["lists"][1]["rows"][0][3]


def test_a_second_yes_names_who_has_not_voted_and_what_is_left(sitting: Committee) -> None:
    """Counting early, breaking a ballot off and ending with items left: each is asked once more, with how many."""
    sixth = make.person()
    Member.objects.create(meeting_id=sitting.pk, person=sixth)
    sitting.people.append(sixth)
    ballot, secretary = sitting.up(), signed_in(sitting.world.people["officer"])
    deed = {one: reverse("meeting_do", args=[sitting.pk, one]) for one in ("count", "adjourn", "close")}
    sitting.come(4)
    for at in range(4):
        done(sitting.vote(ballot, at))
    asked = secretary.post(deed["count"], {"ballot": ballot})
    assert asked.status_code == 422
    assert "已投4人，在场还有1人没有投票" in asked.content.decode()
    assert Ballot.objects.get(pk=ballot).state == "open"
    sure = dict(re.findall(r'name="(ballot|sure)" value="(\d+)"', asked.content.decode().split('id="asked"')[1]))
    assert sure == {"ballot": str(ballot), "sure": "1"}
    sitting.come(5)
    assert "还有2人没有投票" in secretary.post(deed["count"], sure).content.decode(), "one more came meanwhile"
    assert "已投4票" in secretary.post(deed["adjourn"]).content.decode()
    assert Ballot.objects.get(pk=ballot).state == "open"
    assert secretary.post(deed["count"], sure | {"sure": "2"}).status_code == 303
    assert Ballot.objects.get(pk=ballot).state == "closed"
    assert "还有1个议项没有审议" in secretary.post(deed["close"]).content.decode()
    assert Meeting.objects.get().state == "open"
    asked = secretary.post(deed["close"]).content.decode().split('id="asked"')[1]
    sure = re.findall(r'name="sure" value="(\d+)"', asked)
    assert secretary.post(deed["close"], {"sure": sure[0]}).status_code == 303
    assert Meeting.objects.get().state == "closed"


def test_a_question_before_a_deed_is_no_refused_attempt_and_changes_nothing(committee: Committee) -> None:
    secretary = signed_in(committee.world.people["officer"])

    def press(deed: str, **typed: Any) -> Any:
        return secretary.post(reverse("meeting_do", args=[committee.pk, deed]), typed)

    def refused() -> int:
        return Event.objects.filter(tag="meeting:sitting:refused").count()

    committee.come(0, 1, 2, 3)
    assert "今天是2026-05-10" in press("open").content.decode()
    assert refused() == 0
    assert press("open", sure=1).status_code == 303
    ballot = committee.up()
    committee.come(4)
    for at in range(4):
        done(committee.vote(ballot, at))
    for deed in ("count", "adjourn", "again"):
        asked = press(deed, ballot=ballot, item=committee.items[0].pk)
        assert 'id="asked"' in asked.content.decode(), deed
    assert press("count", ballot=ballot, sure=1).status_code == 303
    second = committee.items[1]
    done(services.take_up(committee.pk, second.pk, committee.officer))
    assert 'id="asked"' in press("close").content.decode()
    assert committee.items[1].state == "now", "whoever is only asked has ended nothing"
    assert refused() == 0
    answer = press("count", ballot=ballot)
    assert 'id="asked"' not in answer.content.decode()
    assert refused() == 1, "a refusal is traced"


def test_what_was_typed_into_a_refused_deed_stays_where_it_was_typed(sitting: Committee) -> None:
    item = sitting.items[0]
    done(services.take_up(sitting.pk, item.pk, sitting.officer))
    secretary, member = signed_in(sitting.world.people["officer"]), signed_in(sitting.people[0])

    def press(client: Client, deed: str, **typed: Any) -> str:
        answer = client.post(reverse("meeting_do", args=[sitting.pk, deed]), typed)
        assert answer.status_code == 422
        return answer.content.decode()

    proposed = Money(item.amount_fen or 0).in_wan()
    for typed in ("99999", "五十万", "-3", ""):
        said = press(secretary, "ballot", item=item.pk, motion="approve", amount=typed)
        form = said.partition('id="now"')[2].partition("</form>")[0]
        assert f'name="amount" value="{typed}"' in form, typed
        assert 'class="field wrong"' in form, "what is wrong stands beside it"
        assert 'href="#field-amount"' in said
        assert f'value="{proposed}"' not in form
    said = press(secretary, "ballot", item=item.pk, motion="reject", amount="五十万")
    assert 'value="reject" checked' in said
    assert not Ballot.objects.exists()
    assert f'value="{proposed}"' in secretary.get(reverse("meeting", args=[sitting.pk])).content.decode()
    assert "2026-9999" in press(secretary, "add", numbers="2026-9999").partition('id="field-numbers"')[2][:60]
    ballot = sitting.up()
    for at in range(4):
        done(sitting.vote(ballot, at))
    done(services.close_ballot(sitting.pk, ballot, sitting.officer))
    words = "我不同意，因为" + "很" * services.LONGEST
    said = press(member, "dissent", ballot=ballot, **{f"dissent-{ballot}": words})
    assert words in said
    assert f'href="#field-dissent-{ballot}"' in said
    said = press(member, "enter", item=item.pk, **{f"reason-{item.pk}": "  "})
    assert f'href="#field-reason-{item.pk}"' in said
    assert f'id="field-reason-{item.pk}"' in said
    fine = {"ballot": ballot, f"dissent-{ballot}": "证据不足"}
    assert member.post(reverse("meeting_do", args=[sitting.pk, "dissent"]), fine).status_code == 303
    assert Dissent.objects.get().text == "证据不足"


def test_a_meeting_opens_before_its_day_only_when_that_is_meant_and_the_list_says_when(committee: Committee) -> None:
    committee.come(0, 1, 2, 3)
    secretary, deed = signed_in(committee.world.people["officer"]), reverse("meeting_do", args=[committee.pk, "open"])
    for language, said in (
        ("zh", "会议安排在2026-05-11，今天是2026-05-10"),
        ("en", "planned for 2026-05-11, and today"),
    ):
        secretary.cookies["lang"] = language
        asked = secretary.post(deed)
        assert asked.status_code == 422
        assert said in asked.content.decode()
    assert Meeting.objects.get().state == "planned"
    assert secretary.post(deed, {"sure": "1"}).status_code == 303
    assert Meeting.objects.get().opened_at == clock.now()
    listed = secretary.get("/meetings/").content.decode()
    for moment in (clock.now(), Meeting.objects.get().begins):
        assert f"{moment.astimezone(clock.BEIJING):%Y-%m-%d %H:%M}" in listed


def test_after_a_refusal_the_page_goes_on_by_the_meetings_own_address(sitting: Committee) -> None:
    ballot, member = sitting.up(), signed_in(sitting.people[0])
    deed, here = reverse("meeting_do", args=[sitting.pk, "vote"]), reverse("meeting", args=[sitting.pk])
    assert member.post(deed, {"ballot": ballot, "choice": "for"}).status_code == 303
    again = member.post(deed, {"ballot": ballot, "choice": "for"})
    assert again.status_code == 422
    assert f'data-address="{here}"' in again.content.decode()
    assert member.get(deed, follow=True).redirect_chain == [(here, 303)]


def test_the_page_refreshes_in_the_language_it_was_opened_in_and_says_its_rule_as_a_sentence(
    sitting: Committee,
) -> None:
    member, here = signed_in(sitting.people[0]), reverse("meeting", args=[sitting.pk])
    page = member.get(here, {"lang": "en"}).content.decode()
    assert f'data-address="{here}?lang=en"' in page
    assert "Reload" in member.get(re.findall(r'data-address="([^"]+)"', page)[0]).content.decode()
    assert f'data-address="{here}"' in signed_in(sitting.people[1]).get(here).content.decode()
    assert "At least 2/3 of those who may vote on an item" in page


def test_who_was_sent_out_finds_in_rankings_that_there_is_such_a_case_and_nothing_of_it(sitting: Committee) -> None:
    first, second = (Case.objects.get(number=number) for number in sitting.numbers)
    host = make.organisation("回避单位试验大学")
    Case.objects.filter(pk=first.pk).update(host=host)
    code = first.round.code if first.round else ""
    places = [reverse(one, args=[code, "rank"]) for one in ("ranking", "what_if")]
    places += [f"{places[1]}?line=0", f"{places[0]}?format=xlsx"]
    agenda = reverse("deciding", args=[code, "decide"])
    done(services.keep_out(sitting.pk, sitting.items[0].pk, sitting.people[3].pk, "学生", sitting.member(3)))
    stays, out = signed_in(sitting.people[2]), signed_in(sitting.people[3])
    of_case = (first.number, first.title, host.name)
    for place in places:
        seen, closed = (client.get(place).content.decode() for client in (stays, out))
        assert all(one in seen for one in (first.number, host.name)), place
        assert [one for one in of_case if one in closed] == [], place
        assert second.number in closed, place
        row = next(one for one in closed.split("<tr>") if "您须回避，不显示" in one)
        assert "万元" not in row, place
        assert "href" not in row.split("</tr>")[0], place
    assert "合计" in out.get(places[0]).content.decode().split("<table")[0], "a sum would tell the amount"
    row = next(one for one in out.get(agenda).content.decode().split("<tr>") if first.number in one)
    assert re.findall(r'<th scope="row" class="num">(.*?)</th>', row) == ["—"], "it has no place"
    assert re.findall(r'data-title="建议金额">(.*?)</td>', row) == ["—"], "and no amount"
    assert out.get(agenda).content.decode().index(second.number) < out.get(agenda).content.decode().index(first.number)


def test_a_recusal_is_declared_before_the_meeting_or_recorded_as_it_was_told(committee: Committee) -> None:
    first, second = committee.items
    places = [reverse("meeting_recusal", args=[committee.pk, one.pk]) for one in (first, second)]
    member, secretary = signed_in(committee.people[0]), signed_in(committee.world.people["officer"])
    meeting = reverse("meeting", args=[committee.pk])
    for client in (member, secretary):
        assert places[0] in client.get(meeting).content.decode()
    assert member.post(places[0], {"reason": ""}).status_code == 422
    # A member speaks for nobody else.
    sent = {"reason": "申报人是本人学生", "person": committee.people[2].pk}
    assert member.post(places[0], sent).status_code == 303
    assert (
        secretary.post(places[1], {"reason": "电话告知：合作者", "person": committee.people[1].pk}).status_code == 303
    )
    out = Sitting.of(committee.pk).kept_out
    assert {item: set(who) for item, who in out.items()} == {
        first.pk: {committee.people[0].pk}, second.pk: {committee.people[1].pk},
    }  # fmt: skip
    assert first.case.title not in member.get(meeting).content.decode(), "the papers are closed at once"
    closed = member.get(places[0])
    assert closed.status_code == 403
    assert "申报人是本人学生" in closed.content.decode()
    stranger = signed_in(committee.world.people["supervisor"])
    assert stranger.post(places[1], {"reason": "x", "person": committee.people[2].pk}).status_code == 403
