"""`keguan real-round`: real titles and hosts apply in a round, against the real history of funded projects."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keguan.doors.cli.speech import both, say
from keguan.kernel.bilingual import Text

if TYPE_CHECKING:
    from keguan.doors.demo.real import Account

NAME = "real-round"
HELP = Text("以真实题目和单位试办一个批次", "run a round on real titles and hosts")
DATABASE = "keguan_real_round"
_EXAMPLES_EACH = 2


def configure(parser: argparse.ArgumentParser) -> None:
    """The words after `keguan real-round`."""
    parser.add_argument("--rows", type=int, default=300, metavar="N", help="申报件数 / applications (300)")
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="数据文件夹，默认 KEGUAN_SHARED_DATA 或 ../shared/data / folder of the lists",
    )
    parser.add_argument("--serve", action="store_true", help="之后提供网页查看 / serve the pages afterwards")
    parser.add_argument("--port", type=int, default=8000, help="端口 / port (8000)")


def run(args: argparse.Namespace) -> int:
    """Make the database of the trial anew, run the round, say what came of it."""
    from keguan.doors.cli.serve import refuse_busy, serve_with_jobs
    from keguan.doors.demo.own_database import own_database

    folder = data_folder(args.data)
    if absent := absent_files(folder):
        say(
            f"跳过：没有真实数据 {', '.join(absent)}（在 {folder}；可用 --data 或 KEGUAN_SHARED_DATA 指定）",
            f"skipped: the real lists are absent in {folder}; name their folder with --data or KEGUAN_SHARED_DATA",
        )
        return 0
    if args.serve:
        refuse_busy("127.0.0.1", args.port)
    os.environ["DJANGO_SETTINGS_MODULE"] = "keguan.settings"
    os.environ["KEGUAN_DEMO"] = "1"
    os.environ.setdefault("KEGUAN_LOG_LEVEL", "WARNING")
    if args.serve:
        os.environ.setdefault("KEGUAN_POOL_SIZE", "4")
    with own_database(DATABASE) as database:
        database.make_anew()
        begun = time.monotonic()
        account = _played(folder, args.rows)
        _print(account, time.monotonic() - begun)
        if args.serve:
            serve_with_jobs("127.0.0.1", args.port, 2, jobs=False)
    return 0


def data_folder(given: Path | None = None) -> Path:
    """Where the real lists lie: as given, KEGUAN_SHARED_DATA, or `../shared/data` beside this installation."""
    from keguan.database.places import home

    return given or Path(os.environ.get("KEGUAN_SHARED_DATA") or home().parent / "shared" / "data")


def absent_files(folder: Path) -> list[str]:
    """Which of the lists are not there."""
    return [name for name in ("nsfc-projects.csv", "national-rd-projects.csv") if not (folder / name).is_file()]


def _played(folder: Path, rows: int) -> Account:
    import django

    django.setup()
    from tqdm import tqdm

    from keguan.database.migration import migrate
    from keguan.doors.demo import real

    say("建立数据表", "making the tables")
    migrate(verbosity=0)
    with tqdm(
        total=1, leave=False, file=sys.stderr, disable=None, bar_format="{l_bar}{bar}| {n}/{total} {elapsed}"
    ) as bar:

        def told(stage: Text, done: int, total: int) -> None:
            bar.set_description_str(both(stage), refresh=False)
            bar.total, bar.n = total, done
            bar.refresh()

        return real.played(folder, rows, told)


def _print(account: Account, seconds: float) -> None:
    from rich.console import Console

    out = Console(highlight=False)
    for report in account.imported:
        counts = report.counts
        out.print(
            f"{report.file_name}: 读入 read {report.read:,} · 新增 created {counts.created:,} · "
            f"重复列出 restated {counts.restated:,} · {report.seconds:.1f} s"
        )
    out.print(
        "假设：各单位均在区内，无自筹经费；清单未列金额的按 60 万元。申报的条目未导入项目库。\n"
        "Assumed: every host sits in the region and brings no own funds; an amount that is not listed counts as 60 万元."
        " The rows that apply are not in the register.",
        markup=False,
    )
    out.print(
        f"\n[bold]申报 applied {account.rows} · 提交 submitted {account.submitted} · 被拒 refused {account.refused}[/]"
        f" · 审查通过 passed {account.passed} · 待人判断 waits for a person {account.waiting} · {seconds:.0f} s"
    )
    _table(out, "拒绝的规则 / refused by", account.by_code)
    _table(out, "提交时留待人工核对 / left to a person on submission", account.person_on_submission)
    _table(out, "形式审查由人判断 / judged by a person at the check", account.person_on_check)
    _print_examples(account)


def _table(out: Any, title: str, counts: Any) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(justify="right")
    table.add_column()
    for code, number in counts.most_common():
        table.add_row(f"{number:,}", code)
    out.print(f"\n[bold]{title}[/]")
    out.print(table)


def _print_examples(account: Account) -> None:
    print("\n拒绝举例 / examples of refusals")
    for code, number in account.by_code.most_common():
        print(f"\n{code}  ({number:,})")
        shown = account.examples[code][:_EXAMPLES_EACH]
        for title, host, problem in shown:
            print(f"  · {title}（{host}）\n    {problem.value}")
        for _, _, problem in shown[:1]:
            print(f"    {problem.say.zh} / {problem.say.en}")
            if problem.source:
                print(f"    依据 source: {problem.source}")
