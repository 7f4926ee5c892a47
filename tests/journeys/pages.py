"""What people do in a browser, by the words that stand on the page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page, Response, expect

_MARKS = r"\s*(必填|required|自动计算|computed|\d+–\d+ 分，整数|0–\d+, whole points)?"

_SHAPE = """() => ({
  lang: document.documentElement.lang,
  title: document.title,
  headings: document.querySelectorAll('h1').length,
  beyond: document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
    ['wider than the window', ...[...document.querySelectorAll('main *, header *')]
      .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth)
      .map(one => one.outerHTML.slice(0, 120))],
  nameless: [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
    .filter(one => !one.labels?.length && !one.getAttribute('aria-label') && !one.getAttribute('aria-labelledby'))
    .map(one => one.outerHTML.slice(0, 120)),
  mute: [...document.querySelectorAll('a, button')]
    .filter(one => !one.textContent.trim() && !one.getAttribute('aria-label')).map(one => one.outerHTML.slice(0, 120)),
  twice: [...document.querySelectorAll('[id]')].map(one => one.id)
    .filter((id, at, all) => all.indexOf(id) !== at),
})"""


class Visitor:
    """Somebody in front of a browser."""

    def __init__(self, page: Page, language: str) -> None:
        self.page, self.language = page, language
        self.status = 0
        self.complaints: list[str] = []
        page.on("response", self._answered)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.frame == self.page.main_frame:
            self.status = response.status
        elif response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")

    def _said(self, message: ConsoleMessage) -> None:
        # The browser repeats the status of a refused page as an error of its own.
        if message.type in ("error", "warning") and "the server responded with a status of" not in message.text:
            self.complaints.append(message.text)

    # Going somewhere

    def opens(self, path: str) -> None:
        """Type an address."""
        self.page.goto(path)
        self.looks_round()

    def signs_in(self, username: str, password: str) -> None:
        """By the sign-in page, ending up on the home page."""
        self.opens(f"/language/?to={self.language}&next=/sign-in/")
        self.fill(self.word("用户名", "Username"), username)
        self.fill(self.word("密码", "Password"), password)
        self.press(self.word("登录", "Sign in"))

    def word(self, zh: str, en: str) -> str:
        """The word in the reader's language."""
        return en if self.language == "en" else zh

    def follow(self, text: str, within: Locator | None = None) -> None:
        """Click a link by its words."""
        self.clicks((within or self.page.locator("main")).get_by_role("link", name=text).first)

    def press(self, text: str, within: Locator | None = None) -> None:
        """Press a button by its words."""
        buttons = (within or self.page.locator("main")).get_by_role("button", name=text, exact=True)
        self.clicks(buttons.first)

    def clicks(self, place: Locator) -> None:
        """Click what leads to another page, wait for it, and look at it."""
        with self.page.expect_navigation(wait_until="load"):
            place.click()
        self.looks_round()

    # Filling in

    def fill(self, label: str, value: str, within: Locator | None = None) -> None:
        """Type an answer, or choose it from a list."""
        control = (within or self.page).get_by_label(_labelled(label)).first
        if control.evaluate("one => one.tagName") == "SELECT":
            control.select_option(label=value)
        else:
            control.fill(value)

    def choose(self, question: str, answer: str, within: Locator | None = None) -> None:
        """Choose among radio buttons or ticks under a question."""
        group = (within or self.page).get_by_role("group", name=_labelled(question)).first
        group.get_by_label(answer, exact=True).check()

    def tick(self, text: str) -> None:
        """Tick a box by (the beginning of) its words."""
        self.page.get_by_role("checkbox", name=text).first.check()

    def row(self, table: str, number: int) -> Locator:
        """One row of a table that is filled in, counted from 1."""
        group = self.page.get_by_role("group", name=_labelled(table))
        return group.locator("tbody tr").nth(number - 1)

    def rows(self, table: str, rows: Sequence[Mapping[str, str]]) -> None:
        """Fill in a table row by row, adding rows as they are needed."""
        group = self.page.get_by_role("group", name=_labelled(table))
        for number, answers in enumerate(rows, start=1):
            while group.locator("tbody tr").count() < number:
                self.press(self.word("添加一行", "Add a row"), group)
            for label, value in answers.items():
                self.fill(label, value, self.row(table, number))

    def find(self, label: str, name: str, within: Locator | None = None) -> None:
        """Look somebody up by name, and choose the first who goes by it."""
        place = within or self.page.locator(".field").filter(has=self.page.get_by_label(_labelled(label))).first
        self.fill(label, name, place)
        self.press(self.word("查找", "Search"), place)
        self.clicks(self.page.locator(".found").get_by_role("button", name=name).first)

    def upload(self, label: str, name: str, content: bytes) -> None:
        """Add a file."""
        group = self.page.get_by_role("group", name=_labelled(label))
        group.locator("input[type=file][multiple]").set_input_files(
            [{"name": name, "mimeType": "application/pdf", "buffer": content}]
        )
        self.press(self.word("上传", "Upload"), group)

    # Looking

    def sees(self, *texts: str) -> None:
        """All of this stands on the page."""
        for text in texts:
            expect(self.page.locator("body")).to_contain_text(text)

    def misses(self, *texts: str) -> None:
        """None of this stands on the page."""
        shown = self.text()
        for text in texts:
            assert text not in shown, text

    def text(self) -> str:
        """Everything one can read."""
        return self.page.locator("body").inner_text()

    def value(self, label: str, within: Locator | None = None) -> str:
        """What stands in a field."""
        return (within or self.page).get_by_label(_labelled(label)).first.input_value()

    def looks_round(self) -> dict[str, Any]:
        """Every page one lands on is sound: its language said, one headline, a name for all that can be touched."""
        shape: dict[str, Any] = self.page.evaluate(_SHAPE)
        assert shape["lang"] == self.word("zh-Hans", "en"), (self.page.url, shape["lang"])
        assert shape["headings"] == 1, (self.page.url, shape["headings"])
        assert shape["nameless"] == [], self.page.url
        assert shape["mute"] == [], self.page.url
        assert shape["twice"] == [], self.page.url
        assert self.complaints == [], self.page.url
        return shape


def _labelled(label: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*{re.escape(label)}{_MARKS}\s*$")
