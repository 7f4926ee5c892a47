"""The reviewer's desk: what is asked is said first, what is typed is kept for its writer alone, what is stated stays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import act, fields_on, holders, signed_in

from keguan.casework.models import Case, Message, Recusal, Seat, SeatHolder
from keguan.casework.pages.reviews import reviews
from keguan.casework.reviewing.models import Declaration, EarlierScore, SeatDraft
from keguan.casework.versions import definition_of
from keguan.engine.steps.review import DECLARED
from keguan.kernel.canonical import digest
from keguan.kernel.clock import clock_at
from keguan.registers.experts.models import Expert
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.models import Person
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[w.World]:
    made = cases.opened()
    with clock_at(w.moment("2026-04-10")):
        yield made


def asked(world: w.World, count: int = 2) -> tuple[Case, list[Client]]:
    """A case under review, and the browsers of those who are asked."""
    case = cases.case(world, at="review")
    world.act(case.number, "assign", "officer", experts=world.experts[:count])
    return case, [signed_in(person) for person in holders(case.number)]


def page(client: Client, case: Case) -> str:
    return client.get(reverse("case", args=[case.number])).content.decode()


def keep(client: Client, case: Case, **typed: Any) -> Any:
    return client.post(reverse("case_review_draft", args=[case.number]), typed, headers={"Accept": "application/json"})


def scores(**changes: str) -> dict[str, str]:
    given = {"need": "15", "novelty": "14", "route": "20", "team": "11", "results": "12", "budget": "3"} | changes
    return {f"scores.{name}": value for name, value in given.items()}


COMMENT = "思路清楚，基础扎实，指标可测。"


def test_an_invitation_says_what_is_asked_before_the_proposal_opens(world: w.World) -> None:
    case, (first, _) = asked(world)
    said = page(first, case)
    assert "给 6 项指标打分" in said
    assert "针对南疆灌区缺水问题" not in said
    assert all(one.zh in said for one in DECLARED.values())
    team = Person.objects.filter(pk__in=case.members)
    assert team
    assert all(one.name in said for one in team), "whoever states that they have no tie knows to whom"


def test_each_statement_is_made_by_itself_and_kept_word_for_word(world: w.World) -> None:
    case, (first, _) = asked(world)
    refused = act(first, case.number, "accept", declared=["confidence"])
    assert refused.status_code == 422
    assert 'href="#field-declared-interests"' in refused.content.decode()
    assert "有利益冲突的，请谢绝评审" in refused.content.decode()
    refused = act(first, case.number, "accept", declared=["interests"]).content.decode()
    assert "不能承诺保密的，请谢绝评审" in refused
    assert "有利益冲突的，请谢绝评审" not in refused, "that is the way out of the other statement"
    assert not Declaration.objects.exists()
    assert act(first, case.number, "accept", declared=["interests", "confidence"]).status_code == 303
    kept = {one.statement: one for one in Declaration.objects.all()}
    assert {name: (one.zh, one.en) for name, one in kept.items()} == {
        name: (said.zh, said.en) for name, said in DECLARED.items()
    }
    assert kept["interests"].digest == digest({"zh": kept["interests"].zh, "en": kept["interests"].en})
    assert "针对南疆灌区缺水问题" in page(first, case)


def test_who_declines_names_a_reason(world: w.World) -> None:
    case, (first, second) = asked(world)
    assert act(first, case.number, "decline", because="bored").status_code == 422
    assert act(first, case.number, "decline", because="conflict").status_code == 422, "which conflict is owed"
    assert act(first, case.number, "decline", because="time").status_code == 303
    assert act(second, case.number, "decline", because="conflict", reason="曾为同一课题组").status_code == 303
    assert list(Seat.objects.order_by("number").values_list("because", "reason")) == [
        ("time", ""),
        ("conflict", "曾为同一课题组"),
    ]


def test_what_is_typed_is_kept_added_up_and_seen_by_its_writer_alone(world: w.World) -> None:
    case, (first, second) = asked(world)
    for client in (first, second):
        act(client, case.number, "accept", declared=["interests", "confidence"])
    told = keep(first, case, **{"scores.need": "15", "comments.need": "只有我看得到的草稿"}).json()
    assert "15 / 100" in told["totals"]
    told = keep(first, case, **{"scores.route": "99"}).json()
    assert "0至25" in told["errors"]["scores.route"]
    assert "15 / 100" in told["totals"], "what lies outside its bounds is not added up"
    assert 'value="99"' in page(first, case)
    for reader in (
        second,
        *(signed_in(world.people[who]) for who in ("officer", "supervisor", "applicant", "committee")),
    ):
        assert "只有我看得到的草稿" not in page(reader, case)
    assert keep(signed_in(world.people["officer"]), case, comment="代写").status_code == 422
    assert SeatDraft.objects.count() == 1
    assert not Event.objects.filter(payload__icontains="只有我看得到的草稿").exists()


def shown(client: Client, case: Case) -> list[str]:
    """What a window that is opened now carries along of what it shows."""
    return re.findall(r'name="shown" value="([^"]*)"', page(client, case))


def test_two_windows_do_not_overwrite_each_others_words(world: w.World) -> None:
    case, (first, _) = asked(world)
    act(first, case.number, "accept", declared=["interests", "confidence"])
    keep(first, case, comment="两窗打开之前")
    one = two = shown(first, case)
    told = keep(first, case, shown=one, comment="第一个窗口写的", **{"comments.need": "理由"}).json()
    assert told["errors"] == {"comment": ""}
    one = list(told["marks"].values())
    told = keep(first, case, shown=two, comment="第二个窗口写的", **{"comments.need": "", "scores.need": "15"}).json()
    assert "第一个窗口写的" in told["errors"]["comment"]
    kept = SeatDraft.objects.get().values
    assert (kept["comment"], kept["comments.need"]) == ("第一个窗口写的", "理由"), (
        "what the second left alone stays too"
    )
    assert kept["scores.need"] == "15", "and what only the second typed is kept"
    assert keep(first, case, shown=one, comment="第一个窗口接着写").json()["errors"] == {"comment": ""}
    url = reverse("case_review_draft", args=[case.number])
    both = first.post(url, {"shown": two, "comment": "第二个窗口写的"})
    said = both.content.decode()
    assert both.status_code == 409
    assert "第一个窗口接着写" in said
    assert "第二个窗口写的</textarea>" in said
    seen = re.findall(r'name="shown" value="([^"]*)"', said)
    assert first.post(url, {"shown": seen, "comment": "第二个窗口写的"}).status_code == 303
    assert SeatDraft.objects.get().values["comment"] == "第二个窗口写的", "who has seen both decides"


def sheet_on(said: str, case: Case, verb: str = "score") -> dict[str, Any]:
    """What a browser would send of the sheet on this page, were nothing typed into it."""
    fields = fields_on(said, reverse("case_do", args=[case.number, verb]))
    return {name: values if name == "shown" else values[0] for name, values in fields.items()}


def test_what_an_older_window_left_alone_takes_the_newer_words_when_its_draft_comes_back(world: w.World) -> None:
    case, (first, _) = asked(world)
    act(first, case.number, "accept", declared=["interests", "confidence"])
    url = reverse("case_review_draft", args=[case.number])
    first.post(url, scores(need="11") | {"comment": "两窗打开之前"})
    one, two = sheet_on(page(first, case), case), sheet_on(page(first, case), case)
    assert (one["scores.need"], one["comment"]) == ("11", "两窗打开之前")
    assert first.post(url, one | {"scores.need": "19", "comment": "第一个窗口写的"}).status_code == 303
    both = first.post(url, two | {"comment": "第二个窗口写的"})
    assert both.status_code == 409
    said = both.content.decode()
    assert "第一个窗口写的" in said
    came_back = sheet_on(said, case)
    assert (came_back["scores.need"], came_back["comment"]) == ("19", "第二个窗口写的")
    assert 'href="#field-scores-need"' in said, "that it changed under the eyes of who looks at it is said"
    assert first.post(url, came_back).status_code == 303
    kept = SeatDraft.objects.get().values
    assert (kept["scores.need"], kept["comment"]) == ("19", "第二个窗口写的")
    stale = first.post(url, two | {"scores.novelty": "99", "comment": "第二个窗口写的"})
    assert stale.status_code == 200
    assert sheet_on(stale.content.decode(), case)["scores.need"] == "19", (
        "so too where it comes back for another reason"
    )


def test_a_window_from_before_the_scores_were_changed_does_not_put_the_older_ones_over_them(world: w.World) -> None:
    case, (first, _) = asked(world)
    act(first, case.number, "accept", declared=["interests", "confidence"])
    assert act(first, case.number, "score", comment=COMMENT, **scores(need="11")).status_code == 303
    two = sheet_on(page(first, case), case, "rescore")
    assert act(first, case.number, "rescore", comment=COMMENT, **scores(need="19")).status_code == 303
    sent = act(first, case.number, "rescore", **two | {"scores.team": "9"})
    assert sent.status_code == 409
    came_back = sheet_on(sent.content.decode(), case, "rescore")
    assert (came_back["scores.need"], came_back["scores.team"]) == ("19", "9")
    url = reverse("case_review_draft", args=[case.number])
    assert first.post(url, two | {"scores.need": "12", "scores.team": "9"}).status_code == 409
    kept = SeatDraft.objects.get().values
    assert (kept["scores.need"], kept["scores.team"]) == ("19", "9"), "nor does a draft, unasked"
    assert act(first, case.number, "rescore", **came_back).status_code == 303
    assert Seat.objects.get(number=1).scores | {"need": 19, "team": 9} == Seat.objects.get(number=1).scores


def test_scores_sent_twice_with_one_key_are_sent_once_and_no_news(world: w.World) -> None:
    case, (first, _) = asked(world)
    act(first, case.number, "accept", declared=["interests", "confidence"])
    sheet = sheet_on(page(first, case), case) | scores() | {"comment": COMMENT + "\n"}
    for _ in range(2):
        assert act(first, case.number, "score", **sheet).status_code == 303
    assert (Seat.objects.get(number=1).total, EarlierScore.objects.count()) == (75, 0)


def test_an_older_window_learns_that_the_scores_were_sent_and_what_it_holds_by_its_names(world: w.World) -> None:
    case, (first, _) = asked(world)
    act(first, case.number, "accept", declared=[*DECLARED])
    assert act(first, case.number, "score", **scores(), comment=COMMENT).status_code == 303
    late = act(first, case.number, "score", **scores(need="9"), comment="迟来的意见").content.decode()
    assert "您的评分已提交" in late
    typed = late.partition('class="kept card"')[2].partition("</section>")[0]
    assert "scores." not in typed
    rubric = definition_of(case.programme).programme.rubrics[0]
    for said in (rubric.criteria[0].title.zh, "评审意见", "迟来的意见"):
        assert said in typed


def test_scores_are_not_sent_from_a_window_that_shows_older_words(world: w.World) -> None:
    case, (first, _) = asked(world)
    act(first, case.number, "accept", declared=["interests", "confidence"])
    old = shown(first, case)
    keep(first, case, shown=old, **{"comments.need": "另一窗口的理由"})
    typed = scores() | {"comments.need": "", "comment": COMMENT}
    refused = act(first, case.number, "score", shown=old, **typed)
    said = refused.content.decode()
    assert refused.status_code == 409
    assert 'value="另一窗口的理由"' in said, "what this window never touched is shown as it stands now"
    assert Seat.objects.get(number=1).state == "accepted"
    seen = re.findall(r'name="shown" value="([^"]*)"', said)
    assert (
        act(first, case.number, "score", shown=seen, **typed | {"comments.need": "另一窗口的理由"}).status_code == 303
    )
    assert Seat.objects.get(number=1).comments == {"need": "另一窗口的理由"}


def test_a_draft_is_kept_and_says_which_scores_cannot_count(world: w.World) -> None:
    case, (first, _) = asked(world)
    act(first, case.number, "accept", declared=["interests", "confidence"])
    url = reverse("case_review_draft", args=[case.number])
    answer = first.post(url, scores(need="25", novelty="15.5", team="二十"))
    said = answer.content.decode()
    assert "草稿已保存" in said
    for name in ("need", "novelty", "team"):
        assert f'href="#field-scores-{name}"' in said
    assert 'value="15.5"' in said
    assert SeatDraft.objects.get().values["scores.team"] == "二十"


def test_without_a_script_a_button_keeps_the_draft_and_tells_the_total(world: w.World) -> None:
    case, (first, _) = asked(world)
    act(first, case.number, "accept", declared=["interests", "confidence"])
    answer = first.post(reverse("case_review_draft", args=[case.number]), scores() | {"comment": "半句"}, follow=True)
    said = answer.content.decode()
    assert "合计 75 / 100 分，已评 6 / 6 项" in said
    assert "半句" in said
    assert "已评 6 / 6 项" in first.get(reverse("reviews")).content.decode()


def test_scores_can_be_changed_until_the_panel_is_complete_and_the_earlier_ones_stay(world: w.World) -> None:
    case, clients = asked(world, 5)
    for client in clients:
        act(client, case.number, "accept", declared=["interests", "confidence"])
    keep(clients[0], case, comment="草稿")
    assert act(clients[0], case.number, "score", comment=COMMENT, **scores()).status_code == 303
    assert not SeatDraft.objects.exists(), "what was sent is no draft any more"
    changed = act(clients[0], case.number, "rescore", comment=COMMENT + "改。", **scores(need="10"))
    assert changed.status_code == 303
    seat = Seat.objects.get(number=1)
    assert (seat.total, seat.comment) == (70, COMMENT + "改。")
    assert list(EarlierScore.objects.values_list("version", "total", "comment")) == [(1, 75, COMMENT)]
    for client in clients[1:]:
        assert act(client, case.number, "score", comment=COMMENT, **scores()).status_code == 303
    late = act(clients[0], case.number, "rescore", comment=COMMENT, **scores())
    assert late.status_code == 422
    assert Case.objects.get(pk=case.pk).score_hundredths == 7500


def test_an_overdue_review_is_told_to_the_officer_with_the_way_out_and_to_nobody_by_name(world: w.World) -> None:
    from keguan.casework.alarms import ring
    from keguan.casework.models import Alarm

    case, _ = asked(world)
    names = [person.name for person in holders(case.number)]
    Message.objects.all().delete()
    Alarm.objects.create(case=case, step="review", attempt=1, purpose="due", at=w.moment("2026-04-09"))
    assert ring().reminded >= 1
    (told,) = Message.objects.filter(kind="overdue")
    assert told.person_id == world.people["officer"].pk
    assert "3席还没有专家、2席未答复。" in told.zh, (
        "what nobody can be asked for is told apart; what is not missing, not at all"
    )
    assert "seats without a reviewer: 3, seats not answered: 2." in told.en
    assert "改派" in told.zh
    assert not any(name in told.zh + told.en for name in names)
    assert Case.objects.get(pk=case.pk).step == "review"


def test_reviewers_who_are_late_are_reminded_by_case_and_by_round_once_a_day(world: w.World) -> None:
    case, (first, _) = asked(world)
    assert world.round is not None
    act(first, case.number, "accept", declared=["interests", "confidence"])
    Message.objects.all().delete()
    names = {person.pk: person.name for person in holders(case.number)}
    press = reverse("case_review_remind", args=[case.number])
    of_round = reverse("late_reviews", args=[world.round.code, "review"])
    officer = signed_in(world.people["officer"])
    assert "提醒逾期的专家" not in page(officer, case)
    assert officer.post(press).status_code == 422, "nobody is late yet"
    with clock_at(w.moment("2026-06-20")):
        officer = signed_in(world.people["officer"])
        said = page(officer, case).partition('id="late"')[2]
        assert "尚未提醒" in said
        assert press in said
        assert signed_in(world.people["supervisor"]).post(press).status_code == 403
        assert officer.post(press).status_code == 303
        told = Message.objects.filter(kind="overdue")
        assert set(told.values_list("person", flat=True)) == set(names)
        assert all(case.number in one.zh and "已过期限" in one.zh for one in told.all())
        event = Event.objects.get(tag="review:late:reminded")
        assert (event.case_number, event.payload["seats"]) == (case.number, "1, 2")
        assert "上次提醒：2026-06-20" in page(officer, case).partition('id="late"')[2]
        assert officer.post(press).status_code == 422, "not twice a day"
        assert officer.post(of_round).status_code == 422
        assert told.count() == 2
        assert of_round in officer.get(reverse("round", args=[world.round.code])).content.decode()
        assert signed_in(world.people["planner"]).post(of_round).status_code == 403
    with clock_at(w.moment("2026-06-21")):
        officer = signed_in(world.people["officer"])
        world.act(case.number, "release", "officer", seat="1", reason="改派")
        shown_there = officer.get(of_round).content.decode()
        assert case.number in shown_there
        assert not [name for name in names.values() if name in shown_there]
        assert officer.post(of_round).status_code == 303
        assert told.count() == 3, "who was released is left alone"
        host = signed_in(world.people["host"]).get(reverse("round_progress", args=[world.round.code]))
        assert "上次提醒" not in host.content.decode(), "an institution learns nothing of its reviewers"


def test_who_declined_is_not_among_the_people_who_reviewed(world: w.World) -> None:
    case, (first, second) = asked(world)
    act(first, case.number, "decline", because="time")
    officer = signed_in(world.people["officer"])
    people = re.compile(r"<h2>经办人员</h2>.*?</section>", re.DOTALL)
    assert "评审方" not in people.search(page(officer, case))[0]
    act(second, case.number, "accept", declared=[*DECLARED])
    declined, accepted = (Seat.objects.get(number=n).holder.expert.person.name for n in (1, 2))
    told = people.search(page(officer, case))[0]
    assert accepted in told
    assert declined not in told


def test_who_comes_back_after_declining_is_told_so_and_accused_of_nothing(world: w.World) -> None:
    case, (first, _) = asked(world)
    act(first, case.number, "decline", because="time")
    address = reverse("case", args=[case.number])
    for ask in (lambda: act(first, case.number, "accept", declared=[*DECLARED]), lambda: first.get(address)):
        answer = ask()
        assert (answer.status_code, answer["Location"]) == (303, reverse("reviews"))
        assert f"您已谢绝 {case.number} 的评审" in first.get(answer["Location"]).content.decode()
    assert Seat.objects.get(number=1).state == "declined"
    assert signed_in(make.person()).get(address).status_code == 403


@pytest.mark.parametrize("how", ["declined", "released", "set aside", "closed by a tie"])
def test_a_page_left_open_learns_that_the_review_is_over_and_shows_what_was_typed(world: w.World, how: str) -> None:
    case, (first, _) = asked(world)
    act(first, case.number, "accept", declared=[*DECLARED])
    seat = Seat.objects.get(case=case, number=1)
    where = "我的评审"
    match how:
        case "declined":
            act(first, case.number, "decline", because="time")
        case "released":
            world.act(case.number, "release", "officer", seat="1", reason="改派")
        case "set aside":
            act(first, case.number, "score", comment=COMMENT, **scores())
            Recusal.objects.create(seat=seat, kinds=["adviser"], is_hard=True, found_at=w.moment("2026-04-10"))
            world.act(case.number, "set_aside", "officer", seat="1", reason="师生关系属实")
        case _:
            Recusal.objects.create(seat=seat, kinds=["adviser"], is_hard=True, found_at=w.moment("2026-04-10"))
            where = "谢绝评审"
    told = [(one.person_id, one.zh) for one in Message.objects.filter(kind="released")]
    said = {"released": "您对 {} 的评审指派已解除", "set aside": "您对 {} 的评分不再采用"}.get(how)
    assert len(told) == (1 if said else 0), "who stepped back knows; who was taken off is told, and nobody else"
    if said:
        assert told[0][0] == seat.holder.expert.person_id
        assert said.format(case.number) in told[0][1]
    answer = keep(first, case, comment="还没写完的话")
    assert (answer.status_code, answer.json()["over"]) == (403, True)
    assert where in "".join(answer.json()["refused"])
    drafted = first.post(reverse("case_review_draft", args=[case.number]), {"comment": "还没写完的话"})
    sent = act(first, case.number, "score", comment="还没写完的话", **scores())
    for by_hand in (drafted, sent):
        assert by_hand.status_code == 409
        assert "还没写完的话" in by_hand.content.decode(), "what was typed comes back"
        assert "<dt>评审意见</dt>" in by_hand.content.decode(), "under the name that it had"
        assert where in by_hand.content.decode()
    assert not SeatDraft.objects.filter(values__comment="还没写完的话").exists()


def test_a_page_left_open_while_the_case_went_on_learns_that_too(world: w.World) -> None:
    case, clients = asked(world, 5)
    for client in clients:
        act(client, case.number, "accept", declared=[*DECLARED])
        act(client, case.number, "score", comment=COMMENT, **scores())
    answer = keep(clients[0], case, comment="迟到的话")
    assert (answer.status_code, answer.json()["over"]) == (422, True)


def test_a_review_is_sealed_while_the_panel_works_and_stays_readable_to_who_wrote_it(world: w.World) -> None:
    case, clients = asked(world, 5)
    officer, member = signed_in(world.people["officer"]), signed_in(world.people["committee"])
    for n, client in enumerate(clients):
        assert COMMENT not in page(officer, case) + page(member, case), f"{n} of 5 are in"
        act(client, case.number, "accept", declared=[*DECLARED])
        act(client, case.number, "score", comment=f"{COMMENT}第{n}席", **scores())
    assert Case.objects.get(pk=case.pk).step_kind != "review"
    assert COMMENT in page(officer, case)
    first = page(clients[0], case)
    assert f"{COMMENT}第0席" in first
    assert f"{COMMENT}第1席" not in first
    assert "评审结束后，申报内容不再向评审专家开放" in first


def test_a_stranger_is_refused_as_everywhere_and_learns_nothing_of_seats(world: w.World) -> None:
    case, _ = asked(world)
    answer = keep(signed_in(make.person()), case, comment="话")
    assert answer.status_code == 403
    assert "over" not in answer.json()


def test_who_declined_is_offered_again_only_with_that_said_and_a_reason(world: w.World) -> None:
    case, (first, _) = asked(world)
    act(first, case.number, "decline", because="time")
    officer = signed_in(world.people["officer"])
    pool = officer.get(reverse("case", args=[case.number]) + "?pool=1").content.decode()
    assert "已谢绝本件的评审" in pool
    again = {"experts": [str(world.experts[0])]}
    assert act(officer, case.number, "assign", **again).status_code == 422
    assert act(officer, case.number, "assign", despite="本人来电愿意评审", **again).status_code == 303
    assert list(Seat.objects.order_by("number").values_list("state", flat=True)) == ["declined", "invited", "invited"]


def test_who_was_released_or_set_aside_is_offered_again_only_with_that_said_and_a_reason(world: w.World) -> None:
    case, (_, second) = asked(world)
    world.act(case.number, "release", "officer", seat="1", reason="出差，改派")
    act(second, case.number, "accept", declared=[*DECLARED])
    act(second, case.number, "score", comment=COMMENT, **scores())
    tie = Recusal.objects.create(
        seat=Seat.objects.get(case=case, number=2), kinds=["adviser"], is_hard=True, found_at=w.moment("2026-04-10")
    )
    world.act(case.number, "set_aside", "officer", seat="2", reason="登记的师生关系")
    tie.delete()  # the entry was a mistake
    officer = signed_in(world.people["officer"])
    pool = officer.get(reverse("case", args=[case.number]) + "?pool=1").content.decode()
    assert "该专家已被解除本件的指派。（2026-04-10，出差，改派）" in pool
    assert "评分已不予采用。（2026-04-10，登记的师生关系）" in pool
    for expert in world.experts[:2]:
        again = {"experts": [str(expert)]}
        assert act(officer, case.number, "assign", **again).status_code == 422
        assert act(officer, case.number, "assign", despite="本人已返回", **again).status_code == 303
    states = list(Seat.objects.order_by("number").values_list("state", "reason"))
    assert states[2:] == [("invited", "本人已返回")] * 2
    judged = Event.objects.filter(tag="case:assign:judged").count()
    assert judged == 2, "the reason is traced"
    pool = officer.get(reverse("case", args=[case.number]) + "?pool=1").content.decode()
    assert "已被解除本件的指派" not in pool, "who sits again is on the panel, and that is all that is said"


def test_a_reason_the_officer_once_gave_is_not_told_as_that_of_who_declined(world: w.World) -> None:
    case, (first, _) = asked(world)
    act(first, case.number, "decline", because="time")
    officer = signed_in(world.people["officer"])
    act(officer, case.number, "assign", despite="经办人自己的话", experts=[str(world.experts[0])])
    act(signed_in(holders(case.number)[0]), case.number, "decline", because="field")
    pool = officer.get(reverse("case", args=[case.number]) + "?pool=1").content.decode()
    assert "已谢绝本件的评审。（2026-04-10，不属于我的研究领域）" in pool
    assert "经办人自己的话" not in pool.partition('id="pool"')[2].partition("</form>")[0]


def test_an_officer_reads_before_assigning_that_the_time_is_over_and_begins_anew(world: w.World) -> None:
    case, _ = asked(world)
    officer = signed_in(world.people["officer"])
    address = reverse("case", args=[case.number]) + "?pool=1"
    assert "重新计期" not in officer.get(address).content.decode()
    with clock_at(w.moment("2026-06-20")):
        late = signed_in(world.people["officer"])
        assert "重新计期" in late.get(address).content.decode()
        assert act(late, case.number, "assign", experts=[str(world.experts[2])]).status_code == 303
        found = Case.objects.get(pk=case.pk)
        assert found.due_at is not None
        assert found.due_at > w.moment("2026-06-20")
        assert set(found.tasks.filter(role="expert").values_list("due_at", flat=True)) == {found.due_at}
        assert "重新计期" not in late.get(address).content.decode()
        assert "期限重新计至" in late.get(reverse("case", args=[case.number])).content.decode()


def test_that_time_is_up_is_said_once_and_of_nothing_that_is_scored(world: w.World) -> None:
    case, (first, second) = asked(world)
    for client in (first, second):
        act(client, case.number, "accept", declared=["interests", "confidence"])
    assert act(first, case.number, "score", comment=COMMENT, **scores()).status_code == 303
    done, late = holders(case.number)
    with clock_at(w.moment("2026-06-20")):

        def listed(person: Person, name: str, language: str) -> str:
            rows = signed_in(person).get(reverse(name), {"lang": language}).content.decode()
            return re.sub(r"<[^>]+>", " ", rows.partition("<tbody>")[2].partition("</tbody>")[0])

        assert "time is up" in listed(late, "reviews", "en")
        assert "none" not in listed(late, "reviews", "en")
        assert "time is up" not in listed(done, "reviews", "en")
        assert "已到期" not in listed(done, "reviews", "zh")
        todo = listed(late, "todo", "zh")
        assert "已逾期" in todo
        assert "已到期" not in todo, "not the same thing twice"
        assert "none" not in listed(late, "todo", "en")


def test_many_seats_are_turned_those_that_still_ask_something_first_by_their_day_and_all_are_counted(
    world: w.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, (first, _) = asked(world)
    act(first, case.number, "accept", declared=["interests", "confidence"])
    expert = SeatHolder.objects.get(seat__case=case, seat__state="accepted").expert
    done = [cases.bare_case(world.round, step="review", step_kind="review") for _ in range(3)]
    for one in done:
        cases.bare_seat(one, expert, number=1, state="final", step="review")
    pressing = cases.bare_case(world.round, step="review", step_kind="review")
    cases.bare_seat(pressing, expert, number=1, state="accepted", step="review")
    Case.objects.filter(pk=case.pk).update(due_at=w.moment("2026-05-02", "00:00"))
    Case.objects.filter(pk=pressing.pk).update(due_at=w.moment("2026-05-01", "00:00"))
    monkeypatch.setattr(reviews, "ON_A_PAGE", 2)
    pages = [first.get(reverse("reviews"), {"page": page}).content.decode() for page in (1, 2, 3)]
    told = [re.findall(r'<span class="hint">([A-Z0-9]+)</span></th>', page) for page in pages]
    assert told == [[pressing.number, case.number], [done[2].number, done[1].number], [done[0].number]]
    for page in pages:
        assert "共 5 件：已评分 3，评审中 2，待答复 0" in page
        assert "离线评分表" in page
        assert "5席" in page
    assert 'rel="next" href="/reviews/?page=2"' in pages[0]


def test_the_calendar_of_a_reviewer_holds_numbers_and_no_titles(world: w.World) -> None:
    case, (first, _) = asked(world)
    Case.objects.filter(pk=case.pk).update(due_at=w.moment("2026-05-01", "00:00"))
    answer = first.get(reverse("reviews_calendar")).content.decode()
    (event,) = Calendar.from_ical(answer).walk("VEVENT")
    assert event["DTSTART"].dt == w.moment("2026-04-30", "23:59"), "30 April 24:00 is on 30 April"
    assert f"{case.number}" in answer
    assert "BEGIN:VEVENT" in answer
    assert case.title[:6] not in answer
    assert "VEVENT" not in signed_in(world.people["applicant"]).get(reverse("reviews_calendar")).content.decode()


def test_the_desk_asks_few_questions_of_the_database(world: w.World) -> None:
    case, (first, _) = asked(world)
    act(first, case.number, "accept", declared=["interests", "confidence"])
    keep(first, case, **{"scores.need": "15"})
    for address in (reverse("case", args=[case.number]), reverse("reviews")):
        first.get(address)
        with CaptureQueriesContext(connection) as asked_:
            first.get(address)
        assert len(asked_) <= 10, [str(one["sql"])[:100] for one in asked_]
    assert actor_for(holders(case.number)[0]).is_known


def test_who_leaves_the_pool_hands_back_first_what_waits_for_them(world: w.World) -> None:
    case, (first, _) = asked(world)
    expert = Expert.objects.get(pk=world.experts[0])
    exit_page = reverse("expert_exit", args=[expert.pk])
    assert case.number in first.get(exit_page).content.decode()
    refused = first.post(exit_page, {"reason": "调离"})
    assert refused.status_code == 422
    assert "先逐件谢绝或完成" in refused.content.decode()
    act(first, case.number, "decline", because="time")
    assert first.post(exit_page, {"reason": "调离"}).status_code == 303
    assert Expert.objects.get(pk=expert.pk).status == "left"
