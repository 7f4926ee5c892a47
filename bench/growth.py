"""`python -m bench.growth`: what pages cost among a hundred times as many cases, beside what they cost among a thousand.

Each size is measured by a bench of its own, one after the other, and a machine is not equally fast all day: ratios are of
figures divided by the machine's pace beside each. A page more than twice as dear is marked.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

SIZES = (333, 33_000)
"""Cases in each of the bench's three rounds: a thousand and a hundred thousand together, of all stages. Of one programme in
one year there are 99 999 numbers, and the bench begins at FIRST_SERIAL: no round has more than 90 000."""

MOST_RATIO = 2.0


def main() -> None:
    """Measure both sizes and print each page's figures and their ratio, those that grow most first."""
    parser = argparse.ArgumentParser(prog="bench.growth")
    parser.add_argument("--sizes", type=int, nargs=2, default=SIZES, help="每个批次的办件数 / cases in each round")
    parser.add_argument("--n", type=int, default=3, help="每批次数 / so many in a batch")
    parser.add_argument(
        "--page", nargs="*", default=(), help="只测这些页面（路由名） / these pages only, by route name"
    )
    args = parser.parse_args()
    small, large = (_measured(size, args.n, args.page) for size in args.sizes)
    ratios = {name: _grown(small[name], large[name]) for name in small.keys() & large.keys()}
    print(f"{'页面 page':44} {args.sizes[0]:>12} {args.sizes[1]:>12}  ×")
    for name in sorted(ratios, key=lambda name: -ratios[name]):
        mark = "✗" if ratios[name] > MOST_RATIO else "✓"
        print(f"{name:44} {small[name].ms:9.1f} ms {large[name].ms:9.1f} ms  {mark} {ratios[name]:.1f}")
    for size, found in zip(args.sizes, (small, large), strict=True):
        print(f"{size}: {median(one.pace for one in found.values()):.2f} ms takes sum(range(100 000))")


@dataclass(frozen=True, slots=True)
class Found:
    """What a page cost, and the machine's pace just then."""

    ms: float
    pace: float


def _grown(small: Found, large: Found) -> float:
    return (large.ms / large.pace) / (small.ms / small.pace)


def _measured(cases: int, n: int, pages: Sequence[str]) -> dict[str, Found]:
    command = [sys.executable, "-m", "bench", "--only", "pages", "--cases", str(cases), "--n", str(n), "--json"]
    command += ["--page", *pages] if pages else []
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return {one["what"].split()[0]: Found(one["found"], one["pace"]) for one in json.loads(told) if one["unit"] == "ms"}


if __name__ == "__main__":
    main()
