"""Somebody who is not signed in looks through the public window: calls, a guide, a notice, results, a subscription."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from playwright.sync_api import expect
from tests.journeys.conftest import PHONE, Stage
from tests.make import cases
from tests.make import world as w

from keguan.casework.models import Notice
from keguan.casework.subscriptions.models import Subscription
from keguan.insight.awards import jobs
from keguan.insight.awards.pictures import tables
from keguan.kernel.clock import clock_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("language", "phone"), [("zh", False), ("en", True)])
def test_from_a_search_to_a_guide_a_notice_results_and_a_subscription(
    stage: Stage, language: str, phone: bool, tmp_path: Path
) -> None:
    version = cases.version("key-rd-project")
    w.version("object")
    with clock_at(w.moment("2026-03-05")):
        now = w.moment("2026-03-05")
        topics = [{"code": "1", "zh": "棉花", "en": "Cotton"}]
        given = {"title_zh": "春季通知", "title_en": "Call of spring", "topics": topics, "budget_fen": 100_000_000}
        call = cases.bare_round(
            version, code="spring", opens=now - timedelta(days=3), closes=now + timedelta(days=20), **given
        )
        shown = [
            {"name": name, "zh": zh, "en": en, "value": value, "value_en": value}
            for name, zh, en, value in (
                ("proposal.title", "项目名称", "Title", "耐旱棉"),
                ("applicant.name", "单位", "Host", "天河大学"),
                ("decide.amount", "金额", "Amount", "60 万元"),
            )
        ]
        for outcome, until in (("", now + timedelta(days=2)), ("unopposed", now - timedelta(days=30))):
            case = cases.bare_case(call, step="agree", step_kind="agree", amount_fen=60_000_000)
            Notice.objects.create(
                case=case, step="publish", attempt=1, since=until - timedelta(days=7), until=until, shown=shown,
                outcome=outcome,
            )  # fmt: skip

        visitor = stage.browser(language, phone=phone)
        word = visitor.word
        visitor.opens("/")
        visitor.follow(word("查找申报通知", "Find a call"))
        visitor.fill(word("支持方向", "Topic"), word("棉花 (1)", "Cotton (1)"))
        visitor.press(word("查询", "Show"))
        visitor.follow(word("春季通知", "Call of spring"))
        visitor.follow(word("申报指南", "Guide"))
        visitor.sees(word("要准备的材料", "Documents to have at hand"), word("专家评审", "Expert review"))
        with visitor.page.expect_download() as download:
            visitor.page.get_by_role("link", name=word("加入日历", "Add to calendar")).click()
        assert download.value.suggested_filename == "spring.ics"

        visitor.opens("/notices/?when=standing")
        visitor.follow("耐旱棉")
        visitor.sees(word("还有 2 天 0 小时", "2 days 0 hours left"), word("证明材料", "Evidence"))
        visitor.follow(word("登录后提出异议", "Sign in to object"))

        visitor.opens("/awards/")
        visitor.follow("耐旱棉")
        visitor.opens("/awards/")
        visitor.follow(word("统计图表", "Statistics"))
        visitor.sees(word("图正在绘制", "being drawn"))
        _draw(language)
        visitor.opens("/awards/statistics/")
        pictures = visitor.page.locator("main img")
        assert pictures.count() >= 3
        for picture in pictures.all():
            picture.scroll_into_view_if_needed()
        visitor.page.wait_for_load_state("networkidle")
        assert all(picture.evaluate("one => one.complete && one.naturalWidth > 0") for picture in pictures.all())

        visitor.opens("/calls/?programme=key-rd-project")
        visitor.follow(word("邮件订阅", "By mail"))
        visitor.sees(word("重点研发任务专项项目", "Key R&D project"))
        visitor.fill(word("电子邮件地址", "Mail address"), "li@example.org")
        visitor.press(word("订阅", "Subscribe"))
        found = re.search(r"http://127\.0\.0\.1:8000(/subscriptions/\S+)", mail.outbox[-1].body)
        assert found is not None
        visitor.opens(found[1])
        visitor.press(word("确认订阅", "Confirm the subscription"))
        visitor.sees(word("已订阅。", "You are subscribed."))
    assert Subscription.objects.get().confirmed_at is not None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_guide_is_an_overview_on_a_phone_leads_into_its_folded_parts_and_prints_them_all(
    stage: Stage, language: str
) -> None:
    with clock_at(w.moment("2026-03-05")):
        now = w.moment("2026-03-05")
        version = cases.version("key-rd-project")
        cases.bare_round(version, code="spring", opens=now - timedelta(days=3), closes=now + timedelta(days=20))
        visitor = stage.browser(language, phone=True)
        visitor.opens(f"/language/?to={language}&next=/calls/spring/guide/")
        page = visitor.page
        question = page.locator("#form-proposal li").filter(has_text=visitor.word("项目摘要", "Summary")).first
        rule = page.locator("#steps details li").filter(has_text="国科发监").first
        assert page.evaluate("document.documentElement.scrollHeight") < 9 * PHONE["height"]
        expect(question).to_be_hidden()
        expect(rule).to_be_hidden()

        visitor.follow(visitor.word("依据", "Basis"))
        page.get_by_role("link", name=visitor.word("回到目录", "To the contents")).click()
        expect(page.locator("#contents")).to_be_in_viewport()
        page.locator("#steps summary").first.click()
        expect(rule).to_be_visible()

        visitor.opens("/calls/spring/")
        visitor.follow(visitor.word("重点研发任务专项项目申报书", "Proposal for a key R&D project"))
        expect(question).to_be_visible()
        page.goto("/calls/spring/guide/")
        page.emulate_media(media="print")
        for part in (question, rule):
            expect(part).to_be_visible()
        assert all(one.bounding_box() for one in page.locator("details li").all())


def _draw(language: str) -> None:
    """What the worker does with the charts that a page asked for."""
    from keguan.components.reader import reading_in

    with reading_in(language):
        for table in tables():
            for chart in table.charts:
                jobs.draw_chart(chart.source)
