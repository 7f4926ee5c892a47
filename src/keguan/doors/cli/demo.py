"""`keguan demo`: a year of invented cases in a database of its own, and the pages to look at them."""

from __future__ import annotations

import argparse
import os
import sys
import time
from datetime import date
from pathlib import Path

from keguan.doors.cli.speech import both, say
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Refused

NAME = "demo"
HELP = Text("运行演示年度并提供网页", "run a demo year and serve its pages")
MADE = "demo:year:made"
"""The trace event that ends the making of the year: without it, the next start makes it anew."""

DATABASE = "keguan_demo"
_THREADS = "4"


def configure(parser: argparse.ArgumentParser) -> None:
    """The words after `keguan demo`."""
    parser.add_argument("--fresh", action="store_true", help="重新生成演示数据 / make the demo data anew")
    parser.add_argument("--address", default="127.0.0.1", help="监听地址 / address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="端口 / port (8000)")
    parser.add_argument("--workers", type=int, default=2, help="网页进程数 / web processes (2)")
    parser.add_argument("--no-serve", action="store_true", help="只生成数据 / only make the data")


def run(args: argparse.Namespace) -> int:
    """Make the year if it is not there yet, then serve it until Ctrl-C."""
    from keguan.doors.cli.serve import refuse_busy, serve_with_jobs
    from keguan.doors.demo.own_database import own_database

    if not args.no_serve:
        refuse_busy(args.address, args.port)
    os.environ.setdefault("KEGUAN_ADDRESS", f"http://{args.address}:{args.port}")  # links in mails lead here
    set_environment()
    say("启动数据库", "starting the database")
    with own_database(DATABASE) as database:
        _set_up()
        is_made = not args.fresh and database.holds(MADE) and _is_of_this_version()
        if not is_made:
            database.make_anew()
        _ready(is_made=is_made)
        if not args.no_serve:
            say("在登录页选择一位演示人员即可进入", "choose whom to be on the sign-in page")
            serve_with_jobs(args.address, args.port, args.workers)
    return 0


def set_environment() -> None:
    """What makes a process work on the demo's data, files and calendar. Before the settings are read."""
    from keguan.database.places import state_folder
    from keguan.doors import demo

    os.environ["DJANGO_SETTINGS_MODULE"] = "keguan.settings"
    os.environ["KEGUAN_DEMO"] = "1"
    os.environ["KEGUAN_WORKDAYS"] = str(Path(demo.__file__).parent / "workdays.yaml")
    os.environ["KEGUAN_FILES"] = str(state_folder() / "demo-files")
    os.environ.setdefault("KEGUAN_POOL_SIZE", _THREADS)
    os.environ.setdefault("KEGUAN_LOG_LEVEL", "WARNING")


def _set_up() -> None:
    import django

    django.setup()


def _is_of_this_version() -> bool:
    """Whether this version made the year that is there; invented data are not worth migrating. Hangs up, so that the
    database may be dropped."""
    from django.db import connection

    from keguan.database.migration import is_up_to_date

    try:
        fits = is_up_to_date()
    except Refused:
        fits = False
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    if not fits:
        say("演示数据由另一版本生成，现在重新生成", "another version made the demo data: it is made anew now")
    return fits


def _ready(*, is_made: bool) -> None:
    """Make the tables and the year, unless they are there."""
    from keguan.database.migration import migrate
    from keguan.doors.demo.one_core import on_one_core

    if is_made:
        say("演示数据已有；用 --fresh 重新生成", "the demo data is there; --fresh makes it anew")
        return
    with on_one_core():
        say("建立数据表", "making the tables")
        migrate(verbosity=0)
        _make()


def _make() -> None:
    from django.db import connection, transaction

    from keguan.doors.demo import year
    from keguan.kernel import clock
    from keguan.kernel.actors import SYSTEM
    from keguan.registers.trace import services as trace

    begun = time.monotonic()
    with connection.cursor() as cursor:
        # Only while the invented year is made: if the machine fails meanwhile, the year is made anew anyway.
        cursor.execute("SET synchronous_commit = off")
    with _Bar() as bar:
        stage = year.lived(clock.now(), casting=bar.cast, told=bar.day)
    with transaction.atomic():
        trace.write(MADE, SYSTEM, payload={"deeds": stage.deeds.total(), "until": stage.today})
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    seconds = round(time.monotonic() - begun)
    say(f"演示年度已生成，用时 {seconds} 秒", f"the demo year is made, in {seconds} s")


class _Bar:
    """A progress bar that moves along the days of the year."""

    def __enter__(self) -> _Bar:
        from tqdm import tqdm

        self._bar = tqdm(
            total=1, unit="天", leave=False, file=sys.stderr, bar_format="{l_bar}{bar}| {elapsed}{postfix}"
        )
        self._first: date | None = None
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.close()

    def cast(self, group: str) -> None:
        """Which group of people and bodies is being made."""
        self._bar.set_description_str(f"演示人员 cast: {group}")

    def day(self, day: date, deeds: int) -> None:
        """The year has come to this day, after so many deeds."""
        from keguan.kernel import clock

        if self._first is None:
            self._first = day
            self._bar.total = (clock.today() - day).days + 1
        self._bar.n = (day - self._first).days
        self._bar.set_description_str(f"{day.isoformat()}", refresh=False)
        self._bar.set_postfix_str(both(Text("{n}项办理", "{n} deeds").filled(n=deeds)), refresh=False)
        self._bar.update(0)
        self._bar.refresh()
