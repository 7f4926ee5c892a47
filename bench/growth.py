"""`python -m bench.growth`: what pages cost among a hundred times as many cases, beside what they cost among a thousand.

Each size is measured by a bench of its own, one after the other; a page more than twice as dear is marked.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence

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
    print(f"{'页面 page':44} {args.sizes[0]:>12} {args.sizes[1]:>12}  ×")
    for name in sorted(small.keys() & large.keys(), key=lambda name: -large[name] / small[name]):
        ratio = large[name] / small[name]
        mark = "✗" if ratio > MOST_RATIO else "✓"
        print(f"{name:44} {small[name]:9.1f} ms {large[name]:9.1f} ms  {mark} {ratio:.1f}")


def _measured(cases: int, n: int, pages: Sequence[str]) -> dict[str, float]:
    command = [sys.executable, "-m", "bench", "--only", "pages", "--cases", str(cases), "--n", str(n), "--json"]
    command += ["--page", *pages] if pages else []
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return {one["what"].split()[0]: one["found"] for one in json.loads(told) if one["unit"] == "ms"}


if __name__ == "__main__":
    main()
