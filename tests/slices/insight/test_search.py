"""Search: what is found, by which words, by whom, and how soon."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client
from tests import make
from tests.journeys import walks
from tests.make import world as w

from keguan.casework import leaving
from keguan.casework.models import Case
from keguan.casework.permissions import proposals_visible_to, trace_visible_to
from keguan.insight.search import entries, finding, following, vocabulary
from keguan.insight.search.finding import find
from keguan.insight.search.models import Entry, Word
from keguan.insight.search.sources import Document
from keguan.kernel.actors import NOBODY, Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import clock_at
from keguan.registers.experts.models import Expert
from keguan.registers.parties.access import actor_for

pytestmark = pytest.mark.django_db

STAFF = ("officer", "planner", "supervisor", "finance", "committee", "host", "authority", "applicant", "member")


@pytest.fixture
def world() -> Iterator[w.World]:
    """A call with one application that came in and one draft."""
    made = w.world()
    with clock_at(w.moment("2026-03-02")):
        w.call(made, "key-rd-project", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"))
        yield made


def titles(actor: Actor, typed: str, **asked: str) -> list[str]:
    answer = find(actor, typed, asked)
    rows = {one.pk: one.shown.title_zh for one in Entry.objects.select_related("shown")}
    return [rows[hit.entry] for hit in answer.hits]


# ------------------------------------------------------------------------------------------------------ finding


@pytest.mark.parametrize(
    "typed",
    [
        "棉花病害",
        "棉花 識別",
        "棉花識別方法",
        "ＮＤＶＩ",
        "ndvi",
        "病害 棉花",
        "mianhua",
        "绵花病害",
        "识辨 棉花 病害",
        "mian hua",
        "Mián  huā",
        "mian hua bing hai",
        "mian hua bing hai shi bie fang fa",
        "ndvi mian hua",
        "棉花 bing hai",
        "mianhua bing hai",
    ],
)
def test_a_project_is_found_however_it_is_typed(typed: str) -> None:
    make.project(title="基于NDVI的棉花病害识别方法研究")
    make.project(title="绿洲节水灌溉制度")
    entries.rebuild()
    reader = actor_for(make.person())
    assert titles(reader, typed)[:1] == ["基于NDVI的棉花病害识别方法研究"]


def test_syllables_of_one_word_are_found_where_one_of_them_is_a_word_in_use() -> None:
    make.project(title="食管癌早期筛查")
    make.project(title="AI辅助诊断 AI平台")
    entries.rebuild()
    answer = find(reader := actor_for(make.person()), "shi guan ai")
    assert titles(reader, "shi guan ai") == ["食管癌早期筛查"]
    assert (answer.how, dict(answer.meant)) == ("meant", {"shi guan ai": ("食管癌",)})


def test_the_page_says_what_was_read_for_syllables_and_leads_to_it(client: Client) -> None:
    make.project(title="食管癌早期筛查")
    entries.rebuild()
    client.force_login(make.account())
    said = client.get("/search/", {"q": "shi guan ai 筛查"}).content.decode()
    assert 'href="?q=%E9%A3%9F%E7%AE%A1%E7%99%8C+%E7%AD%9B%E6%9F%A5' in said
    assert ">食管癌 筛查</a>" in said


def test_english_words_are_no_syllables() -> None:
    make.project(title="棉花病害识别")
    entries.rebuild()
    assert not vocabulary.spelled("data of the crop", is_member=True)
    assert vocabulary.spelled("data mian hua the crop", is_member=True) == ("mian hua",)
    assert not vocabulary.spelled("mian hua", is_member=False), "a project is no public entry"


def test_words_in_the_title_come_before_words_in_the_text() -> None:
    host = make.organisation("棉花研究院")
    make.project(title="葡萄种质资源评价", host=host.pk)
    make.project(title="棉花种质资源评价")
    entries.rebuild()
    assert titles(actor_for(make.person()), "棉花")[0] == "棉花种质资源评价"


@pytest.mark.parametrize(
    "typed",
    ["' & | ! <-> :*", "!!!", "😀😀", "a' || b", "'; DROP TABLE search_entry; --", "\\", "棉花:*A", "(((", "%_%", "=k:case",
     "^棉花", "棉" * 200, "\x00棉花", "&amp;", "<script>alert(1)</script>"],
)  # fmt: skip
def test_whatever_is_typed_means_itself(client: Client, typed: str) -> None:
    make.project(title="棉花病害识别")
    entries.rebuild()
    answer = client.get("/search/", {"q": typed})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()
    find(actor_for(make.person()), typed)


@pytest.mark.parametrize(("typed", "told"), [("棉" * 201, "最多搜索"), ("？！……", "没有可以搜索的字词")])
def test_what_cannot_be_searched_is_said(client: Client, typed: str, told: str) -> None:
    assert told in client.get("/search/", {"q": typed}, headers={"accept-language": "zh"}).content.decode()


def test_of_a_word_that_is_everywhere_titles_and_the_latest_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"CLOSELY": 10, "SOME": 4, "WINDOW": (5, 5), "_TOO_FEW": 1}.items():
        monkeypatch.setattr(finding, name, value)
    titles_ = ["棉花" if key in (3, 4) else f"课题{key}" for key in range(40)]
    entries.write([Document("project", at, str(at), Text(one, one), text="棉花病害") for at, one in enumerate(titles_)])
    entries.write([Document("expert", 40, "40", Text("棉花", "棉花"), text="棉花")])
    vocabulary.recount()
    reader = actor_for(make.person())
    answer = find(reader, "棉花")
    assert [hit.key for hit in answer.hits[:2]] == [4, 3], "not those with the word in the title first"
    assert {hit.key for hit in answer.hits} == {3, 4, 36, 37, 38, 39}, "not the latest, or what the reader may not see"
    assert answer.is_more
    assert len(find(reader, "课题").hits) > 4
    # Whatever is rare, or narrowed, or new, is looked at whole.
    assert {hit.key for hit in find(reader, "课题7 棉花").hits} >= {7}
    assert {hit.key for hit in find(reader, "棉花", after=min(hit.entry for hit in answer.hits) + 30).hits} >= {38, 39}


# ------------------------------------------------------------------------------------------------------- rights


def test_visitors_find_calls_and_nothing_of_the_registers(world: w.World) -> None:
    make.project(title="测试批次的项目")
    entries.rebuild()
    assert {hit.kind for hit in find(NOBODY, "测试批次").hits} == {"call"}
    assert {hit.kind for hit in find(actor_for(make.person()), "测试批次").hits} == {"call", "project"}


def test_experts_are_found_by_those_who_may_see_the_pool(world: w.World) -> None:
    entries.rebuild()
    assert not find(NOBODY, "棉花", {"kind": "expert"}).hits
    assert not find(world.actor("finance"), "棉花", {"kind": "expert"}).hits
    assert len(find(world.actor("officer"), "棉花", {"kind": "expert"}).hits) == len(world.experts)


@pytest.mark.parametrize("typed", ["库尔班江·斯木吐拉", "库尔班江.斯木吐拉", "库尔班江．斯木吐拉", "库尔班江斯木吐拉"])
def test_a_name_is_found_by_any_dot_and_nobody_else_is_proposed(world: w.World, client: Client, typed: str) -> None:
    for name in ("库尔班江·斯木吐拉", "库尔勒江·斯木吐拉", "艾力·斯木吐拉"):
        make.expert(make.person(name))
    make.project(title="库尔勒江斯木吐拉香梨种植")  # a word of an open kind, one slip away
    entries.rebuild()
    answer = find(world.actor("officer"), typed)
    assert (len(answer.hits), answer.how, dict(answer.meant)) == (1, "all", {})
    client.force_login(make.account(world.people["officer"]))
    said = client.get("/search/", {"q": typed}).content.decode()
    assert "您是不是要找" not in said
    assert "库尔勒" not in said


def test_what_one_may_not_see_changes_nothing(world: w.World) -> None:
    """Cases, drafts and experts come in; whoever may not know of them gets the same answers as before, to the letter."""
    make.project(title="棉花抗旱品种")
    entries.rebuild()
    outsider = actor_for(make.person())
    typed = ("棉花", "棉花抗旱新品种选育与示范", "抗旱", "分子标记辅助选择", "mianhua", "分子 棉花 没有的词")
    before = {(one, actor): find(actor, one) for one in typed for actor in (NOBODY, outsider)}
    number = w.started(world)
    make.expert(keywords=("分子标记",))
    Case.objects.filter(number=number).update(title="棉花抗旱新品种选育与示范分子标记辅助选择")
    entries.rebuild()
    assert find(world.actor("applicant"), "分子标记", {"kind": "case"}).hits
    for (one, actor), answer in before.items():
        after = find(actor, one)
        assert [(hit.entry, hit.score) for hit in after.hits] == [(hit.entry, hit.score) for hit in answer.hits]
        assert (after.how, after.meant, after.is_more) == (answer.how, answer.meant, answer.is_more)
    assert not Word.objects.filter(word__in=["分子", "选育"]).exists()


def test_everybody_finds_the_cases_that_the_rooms_show_them(world: w.World) -> None:
    """An oracle: who finds which case is what casework's own scopes say, drafts and submitted ones alike."""
    walks.recommended(world)
    w.started(world)
    Case.objects.filter(title="").update(title="棉花草稿")
    entries.rebuild()
    people = [world.actor(who) for who in STAFF] + [actor_for(make.person()), NOBODY]
    for actor in people:
        found = {hit.key for hit in find(actor, "棉花", {"kind": "case"}).hits}
        follows = Case.objects.filter(trace_visible_to(actor), parent=None)
        assert found == set(follows.filter(title__contains="棉花").values_list("pk", flat=True)), actor
        reads = set(
            follows.filter(proposals_visible_to(actor), submitted_at__isnull=False).values_list("pk", flat=True)
        )
        assert {hit.key for hit in find(actor, "分子标记辅助选择", {"kind": "case"}).hits} == reads, actor


