"""`python -m bench` (`make bench`): build the round, measure, print the table, drop the database."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, replace

from bench import place

ALONE = ("imports", "assignment", "draw", "matching")
"""Measured before the round is built, each with what it makes itself."""
ROUND = ("act", "limits", "submit", "autosave", "lists", "documents", "exports")
"""Measured in the round."""
CROWDS = ("similarity", "search", "experts")
"""Measured last, because they fill the database with what is theirs."""
ASKED_FOR = ("pages", "identity")
"""Measured only when `--only` names them: they take minutes."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the worlds of review, similarity and search are: `full` is what was asked for, and takes hours."""

    assignment: tuple[tuple[int, int, float | None], ...]
    is_hard: bool
    draw: tuple[int, int]
    matching: tuple[int, int]
    similarity: int
    search: tuple[int, int]
    experts: int


SIZES = {
    "tiny": Size(((300, 120, None),), False, (2_000, 20), (300, 10), 4_000, (400, 2), 400),
    "small": Size(((10_000, 5_000, 3.0),), False, (10_000, 200), (20_000, 200), 16_000, (20_000, 20), 20_000),
    "full": Size(
        ((10_000, 5_000, None), (100_000, 50_000, 30.0), (400_000, 200_000, 150.0)),
        True,
        (50_000, 1_000),
        (200_000, 3_395),
        200_000,
        (500_000, 40),
        200_000,
    ),
}


def main() -> None:
    """Measure everything, or what `--only` names."""
    parser = argparse.ArgumentParser(prog="bench", description="处理器时间，非挂钟时间 / processor time, not wall time")
    parser.add_argument("--cases", type=int, default=10_000, help="批次中的办件数 / cases in the round")
    parser.add_argument("--n", type=int, default=40, help="每批次数 / so many in a batch")
    parser.add_argument("--batches", type=int, default=5, help="批数，取中位数 / batches; the median counts")
    parser.add_argument(
        "--size",
        choices=SIZES,
        default="small",
        help="评审、查重、搜索的规模 / how large review, similarity, search are",
    )
    parser.add_argument("--documents", type=int, help="查重的文档数 / documents of similarity")
    parser.add_argument("--page", nargs="*", help="只测这些页面（路由名） / of the pages these only, by route name")
    parser.add_argument("--json", action="store_true", help="只输出数值 / print nothing but the figures, as JSON")
    parser.add_argument(
        "--only",
        nargs="*",
        choices=ALONE + ROUND + CROWDS + ASKED_FOR,
        default=ALONE + ROUND + CROWDS,
        help="只测这些 / these parts only",
    )
    args = parser.parse_args()
    with place.own_database():
        place.set_up()
        from bench import table

        figures = []
        size = SIZES[args.size]
        size = replace(size, similarity=args.documents) if args.documents else size
        for figure in _figures(args.cases, args.n, args.batches, size, set(args.only), args.page):
            figures.append(figure)
            print(f"… {figure.what}: {figure.found:.2f} {figure.unit}", file=sys.stderr)
        if args.json:
            print(json.dumps([asdict(one) for one in figures], ensure_ascii=False))
        else:
            table.show(figures)


def _figures(
    cases: int, n: int, batches: int, size: Size, only: set[str], routes: Collection[str] | None = None
) -> Iterator:
    """Every figure, as it is measured. What changes the round comes after what does not mind."""
    yield from _alone(size, only)
    if only & {*ROUND, "pages"}:
        yield from _of_the_round(cases, n, batches, only, routes)
    yield from _crowds(size, only)


def _alone(size: Size, only: set[str]) -> Iterator:
    from bench import assignment, draw, imports, matching

    if "imports" in only and (imported := imports.measure()):
        yield imported
    if "assignment" in only:
        yield from assignment.measure(size.assignment, hard=size.is_hard)
    if "draw" in only:
        yield from draw.measure(*size.draw)
    if "matching" in only:
        yield from matching.measure(size.matching[0], questions=size.matching[1])


def _crowds(size: Size, only: set[str]) -> Iterator:
    from bench import experts, identity, search, similarity

    if "similarity" in only:
        yield from similarity.measure(size.similarity)
    if "search" in only:
        yield from search.measure(size.search[0], questions=size.search[1])
    if "experts" in only:
        yield from experts.measure(size.experts)
    if "identity" in only:
        yield from identity.measure()


def _of_the_round(cases: int, n: int, batches: int, only: set[str], routes: Collection[str] | None) -> Iterator:
    from bench import act, autosave, documents, exports, limits, lists, pages, submit, world
    from bench.server import served

    round_ = world.build(cases)
    if "pages" in only:
        yield from pages.measure(round_, n=n, routes=routes)
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
