"""A large file on a slow line: one sees how far it is, stops it, loses the line in the middle, and nothing is half-kept."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.journeys import walks
from tests.journeys.listening import Listener
from tests.journeys.served import Server

from keguan.casework.models import Draft
from keguan.registers.documents.models import Document

MB = 1024 * 1024


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """As large as a file may be."""
    file = tmp_path / "可行性研究报告.pdf"
    file.write_bytes(walks.PDF.ljust(30 * MB, b"\n"))
    return file


class Line:
    """The line of a page upwards."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)

    def is_so_fast(self, mb_per_s: float) -> None:
        """From here on."""
        self.session.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": mb_per_s * MB},
        )


def attachments(page: Page) -> Any:
    return page.locator('[data-question="proposal.attachments"]')


def is_on_its_way(page: Page) -> int:
    """Waits until some of it is sent. Returns how many per cent the page tells."""
    bar = attachments(page).get_by_role("progressbar", name="上传进度")
    expect(bar).to_be_visible()
    until = time.monotonic() + 20
    while not 5 < (done := int(bar.evaluate("one => one.value"))) < 95:
        assert time.monotonic() < until, "it does not move"
        time.sleep(0.05)
    return done


def test_a_large_file_shows_how_far_it_is_and_writing_goes_on(writing: tuple[Page, str], large: Path) -> None:
    page, number = writing
    ear = Listener(page)
    page.reload()
    Line(page).is_so_fast(8)
    page.evaluate("void (document.body.dataset.same = 'yes')")
    attachments(page).locator("input[type=file][multiple]").set_input_files(large)
    first = is_on_its_way(page)
    expect(attachments(page).locator("[data-upload]")).to_contain_text("%")
    page.get_by_label("项目名称").fill("文件还在路上时写的题目")
    page.get_by_role("button", name="保存草稿").last.click()
    expect(page.locator("[data-save-state]")).to_contain_text("文件还在上传")
    assert is_on_its_way(page) > first
    ear.hears("其他附件 (25|50|75) %")
    expect(attachments(page).locator(".files li")).to_contain_text("可行性研究报告.pdf", timeout=30_000)
    expect(page.locator("[data-save-state]")).to_contain_text("文件已上传")
    expect(page.locator("body[data-same]")).to_have_count(1)
    assert page.get_by_label("项目名称").input_value() == "文件还在路上时写的题目"
    draft = Draft.objects.get(case__number=number).values
    assert draft["title"] == "文件还在路上时写的题目"
    assert draft["attachments"] == [Document.objects.get().pk]


def test_a_file_over_the_limit_is_refused_before_it_travels(writing: tuple[Page, str], large: Path) -> None:
    page, _ = writing
    with large.open("ab") as file:
        file.write(b"\n")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.resource_type))
    page.get_by_label("项目名称").fill("题目还在")
    attachments(page).locator("input[type=file][multiple]").set_input_files(large)
    expect(attachments(page).locator(".error")).to_have_text(
        "“可行性研究报告.pdf”：文件超过 30 MB。请压缩图片或分成几个文件。"
    )
    expect(attachments(page).get_by_role("progressbar")).to_be_hidden()
    assert page.get_by_label("项目名称").input_value() == "题目还在"
    assert not Document.objects.exists()
    assert "xhr" not in sent, "the file stayed at home"
    expect(page.locator("#sections")).to_contain_text("有误")
    for press in (lambda: attachments(page).get_by_role("button", name="上传", exact=True).click(), page.reload):
        press()
        expect(attachments(page).locator(".error")).to_contain_text("“可行性研究报告.pdf”：文件超过 30 MB")
    attachments(page).get_by_role("button", name="不交这个文件").click()
    expect(attachments(page).locator(".error")).to_have_count(0)
    assert page.get_by_label("项目名称").input_value() == "题目还在"


def test_a_cancelled_upload_keeps_nothing_and_the_file_can_be_chosen_again(
    writing: tuple[Page, str], large: Path, tmp_path: Path
) -> None:
    page, number = writing
    question, line = attachments(page), Line(page)
    line.is_so_fast(4)
    question.locator("input[type=file][multiple]").set_input_files(large)
    is_on_its_way(page)
    question.get_by_role("button", name="取消上传").click()
    expect(page.locator("[data-save-state]")).to_contain_text("已取消上传")
    expect(question.get_by_role("progressbar")).to_be_hidden()
    line.is_so_fast(200)
    question.locator("input[type=file][multiple]").set_input_files(large)
    expect(question.locator(".files li")).to_have_count(1, timeout=30_000)
    assert Document.objects.count() == 1
    assert [file for file in (tmp_path / "files").rglob("*") if file.is_file() and file.stat().st_size % MB] == []
    assert Draft.objects.get(case__number=number).values["attachments"] == [Document.objects.get().pk]


def test_a_line_cut_in_the_middle_says_so_keeps_nothing_and_one_press_tries_again(
    server: Server, writing: tuple[Page, str], large: Path
) -> None:
    page, _ = writing
    question, line = attachments(page), Line(page)
    line.is_so_fast(4)
    question.locator("input[type=file][multiple]").set_input_files(large)
    is_on_its_way(page)
    server.kill()
    expect(question.locator(".error")).to_contain_text("上传中断")
    expect(question.get_by_role("progressbar")).to_be_hidden()
    assert not Document.objects.exists()
    server.start()
    line.is_so_fast(200)
    expect(question.get_by_role("button", name="上传", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(question.locator(".files li")).to_contain_text("可行性研究报告.pdf", timeout=30_000)
    assert Document.objects.count() == 1


def test_a_file_that_is_refused_is_named_in_its_place_and_the_page_stays(writing: tuple[Page, str]) -> None:
    page, _ = writing
    page.get_by_label("项目名称").fill("选了不对的文件")
    attachments(page).locator("input[type=file][multiple]").set_input_files(
        [{"name": "表格.pdf", "mimeType": "application/pdf", "buffer": b"MZ" + b"\0" * 2000}]
    )
    expect(attachments(page).locator(".error")).to_contain_text("表格.pdf")
    expect(page.locator("[data-save-state]")).to_contain_text("文件没有收下")
    assert page.get_by_label("项目名称").input_value() == "选了不对的文件"
    assert not Document.objects.exists()
    attachments(page).get_by_role("button", name="上传", exact=True).click()
    expect(attachments(page).locator(".error")).to_contain_text("还没有选择文件")
    expect(attachments(page).locator(".error")).to_contain_text("表格.pdf")
    attachments(page).locator("input[type=file][multiple]").set_input_files(
        [{"name": "表格.pdf", "mimeType": "application/pdf", "buffer": walks.PDF}]
    )
    expect(attachments(page).locator(".files li")).to_contain_text("表格.pdf")
    expect(attachments(page).locator(".error")).to_have_count(0)
    page.goto(page.url)
    expect(attachments(page).locator(".error")).to_have_count(0)
