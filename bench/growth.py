"""`python -m bench.growth`: what pages cost in a round some hundred times as large, beside what they cost in a small one.

Each size is measured by a bench of its own, one after the other; a page more than twice as dear is marked.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

SIZES = (1_000, 90_000)
"""Of one programme in one year there are 99 999 numbers, and the bench begins at FIRST_SERIAL."""

MOST_RATIO = 2.0


def main() -> None:
    """Measure both sizes and print each page's figures and their ratio, those that grow most first."""
    parser = argparse.ArgumentParser(prog="bench.growth")
    parser.add_argument("--sizes", type=int, nargs=2, default=SIZES, help="办件数 / cases in the round")
    parser.add_argument("--n", type=int, default=3, help="每批次数 / so many in a batch")
    args = parser.parse_args()
    small, large = (_measured(size, args.n) for size in args.sizes)
    print(f"{'页面 page':44} {args.sizes[0]:>12} {args.sizes[1]:>12}  ×")
    for name in sorted(small.keys() & large.keys(), key=lambda name: -large[name] / small[name]):
        ratio = large[name] / small[name]
        mark = "✗" if ratio > MOST_RATIO else "✓"
        print(f"{name:44} {small[name]:9.1f} ms {large[name]:9.1f} ms  {mark} {ratio:.1f}")


def _measured(cases: int, n: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench", "--only", "pages", "--cases", str(cases), "--n", str(n), "--json"]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return {one["what"].split()[0]: one["found"] for one in json.loads(told)}


if __name__ == "__main__":
    main()
