"""`python -m bench` (`make bench`): build the round, measure, print the table, drop the database."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace

from bench import place

PARTS = ("imports", "act", "limits", "submit", "autosave", "lists", "documents", "exports")
ASKED_FOR = ("pages", "assignment", "draw", "similarity", "search", "identity", "experts")
"""Measured only when `--only` names them: they take minutes."""


def main() -> None:
    """Measure everything, or what `--only` names."""
    parser = argparse.ArgumentParser(prog="bench", description="处理器时间，非挂钟时间 / processor time, not wall time")
    parser.add_argument("--cases", type=int, default=10_000, help="批次中的办件数 / cases in the round")
    parser.add_argument("--n", type=int, default=40, help="每批次数 / so many in a batch")
    parser.add_argument("--batches", type=int, default=5, help="批数，取中位数 / batches; the median counts")
    parser.add_argument("--documents", type=int, default=200_000, help="查重的文档数 / documents of similarity")
    parser.add_argument("--json", action="store_true", help="只输出数值 / print nothing but the figures, as JSON")
    parser.add_argument(
        "--only", nargs="*", choices=PARTS + ASKED_FOR, default=PARTS, help="只测这些 / these parts only"
    )
    args = parser.parse_args()
    with place.own_database():
        place.set_up()
        from bench import table

        figures = []
        for figure in _figures(args.cases, args.n, args.batches, args.documents, set(args.only)):
            figures.append(figure)
            print(f"… {figure.what}: {figure.found:.2f} {figure.unit}", file=sys.stderr)
        if args.json:
            print(json.dumps([asdict(one) for one in figures], ensure_ascii=False))
        else:
            table.show(figures)


def _figures(cases: int, n: int, batches: int, crowd: int, only: set[str]) -> Iterator:
    """Every figure, as it is measured. What changes the round comes after what does not mind."""
    from bench import (
        act,
        assignment,
        autosave,
        documents,
        draw,
        exports,
        imports,
        limits,
        lists,
        pages,
        search,
        submit,
        world,
    )
    from bench.server import served

    if "assignment" in only:
        yield from assignment.measure()
    if "draw" in only:
        yield from draw.measure()
    if "search" in only:
        yield from search.measure(500_000, questions=n)
    if "imports" in only and (imported := imports.measure()):
        yield imported
    if "similarity" in only:
        from bench import similarity

        yield from similarity.measure(crowd)
    if "identity" in only:
        from bench import identity

        yield from identity.measure()
    if "experts" in only:
        from bench import experts

        yield from experts.measure()
    if not only - {"imports", "assignment", "draw", "similarity", "search", "identity", "experts"}:
        return
    round_ = world.build(cases)
    if "pages" in only:
        yield from pages.measure(round_, n=n)
    if "exports" in only:
        yield exports.measure(round_, batches=batches)
    if "act" in only:
        for figure in act.measure(round_, n=n, batches=batches):
            is_limited = figure.what == "act(): submit" and "limits" in only
            yield replace(figure, limit=limits.measure(round_, n=n * batches)) if is_limited else figure
    if only & {"submit", "autosave", "lists", "documents"}:
        with served() as web:
            if "submit" in only:
                yield submit.measure(round_, web, n=n, batches=batches)
            if "autosave" in only:
                yield autosave.measure(round_, web, n=n, batches=batches)
            if "lists" in only:
                yield from lists.measure(round_, web, n=n, batches=batches)
            if "documents" in only:
                yield from documents.measure(round_, web, n=n, batches=batches)


if __name__ == "__main__":
    main()
