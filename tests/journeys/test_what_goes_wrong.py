"""What goes wrong between people and pages: nothing typed is lost, nothing is done twice, and the page says what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from tests.journeys import walks
from tests.journeys.conftest import Stage
from tests.make import world as w

from keguan.casework.models import Case, Draft
from keguan.casework.services import Done
from keguan.kernel.actors import SYSTEM
from keguan.kernel.clock import clock_at
from keguan.registers.parties.models import Duty
from keguan.registers.parties.services import end_duty
from keguan.registers.trace.models import Event

CLOSES = w.moment("2026-03-31", "18:00")


@pytest.fixture
def world() -> w.World:
    return w.world(experts_count=0)


@pytest.fixture(autouse=True)
def _in_march(stage: Stage, world: w.World) -> Iterator[None]:
    with clock_at(w.moment("2026-03-02")):
        w.call(world, "key-rd-project", opens=w.moment("2026-03-01"), closes=CLOSES)
        yield


def test_a_return_for_correction_marks_the_places_and_the_corrected_form_goes_on(stage: Stage, world: w.World) -> None:
    number = walks.recommended(world)
    with clock_at(w.moment("2026-04-10")):
        officer = stage.signed_in(world.people["officer"])
        walks.opens_task(officer, number)
        officer.tick("需要修改：项目摘要")
        officer.fill("修改要求：项目摘要", "请写明示范地点")
        officer.tick("需要修改：预算明细")
        officer.press("退回修改")
        assert officer.status == 422, "a return owes a reason"
        assert officer.page.get_by_role("checkbox", name="需要修改：预算明细").is_checked()
        officer.fill("审查意见", "摘要未说明示范地点；劳务费测算依据不足。")
        officer.press("退回修改")
        officer.sees("已办理：退回修改")
        applicant = stage.signed_in(world.people["applicant"])
        walks.opens_task(applicant, number)
        applicant.sees("“形式审查”退回修改", "劳务费测算依据不足", "需要修改：", "请写明示范地点")
        applicant.follow("项目摘要")
        assert applicant.page.url.endswith("/form/proposal/#field-proposal-summary")
        expect(applicant.page.get_by_label("项目摘要")).to_be_in_viewport()
        applicant.fill("项目摘要", "针对南疆灌区缺水问题，选育抗旱棉花新品种，在沙雅县和库车市开展示范。")
        applicant.fill("测算依据", "劳务费按每年二人十个月测算", applicant.row("预算明细", 2))
        walks.hands_in(applicant, number, "沙雅县", "劳务费按每年二人十个月测算")
    assert Case.objects.get(number=number).step != "apply"
    with clock_at(w.moment("2026-04-11")):
        world.act(number, "endorse", "host", note="材料属实")
        world.act(number, "endorse", "authority", rank=1)
        walks.opens_task(officer, number)
        officer.sees("退回以来的变化", "退回时指出", "在沙雅县和库车市开展示范")


def test_an_applicant_withdraws_and_the_officer_confirms(stage: Stage, world: w.World) -> None:
    w.version("withdraw")
    number = walks.recommended(world)
    applicant = stage.signed_in(world.people["applicant"])
    applicant.opens(f"/cases/{number}/")
    applicant.press("申请撤回")
    applicant.fill("撤回理由", "负责人调离，改由其他项目承担。")
    applicant.press("核对并提交")
    applicant.tick("以上内容真实、完整")
    applicant.press("提交")
    applicant.sees("已提交：撤回申请")
    officer = stage.signed_in(world.people["officer"])
    walks.opens_task(officer, "负责人调离", "确认撤回")
    officer.fill("理由", "情况属实")
    officer.press("同意")
    officer.sees("同意撤回")
    applicant.opens("/my-cases/")
    assert "撤回" in applicant.page.locator("main tr").filter(has_text=number).first.inner_text()
    assert Case.objects.get(number=number).end == "withdrawn"


def test_a_draft_begun_in_time_comes_in_within_the_grace_and_the_page_says_so(stage: Stage, world: w.World) -> None:
    number = w.started(world)
    walks.kept(world, number)
    applicant = stage.signed_in(world.people["applicant"])
    with clock_at(w.moment("2026-03-31", "18:20")):
        applicant.opens(f"/cases/{number}/form/")
        walks.hands_in(applicant, number)
    with clock_at(w.moment("2026-03-31", "18:21")):
        applicant.opens(f"/cases/{number}/")
        applicant.sees("宽限期内提交")


def test_after_the_grace_nothing_comes_in_any_more_and_the_draft_stays_readable(stage: Stage, world: w.World) -> None:
    number = w.started(world)
    walks.kept(world, number)
    applicant = stage.signed_in(world.people["applicant"])
    with clock_at(w.moment("2026-03-31", "18:29")):
        applicant.opens(f"/cases/{number}/form/proposal/submit/")
    with clock_at(w.moment("2026-03-31", "18:31")):
        applicant.tick("以上内容真实、完整")
        applicant.press("提交")
        assert applicant.status == 422
        applicant.sees("截止", walks.TITLE)
        applicant.opens(f"/cases/{number}/form/")
        applicant.sees("截止")
        assert applicant.value("项目名称") == walks.TITLE
    assert Draft.objects.get(case__number=number).values["title"] == walks.TITLE
    assert Case.objects.get(number=number).submitted_at is None


def test_a_page_that_grew_stale_changes_nothing_and_gives_back_what_was_typed(stage: Stage, world: w.World) -> None:
    number = walks.handed_in(world)
    host = stage.signed_in(world.people["host"])
    walks.opens_task(host, number)
    assert isinstance(world.act(number, "endorse", "host", note="同事先办了"), Done)
    host.fill("审核意见", "写了很久的审核意见")
    host.press("同意推荐")
    assert host.status == 409
    host.sees("写了很久的审核意见", "推荐单位推荐", "同事先办了")
    assert Case.objects.get(number=number).step == "recommend"


def test_a_double_click_hands_in_once(stage: Stage, world: w.World) -> None:
    number = w.started(world)
    walks.kept(world, number)
    applicant = stage.signed_in(world.people["applicant"])
    applicant.opens(f"/cases/{number}/form/proposal/submit/")
    applicant.tick("以上内容真实、完整")
    # The second click gives up the page that the first one asked for: no single navigation can be waited for.
    applicant.page.get_by_role("button", name="提交", exact=True).dblclick(no_wait_after=True)
    expect(applicant.page).to_have_url(re.compile(f"/cases/{number}/$"))
    applicant.sees("已提交", "申报单位审核")
    applicant.misses("处需要处理")
    assert Event.objects.filter(case_number=number, tag="case:submit:accepted").count() == 1


def test_two_tabs_keep_both_versions_and_let_one_choose(stage: Stage, world: w.World) -> None:
    number = w.started(world)
    walks.kept(world, number)
    first = stage.signed_in(world.people["applicant"])
    second = stage.another_tab(first)
    for tab in (first, second):
        tab.opens(f"/cases/{number}/form/proposal/")
    first.fill("项目名称", "第一个窗口里的题目")
    first.press("保存草稿")
    first.sees("草稿已保存")
    second.fill("项目名称", "第二个窗口里的题目")
    second.press("保存草稿")
    assert second.status == 409
    second.sees("草稿已在另一处保存", "第一个窗口里的题目", "第二个窗口里的题目")
    second.misses("研究目标与主要内容")
    second.press("保留我填写的")
    second.sees("草稿已保存")
    assert second.value("项目名称") == "第二个窗口里的题目"
    assert second.value("目标值", second.row("绩效目标与考核指标", 1)) == "1"
    first.fill("项目名称", "第一个窗口里的第三个题目")
    first.press("保存草稿")
    first.follow("保留已保存的")
    assert first.value("项目名称") == "第二个窗口里的题目"


def test_wrong_values_are_named_with_their_places_and_stay_as_they_were_typed(stage: Stage, world: w.World) -> None:
    number = w.started(world)
    walks.kept(world, number)
    applicant = stage.signed_in(world.people["applicant"])
    applicant.opens(f"/cases/{number}/form/")
    wrong = {"项目名称": "棉", "计划开始日期": "2026-02-30", "申请财政经费": "八十来万", "自筹经费": "-5"}
    for label, value in wrong.items():
        applicant.fill(label, value)
    applicant.fill("目标值", "一两个🙂", applicant.row("绩效目标与考核指标", 1))
    applicant.fill("研究目标与主要内容", "长" * 5001)
    applicant.press("核对并提交")
    assert applicant.status == 422
    for label, value in wrong.items():
        assert applicant.value(label) == value
    assert applicant.value("目标值", applicant.row("绩效目标与考核指标", 1)) == "一两个🙂"
    assert applicant.value("研究目标与主要内容") == "长" * 5001
    links = applicant.page.locator("#problems a")
    assert links.count() >= 6
    for at in range(links.count()):
        assert applicant.page.locator(links.nth(at).get_attribute("href") or "").count() == 1, "each leads to its place"
    applicant.opens(f"/cases/{number}/form/")
    assert applicant.value("申请财政经费") == "八十来万", "the draft keeps even what is wrong"


def test_a_duty_that_ended_while_the_page_was_open_gives_no_right_any_more(stage: Stage, world: w.World) -> None:
    number = walks.recommended(world)
    with clock_at(w.moment("2026-04-10")):
        officer = stage.signed_in(world.people["officer"])
        walks.opens_task(officer, number)
        end_duty(SYSTEM, Duty.objects.get(person=world.people["officer"]))
        officer.fill("审查意见", "写好的意见")
        officer.press("通过")
        assert officer.status == 403
        officer.sees("没有")
        officer.opens("/todo/")
        officer.misses(number)
    assert Case.objects.get(number=number).step == "screen"


def test_the_form_is_handed_in_by_keyboard_alone(stage: Stage, world: w.World) -> None:
    number = w.started(world)
    walks.kept(world, number)
    applicant = stage.signed_in(world.people["applicant"])
    applicant.opens(f"/cases/{number}/form/proposal/")
    keys = applicant.page.keyboard

    def goes_to(name: str) -> None:
        for _ in range(150):
            keys.press("Tab")
            here = applicant.page.evaluate(
                "() => document.activeElement.labels?.[0]?.textContent || document.activeElement.textContent"
            )
            if name in (here or ""):
                return
        raise AssertionError(f"the keyboard does not reach {name}")

    goes_to("跳到正文")
    keys.press("Enter")
    goes_to("核对并提交")
    with applicant.page.expect_navigation(wait_until="load"):
        keys.press("Enter")
    goes_to("以上内容真实、完整")
    keys.press("Space")
    goes_to("提交")
    with applicant.page.expect_navigation(wait_until="load"):
        keys.press("Enter")
    applicant.sees("已提交", number)


def test_a_phone_never_scrolls_sideways(stage: Stage, world: w.World) -> None:
    number = walks.recommended(world)
    draft = w.started(world)
    assert world.round is not None
    pages = {
        "applicant": ("/", "/calls/", f"/calls/{world.round.code}/", f"/cases/{draft}/form/", f"/cases/{number}/"),
        "officer": ("/todo/", "/cases/", f"/cases/{number}/", "/rounds/", f"/rounds/{world.round.code}/"),
        "planner": ("/rounds/new/", "/registers/", "/registers/organisations/"),
    }
    for who, addresses in pages.items():
        phone = stage.signed_in(world.people[who], phone=True)
        for address in addresses:
            phone.opens(address)
            assert phone.status == 200, address
            assert phone.looks_round()["beyond"] == [], address


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_round_at_a_glance_has_its_funnel_beside_what_waits_and_one_column_on_a_phone_and_on_paper(
    stage: Stage, world: w.World, language: str
) -> None:
    walks.recommended(world)
    assert world.round is not None
    with clock_at(w.moment("2026-04-10")):
        officer = stage.signed_in(world.people["officer"], language)
        officer.opens(f"/rounds/{world.round.code}/overview/")
        assert officer.looks_round()["beyond"] == []

        def cards() -> list[tuple[str, float, float]]:
            shown = officer.page.locator("main section.card").all()
            boxes = [(one.locator("h2").inner_text(), one.bounding_box()) for one in shown]
            return [(title, box["x"], box["y"]) for title, box in boxes if box]

        funnel, waiting, money = cards()[:3]
        assert [funnel[0], waiting[0]] == [
            officer.word(*one) for one in (("进度", "How far"), ("等待办理", "Waiting to be done"))
        ]
        assert funnel[2] == waiting[2]
        assert funnel[1] < waiting[1] == money[1]
        for wide in officer.page.locator(".columns table").all():
            assert wide.evaluate("one => one.scrollWidth <= one.parentElement.clientWidth"), "no table needs scrolling"
        officer.page.set_viewport_size({"width": 360, "height": 740})
        assert len({x for _, x, _ in cards()}) == 1
        assert officer.looks_round()["beyond"] == []
        officer.page.set_viewport_size({"width": 720, "height": 1000})
        officer.page.emulate_media(media="print")
        assert len({x for _, x, _ in cards()}) == 1
