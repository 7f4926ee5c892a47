"""The planning department at work: a round made from last year's, published by a colleague, extended, corrected, and one
applicant let in late."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.journeys import walks
from tests.journeys.conftest import Stage
from tests.make import cases
from tests.make import world as w

from keguan.casework import alarms
from keguan.casework.models import Round
from keguan.casework.rounds import services as rounds
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import clock_at

TOPICS = [{"code": "A1", "zh": "棉花育种", "en": "Cotton breeding"}]


@pytest.fixture
def world() -> Iterator[w.World]:
    """The round of 2025, over; it is February 2026."""
    of = w.world(experts_count=0)
    with clock_at(w.moment("2025-02-20")):
        terms = rounds.Terms(
            "KRD-2025", Text("2025年度重点研发", "Key R&D 2025"), w.moment("2025-03-01"),
            w.moment("2025-03-31", "18:00"), 150_000_000, 3, 30, Text("支持棉花", "For cotton"), TOPICS,
        )  # fmt: skip
        assert isinstance(rounds.draft_round(w.version("key-rd-project"), terms, of.actor("planner")), Round)
        assert isinstance(rounds.publish_round("KRD-2025", of.actor("publisher")), Round)
    with clock_at(w.moment("2026-02-20")):
        yield of


@pytest.mark.parametrize("language", ["zh", "en"])
def test_this_years_round_comes_from_last_years_and_a_colleague_publishes_it(
    stage: Stage, world: w.World, language: str
) -> None:
    planner, publisher = (stage.signed_in(world.people[who], language) for who in ("planner", "publisher"))
    say = planner.word
    planner.opens("/rounds/KRD-2025/")
    planner.follow(say("以本批次为基础新建批次", "A new round from this one"))
    assert planner.value(say("批次编号", "Code")) == "KRD-2026"
    assert planner.value(say("截止时间", "Closes")) == "2026-03-31 18:00"
    planner.fill(say("预算", "Budget"), "200")
    planner.fill(say("联系方式（中文）", "Contact in Chinese"), "0991-1000")
    planner.fill(say("截止时间", "Closes"), "2025-01-01")
    planner.press(say("保存草稿", "Save as a draft"))
    assert planner.status == 422
    assert planner.value(say("预算", "Budget")) == "200", "what was refused is kept"
    planner.fill(say("截止时间", "Closes"), "2026-04-15 18:00")
    planner.press(say("保存草稿", "Save as a draft"))
    planner.sees(say("起草人不能自己发布", "Its drafter cannot publish it"))
    publisher.opens("/rounds/")
    publisher.follow("KRD-2026")
    beside = publisher.page.locator("#like-last tr").filter(has_text=say("预算", "Budget"))
    assert re.search(say("有变化", "changed"), beside.inner_text())
    for amount in (say("150", "1,500,000"), say("200", "2,000,000")):
        assert amount in beside.inner_text()
    publisher.press(say("发布", "Publish"))
    publisher.sees(say("批次已发布", "The round is published"))
    public = stage.browser(language)
    public.opens("/calls/KRD-2026/")
    public.sees("2026-04-15 18:00", "0991-1000", say("棉花育种", "Cotton breeding"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_open_call_is_extended_and_corrected_and_whom_it_concerns_hears(
    stage: Stage, world: w.World, language: str
) -> None:
    cases.opened(world)
    assert world.round is not None
    code = world.round.code
    with clock_at(w.moment("2026-03-10")):
        w.started(world)
        planner, publisher = (stage.signed_in(world.people[who], language) for who in ("planner", "publisher"))
        say = planner.word
        planner.opens(f"/rounds/{code}/")
        planner.page.get_by_text(say("延期", "Extend"), exact=True).click()
        planner.fill(say("新的截止时间", "New deadline"), "2026-04-10 18:00")
        planner.fill(say("延期理由", "Reason"), "系统故障")
        planner.press(say("延后截止时间", "Move the deadline"))
        planner.sees(say("截止时间已延后", "The deadline was moved"))
        planner.follow(say("变更通知", "Change the call"))
        planner.fill(say("联系方式（中文）", "Contact in Chinese"), "0991-2000")
        planner.fill(say("每个推荐单位的限额", "Quota per recommender"), "2")
        planner.fill(say("变更理由", "Reason"), "电话有误")
        planner.press(say("保存变更草稿", "Save the change as a draft"))
        planner.sees(say("推荐限额在截止之前只能放宽", "The quota may be widened until the deadline"))
        planner.fill(say("每个推荐单位的限额", "Quota per recommender"), "5")
        planner.press(say("保存变更草稿", "Save the change as a draft"))
        planner.sees(say("起草人不能自己发布", "Its drafter cannot publish it"))
        publisher.opens(f"/rounds/{code}/")
        publisher.follow(say("有一项变更草稿待发布", "A drafted change waits to be published"))
        publisher.sees("0991-2000", "电话有误")
        publisher.press(say("发布变更", "Publish the change"))
        publisher.sees(say("变更已发布", "The change is published"))
        for who in ("applicant", "host", "authority", "officer"):
            reader = stage.signed_in(world.people[who], language)
            reader.opens("/messages/")
            reader.sees("2026-04-10 18:00", "电话有误")
        public = stage.browser(language)
        public.opens(f"/calls/{code}/")
        public.sees("2026-04-10 18:00", "0991-2000", "系统故障", "电话有误")
        public.follow(say("第 1 版全文", "Version 1 in full"))
        public.sees("2026-03-31 18:00", "2026-04-10 18:00")


def test_one_applicant_is_let_in_after_the_deadline_for_a_reason(stage: Stage, world: w.World) -> None:
    cases.opened(world)
    assert world.round is not None
    with clock_at(w.moment("2026-03-02")):
        number = w.started(world)
        walks.kept(world, number)
    with clock_at(w.moment("2026-03-31", "17:50")):
        planner = stage.signed_in(world.people["planner"])
        planner.opens(f"/rounds/{world.round.code}/")
        planner.follow("个别延后提交")
        planner.fill("办件编号", "65ZDYF2026999999X")
        planner.fill("可提交至", "2026-04-07 18:00")
        planner.fill("理由", "系统故障，见运维记录")
        planner.press("准予")
        planner.sees("本批次没有这个办件")
        planner.fill("办件编号", number)
        planner.press("准予")
        planner.sees("已准予延后，并已通知申报人")
    with clock_at(w.moment("2026-04-05")):
        alarms.ring()
        applicant = stage.signed_in(world.people["applicant"])
        applicant.opens("/messages/")
        applicant.sees("2026-04-07 18:00")
        applicant.follow(number)
        applicant.opens(f"/cases/{number}/form/")
        walks.hands_in(applicant, number)
        other = stage.signed_in(world.people["member"])
        other.opens(f"/calls/{world.round.code}/")
        other.sees("已截止")
        assert other.page.get_by_role("link", name="申报", exact=True).count() == 0
