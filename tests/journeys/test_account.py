"""One's own account in a browser: an authenticator app without JavaScript, a passkey with the browser's own authenticator."""

from __future__ import annotations

import re

import pytest
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
    visitor.sees(visitor.word("剩余 10 个", "10 are left"))
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


def test_a_passkey_opens_the_account_without_a_password(stage: Stage) -> None:
    owner = person("王一")
    visitor = stage.signed_in(owner, script=True)
    devices = visitor.page.context.new_cdp_session(visitor.page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    visitor.opens("/me/passkeys/new/")
    proves(visitor)
    visitor.fill("名称", "办公电脑")
    visitor.press("添加")
    visitor.opens("/me/")
    visitor.sees("办公电脑", "恢复码")
    visitor.page.locator("details.me > summary").click()
    visitor.press("退出登录", visitor.page.locator("details.me"))
    visitor.opens("/sign-in/?next=/me/")
    visitor.press("用通行密钥登录")
    visitor.sees("办公电脑", "最近使用")
    assert re.search(r"/me/$", visitor.page.url)


def test_a_passkey_that_does_not_come_is_told_on_the_page(stage: Stage) -> None:
    visitor = stage.browser(script=True)
    visitor.opens("/sign-in/")
    visitor.page.evaluate(
        "void (navigator.credentials.get = () => Promise.reject(new DOMException('no', 'NotAllowedError')))"
    )
    visitor.page.get_by_role("button", name="用通行密钥登录").click()
    visitor.sees("没有完成")