def test_reviewers_do_not_find_whose_case_they_read(world: w.World) -> None:
    number = walks.recommended(world)
    with clock_at(w.moment("2026-04-10")):
        met = {f"formal.{rule}": {"result": "meets"} for rule in ("guide", "attachments", "classified", "cv")}
        world.act(number, "pass", "officer", verdicts=met)
        w.reviewed(world, number)
    entries.rebuild()
    reviewer = actor_for(Expert.objects.get(pk=world.experts[0]).person)
    assert find(world.actor("officer"), number).hits
    assert not [hit for hit in find(reviewer, number).hits if hit.kind in ("case", "proposal", "report")]


def test_who_was_sent_out_for_a_case_does_not_find_it(world: w.World, monkeypatch: pytest.MonkeyPatch) -> None:
    number = walks.recommended(world)
    entries.rebuild()
    assert find(world.actor("committee"), number).hits
    monkeypatch.setattr(leaving, "_asked", [lambda person, cases: dict.fromkeys(cases, Text("亲属", "Kin"))])
    assert not find(world.actor("committee"), number).hits
    assert find(world.actor("officer"), number).hits, "their duty opens it, whoever was sent out"


def test_no_word_of_a_proposal_stands_on_the_page_of_results(world: w.World, client: Client) -> None:
    walks.recommended(world)
    entries.rebuild()
    client.force_login(make.account(world.people["officer"]))
    html = client.get("/search/", {"q": "分子标记辅助选择"}).content.decode()
    assert "/cases/" in html
    assert "田间多点鉴定" not in html


