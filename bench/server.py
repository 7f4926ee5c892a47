"""The real web server in processes of its own, and a client that talks to it over a socket as a browser does."""

from __future__ import annotations

import http.client
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client
from tests import make

from keguan.registers.parties.models import Account, Person

PATIENCE_S = 60.0


@dataclass
class Web:
    """A running server: where it listens, and the id of its first process (its workers are that one's children)."""

    port: int
    pid: int

    def __post_init__(self) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(
        self, address: str, *, cookies: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """One request on a kept connection: GET, or POST with a form and its CSRF token. Status and body."""
        given, headers = dict(cookies or {}), {"Accept-Language": "zh"}
        body = None
        if form is not None:
            token = secrets.token_hex(16)
            given["csrftoken"] = token
            body = urlencode({**form, "csrfmiddlewaretoken": token})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if given:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in given.items())
        self._line.request("GET" if body is None else "POST", address, body, headers)
        answer = self._line.getresponse()
        return answer.status, answer.read()


@contextmanager
def served(workers: int = 2) -> Iterator[Web]:
    """`keguan serve` on a free port, as it is served in earnest."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "keguan.doors.cli", "serve", "--no-jobs"]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--workers", str(workers)], stdout=subprocess.DEVNULL, env=os.environ.copy()
    )
    try:
        _wait(port, process)
        yield Web(port, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            status, _ = Web(port, process.pid).ask("/health/")
            if status == 200:
                return
        except OSError:
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the server did not answer within {PATIENCE_S:.0f} s")
        time.sleep(0.1)


def signed_in(person: int) -> dict[str, str]:
    """The cookies of this person, signed in."""
    known = Account.objects.filter(person_id=person).first()
    account = known or make.account(Person.objects.get(pk=person), username=f"bench{person}")
    client = Client()
    client.force_login(account)
    return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
