"""`keguan work`: do what was put off: notices, lapses, reminders, imports."""

from __future__ import annotations

import argparse

from keguan.kernel.bilingual import Text

NAME = "work"
HELP = Text("处理后台任务", "do the jobs that were put off")
NEEDS_DATABASE = True


def configure(parser: argparse.ArgumentParser) -> None:
    """The words after `keguan work`."""
    parser.add_argument("--once", action="store_true", help="做完现有任务即退出 / stop when nothing is left to do")
    parser.add_argument("--concurrency", type=int, default=2, help="同时进行的任务数 / jobs done at once")


def run(args: argparse.Namespace) -> int:
    """Work until told to stop (SIGINT, SIGTERM: running jobs are finished first)."""
    from keguan.doors.jobs.worker import work

    work(once=args.once, concurrency=args.concurrency)
    return 0
