"""The command `keguan`. Each module here with NAME, HELP, configure(parser) and run(args) is one of its subcommands.

A module may say NEEDS_DJANGO = True (settings and models are ready before `run`) or NEEDS_DATABASE = True (that, and
the database answers while it runs), and ENVIRONMENT, variables it wants set unless they are given.
Import heavy things inside `run`: `keguan --help` loads every module.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from types import ModuleType

from keguan.doors.cli.speech import both, print_problems
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused

TABLES_BEHIND = Problem(
    "database.behind",
    Text("数据库结构还不是这个版本的。", "The database is not at this version yet."),
    fix=Text("请先运行 keguan migrate。", "Run keguan migrate first."),
)

ABOUT = Text("科管：区域科技计划的全流程管理", "Keguan runs public science-and-technology programmes")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand. Returns 0 when done, 1 when refused, 2 for a command that cannot be read."""
    _speak_utf8()
    words = list(sys.argv[1:] if argv is None else argv)
    args = _parser(_commands(words[0] if words else "")).parse_args(words)
    command: ModuleType = args.command
    try:
        with ExitStack() as stack:
            _make_ready(command, stack, on_demo=getattr(args, "demo", False))
            return int(command.run(args) or 0)
    except Refused as refused:
        print_problems(refused.refusal.problems)
        return 1
    except BrokenPipeError:  # `keguan … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if not _is_behind(error):
            raise
        print_problems([TABLES_BEHIND])
        return 1


def _is_behind(error: Exception) -> bool:
    """Whether the database lacks a table or a column that this version knows."""
    try:
        from django.db.utils import ProgrammingError
        from psycopg import errors
    except ImportError:
        return False
    cause = error.__cause__
    return isinstance(error, ProgrammingError) and isinstance(cause, errors.UndefinedTable | errors.UndefinedColumn)


def _make_ready(command: ModuleType, stack: ExitStack, *, on_demo: bool) -> None:
    if on_demo:
        from keguan.doors.cli import demo
        from keguan.doors.demo.own_database import own_database

        demo.set_environment()
        stack.enter_context(own_database(demo.DATABASE))
    for name, value in getattr(command, "ENVIRONMENT", {}).items():
        os.environ.setdefault(name, value)
    needs_database = getattr(command, "NEEDS_DATABASE", False)
    if needs_database:
        from keguan.database.use import database_in_use

        stack.enter_context(database_in_use())
    if needs_database or getattr(command, "NEEDS_DJANGO", False):
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keguan.settings")
        import django

        django.setup()


def _commands(wanted: str) -> list[ModuleType]:
    """Only the module named like the wanted command, if there is one: the others need not be loaded."""
    folder = Path(__file__).parent
    names = sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))
    direct = wanted.replace("-", "_")
    if direct in names:
        module = import_module(f"{__name__}.{direct}")
        if getattr(module, "NAME", "") == wanted:
            return [module]
    modules = [import_module(f"{__name__}.{name}") for name in names]
    return [module for module in modules if hasattr(module, "NAME")]


def _parser(commands: Sequence[ModuleType]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="keguan", description=both(ABOUT))
    subparsers = parser.add_subparsers(metavar="命令/command", required=True)
    for module in commands:
        sub = subparsers.add_parser(module.NAME, help=both(module.HELP), description=both(module.HELP))
        module.configure(sub)
        if getattr(module, "NEEDS_DATABASE", False):
            sub.add_argument("--demo", action="store_true", help="对演示数据执行 / on the demo's data")
        sub.set_defaults(command=module)
    return parser


def _speak_utf8() -> None:
    """A terminal that cannot show Chinese shows question marks instead of a crash."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")
