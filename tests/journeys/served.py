"""`keguan serve` beside the test: what only a server of its own shows."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path


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
