"""Assignment of experts to applications: time, memory, worth and proof at the size of a nation, and beside a peer.

Every round is invented from a seed and solved in a process of its own, so that its peak of memory is its own:
`python -m bench.assignment --cases 100000 --experts 50000`. The peer is openreview-matcher's MinMaxSolver, read from a
folder of its sources that KEGUAN_BENCH_MATCHER names; without it, it is not measured.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np

from bench.measure import Figure
from keguan.fairness.assignment import Bound, Candidates, Terms, assign, outside, repair
from keguan.kernel.bilingual import Text

SEED = 20261122
NEAR = 50
"""Candidates per case."""
PEER = "KEGUAN_BENCH_MATCHER"
ROUNDS = ((10_000, 5_000, None), (100_000, 50_000, 30.0), (400_000, 200_000, 150.0))
BESIDE = ((1_000, 400), (3_000, 1_000), (10_000, 5_000))
"""The last one takes the peer minutes and some gigabytes."""


SMALL = ((10_000, 5_000, 3.0),)
"""A tenth of what must take at most 30 s."""
MOST_GAP = 0.1


def measure(
    rounds: tuple[tuple[int, int, float | None], ...] = ROUNDS,
    *,
    beside: tuple[tuple[int, int], ...] = BESIDE,
    hard: bool = True,
) -> Iterator[Figure]:
    """Load bounds alone, then with shares and institution caps, then with all bounds, after refusals, beside the peer.

    hard: whether rounds whose bounds cross are solved too, which takes half a minute."""
    core = {}
    for cases, experts, target in rounds:
        figure = _figure(f"assign {cases:,} × {experts:,} × {NEAR}", cases, experts, "loads", target)
        core[cases, experts] = figure.found
        yield figure
    for cases, experts in list(core)[:2]:
        found = _run(cases, experts, "shares")
        what = f"… with shares and institutions, {cases:,}"
        yield _told(what, found, 5 * core[cases, experts])
        yield Figure("… and the gap to the proven bound", 100 * found["gap"], "%", MOST_GAP)
    if hard:
        yield _figure("… with field and seniority too, 10,000", 10_000, 5_000, "crossing", None)
        yield _figure("… and loads a fifth above the mean, 3,000 × 1,000", 3_000, 1_000, "hard", None)
    cases, experts, _ = rounds[0]
    yield _figure(f"repair after 1 % refusals, {cases:,}", cases, experts, "repair", None)
    for cases, experts in beside if os.environ.get(PEER) else ():
        ours, theirs = _run(cases, experts, "loads"), _run(cases, experts, "peer")
        note = f"openreview-matcher {theirs['seconds']:.1f} s, {theirs['seconds'] / ours['seconds']:.0f} times;"
        note += f" worth {ours['value']:.4f}, theirs {theirs['value']:.4f}"
        target = theirs["seconds"] / 100 if cases == BESIDE[-1][0] else None
        yield Figure(f"beside the peer, {cases:,} × {experts:,}", ours["seconds"], "s", target, note=note)
    if not os.environ.get(PEER):
        print(f"… {PEER} names no folder: openreview-matcher is not measured", file=sys.stderr)


def _figure(what: str, cases: int, experts: int, kind: str, target: float | None) -> Figure:
    return _told(what, _run(cases, experts, kind), target)


def _told(what: str, found: dict, target: float | None) -> Figure:
    note = f"{found['mib']:.0f} MiB; worth {found['value']:.4f} ≤ {found['upper']:.4f}, gap {100 * found['gap']:.4f} %"
    note += f"; {found['missing']} seats empty" if found["missing"] else ""
    note += f"; {found['note']}" if found["note"] else ""
    return Figure(what, found["seconds"], "s", target, note=note)


def _run(cases: int, experts: int, kind: str) -> dict:
    command = [
        sys.executable,
        "-m",
        "bench.assignment",
        "--cases",
        str(cases),
        "--experts",
        str(experts),
        "--kind",
        kind,
    ]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def make(cases: int, experts: int) -> tuple[Candidates, np.random.Generator]:
    """A round in which subjects lie on a ring: candidates are the neighbours of a case, some experts suit many.

    Fits have four decimals, so that nothing is rounded by either solver.
    """
    chance = np.random.default_rng(SEED)
    popular = np.sqrt(chance.random(experts, dtype=np.float32))
    widest = min(15, (experts - 1) // NEAR)
    case = np.repeat(np.arange(cases), NEAR)
    step = np.cumsum(chance.integers(1, widest + 1, size=(cases, NEAR), dtype=np.int16), axis=1, dtype=np.int64)
    apart = np.abs(step - widest * NEAR // 4) / (widest * NEAR)
    expert = (step + (np.arange(cases) * experts // cases)[:, None]) % experts
    fit = 0.5 * (1 - apart) * popular[expert] + 0.5 * chance.random((cases, NEAR), dtype=np.float32)
    return Candidates(
        cases, experts, case, expert.ravel(), np.rint(fit.ravel().clip(0.0001, 1) * 10_000) / 10_000
    ), chance


def terms(kind: str, round_: Candidates, chance: np.random.Generator) -> Terms:
    """Panels of three by loads alone; otherwise of five with shares from outside, institutions, field and seniority.

    Experts take a third more than the mean, in the hard round a fifth.
    """
    if kind in ("loads", "peer", "repair"):
        return Terms(size=3, most_load=-(-4 * 3 * round_.cases // (3 * round_.experts)))
    institution = (chance.random(round_.experts) ** 2 * max(20, round_.experts // 20)).astype(np.int64)
    unit = institution[chance.integers(round_.experts, size=round_.cases)]
    bounds = [
        Bound("far", Text("外地区专家", "experts from elsewhere"), outside(round_, institution % 14, unit % 14), 2),
        Bound("other", Text("外单位专家", "experts of other units"), outside(round_, institution, unit), 5),
    ]
    if kind in ("crossing", "hard"):
        own = chance.integers(0, 4, round_.experts)[round_.expert] == chance.integers(0, 4, round_.cases)[round_.case]
        senior = (chance.random(round_.experts) < 0.3)[round_.expert]
        bounds.append(Bound("own", Text("本领域专家", "experts of the field"), own, 1))
        bounds.append(Bound("senior", Text("资深专家", "senior experts"), senior, 1))
    above = 6 / 5 if kind == "hard" else 4 / 3
    return Terms(
        size=5,
        most_load=math.ceil(above * 5 * round_.cases / round_.experts),
        institution=institution,
        same_institution_most=1,
        bounds=tuple(bounds),
    )


def one(cases: int, experts: int, kind: str) -> dict:
    """Solve one round and say what it took, in seconds of processor time."""
    from ortools.graph.python import min_cost_flow  # noqa: F401 - loaded before the clock starts
    from ortools.pdlp.python import pdlp  # noqa: F401 - the same
    from scipy import optimize  # noqa: F401 - the same

    round_, chance = make(cases, experts)
    asked = terms(kind, round_, chance)
    if kind == "peer":
        return _peer(round_, asked)
    note = ""
    if kind == "repair":
        before = assign(round_, asked)
        refused = chance.choice(before.chosen, len(before.chosen) // 100, replace=False)
        left = np.setdiff1d(np.arange(len(round_)), refused)
        round_ = Candidates(cases, experts, round_.case[left], round_.expert[left], round_.fit[left])
        pairs = before.pairs()
    began = time.process_time()
    if kind == "repair":
        mended = repair(round_, asked, pairs)
        plan, note = mended.plan, f"{len(refused)} refused, {len(mended.gone)} pairs gone, {len(mended.added)} new"
        note += f", {mended.dropped} given up (least possible {mended.least_dropped})"
    else:
        plan = assign(round_, asked)
    return {
        "seconds": time.process_time() - began,
        "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "value": plan.value,
        "upper": plan.upper,
        "gap": plan.gap,
        "missing": plan.missing,
        "note": note,
    }


def _peer(round_: Candidates, asked: Terms) -> dict:
    """openreview-matcher on the same round: dense matrices, as it wants them."""
    folder = Path(os.environ[PEER])
    for name, where in (("matcher", folder / "matcher"), ("matcher.solvers", folder / "matcher" / "solvers")):
        # Its packages load solvers that are not free; only the one that is asked for is loaded.
        sys.modules[name] = ModuleType(name)
        sys.modules[name].__path__ = [str(where)]
    from matcher.solvers.minmax_solver import MinMaxSolver

    cost, constraint = np.zeros((round_.cases, round_.experts)), np.full((round_.cases, round_.experts), -1)
    cost[round_.case, round_.expert] = -np.rint(round_.fit * 10_000)
    constraint[round_.case, round_.expert] = 0
    began = time.process_time()
    solver = MinMaxSolver(
        [0] * round_.experts,
        [int(asked.most_load)] * round_.experts,
        [int(asked.size)] * round_.cases,
        SimpleNamespace(cost_matrix=cost, constraint_matrix=constraint),
    )
    flow = solver.solve()
    return {"seconds": time.process_time() - began, "value": float(-(flow * cost).sum()) / 10_000, "note": ""}


def main() -> None:
    """One round, printed as JSON."""
    parser = argparse.ArgumentParser(prog="bench.assignment")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--experts", type=int, default=5_000)
    parser.add_argument("--kind", choices=("loads", "shares", "crossing", "hard", "repair", "peer"), default="loads")
    args = parser.parse_args()
    print(json.dumps(one(args.cases, args.experts, args.kind)))


if __name__ == "__main__":
    main()
