"""`keguan faults [PATH…]` (make faults): break each programme one fault at a time; who notices, and what slips through."""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from keguan.kernel.bilingual import Text

NAME = "faults"
HELP = Text("逐一弄坏计划定义，看检查能否发现", "break programmes one fault at a time, and see who notices")

ENOUGH = 0.9
"""The share of seeded faults that loader, checker and examples must refuse."""


def configure(parser: argparse.ArgumentParser) -> None:
    """The words after `keguan faults`."""
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="文件夹或计划代码，默认全部 / folders or codes, default all"
    )
    parser.add_argument("--lang", choices=("zh", "en", "both"), default="", help="语言 / language")
    parser.add_argument("--classes", action="store_true", help="逐类列出 / list each class of faults")
    parser.add_argument("--processes", type=int, default=2, help="同时几个进程，默认2 / processes, default 2")


def run(args: argparse.Namespace) -> int:
    """Try every fault; 1 if a programme is unsound to begin with or too many faults slip through."""
    from keguan.doors.cli import _folders
    from keguan.language.faults import NOT_SEEDED

    language = _folders.language_of(args.lang)
    enough = True
    for folder in _folders.programme_folders(args.paths):
        tally = _tally(folder, args.processes)
        if tally is None:
            say = Text("不合格，先用 keguan check 改正", "unsound to begin with: mend it with keguan check first")
            print(f"{folder}: {_folders.said(say, language)}")
            enough = False
            continue
        enough &= tally.share >= ENOUGH
        _print(tally, language, classes=args.classes)
    print(_folders.said(Text("不算作错误的：", "Not counted as faults:"), language))
    for reason in NOT_SEEDED.values():
        print(f"  - {_folders.said(reason, language)}")
    return 0 if enough else 1


def _print(tally: Any, language: str, *, classes: bool) -> None:
    from keguan.doors.cli import _folders
    from keguan.engine.fault_trial import CAUGHT_BY

    by = ", ".join(f"{_folders.said(_WHO[who], language)} {tally.caught[who]}" for who in CAUGHT_BY)
    say = Text("{n}个错误，发现{share}（{by}）", "{n} faults, {share} refused ({by})")
    filled = say.filled(n=tally.tried, share=f"{tally.share:.1%}", by=by)
    print(f"{tally.programme}: {_folders.said(filled, language)}")
    if classes:
        for kind, (caught, tried) in sorted(tally.by_class.items(), key=lambda one: one[1][0] / one[1][1]):
            print(f"  {caught:>3}/{tried:<3} {kind}")
    for survivor in tally.survivors:
        print(f"  ! {survivor}")


_WHO = {
    "loader": Text("读取", "loader"),
    "checker": Text("检查", "checker"),
    "examples": Text("示例", "examples"),
    "coverage": Text("示例覆盖", "coverage"),
}


def _tally(folder: Path, processes: int) -> Any:
    from tqdm import tqdm

    from keguan.engine.fault_trial import Tally

    trial = _trial(folder)
    if trial is None:
        return None
    faults = trial.faults()
    tally = Tally(str(folder))
    with ProcessPoolExecutor(processes, initializer=_begin, initargs=(folder,)) as pool:
        answers = pool.map(_put, range(len(faults)), chunksize=8)
        progress = tqdm(
            answers, total=len(faults), desc=folder.parent.name, leave=False, disable=not sys.stderr.isatty()
        )
        for fault, caught_by in zip(faults, progress, strict=True):
            tally.count(fault, caught_by)
    return tally


def _trial(folder: Path) -> Any:
    """The programme on trial, None if it is unsound to begin with."""
    from keguan.doors.cli import _folders
    from keguan.engine.fault_trial import Trial
    from keguan.engine.publication import fitness
    from keguan.language.loader import load

    ground = _folders.ground(folder)
    definition = load(folder, ground.parameters)
    if isinstance(definition, tuple):
        return None
    if fitness(definition, ground.calendar, ground.parameters.values()).problems:
        return None
    return Trial(definition, ground.calendar, ground.parameters.values())


_running: dict[str, Any] = {}


def _begin(folder: Path) -> None:
    trial = _trial(folder)
    _running["trial"] = trial
    _running["faults"] = trial.faults()


def _put(number: int) -> str:
    return str(_running["trial"].caught_by(_running["faults"][number]))
