"""How the command line speaks: Chinese and English side by side, problems with their place and way out."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem


def both(text: Text) -> str:
    """Both languages in one line."""
    return f"{text.zh} / {text.en}"


def say(zh: str, en: str) -> None:
    """Tell the person at the terminal something, on standard error: standard output is for results."""
    print(f"{zh} / {en}", file=sys.stderr)


def print_problems(problems: Iterable[Problem]) -> None:
    """Show each problem: what, where, the value found, its source, and what to do."""
    for problem in problems:
        place = f"{problem.where}: " if problem.where else ""
        print(f"✗ {place}{problem.say.zh}\n  {problem.say.en} [{problem.code}]", file=sys.stderr)
        if problem.value:
            print("  " + str(problem.value).replace("\n", "\n  "), file=sys.stderr)
        if problem.source:
            print(f"  依据 / source: {problem.source}", file=sys.stderr)
        if problem.fix:
            print(f"  → {problem.fix.zh}\n  → {problem.fix.en}", file=sys.stderr)
