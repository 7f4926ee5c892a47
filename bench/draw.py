"""A draw at the size of a nation: fixed, drawn, published, and done again from its file.

The list is invented from a seed; all is measured in a process of its own, so that the peak of memory is its own:
`python -m bench.draw --experts 50000 --cases 1000`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from bench.measure import Figure
from keguan.fairness.draw import OUT, SIGNS, CasePool, Drawn, Expert, FrozenList, Stratum, contradictions, drawn
from keguan.fairness.draw_bundle import bundle_of, check, seed_from, written_out
from keguan.fairness.randomness import QUICKNET, drand_round_after, drand_time, written
from keguan.fairness.seating import Seating

SEED = 20261123
FIELDS, REGIONS = 20, 14
KEPT_OUT = 0.004
DECLINE = 0.1
FROZEN_AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
SIGNATURE = "ab" * 48


def measure(experts: int = 50_000, cases: int = 1_000) -> Iterator[Figure]:
    """What each part of a draw takes, and of what size its file is. Nothing was promised, so there is no target."""
    size = ["--experts", str(experts), "--cases", str(cases)]
    command = [sys.executable, "-m", "bench.draw", *size]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    notes = {
        "publish": f"{found['file_mib']:.1f} MiB, {found['zipped_mib']:.1f} packed; {found['replaced']} seats replaced",
        "verify": f"peak of memory {found['mib']:.0f} MiB",
    }
    for part in ("digest", "try out", "draw", "publish", "verify"):
        yield Figure(f"{part}, {experts:,} experts × {cases:,} cases", found[part], "s", note=notes.get(part, ""))


def make(experts: int, cases: int) -> FrozenList:
    """Two peers from elsewhere, two peers, one of anybody else; some experts are kept out of each case."""
    chance = np.random.default_rng(SEED)
    field, region = chance.integers(FIELDS, size=experts), chance.integers(REGIONS, size=experts)
    strata = (Stratum("outside", 2), Stratum("peers", 2), Stratum("any", 1))
    pools = []
    for case in range(cases):
        near, here = field == chance.integers(FIELDS), region == chance.integers(REGIONS)
        stands = np.where(near & ~here, ord(SIGNS[0]), np.where(near, ord(SIGNS[1]), ord(SIGNS[2])))
        stands[chance.random(experts) < KEPT_OUT] = ord(OUT)
        pools.append(CasePool(f"C{case:06}", strata, stands.astype(np.uint8).tobytes().decode(), "c" * 64))
    number = drand_round_after(FROZEN_AT + timedelta(days=1))
    randomness = {"source": "drand", "name": "drand quicknet", "chain": QUICKNET, "round": number, "outcomes": 0}
    return FrozenList(
        draw="R1:review:1",
        about={"round": "R1", "step": "review", "number": 1, "reason": ""},
        frozen_at=written(FROZEN_AT),
        randomness={**randomness, "public_at": written(drand_time(QUICKNET, number))},
        experts=tuple(Expert(f"{place:064x}", 6) for place in range(experts)),
        cases=tuple(pools),
        reserves=3,
    )


def one(experts: int, cases: int) -> dict[str, float]:
    """Fix, draw, seat, publish and verify one draw; processor time in seconds."""
    frozen, found = make(experts, cases), {}

    def clocked(what: str, work: Callable[[], Any]) -> Any:
        began = time.process_time()
        answer = work()
        found[what] = time.process_time() - began
        return answer

    clocked("digest", lambda: frozen.digest)
    if clocked("try out", lambda: contradictions(frozen)):
        raise SystemExit("this list cannot be drawn")
    entered = {
        "value": hashlib.sha256(bytes.fromhex(SIGNATURE)).hexdigest(),
        "signature": SIGNATURE,
        "evidence": "",
        "entered_at": written(FROZEN_AT + timedelta(days=2)),
    }
    outcome = clocked("draw", lambda: drawn(frozen, seed_from(frozen, entered, [])))
    seating = _replaced(frozen, outcome)
    at = written(FROZEN_AT + timedelta(days=90))
    file = clocked("publish", lambda: written_out(bundle_of(frozen, entered, [], seating, published_at=at)))
    checked = clocked("verify", lambda: check(file, announced=frozen.digest))
    if not checked.agrees:
        raise SystemExit(f"the file does not agree: {checked.problems[:3]}")
    found["replaced"], found["file_mib"], found["zipped_mib"] = (
        checked.replaced,
        len(file) / 2**20,
        len(zlib.compress(file)) / 2**20,
    )
    found["mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def _replaced(frozen: FrozenList, outcome: Drawn) -> Seating:
    """One seat in ten is declined, and the first reserve who has room takes it."""
    chance, seating, at = np.random.default_rng(SEED), Seating(frozen, outcome), written(FROZEN_AT + timedelta(days=3))
    for (case, stratum), places in list(seating.seated.items()):
        for place in list(places):
            if chance.random() >= DECLINE:
                continue
            seating.entry("left", case, stratum, place, at=at, reason="declined")
            while (reserve := seating.next_reserve(case, stratum)) is not None and seating.is_full(reserve):
                seating.entry("passed", case, stratum, reserve, at=at, reason="full")
            seating.entry("exhausted" if reserve is None else "seated", case, stratum, reserve, at=at)
    return seating


def main() -> None:
    """One draw, printed as JSON."""
    parser = argparse.ArgumentParser(prog="bench.draw")
    parser.add_argument("--experts", type=int, default=50_000)
    parser.add_argument("--cases", type=int, default=1_000)
    args = parser.parse_args()
    print(json.dumps(one(args.experts, args.cases)))


if __name__ == "__main__":
    main()
