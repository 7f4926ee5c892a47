"""One's own account in a browser: an authenticator app without JavaScript, a passkey with the browser's own authenticator."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import PASSWORD, Stage
from tests.journeys.pages import Visitor
from tests.make import person
from tests.slices.web.one_time_codes import code_now


def proves(visitor: Visitor) -> None:
    """Show once more who one is."""
    visitor.fill(visitor.word("密码", "Password"), PASSWORD)
    visitor.press(visitor.word("继续", "Go on"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_authenticator_app_guards_the_account_without_javascript(stage: Stage, language: str) -> None:
    owner = person("王一")
    visitor = stage.signed_in(owner, language)
    visitor.opens("/me/")
    visitor.clicks(visitor.page.locator("a[href='/me/authenticator/']"))
    proves(visitor)
    secret = visitor.page.locator("main code").inner_text()
    visitor.fill(visitor.word("验证码", "Code"), code_now(secret))
    visitor.press(visitor.word("启用", "Turn on"))
    visitor.sees(visitor.word("剩余 10 个", "Left: 10"))
    codes = visitor.page.locator("pre").inner_text().split()
    other = stage.browser(language)
    other.signs_in(f"p{owner.pk}", PASSWORD)
    other.sees(other.word("第二因素验证", "Second factor"))
    other.fill(other.word("验证码", "Code"), "000000")
    other.press(other.word("登录", "Sign in"))
    assert other.status == 422
    other.fill(other.word("验证码", "Code"), codes[0])
    other.press(other.word("登录", "Sign in"))
    other.opens("/me/")
    other.sees("王一")


DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""A telephone or computer that unlocks its passkeys by itself."""


def has_a_device(visitor: Visitor) -> None:
    """Put an authenticator into the browser."""
    devices = visitor.page.context.new_cdp_session(visitor.page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def signs_out(visitor: Visitor) -> None:
    """By the menu under one's name."""
    visitor.page.locator("details.me > summary").click()
    visitor.press(visitor.word("退出登录", "Sign out"), visitor.page.locator("details.me"))


@pytest.mark.parametrize(("language", "phone"), [("zh", False), ("en", True)])
def test_a_passkey_is_added_opens_the_account_alone_and_is_removed(stage: Stage, language: str, phone: bool) -> None:
    owner = person("王一")
    visitor = stage.signed_in(owner, language, script=True, phone=phone)
    name = visitor.word("办公电脑", "Office computer")
    with_passkey = visitor.word("用通行密钥登录", "Sign in with a passkey")
    has_a_device(visitor)
    visitor.opens("/me/")
    visitor.follow(visitor.word("添加通行密钥", "Add a passkey"))
    proves(visitor)
    assert visitor.page.get_by_role("textbox").and_(visitor.page.locator("main *")).count() == 1, (
        "its name, and no more"
    )
    visitor.fill(visitor.word("名称", "Name"), name)
    visitor.press(visitor.word("添加", "Add"))
    visitor.sees(visitor.word("通行密钥已添加", "The passkey is added"), visitor.word("剩余 10 个", "Left: 10"))

    visitor.opens("/me/passkeys/new/")
    visitor.page.get_by_role("button", name=visitor.word("添加", "Add"), exact=True).click()
    visitor.sees(visitor.word("这台设备已有本账户的通行密钥", "This device holds a passkey of your account already"))

    visitor.opens("/me/")
    visitor.sees(name, visitor.word("未使用", "not used yet"), visitor.word("恢复码", "Recovery codes"))
    signs_out(visitor)
    visitor.opens("/sign-in/?next=/me/")
    visitor.press(with_passkey)
    visitor.sees(name, visitor.word("最近使用", "last used"))
    assert re.search(r"/me/$", visitor.page.url)

    visitor.follow(visitor.word("移除", "Remove"))
    visitor.follow(visitor.word("通行密钥", "passkey"))
    visitor.press(visitor.word("使用通行密钥", "Use a passkey"))
    visitor.sees(name)
    visitor.press(visitor.word("移除", "Remove"))
    visitor.sees(visitor.word("通行密钥已移除", "The passkey is removed"))
    visitor.misses(name)

    signs_out(visitor)
    visitor.opens("/sign-in/")
    visitor.press(with_passkey)
    visitor.sees(visitor.word("这个通行密钥不能用于本平台", "This passkey does not work here"))
    visitor.signs_in(f"p{owner.pk}", PASSWORD)
    visitor.opens("/me/")
    visitor.sees("王一")


def test_a_passkey_that_does_not_come_is_told_on_the_page(stage: Stage) -> None:
    visitor = stage.browser(script=True)
    visitor.opens("/sign-in/")
    visitor.page.evaluate(
        "void (navigator.credentials.get = () => Promise.reject(new DOMException('no', 'NotAllowedError')))"
    )
    visitor.page.get_by_role("button", name="用通行密钥登录").click()
    visitor.sees("没有完成")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_kinds_of_notice_are_chosen_by_keyboard_on_a_phone(stage: Stage, language: str) -> None:
    visitor = stage.signed_in(person("王一"), language, phone=True)
    visitor.opens("/me/notices/")
    assert visitor.looks_round()["beyond"] == []
    keys, page = visitor.page.keyboard, visitor.page
    waits, desk, due = (
        page.get_by_label(visitor.word(*words))
        for words in (("等待您办理", "Waits for you"), ("新到办件", "New at my desk"), ("即将到期", "Due soon"))
    )
    assert waits.input_value() == "at_once"
    beside = waits.locator("xpath=..").locator("label").bounding_box()
    box = waits.bounding_box()
    assert beside
    assert box
    assert box["y"] < beside["y"] + beside["height"], "a row is one line"
    waits.focus()
    keys.press("ArrowDown")
    keys.press("Tab")
    expect(desk).to_be_focused()
    keys.press("Tab")
    expect(due).to_be_focused()
    visitor.press(visitor.word("保存", "Save"))
    assert waits.input_value() == "daily"
    assert due.input_value() == "at_once"