def test_facets_count_what_a_click_leaves(world: w.World, client: Client) -> None:
    for year in (2024, 2025, 2025):
        make.project(title=f"棉花专题{year}", first_day=date(year, 1, 1), last_day=date(year + 2, 12, 31))
    entries.rebuild()
    reader = make.person()
    actor = actor_for(reader)
    client.force_login(make.account(reader))
    html = client.get("/search/", {"q": "棉花"}).content.decode()
    counted = dict(re.findall(r'<option value="(20\d\d)"[^>]*>20\d\d\D+(\d+)', html))
    assert counted == {"2025": "2", "2024": "1"}
    for year, number in counted.items():
        assert len(find(actor, "棉花", {"year": year}).hits) == int(number)


# ---------------------------------------------------------------------------------------------------- freshness


def test_what_is_done_is_found_a_minute_later(world: w.World) -> None:
    following.follow()
    reader = actor_for(make.person())
    assert not find(reader, "长绒棉").hits
    project = make.project(title="长绒棉机采关键技术")
    following.follow()
    assert [hit.key for hit in find(reader, "长绒棉").hits] == [project.pk]
    other = make.person(name="阿依古丽")
    expert = make.expert(other, keywords=("长绒棉",))
    following.follow()
    assert [hit.key for hit in find(world.actor("officer"), "长绒棉", {"kind": "expert"}).hits] == [expert.pk]


def test_looking_again_changes_nothing(world: w.World) -> None:
    following.follow()
    make.project(title="长绒棉机采关键技术")
    assert following.follow() > 0
    assert following.follow() == 0
    assert entries.rebuild() == 0


def test_what_is_gone_is_not_found_any_more() -> None:
    project = make.project(title="长绒棉机采关键技术")
    entries.rebuild()
    project.memberships.all().delete()
    project.delete()
    assert entries.rebuild() == 1
    assert not find(actor_for(make.person()), "长绒棉").hits


def test_a_page_of_results_costs_few_statements(
    world: w.World, client: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        make.project(title=f"棉花第{number}号课题")
    entries.rebuild()
    client.force_login(make.account(world.people["officer"]))
    with django_assert_max_num_queries(12):
        client.get("/search/", {"q": "棉花"})
    with django_assert_max_num_queries(12):
        client.get("/search/", {"q": "棉花 绵化 没有"})
