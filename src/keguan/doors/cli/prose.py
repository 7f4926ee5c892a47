"""`keguan prose <programme>`: the procedure in plain Chinese or English, as Markdown with its diagram."""

from __future__ import annotations

import argparse

from keguan.kernel.bilingual import Text

NAME = "prose"
HELP = Text("用平常话写出一个计划的程序", "a programme in plain words, with its diagram")


def configure(parser: argparse.ArgumentParser) -> None:
    """The words after `keguan prose`."""
    parser.add_argument("programme", help="文件夹或代码 / folder or code")
    parser.add_argument("--lang", choices=("zh", "en", "both"), default="", help="语言 / language")


def run(args: argparse.Namespace) -> int:
    """Print it."""
    from keguan.doors.cli import _folders
    from keguan.language.prose import prose

    definition = _folders.one_definition(args.programme)
    language = _folders.language_of(args.lang)
    if language != "en":
        print(prose(definition, "zh"))
    if language != "zh":
        print(prose(definition, "en"))
    return 0
