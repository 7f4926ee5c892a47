"""The stage of the journeys: a browser, a server in this process, one clock for all, and people who sign in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.journeys.one_clock import OneClock
from tests.journeys.pages import Visitor
from tests.journeys.served import Server
from tests.make import account
from tests.make import world as w

from keguan.kernel import clock
from keguan.registers.parties.models import Account, Person

PASSWORD = "天山以北 一片草原 2026"
WAITS_AT_MOST_MS = 10_000
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
_LEFT_OUT = (
    "RenderDocument,PaintHolding,HttpsUpgrades,MediaRouter,OptimizationHints,ThirdPartyStoragePartitioning,"
    "DestroyProfileOnBrowserClose,AvoidUnnecessaryBeforeUnloadCheckSync"
)
"""What the browser does without. A new frame for each document costs a quarter of the time that a page takes; the others
Playwright leaves out too, and has no say once we name ours."""


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser of this machine; Playwright's own where there is none. Gone when the journeys are over.

    While it is there, Playwright's loop runs in this thread, which Django takes for a program that must not wait.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(
            executable_path=found,
            args=[
                "--no-sandbox",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-quic",
                "--disable-sync",
                f"--disable-features={_LEFT_OUT}",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def _stage(
    chromium: Browser,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    tmp_path: Path,
) -> None:
    # The server's threads must live at the time of the test: `clock_at` alone holds for one thread.
    monkeypatch.setattr(clock, "_standing", OneClock())
    # That passwords are kept well is shown elsewhere, and takes time on purpose.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "files"


class Stage:
    """Opens browsers for people: each its own cookies, as on machines of their own."""

    def __init__(self, chromium: Browser, address: str) -> None:
        self.chromium, self.address = chromium, address
        self.contexts: list[BrowserContext] = []
        self.visitors: dict[str, Visitor] = {}

    def browser(self, language: str = "zh", *, script: bool = False, phone: bool = False) -> Visitor:
        """A browser in which nobody is signed in. Without JavaScript, unless the journey is about it."""
        context = self.chromium.new_context(
            base_url=self.address,
            java_script_enabled=script,
            locale="en-GB" if language == "en" else "zh-CN",
            viewport=PHONE if phone else DESK,
            color_scheme="light",
            reduced_motion="reduce",  # contrast is measured of colours at rest, not on their way
        )
        context.set_default_timeout(WAITS_AT_MOST_MS)
        self.contexts.append(context)
        visitor = Visitor(context.new_page(), language)
        self.visitors[str(len(self.visitors))] = visitor
        return visitor

    def signed_in(self, person: Person, language: str = "zh", **how: Any) -> Visitor:
        """A browser in which this person has signed in, by the sign-in page."""
        username = f"p{person.pk}"
        if not Account.objects.filter(username=username).exists():
            account(person, username=username, password=PASSWORD)
        visitor = self.browser(language, **how)
        visitor.signs_in(username, PASSWORD)
        return visitor

    def another_tab(self, of: Visitor) -> Visitor:
        """A second tab of the same browser: the same person, another page."""
        tab = Visitor(of.page.context.new_page(), of.language)
        self.visitors[str(len(self.visitors))] = tab
        return tab

    def close(self) -> None:
        """Put the browsers away."""
        for context in self.contexts:
            context.close()

    def photograph(self, folder: Path, name: str) -> None:
        """Keep what everybody sees right now."""
        for number, visitor in self.visitors.items():
            visitor.page.screenshot(path=folder / f"{name}-{number}.png", full_page=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: Any = yield
    if report.when == "call":
        item.stash[_FAILED] = report.failed
    return report


_FAILED = pytest.StashKey[bool]()


@pytest.fixture
def stage(chromium: Browser, live_server: Any, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Browsers for this journey; if it fails, pictures of them stay in the cache folder of pytest."""
    opened = Stage(chromium, live_server.url)
    yield opened
    if request.node.stash.get(_FAILED, False):
        folder = request.config.cache.mkdir("journeys")
        opened.photograph(folder, request.node.name.replace("/", "-")[:80])
        print(f"pictures of the failed journey: {folder}")
    opened.close()


@pytest.fixture
def server(transactional_db: None, test_database_url: str, tmp_path: Path) -> Iterator[Server]:
    running = Server(test_database_url, tmp_path / "files")
    running.start()
    yield running
    running.kill()


@pytest.fixture
def writing(chromium: Browser, server: Server, settings: Any) -> Iterator[tuple[Page, str]]:
    """A form that somebody has open, and the number of its case. Time is real here: the other process has no other."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    world = w.world(experts_count=0)
    now = clock.now()
    w.call(world, "key-rd-project", opens=now - timedelta(days=1), closes=now + timedelta(days=20))
    number = w.started(world)
    stage = Stage(chromium, server.address)
    page = stage.signed_in(world.people["applicant"], script=True).page
    page.goto(f"/cases/{number}/form/proposal/")
    yield page, number
    stage.close()
