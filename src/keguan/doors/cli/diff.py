"""`keguan diff OLD NEW`: what changes between two versions of a programme, in sentences."""

from __future__ import annotations

import argparse

from keguan.kernel.bilingual import Text

NAME = "diff"
HELP = Text("用句子写出两个版本的差别", "what changes between two versions, in sentences")


def configure(parser: argparse.ArgumentParser) -> None:
    """The words after `keguan diff`."""
    parser.add_argument("old", help="旧版本的文件夹 / folder of the old version")
    parser.add_argument("new", help="新版本的文件夹 / folder of the new version")
    parser.add_argument("--lang", choices=("zh", "en", "both"), default="", help="语言 / language")


def run(args: argparse.Namespace) -> int:
    """Print the changes; 0 whether or not there are any."""
    from keguan.doors.cli import _folders
    from keguan.language.diff import changes

    language = _folders.language_of(args.lang)
    found = changes(_folders.one_definition(args.old), _folders.one_definition(args.new))
    for change in found:
        print(f"- {_folders.said(change, language)}")
    if not found:
        print(_folders.said(Text("没有差别", "Nothing changes"), language))
    return 0
