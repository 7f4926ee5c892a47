"""`keguan serve`: the web pages and the worker, until told to stop."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from keguan.doors.cli.speech import say
from keguan.kernel.bilingual import Text

NAME = "serve"
HELP = Text("提供网页服务", "serve the pages")
NEEDS_DATABASE = True

_THREADS = 4  # per web process: requests spend their time in PostgreSQL, not in Python


def configure(parser: argparse.ArgumentParser) -> None:
    """The words after `keguan serve`."""
    parser.add_argument("--address", default="127.0.0.1", help="监听地址 / address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="端口 / port (8000)")
    parser.add_argument("--workers", type=int, default=2, help="网页进程数 / web processes (2)")
    parser.add_argument("--no-jobs", action="store_true", help="不启动后台任务 / without the job worker")


def run(args: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM."""
    from keguan.database.migration import is_up_to_date, migrate

    if not is_up_to_date():
        migrate(verbosity=0)
    with _worker(wanted=not args.no_jobs):
        serve(args.address, args.port, args.workers)
    return 0


def serve(address: str, port: int, workers: int) -> None:
    """Serve the pages at http://address:port, in so many processes; returns when told to stop."""
    from django.db import connections
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    connections.close_all()
    # Read by the settings of the web processes, which are started afresh.
    os.environ["KEGUAN_POOL_SIZE"] = str(_THREADS)
    say(f"http://{address}:{port}  按 Ctrl-C 停止", "press Ctrl-C to stop")
    Granian(
        "keguan.doors.web.wsgi:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=_THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=30,
        log_level=LogLevels.warning,
    ).serve()


@contextmanager
def _worker(*, wanted: bool) -> Iterator[None]:
    if not wanted:
        yield
        return
    process = subprocess.Popen([sys.executable, "-m", "keguan.doors.cli", "work"], start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
