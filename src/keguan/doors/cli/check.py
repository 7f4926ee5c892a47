"""`keguan check [PATH…]`: load, check and rehearse programmes; everything that stands against publishing them, in words."""

from __future__ import annotations

import argparse
from pathlib import Path

from keguan.kernel.bilingual import Text

NAME = "check"
HELP = Text("检查计划定义和示例", "check programmes and run their examples")


def configure(parser: argparse.ArgumentParser) -> None:
    """The words after `keguan check`."""
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="文件夹或计划代码，默认全部 / folders or codes, default all"
    )
    parser.add_argument("--lang", choices=("zh", "en", "both"), default="", help="语言 / language")
    parser.add_argument("--notes", action="store_true", help="列出未核对的数字 / list unverified numbers")


def run(args: argparse.Namespace) -> int:
    """Check every programme; 1 if anything stands against one of them."""
    from keguan.doors.cli import _folders

    language = _folders.language_of(args.lang)
    folders = _folders.programme_folders(args.paths)
    ground = _folders.ground(folders[0])
    return max([_check_one(folder, ground, language, notes=args.notes) for folder in folders])


def _check_one(folder: Path, ground: object, language: str, *, notes: bool) -> int:
    from keguan.doors.cli import _folders
    from keguan.engine.publication import fitness
    from keguan.language.checker import notes as unverified
    from keguan.language.loader import load, read_sources

    assert isinstance(ground, _folders.Ground)  # noqa: S101 - told apart for the type checker
    definition = load(folder, ground.parameters)
    if isinstance(definition, tuple):
        sources = read_sources(folder)
        print(_head(folder, Text("不能读取", "cannot be read"), language))
        _folders.print_by_file(definition, folder, sources if not isinstance(sources, tuple) else {}, language)
        return 1
    fit = fitness(definition, ground.calendar, ground.parameters.values())
    open_notes = unverified(definition)
    counts = Text(
        "{journeys}个办件示例，{rows}行表格示例，{notes}个数字未核对",
        "{journeys} journeys, {rows} table rows, {notes} unverified numbers",
    ).filled(journeys=fit.journeys, rows=fit.rows, notes=len(open_notes))
    state = (
        Text("✓ {counts}", "✓ {counts}")
        if not fit.problems
        else Text("✗ {n}个问题；{counts}", "✗ problems: {n}; {counts}")
    )
    print(_head(folder, state.filled(n=len(fit.problems), counts=counts), language))
    _folders.print_by_file(fit.problems, folder, definition.sources, language)
    if notes:
        _folders.print_by_file(open_notes, folder, definition.sources, language)
    return 1 if fit.problems else 0


def _head(folder: Path, state: Text, language: str) -> str:
    from keguan.doors.cli import _folders

    return f"{folder}: {_folders.said(state, language)}"
