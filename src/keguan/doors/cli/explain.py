"""`keguan explain 65KRD2026…`: every step of a case, who acted for which body, every rule with values and source."""

from __future__ import annotations

import argparse
import sys

from keguan.kernel.bilingual import Text

NAME = "explain"
HELP = Text("说明一个办件的每一步及其依据", "explain every step of a case, and what it rests on")
NEEDS_DATABASE = True


def configure(parser: argparse.ArgumentParser) -> None:
    """The words after `keguan explain`."""
    parser.add_argument("case", help="办件编号 / the number of the case")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="语言 / language (default: zh)")


def run(args: argparse.Namespace) -> int:
    """Tell the case. The reading is traced: whoever sits at the terminal sees the proposal's values."""
    from keguan.casework.explain import explanation, lines
    from keguan.casework.queries import case_by_number
    from keguan.doors.cli.speech import say
    from keguan.kernel.actors import SYSTEM
    from keguan.registers.trace import services as trace

    case = case_by_number(SYSTEM, args.case.strip().upper())
    if case is None:
        say(f"没有编号为 {args.case} 的办件", f"there is no case {args.case}")
        return 1
    trace.read(SYSTEM, "explanation", case.number, case_number=case.number)
    for line in lines(explanation(case, SYSTEM)):
        sys.stdout.write(line.said_in(args.lang) + "\n")
    return 0
