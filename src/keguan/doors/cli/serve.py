"""`keguan serve`: the web pages and the worker, until told to stop."""

from __future__ import annotations

import argparse
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from keguan.doors.cli.speech import say
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused

NAME = "serve"
HELP = Text("提供网页服务", "serve the pages")
NEEDS_DATABASE = True

_THREADS = 4  # per web process: requests spend their time in PostgreSQL, not in Python
ENVIRONMENT = {"KEGUAN_POOL_SIZE": str(_THREADS)}


def configure(parser: argparse.ArgumentParser) -> None:
    """The words after `keguan serve`."""
    parser.add_argument("--address", default="127.0.0.1", help="监听地址 / address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="端口 / port (8000)")
    parser.add_argument("--workers", type=int, default=2, help="网页进程数 / web processes (2)")
    parser.add_argument("--no-jobs", action="store_true", help="不启动后台任务 / without the job worker")


def run(args: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM."""
    from keguan.database.migration import is_up_to_date, migrate

    refuse_busy(args.address, args.port)
    if not is_up_to_date():
        migrate(verbosity=0)
    serve_with_jobs(args.address, args.port, args.workers, jobs=not args.no_jobs)
    return 0


def serve_with_jobs(address: str, port: int, workers: int, *, jobs: bool = True) -> None:
    """Serve the pages, with the job worker beside them; when told to stop, nothing of it is left running."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the worker is stopped on every way out
    with _worker(wanted=jobs):
        serve(address, port, workers)


def serve(address: str, port: int, workers: int) -> None:
    """Serve the pages at http://address:port, in so many processes; returns when told to stop."""
    from django.db import connection
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    # The web processes are forked from this one: a connection opened here must not be shared by them.
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
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
    # Its own session spares it our Ctrl-C: it is told to stop below, and stops by itself if we were killed.
    process = subprocess.Popen(
        [sys.executable, "-m", "keguan.doors.cli", "work", "--with-parent"], start_new_session=True
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def refuse_busy(address: str, port: int) -> None:
    """Say so, before anything is begun, if nobody can listen there. Raises Refused("serve.busy")."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise Refused.because(
                Problem(
                    "serve.busy",
                    Text("不能在该地址提供服务", "The pages cannot be served at this address"),
                    where=f"{address}:{port}",
                    value=str(error),
                    fix=Text(
                        "请停止占用端口的程序，或用 --port 另选端口",
                        "Stop what uses the port, or choose another with --port",
                    ),
                )
            ) from error
