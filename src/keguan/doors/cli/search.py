"""`keguan search`: make the index of search what the rooms say."""

from __future__ import annotations

import argparse

from keguan.kernel.bilingual import Text

NAME = "search"
HELP = Text("重建搜索索引（只写入有变化的条目）", "Make the search index anew; only what changed is written")
NEEDS_DATABASE = True


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command: none."""


def run(args: argparse.Namespace) -> int:
    """Look at everything that can be found and write what changed. Returns 0."""
    from tqdm import tqdm

    from keguan.insight.search import entries, sources

    with tqdm(total=sources.counted(), unit_scale=True, disable=None) as bar:
        changed = entries.rebuild(bar.update)
    said = Text("已更新 {n} 条", "entries changed: {n}").filled(n=changed)
    print(said.zh, "/", said.en)
    return 0
