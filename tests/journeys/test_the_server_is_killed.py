"""The server is killed while somebody types, and started again: at most the last two seconds are lost, and where the page
stays open not even those."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.journeys.conftest import Stage
from tests.make import world as w

from keguan.casework.models import Draft
from keguan.kernel import clock

AT_MOST_S = 2.0
"""So much typing may be lost, no more."""

SENTENCES = "针对南疆灌区缺水，选育抗旱棉花新品种；配套节水栽培技术，建立示范区，三年内推广五千亩。" * 2


class Server:
    """`keguan serve` as a process of its own, on the database of the test."""

    def __init__(self, database_url: str, files: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.environment = os.environ | {"KEGUAN_DATABASE_URL": database_url, "KEGUAN_FILES": str(files)}
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns when it answers."""
        words = ["serve", "--port", str(self.port), "--workers", "1", "--no-jobs"]
        # A session of its own, so that its web process dies with it: nobody gets time to tidy up.
        self.process = subprocess.Popen(
            [sys.executable, "-m", "keguan.doors.cli", *words], env=self.environment, start_new_session=True
        )
        until = time.monotonic() + 60
        while not self._answers():
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL, to all of it at once."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/sign-in/", timeout=5) as page:  # noqa: S310 - http, made here
                return bool(page.status == 200)
        except OSError:
            return False


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
