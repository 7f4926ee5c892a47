"""`keguan migrate`: bring the tables up to this version, as their owner, then give the application its rights."""

from __future__ import annotations

import argparse

from keguan.kernel.bilingual import Text

NAME = "migrate"
HELP = Text("更新数据库结构", "bring the database up to this version")
NEEDS_DATABASE = True


def configure(parser: argparse.ArgumentParser) -> None:
    """The words after `keguan migrate`."""
    parser.add_argument("--check", action="store_true", help="只检查是否有待执行的更新 / only say whether any is due")


def run(args: argparse.Namespace) -> int:
    """Migrate, or only look."""
    from keguan.database.migration import is_up_to_date, migrate

    if args.check:
        return 0 if is_up_to_date() else 1
    migrate(verbosity=1)
    return 0
