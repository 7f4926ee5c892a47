"""`keguan work`: do what was put off: notices, lapses, reminders, imports."""

from __future__ import annotations

import argparse
import os
import signal
import threading
import time

from keguan.kernel.bilingual import Text

NAME = "work"
HELP = Text("处理后台任务", "do the jobs that were put off")
NEEDS_DATABASE = True


def configure(parser: argparse.ArgumentParser) -> None:
    """The words after `keguan work`."""
    parser.add_argument("--once", action="store_true", help="做完现有任务即退出 / stop when nothing is left to do")
    parser.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)  # stop when it is gone
    parser.add_argument("--concurrency", type=int, default=2, help="同时进行的任务数 / jobs done at once")


def run(args: argparse.Namespace) -> int:
    """Work until told to stop (SIGINT, SIGTERM: running jobs are finished first)."""
    from keguan.doors.jobs.worker import work

    if args.with_parent:
        threading.Thread(target=_stop_without, args=[os.getppid()], daemon=True).start()
    work(once=args.once, concurrency=args.concurrency)
    return 0


def _stop_without(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
