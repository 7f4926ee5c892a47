"""The server is killed while somebody types, and started again: at most the last two seconds are lost, and where the page
stays open not even those."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Page, expect
from tests.journeys.served import Server

from keguan.casework.models import Draft

AT_MOST_S = 2.0
"""So much typing may be lost, no more."""

SENTENCES = "针对南疆灌区缺水，选育抗旱棉花新品种；配套节水栽培技术，建立示范区，三年内推广五千亩。" * 2


def kept(number: str) -> dict[str, Any]:
    draft = Draft.objects.filter(case__number=number).first()
    return dict(draft.values) if draft else {}


def typed_slowly(page: Page, label: str, text: str) -> list[float]:
    """Type as a person would, a letter at a time. Returns the moment of each letter."""
    field, moments = page.get_by_label(label), []
    for letter in text:
        field.press_sequentially(letter, delay=40)
        moments.append(time.monotonic())
    return moments


def test_killed_within_two_seconds_of_the_last_letter_all_but_the_last_two_seconds_is_there(
    server: Server, writing: tuple[Page, str]
) -> None:
    page, number = writing
    typed_slowly(page, "项目名称", "棉花抗旱")
    moments = typed_slowly(page, "项目摘要", SENTENCES)
    page.wait_for_timeout(300)
    killed = time.monotonic()
    server.kill()
    assert killed - moments[-1] < AT_MOST_S
    context = page.context
    page.close()  # whatever the page itself still held is gone too
    server.start()
    again = context.new_page()
    again.goto(f"/cases/{number}/form/proposal/")
    assert again.get_by_label("项目名称").input_value() == "棉花抗旱"
    found = again.get_by_label("项目摘要").input_value()
    owed = sum(moment < killed - AT_MOST_S for moment in moments)
    assert owed > 10, "typed too fast to tell anything"
    assert SENTENCES.startswith(found)
    assert len(found) >= owed


def test_a_page_that_stays_open_saves_the_rest_when_the_server_is_back(
    server: Server, writing: tuple[Page, str]
) -> None:
    page, number = writing
    server.kill()
    typed_slowly(page, "项目名称", "服务器不在时写的题目")
    expect(page.locator("[data-save-state]")).to_contain_text("尚未保存")
    server.start()
    expect(page.locator("[data-save-state]")).to_contain_text("已自动保存")
    page.reload()
    assert page.get_by_label("项目名称").input_value() == kept(number)["title"] == "服务器不在时写的题目"
