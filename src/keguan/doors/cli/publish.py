"""`keguan publish PATH…`: put programmes into force; a published version never changes."""

from __future__ import annotations

import argparse
from pathlib import Path

from keguan.kernel.bilingual import Text

NAME = "publish"
HELP = Text("发布计划定义（发布后不可更改）", "publish programmes (a published version never changes)")
NEEDS_DATABASE = True


def configure(parser: argparse.ArgumentParser) -> None:
    """The words after `keguan publish`."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="文件夹或计划代码 / folders or codes of programmes")
    parser.add_argument("--lang", choices=("zh", "en", "both"), default="", help="语言 / language")


def run(args: argparse.Namespace) -> int:
    """Publish each; 1 if anything stands against one of them. The others are published all the same."""
    from keguan.database.migration import is_up_to_date, migrate
    from keguan.doors.cli import _folders

    folders = _folders.programme_folders(args.paths)
    if not is_up_to_date():
        migrate(verbosity=0)
    language = _folders.language_of(args.lang)
    return max([_publish(folder, language) for folder in folders])


def _publish(folder: Path, language: str) -> int:
    from keguan.casework import versions
    from keguan.casework.models import ProgrammeVersion
    from keguan.doors.cli import _folders
    from keguan.kernel.actors import SYSTEM
    from keguan.language.loader import read_sources

    stood = set(ProgrammeVersion.objects.values_list("digest", flat=True))
    found = versions.publish(folder, _folders.home_of(folder) / "parameters", SYSTEM)
    if not isinstance(found, ProgrammeVersion):
        said = Text("✗ 不能发布，有{n}个问题", "✗ not published; problems: {n}").filled(n=len(found.problems))
        print(f"{folder}: {_folders.said(said, language)}")
        sources = read_sources(folder)
        _folders.print_by_file(found.problems, folder, sources if not isinstance(sources, tuple) else {}, language)
        return 1
    said = (
        Text("已发布过，内容相同", "published before, with the same text")
        if found.digest in stood
        else Text("已发布", "published")
    )
    print(f"{folder}: {_folders.said(said, language)} · {found} · {found.digest[:16]}")
    return 0
