"""Lists, rounds and public pages: what they cost, who opens them, and that they say what there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import fields_on, holders, signed_in

from keguan.casework import queries
from keguan.casework.models import Case, Notice, Ranking, Round, Task
from keguan.casework.pages.desks import todo
from keguan.casework.pages.desks.cases import CASES
from keguan.casework.rounds import services as rounds
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import clock_at
from keguan.kernel.ids import new_key
from keguan.registers.parties.access import actor_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[w.World]:
    """A round of March; everything in these tests happens on 10 April unless they say otherwise."""
    of = cases.opened()
    with clock_at(w.moment("2026-04-10")):
        yield of


@pytest.mark.parametrize("language", ["zh", "en"])
def test_public_pages_cost_three_queries_and_no_session(
    world: w.World, language: str, django_assert_max_num_queries: Any
) -> None:
    assert world.round is not None
    client = Client()
    with clock_at(w.moment("2026-03-05")):
        for address in ("/calls/", f"/calls/{world.round.code}/", "/notices/"):
            client.get(address)
            with django_assert_max_num_queries(3):
                response = client.get(address, {"lang": language})
            assert response.status_code == 200, address
            assert "sessionid" not in response.cookies
        said = client.get(f"/calls/{world.round.code}/", {"lang": language}).content.decode()
    for word in (
        "150 万元" if language == "zh" else "CNY 1,500,000",
        "30",
        "重点研发任务专项项目申报书" if language == "zh" else "Proposal for a key R&amp;D project",
    ):
        assert word in said
    assert "2026-03-31 18:00" in said
    assert f"/calls/{world.round.code}/apply/" in said


def test_drafts_are_not_public_and_a_closed_call_has_no_button(world: w.World) -> None:
    assert world.round is not None
    terms = rounds.Terms(
        code="draft-1", title=w.Text("草", "D"), opens=w.moment("2026-05-01"), closes=w.moment("2026-06-01")
    )
    made = rounds.draft_round(w.version("key-rd-project"), terms, world.actor("planner"))
    assert isinstance(made, Round)
    assert Client().get("/calls/draft-1/").status_code == 404
    assert "draft-1" not in Client().get("/calls/").content.decode()
    with clock_at(w.moment("2026-04-05")):
        assert "/apply/" not in Client().get(f"/calls/{world.round.code}/").content.decode()
        applicant = signed_in(world.people["applicant"])
        sent = {"host": str(world.university.pk), "key": new_key()}
        response = applicant.post(reverse("apply", args=[world.round.code]), sent)
        assert response.status_code == 422
        assert "已截止" in response.content.decode()


def test_one_applies_only_for_ones_own_organisation_and_once_per_click(world: w.World) -> None:
    assert world.round is not None
    other = make.organisation("别的大学", kind="university")
    with clock_at(w.moment("2026-03-05")):
        applicant = signed_in(world.people["applicant"])
        address = reverse("apply", args=[world.round.code])
        for host in (str(other.pk), "", "abc", "9" * 25):
            refused = applicant.post(address, {"host": host, "key": new_key()})
            assert refused.status_code == 422, host
            assert 'href="#field-host"' in refused.content.decode()
        sent = {"host": str(world.university.pk), "key": new_key()}
        places = {applicant.post(address, sent)["Location"] for _ in range(2)}
    assert len(places) == 1
    assert Case.objects.count() == 1


@pytest.mark.parametrize("at", ["apply", "endorse", "recommend", "screen", "review", "scored"])
def test_a_case_page_costs_at_most_twelve_queries_at_every_step_for_everybody(
    world: w.World, at: str, django_assert_max_num_queries: Any
) -> None:
    case = cases.case(world, at=at)
    people = {who: world.people[who] for who in ("applicant", "host")}
    if at != "apply":
        people |= {who: world.people[who] for who in ("authority", "officer", "committee", "supervisor", "planner")}
    if at == "review":
        world.act(case.number, "assign", "officer", experts=world.experts[:5])
        invited, accepted = holders(case.number)[:2]
        world.act(case.number, "accept", actor_for(accepted), confirmed=True)
        people |= {"invited": invited, "accepted": accepted}
    for who, person in people.items():
        client = signed_in(person)
        address = reverse("case", args=[case.number])
        client.get(address)
        with django_assert_max_num_queries(12):
            response = client.get(address)
        assert response.status_code == 200, who


def _awarded(world: w.World) -> Case:
    case = cases.case(world, at="scored")
    assert world.round is not None
    with clock_at(w.moment("2026-04-11")):
        rounds.adopt_ranking(world.round.code, "rank", world.actor("officer"), new_key())
        world.act(case.number, "approve", "committee", amount_fen=60_000_000, reason="同意")
    from keguan.casework import alarms

    with clock_at(w.moment("2026-04-22", "00:01")):
        alarms.ring()
        values = {
            "start": "2026-07-01", "end": "2029-06-30", "own_funds": "0",
            "targets": [{"indicator": "新品种", "value": 1, "unit": "个"}],
            "milestones": [
                {"due": "2027-12-31", "work": "中期", "proof": "报告"},
                {"due": "2029-06-30", "work": "完成", "proof": "材料"},
            ],
        }  # fmt: skip
        world.act(case.number, "fill", "applicant", values=values)
        text = Case.objects.select_related("memo").get(pk=case.pk).memo.state["steps"]["agree"]["memo"]["text"]
        for party in ("applicant", "host", "officer"):
            met = {"agreement.targets_not_lower": {"result": "meets"}} if party == "officer" else {}
            world.act(case.number, f"sign_{party}", party, text=text, verdicts=met)
    return Case.objects.get(pk=case.pk)


def test_an_ended_case_shows_its_money_and_its_entry_within_twelve_queries(
    world: w.World, django_assert_max_num_queries: Any
) -> None:
    case = _awarded(world)
    for who in ("applicant", "officer", "finance", "supervisor"):
        client = signed_in(world.people[who])
        with django_assert_max_num_queries(12):
            said = client.get(reverse("case", args=[case.number])).content.decode()
        assert "36 万元" in said, who
        assert "/registers/projects/" in said, who


def test_a_staff_list_of_sixty_costs_eight_queries_however_it_is_narrowed(
    world: w.World, django_assert_max_num_queries: Any
) -> None:
    assert world.round is not None
    for number in range(75):
        cases.bare_case(
            world.round, step="screen", step_kind="screen", submitted_at=cases.OPENED, title=f"题目{number}",
            host_id=world.university.pk,
        )  # fmt: skip
    officer = signed_in(world.people["officer"])
    officer.get(reverse("cases"))
    for asked in (
        {},
        {"round": world.round.code},
        {"step": "screen"},
        {"end": "running"},
        {"host": "天河"},
        {"q": "题目7"},
        {"sort": "due"},
        {"page": "2"},
        {"find": "状态:形式审查 单位:天河 -已撤回 题目7"},
        {"find": "截止<", "columns": "number,title"},
        {"columns": ",".join(column.key for column in CASES.columns)},
    ):
        with django_assert_max_num_queries(8):
            response = officer.get(reverse("cases"), asked)
        if asked.get("find") == "截止<":
            assert 'id="problems"' in response.content.decode()
            continue
        said = response.content.decode()
        assert response.status_code == 200
        assert 'id="problems"' not in said, asked
        assert "题目7" in said
    assert b"".join(officer.get(reverse("cases"), {"format": "xlsx"})).startswith(b"PK")


def test_nobody_finds_a_case_by_an_amount_that_they_may_not_read(world: w.World) -> None:
    case = cases.case(world, at="screen")
    assert case.asked_fen
    asked = {"columns": "number,asked", "find": f"金额={case.asked_fen // 100}元"}
    for who, reads in (("officer", True), ("host", True), ("applicant", True), ("planner", False)):
        client = signed_in(world.people[who])
        assert case.number in client.get(reverse("cases")).content.decode(), who
        said = client.get(reverse("cases"), {"columns": "number,asked"}).content.decode()
        assert ("万元" in said.partition("<tbody>")[2]) == reads, who
        assert (case.number in client.get(reverse("cases"), asked).content.decode()) == reads, who
        denied = asked | {"find": f"-{asked['find']}"}
        assert (case.number in client.get(reverse("cases"), denied).content.decode()) != reads, who


def test_lists_show_only_what_their_reader_may_see(world: w.World) -> None:
    case = cases.case(world, at="screen")
    draft = cases.case(world, at="apply", who="member")
    seen = {
        "applicant": ({case.number}, {case.number}),
        "member": ({case.number, draft.number}, {case.number, draft.number}),
        "officer": ({case.number}, set()),
        "host": ({case.number, draft.number}, set()),
        "authority": ({case.number}, set()),
    }
    for who, (all_, mine) in seen.items():
        client = signed_in(world.people[who])
        for name, expected in (("cases", all_), ("my_cases", mine)):
            said = client.get(reverse(name)).content.decode()
            assert {number for number in (case.number, draft.number) if number in said} == expected, (who, name)


def test_the_to_do_list_groups_what_is_done_for_a_whole_round(
    world: w.World, django_assert_max_num_queries: Any
) -> None:
    case = cases.case(world, at="scored")
    assert world.round is not None
    officer = signed_in(world.people["officer"])
    with django_assert_max_num_queries(8):
        said = officer.get(reverse("todo")).content.decode()
    assert reverse("ranking", args=[world.round.code, "rank"]) in said
    assert case.number not in said
    applicant = signed_in(world.people["applicant"])
    assert "没有等您办理的事项" in applicant.get(reverse("todo")).content.decode()


def test_a_drafted_round_waits_in_the_to_do_of_whoever_may_publish_it_and_of_nobody_else(world: w.World) -> None:
    assert world.round is not None
    opens = w.moment("2026-05-01")
    terms = rounds.Terms("KRD-2026-2", Text("第二批", "Second round"), opens, w.moment("2026-05-31"), quota=3)
    assert isinstance(rounds.draft_round(world.round.programme, terms, world.actor("planner")), Round)
    other = make.person()
    make.duty("planning", other, programme="rd-post-subsidy")
    world.people["planner elsewhere"] = other
    link = reverse("round", args=[terms.code])
    for who in ("planner", "publisher", "planner elsewhere", "officer", "supervisor", "applicant"):
        said = signed_in(world.people[who]).get(reverse("todo")).content.decode()
        assert (f'<a href="{link}">核对并发布批次</a>' in said) == (who == "publisher"), who
    assert isinstance(rounds.publish_round(terms.code, world.actor("publisher")), Round)
    assert link not in signed_in(world.people["publisher"]).get(reverse("todo")).content.decode()


def test_only_who_plans_costs_a_query_for_drafted_rounds(world: w.World, django_assert_num_queries: Any) -> None:
    for who, queried in (("officer", 0), ("applicant", 0), ("publisher", 1)):
        actor = world.actor(who)
        with django_assert_num_queries(queried):
            assert list(queries.drafted_rounds_for(actor)) == []


def test_many_cases_at_one_desk_are_one_line_that_opens_them_and_few_are_told_apart(
    world: w.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = cases.case(world, at="screen")
    assert world.round is not None
    screening = Task.objects.get(case=case, role="officer")
    assert screening.round == world.round
    officer = signed_in(world.people["officer"])

    def more(number: int) -> None:
        for _ in range(number):
            given = {"step": "screen", "step_kind": "screen", "title": "另一件", "submitted_at": screening.opened_at}
            other = cases.bare_case(world.round, **given)
            Task.objects.create(
                case=other,
                round=other.round,
                step="screen",
                role="officer",
                code=case.code,
                due_at=screening.due_at,
                opened_at=screening.opened_at,
            )

    more(todo.FEW - 1)
    assert officer.get(reverse("todo")).content.decode().count("另一件") == todo.FEW - 1
    more(1)
    said = officer.get(reverse("todo")).content.decode()
    assert f"（{todo.FEW + 1}件）" in said
    assert "另一件" not in said
    assert case.number not in said
    opened = next(href for href in re.findall(r'href="([^"]+)"', said) if href.startswith(reverse("cases") + "?"))
    listed = officer.get(opened.replace("&amp;", "&")).content.decode()
    assert listed.count("另一件") == todo.FEW
    assert case.number in listed
    monkeypatch.setattr(todo, "MOST_COUNTED", todo.FEW + 1)
    assert f"（{todo.FEW + 1}件）" in officer.get(reverse("todo")).content.decode()
    monkeypatch.setattr(todo, "MOST_COUNTED", todo.FEW)
    assert f"（{todo.FEW}件以上）" in officer.get(reverse("todo")).content.decode()


def test_who_leads_a_case_finds_what_its_applicant_has_to_do(world: w.World) -> None:
    case = cases.case(world, at="apply")
    leader = signed_in(world.people["member"])
    assert case.number not in leader.get(reverse("todo")).content.decode()
    Case.objects.filter(pk=case.pk).update(principal=world.people["member"])
    assert case.number in leader.get(reverse("todo")).content.decode()


def test_a_round_is_set_up_looked_over_published_and_extended_by_pages(world: w.World) -> None:
    planner = signed_in(world.people["planner"])
    version = w.version("rd-post-subsidy")
    typed = {
        "version": str(version.pk), "code": "hbz-2026", "title_zh": "2026年后补助", "title_en": "Post-subsidy 2026",
        "summary_zh": "摘要", "summary_en": "Summary", "opens": "2026年5月1日 9:00", "closes": "2026-05-01 08:00",
        "grace_minutes": "30", "budget": "五百万", "quota": "-1",
    }  # fmt: skip
    refused = planner.post(reverse("round_new"), typed)
    said = refused.content.decode()
    assert refused.status_code == 422
    for place in ("budget", "quota"):
        assert f'href="#field-{place}"' in said
    assert 'value="五百万"' in said
    typed |= {"budget": "５００", "quota": "0"}
    refused = planner.post(reverse("round_new"), typed)
    assert refused.status_code == 422
    assert 'href="#field-closes"' in refused.content.decode()
    made = planner.post(reverse("round_new"), typed | {"closes": "2026-06-01 18:00"})
    assert made.status_code == 303
    of = Round.objects.get(code="hbz-2026")
    assert (of.status, of.budget_fen, of.opens) == ("draft", 500_000_000, w.moment("2026-05-01", "09:00"))
    officer = signed_in(world.people["officer"])
    assert officer.get(reverse("round", args=["hbz-2026"])).status_code == 404, "drafts are for those who plan"
    publisher = signed_in(world.people["publisher"])
    shown = fields_on(
        publisher.get(reverse("round", args=["hbz-2026"])).content.decode(), reverse("round_publish", args=["hbz-2026"])
    )
    assert publisher.post(reverse("round_publish", args=["hbz-2026"]), shown).status_code == 303
    assert officer.get(reverse("round", args=["hbz-2026"])).status_code == 200
    assert officer.post(reverse("round_extend", args=["hbz-2026"])).status_code == 403
    for sent, status in (
        ({"closes": "2026-05-20 18:00", "reason": "x"}, 422),
        ({"closes": "2026-06-10 18:00", "reason": ""}, 422),
        ({"closes": "明天", "reason": "理由写了"}, 422),
        ({"closes": "2026-06-10 18:00", "reason": "系统故障"}, 303),
    ):
        response = publisher.post(reverse("round_extend", args=["hbz-2026"]), sent)
        assert response.status_code == status, sent
    assert Round.objects.get(code="hbz-2026").closes == w.moment("2026-06-10", "18:00")


def test_a_ranking_that_others_have_still_to_reach_shows_those_that_came_and_is_not_adopted(world: w.World) -> None:
    leads = make.person(employer=world.university, title="senior", degree="doctor")
    world.people["other"] = leads
    team = [{"member": make.person(employer=world.university).pk, "role": "lead", "months": 6}]
    came = cases.case(world, at="scored")
    waits = cases.case(world, at="review", rank=2, who="other", principal=leads.pk, team=team)
    assert world.round is not None
    address = reverse("ranking", args=[world.round.code, "rank"])
    officer = signed_in(world.people["officer"])
    with clock_at(w.moment("2026-04-11")):
        said = officer.get(address).content.decode()
        assert "还有1项未到排序环节" in said
        assert "下列为已到的 1 项，还不完整" in said
        assert "78.67" in said
        assert reverse("case", args=[came.number]) in said
        assert reverse("case", args=[waits.number]) not in said
        assert reverse("score_reading", args=[world.round.code, "rank"]) in said
        assert "adopt" not in said
        assert "预算线" not in said
        assert "安排" not in said.partition("<table")[2]
        assert officer.post(address + "adopt/", {"confirmed": "yes", "key": new_key()}).status_code == 422
    assert not Ranking.objects.exists()


def test_the_ranking_is_previewed_with_its_budget_line_adopted_and_then_stands(world: w.World) -> None:
    case = cases.case(world, at="scored")
    assert world.round is not None
    address = reverse("ranking", args=[world.round.code, "rank"])
    officer = signed_in(world.people["officer"])
    for who, status in (("committee", 200), ("supervisor", 200), ("planner", 403), ("finance", 403), ("host", 403)):
        assert signed_in(world.people[who]).get(address).status_code == status, who
    with clock_at(w.moment("2026-04-11")):
        said = officer.get(address).content.decode()
        assert "78.67" in said
        assert "预算线" in said
        assert case.title in said
        assert "本批次“评审合格线”为70分（数值待核）" in said, "the number itself, not only what it is called"
        assert officer.post(address + "adopt/", {"confirmed": "yes", "key": new_key()}).status_code == 303
        stands = officer.get(address).content.decode()
        assert "78.67" in stands
        assert "adopt" not in stands
        again = officer.post(address + "adopt/", {"confirmed": "yes", "key": new_key()})
        assert again.status_code in (303, 422)
        committee = signed_in(world.people["committee"])
        agenda = committee.get(reverse("deciding", args=[world.round.code, "decide"])).content.decode()
        assert case.number in agenda
        assert "待会议表决" in agenda
        w.voted(case.number, "approve")
        sent = {"step": "decide", "key": new_key(), "next": reverse("deciding", args=[world.round.code, "decide"])}
        sent |= {"amount_fen": "100", "reason": "理由在此"}
        over = committee.post(reverse("case_do", args=[case.number, "approve"]), sent)
        assert over.status_code == 422
        assert "理由在此" in over.content.decode()
        done = committee.post(reverse("case_do", args=[case.number, "approve"]), sent | {"amount_fen": "６０"})
        assert done["Location"] == reverse("deciding", args=[world.round.code, "decide"])
    assert Ranking.objects.count() == 1
    assert Case.objects.get(pk=case.pk).amount_fen == 60_000_000


def test_a_long_ranking_comes_in_parts_and_says_where_its_budget_line_is(
    world: w.World, django_assert_max_num_queries: Any
) -> None:
    assert world.round is not None
    lines = [
        {"number": f"N{at}", "position": at, "order": "80.00", "asked_fen": 100, "amount_fen": 100 * (at <= 700)}
        | {"within": at <= 700, "why": "" if at <= 700 else "budget"}
        for at in range(1, 1201)
    ]
    Ranking.objects.create(
        round=world.round, step="rank", lines=lines, budget_fen=1, spent_fen=1, at=w.moment("2026-04-09")
    )
    address, officer = reverse("ranking", args=[world.round.code, "rank"]), signed_in(world.people["officer"])
    shown = {}
    pages = [str(page) for page in range(1, 7)]
    for page in (*pages, "99", "x"):
        with django_assert_max_num_queries(12):
            said = officer.get(address, {"page": page}).content.decode()
        shown[page] = (re.findall(r">N(\d+)<", said), 'class="budget-line"' in said, "?page=4" in said)
    places = [place for page in pages for place in shown[page][0]]
    assert places == [str(at) for at in range(1, 1201)], "every place stands on one page, in order"
    assert [shown[page][1] for page in pages] == [page == "4" for page in pages]
    assert all(shown[page][2] for page in pages if page != "4"), "the others say on which page the line is"
    assert (shown["99"], shown["x"]) == (shown["6"], shown["1"])


def test_a_form_never_leads_away_from_the_site(world: w.World) -> None:
    case = cases.case(world, at="endorse")
    host = signed_in(world.people["host"])
    sent = {"step": "endorse", "key": new_key(), "reason": "属实", "next": "//evil.example/rounds/"}
    with clock_at(w.moment("2026-03-03")):
        response = host.post(reverse("case_do", args=[case.number, "endorse"]), sent)
    assert response["Location"] == reverse("case", args=[case.number])


def test_a_notice_shows_what_was_frozen_and_every_page_asks_strangers_to_sign_in(world: w.World) -> None:
    case = _awarded(world)
    notice = Notice.objects.get(case=case)
    said = Client().get(reverse("notice", args=[notice.pk])).content.decode()
    assert case.title in said
    assert "天河大学" in said
    assert reverse("object_to", args=[notice.pk]) not in said, "the notice is over"
    assert world.round is not None
    code = world.round.code
    for address in (
        reverse("todo"), reverse("cases"), reverse("my_cases"), reverse("case", args=[case.number]),
        reverse("case_form", args=[case.number, "proposal"]), reverse("rounds"), reverse("round_new"),
        reverse("round", args=[code]), reverse("ranking", args=[code, "rank"]), reverse("apply", args=[code]),
        reverse("deciding", args=[code, "decide"]),
    ):  # fmt: skip
        assert Client().get(address).status_code == 302, address
