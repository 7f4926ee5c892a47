"""With JavaScript a form keeps itself: a browser that dies, a server that is away, a colleague in the same question."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Route, expect
from tests import make
from tests.journeys import walks
from tests.journeys.conftest import Stage
from tests.make import world as w

from keguan.casework.drafting import editors
from keguan.casework.models import Draft
from keguan.kernel.clock import clock_at

AT_MOST_S = 2.0
"""So much typing may be lost, no more."""


@pytest.fixture
def world() -> w.World:
    return w.world(experts_count=0)


@pytest.fixture(autouse=True)
def _in_march(stage: Stage, world: w.World) -> Iterator[None]:
    with clock_at(w.moment("2026-03-02")):
        w.call(world, "key-rd-project", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"))
        yield


def kept(number: str, field: str) -> Any:
    draft = Draft.objects.filter(case__number=number).first()
    return draft.values.get(field) if draft else None


def soon(told: Callable[[], bool], within_s: float = 10) -> bool:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if told():
            return True
        time.sleep(0.05)
    return told()


def test_what_was_typed_two_seconds_before_the_browser_died_is_there(stage: Stage, world: w.World) -> None:
    number = walks.world.started(world)
    applicant = stage.signed_in(world.people["applicant"], script=True)
    applicant.page.goto(f"/cases/{number}/form/proposal/")
    applicant.page.get_by_label("项目名称").press_sequentially("棉花抗旱", delay=10)
    started = time.monotonic()
    applicant.page.get_by_label("项目摘要").press_sequentially("针对南疆缺水", delay=10)
    applicant.page.wait_for_timeout(max(0.0, AT_MOST_S - (time.monotonic() - started)) * 1000)
    applicant.page.context.close()
    assert soon(lambda: kept(number, "summary") == "针对南疆缺水", within_s=0.5)
    assert kept(number, "title") == "棉花抗旱"


def test_what_was_typed_while_the_page_was_still_on_its_way_is_kept(stage: Stage, world: w.World) -> None:
    number = walks.world.started(world)
    applicant = stage.signed_in(world.people["applicant"], script=True)
    page = applicant.page
    held: list[Route] = []
    page.route(re.compile(r"casework/form[^/]*\.js"), lambda route: held.append(route))
    page.goto(f"/cases/{number}/form/proposal/", wait_until="commit")
    page.get_by_label("项目名称").fill("脚本到来之前写的题目")
    page.get_by_label("项目摘要").focus()  # and never back to the title
    (script,) = held
    assert kept(number, "title") is None
    script.continue_()
    assert soon(lambda: kept(number, "title") == "脚本到来之前写的题目", within_s=AT_MOST_S)


def test_while_the_server_is_away_the_page_says_so_and_saves_when_it_is_back(stage: Stage, world: w.World) -> None:
    number = walks.world.started(world)
    applicant = stage.signed_in(world.people["applicant"], script=True)
    page = applicant.page
    page.goto(f"/cases/{number}/form/proposal/")
    page.context.set_offline(True)
    page.get_by_label("项目名称").fill("断网时写的题目")
    expect(page.locator("[data-save-state]")).to_contain_text("尚未保存")
    assert kept(number, "title") is None
    page.context.set_offline(False)
    expect(page.locator("[data-save-state]")).to_contain_text("已自动保存")
    assert kept(number, "title") == "断网时写的题目"


def test_a_question_goes_and_comes_and_a_sum_is_told_while_one_types(stage: Stage, world: w.World) -> None:
    number = walks.world.started(world)
    applicant = stage.signed_in(world.people["applicant"], script=True)
    page = applicant.page
    page.goto(f"/cases/{number}/form/proposal/")
    question = page.locator('[data-question="proposal.own_funds_letter"]')
    page.locator('[name="proposal.own_funds"]').fill("0")
    expect(question.locator("input[type=file]")).to_have_count(0)
    page.locator('[name="proposal.own_funds"]').fill("50")
    expect(question.locator("input[type=file]")).to_be_visible()
    page.locator('[data-question="proposal.budget"] .entry input.num').first.fill("12.5")
    expect(page.locator('[data-question="proposal.budget"] tfoot')).to_contain_text("12.5")


OWED = {
    "zh": ("企业自主投入不低于财政投入的规定倍数：应不少于 160 万元，现有 {own} 万元，还差 {by} 万元", "现有 160 万元，符合", "保存草稿"),
    "en": ("at least 160 owed, {own} there, {by} missing (10,000 yuan)", "160 there, met (10,000 yuan)", "Save draft"),
}  # fmt: skip


def of_an_enterprise(of: w.World) -> str:
    """A draft of a company: it owes twice what it asks for."""
    company = make.organisation("天山机械制造有限公司", kind="enterprise", under=of.bureau)
    of.people["engineer"] = make.person(employer=company)
    return w.started(of, "engineer", company)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_co_funding_is_owed_and_what_is_missing_is_told_while_one_types(
    stage: Stage, world: w.World, language: str
) -> None:
    missing, met, _ = OWED[language]
    number = of_an_enterprise(world)
    page = stage.signed_in(world.people["engineer"], language, script=True).page
    page.goto(f"/cases/{number}/form/proposal/")
    own = page.locator('[data-question="proposal.own_funds"] [data-weighed]')
    assert own.inner_text() == "", "nothing is owed before something is asked for"
    page.locator('[name="proposal.asked"]').fill("80")
    expect(own).to_contain_text(missing.format(own=0, by=160))
    page.locator('[name="proposal.own_funds"]').fill("100.5")
    expect(own).to_contain_text(missing.format(own="100.5", by="59.5"))
    page.locator('[name="proposal.own_funds"]').fill("１６０")
    expect(own).to_contain_text(met)
    assert kept(number, "own_funds") == "１６０"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_javascript_it_is_told_when_the_draft_is_saved(stage: Stage, world: w.World, language: str) -> None:
    missing, _, save = OWED[language]
    number = of_an_enterprise(world)
    page = stage.signed_in(world.people["engineer"], language).page
    page.goto(f"/cases/{number}/form/proposal/")
    page.locator('[name="proposal.asked"]').fill("80")
    page.locator('[name="proposal.own_funds"]').fill("100")
    page.get_by_role("button", name=save, exact=True).last.click()
    expect(page.locator('[data-question="proposal.own_funds"] [data-weighed]')).to_contain_text(
        missing.format(own=100, by=60)
    )


def test_two_people_in_one_question_are_both_kept_and_the_later_chooses(stage: Stage, world: w.World) -> None:
    number = walks.world.started(world)
    colleague = make.person("阿依努尔·买买提", employer=world.university)
    assert editors.share(number, colleague.pk, editors.Share(True), world.actor("applicant")) is None
    mine = stage.signed_in(world.people["applicant"], script=True).page
    theirs = stage.signed_in(colleague, script=True).page
    for page in (mine, theirs):
        page.goto(f"/cases/{number}/form/proposal/")
    mine.get_by_label("项目名称").fill("申报人写的题目")
    assert soon(lambda: kept(number, "title") == "申报人写的题目")
    theirs.get_by_label("项目摘要").fill("同事写的摘要")
    assert soon(lambda: kept(number, "summary") == "同事写的摘要")
    theirs.get_by_label("项目名称").fill("同事写的题目")
    expect(theirs.locator('[data-question="proposal.title"]')).to_contain_text("申报人写的题目")
    assert kept(number, "title") == "申报人写的题目"
    theirs.get_by_role("button", name="保存草稿").last.click()
    theirs.get_by_role("button", name="保留我填写的").click()
    assert soon(lambda: kept(number, "title") == "同事写的题目")
    assert kept(number, "summary") == "同事写的摘要"


def test_lines_copied_in_a_spreadsheet_are_pasted_into_the_table(stage: Stage, world: w.World) -> None:
    number = walks.world.started(world)
    page = stage.signed_in(world.people["applicant"], script=True).page
    page.goto(f"/cases/{number}/form/proposal/")
    question = page.locator('[data-question="proposal.targets"]')

    def paste(text: str) -> None:
        cell = question.locator(".entry input").nth(1)
        cell.focus()
        cell.evaluate(
            """(cell, text) => { const data = new DataTransfer(); data.setData("text/plain", text);
            cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })); }""",
            text,
        )

    paste("新品种\t2\t个\n技术规程\t1\t项\n")
    assert soon(lambda: len(kept(number, "targets") or ()) == 2)
    expect(question.locator("tbody tr")).to_have_count(2)
    paste("新品种\t3\t个\n技术规程\t1\t项\n")
    expect(page.locator("[data-save-state]")).to_contain_text("请选择接在后面，还是替换现有各行")
    assert kept(number, "targets")[0]["value"] == "2", "rows are not replaced unasked"
    question.get_by_role("button", name="替换现有各行").click()
    assert soon(lambda: [row["value"] for row in kept(number, "targets") or ()] == ["3", "1"])


def test_a_chosen_file_is_sent_by_itself_also_in_the_place_of_another(stage: Stage, world: w.World) -> None:
    number = walks.world.started(world)
    page = stage.signed_in(world.people["applicant"], script=True).page
    page.goto(f"/cases/{number}/form/proposal/")
    question = page.locator('[data-question="proposal.attachments"]')

    def pdf(name: str) -> list[FilePayload]:
        return [{"name": name, "mimeType": "application/pdf", "buffer": walks.PDF + name.encode()}]

    page.get_by_label("项目名称").fill("还没存就选了文件")
    question.locator("input[type=file][multiple]").set_input_files(pdf("甲.pdf"))
    expect(question.locator(".files li")).to_contain_text("甲.pdf")
    question.locator("summary").click()
    question.locator("details input[type=file]").set_input_files(pdf("乙.pdf"))
    expect(question.locator(".files li")).to_contain_text("乙.pdf")
    expect(question.locator(".files li")).to_have_count(1)
    assert kept(number, "title") == "还没存就选了文件"


def test_words_typed_after_the_sending_of_the_page_was_stopped_are_kept(stage: Stage, world: w.World) -> None:
    number = walks.world.started(world)
    page = stage.signed_in(world.people["applicant"], script=True).page
    page.goto(f"/cases/{number}/form/proposal/")
    # The page is sent and nothing comes back: a slow line, or somebody pressed Stop.
    page.evaluate("document.querySelector('form[data-autosave]').dispatchEvent(new SubmitEvent('submit'))")
    page.get_by_label("项目摘要").fill("停下之后写的摘要")
    assert soon(lambda: kept(number, "summary") == "停下之后写的摘要")
