"""Applying without seeing the page: from the call to the receipt by keyboard, each thing named, each change announced."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect
from tests.journeys import walks
from tests.journeys.conftest import Stage
from tests.journeys.listening import Listener
from tests.journeys.test_keyboard import _opens, _tab_to, _types
from tests.journeys.test_reach import AXE
from tests.make import world as w

from keguan.casework.models import Case
from keguan.kernel.clock import clock_at

WORDS = {
    "zh": {
        "apply": "申报$", "begin": "开始填写$", "title": "活动名称", "organiser": "活动负责人", "date": "举办日期",
        "asked": "申请金额", "change": "更换", "hand_in": "核对并提交", "true": "以上内容真实", "submit": "提交$",
        "characters": "最多 60 字", "hint": "应晚于本批次截止日", "saved": "已自动保存", "sections": "各部分",
        "wrong": "举办日期: 应为", "left": "还可写 5 字", "problems": "有 1 处需要处理", "missing": "“申请金额”.*尚未填写",
        "one": "1 处需要处理", "look": "核对并提交", "handed_in": "已提交", "limit": "申请金额不超过单次上限：不超过",
    },
    "en": {
        "apply": "Apply$", "begin": "Begin$", "title": "Name of the seminar", "organiser": "Organiser", "date": "Date",
        "asked": "Amount asked", "change": "Change", "hand_in": "Look over and submit", "true": "This is true and complete",
        "submit": "Submit$", "characters": "At most 60 characters", "hint": "After the round closes", "saved": "Saved ",
        "sections": "Sections", "wrong": "Date: Needed", "left": "5 left", "problems": "1 to put right",
        "missing": "“Amount asked”.* is not answered yet", "one": "1 to put right", "look": "Look over and submit",
        "handed_in": "Handed in", "limit": "within the limit of one seminar: at most",
    },
}  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_one_applies_by_keyboard_and_ear_alone(stage: Stage, language: Literal["zh", "en"]) -> None:
    say = WORDS[language]
    world = w.world(experts_count=0)
    with clock_at(w.moment("2026-03-02")):
        call = w.call(world, "seminar-grant", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"))
        page = stage.signed_in(world.people["applicant"], language, script=True).page
        ear = Listener(page)
        page.goto("/calls/")
        assert ear.unnamed() == []
        _opens(page, re.escape(call.title.en if language == "en" else call.title.zh))
        _opens(page, say["apply"])
        assert ear.unnamed() == []
        _opens(page, say["begin"])

        # Every question says what it is called, what is asked, whether it is owed, and how long it may be.
        assert ear.unnamed() == []
        assert next(one.states["level"] for one in ear.things() if one.role == "heading") == 1
        ear.finds("navigation", say["sections"])
        title = ear.finds("textbox", say["title"])
        assert title.states["required"] is True
        assert say["characters"] in title.description
        assert say["hint"] in ear.finds("textbox", say["date"]).description
        assert ear.finds("button", say["change"]).description == say["organiser"]

        _types(page, say["title"], "膜下滴灌".ljust(55, "棉"))
        ear.hears(say["left"])
        ear.hears(say["saved"])
        _types(page, say["date"], "2026-05")
        ear.hears(say["wrong"])
        date = ear.finds("textbox", say["date"])
        assert date.states["invalid"] == "true"
        assert say["wrong"].partition(": ")[2] in date.description, "who comes back to it hears what is wrong"
        page.evaluate(AXE_SCRIPT)
        assert page.evaluate(AXE, False) == [], "sound also while something is wrong, which came without a new page"
        page.keyboard.type("-20")
        expect(page.locator('[data-question="request.held"] [data-errors]')).to_be_empty()
        assert ear.finds("textbox", say["date"]).states["invalid"] == "false"

        # What is still owed is told at once, the focus goes there, and a link leads from each to its question.
        _opens(page, say["hand_in"])
        assert page.title().startswith(say["one"])
        assert (ear.has_focus().role, ear.has_focus().name) == ("alert", say["problems"])
        _tab_to(page, say["missing"])
        page.keyboard.press("Enter")
        assert ear.has_focus().name.startswith(say["asked"])
        page.keyboard.type("1.5")
        ear.hears(say["limit"])

        _opens(page, say["hand_in"])
        assert ear.unnamed() == []
        ear.finds("heading", say["look"])
        _tab_to(page, say["true"])
        assert ear.has_focus().role == "checkbox"
        page.keyboard.press("Space")
        _opens(page, say["submit"])
        assert ear.unnamed() == []
        told = [one for one in ear.things() if one.role == "status"]
        assert told, "the receipt is told, not only shown"
        assert say["handed_in"] in page.locator("main").inner_text()
    assert Case.objects.get().submitted_at is not None


UPLOADS = {
    "zh": ("其他附件", "文件已上传", "已经在附件中，没有重复添加", "与“合作协议.pdf”内容相同", "移除 副本.pdf", "文件没有收下"),
    "en": (
        "Other attachments",  "The file is uploaded", "was not added twice",
        "The same content as “合作协议.pdf”", "Remove 副本.pdf", "The file was not taken",
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_file_is_heard_on_its_way_and_the_same_one_is_told_apart(stage: Stage, language: Literal["zh", "en"]) -> None:
    label, there, again, twin, remove, refused = UPLOADS[language]
    world = w.world(experts_count=0)
    with clock_at(w.moment("2026-03-02")):
        opens = w.moment("2026-03-01")
        w.call(world, "key-rd-project", opens=opens, closes=opens + timedelta(days=30))
        number = w.started(world)
        page = stage.signed_in(world.people["applicant"], language, script=True).page
        ear = Listener(page)
        page.goto(f"/cases/{number}/form/proposal/")
        assert ear.unnamed() == []
        assert ear.finds("group", label).description, "what may be attached is told"

        def attach(name: str, content: bytes = walks.PDF) -> None:
            question = page.locator('[data-question="proposal.attachments"]')
            with page.expect_file_chooser() as choosing:
                question.locator("input[type=file][multiple]").press("Enter")
            choosing.value.set_files({"name": name, "mimeType": "application/pdf", "buffer": content})

        attach("合作协议.pdf")
        ear.hears(there)
        files = page.locator('[data-question="proposal.attachments"] .files li')
        expect(files).to_have_count(1)
        attach("合作协议.pdf")
        ear.hears(again)
        expect(files).to_have_count(1)
        attach("副本.pdf")
        expect(files).to_have_count(2)
        expect(files.nth(1)).to_contain_text(twin)
        assert ear.finds("button", remove)
        attach("程序.pdf", b"MZ\x90\x00 no pdf")
        ear.hears(refused)
        assert ear.finds("group", label).description
        assert ear.unnamed() == []
