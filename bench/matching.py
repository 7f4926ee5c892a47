"""Matching: who holds a held-out project, whose abstract is of one's discipline, and how long 200 000 experts take.

`KEGUAN_SHARED_DATA=… python -m bench.matching` for all of it: no database is needed. `measure` is its short form. What has no data is left out by name. Beside it in the
same run: BM25 over each expert's works put together (Robertson and Zaragoza, 2009, k1 1.2, b 0.75), with the same terms and
with plain words, and chance.
"""

from __future__ import annotations

import csv
import random
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from statistics import mean

import numpy as np
from tests.shared_data import FOLDER

from bench.measure import Figure
from keguan.fairness.affinity import Application, Expertise, Work
from keguan.texts.words import terms, words

SEED = 20261122
MOST = 1000
K1, B = 1.2, 0.75
Ranked = list[list[int]]


def measure(experts: int, *, questions: int = 200, applications: int = 50) -> Iterator[Figure]:
    """Who holds a held-out project, beside BM25 in the same run, for so many of the questions; then a pool of so many experts."""
    found = _held_out(questions)
    if not found:
        return
    ours, theirs = found["affinity (as the desk uses it)"], found["BM25, same terms"]
    note = f"{questions} questions; MRR {ours[0]:.3f}, BM25 {theirs[0]:.3f}; recall@50 {ours[2]:.3f}, {theirs[2]:.3f}"
    yield Figure(
        "matching: BM25's mean reciprocal rank as a share of ours", 100 * theirs[0] / ours[0], "%", 100.0, note=note
    )
    ready, each, _ = _timed(experts, 3, applications)
    yield Figure(f"matching: {experts:,} experts made ready", ready, "s", note="their works, three each")
    yield Figure(f"matching: the 100 nearest of {experts:,}, an application", each, "ms", n=applications)


def main() -> None:
    """Print everything."""
    for part in (held_out_projects, disciplines, national_scale):
        for line in part():
            print(line, flush=True)


def _rows(name: str) -> list[dict[str, str]]:
    path = FOLDER / name
    if not path.is_file():
        print(f"left out, absent: {name}", file=sys.stderr)
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# ------------------------------------------------------------------------------------------------------ quality


def held_out_projects() -> Iterator[str]:
    """Each principal's latest project is asked for; all others are their profile, and everybody is a candidate."""
    for name, (mrr, ten, fifty) in _held_out(None).items():
        yield f"  {name:34} MRR {mrr:.3f}  recall@10 {ten:.3f}  recall@50 {fifty:.3f}"


def _held_out(questions: int | None) -> dict[str, tuple[float, float, float]]:
    """Mean reciprocal rank, and recall among ten and fifty, by method; of so many questions, or of all."""
    by_pi: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _rows("nsfc-projects.csv"):
        if row["principal_investigator"]:
            by_pi[row["principal_investigator"]].append(row)
    profile: list[tuple[int, str]] = []
    asked: list[tuple[int, str]] = []
    for expert, theirs in enumerate(by_pi.values()):
        ordered = [row["title"] for row in sorted(theirs, key=lambda row: (row["period"], row["number"]))]
        if len(ordered) > 1:
            asked.append((expert, ordered.pop()))
        profile += [(expert, title) for title in ordered]
    if questions is not None:
        asked = random.Random(SEED).sample(asked, min(questions, len(asked)))  # noqa: S311 - the same each time
    told = {}
    for name, found in _rankings(profile, [title for _, title in asked], len(by_pi)) if asked else ():
        places = [
            ranked.index(expert) + 1 if expert in ranked else None
            for (expert, _), ranked in zip(asked, found, strict=True)
        ]
        ten, fifty = (mean(place is not None and place <= most for place in places) for most in (10, 50))
        told[name] = (mean(1 / place if place else 0.0 for place in places), ten, fifty)
    return told


def disciplines() -> Iterator[str]:
    """Each abstract asks for its neighbours among the titles of the others: how many are of its own discipline?"""
    rows = _rows("paper-abstracts-dev.csv")
    if not rows:
        return
    yield f"disciplines: {len(rows)} papers of {len({row['discipline'] for row in rows})} disciplines"
    profile = [(at, f"{row['title']} {row['keywords'].replace('_', ' ')}") for at, row in enumerate(rows)]
    asked = [row["abstract"] for row in rows]
    for name, found in _rankings(profile, asked, len(rows)):
        first, ten = [], []
        for at, ranked in enumerate(found):
            same = [rows[one]["discipline"] == rows[at]["discipline"] for one in ranked if one != at][:10]
            first.append(bool(same and same[0]))
            ten.append(sum(same) / 10)
        yield f"  {name:34} first of the discipline {mean(first):.3f}  of the first ten {mean(ten):.3f}"


def _rankings(profile: Sequence[tuple[int, str]], asked: Sequence[str], experts: int) -> Iterator[tuple[str, Ranked]]:
    pool = Expertise([Work(expert, terms(text)) for expert, text in profile])
    near = pool.nearest([Application(terms(text)) for text in asked], MOST)
    yield "affinity (as the desk uses it)", [one.experts.tolist() for one in near]
    yield "BM25, same terms", _bm25(profile, asked, experts, terms)
    yield "BM25, plain words", _bm25(profile, asked, experts, words)
    chance = random.Random(SEED)  # noqa: S311 - no secret: the same chance every time
    yield "chance", [chance.sample(range(experts), min(MOST, experts)) for _ in asked]


def _bm25(
    profile: Sequence[tuple[int, str]], asked: Sequence[str], experts: int, cut: Callable[[str], list[str]]
) -> Ranked:
    counts: list[Counter[str]] = [Counter() for _ in range(experts)]
    for expert, text in profile:
        counts[expert].update(cut(text))
    lengths = np.array([one.total() for one in counts], dtype=float)
    norm = K1 * (1 - B + B * lengths / lengths.mean())
    said: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for expert, one in enumerate(counts):
        for term, n in one.items():
            said[term].append((expert, n))
    parts = {}
    for term, rows in said.items():
        who, n = (np.array(part) for part in zip(*rows, strict=True))
        idf = np.log(1 + (experts - len(who) + 0.5) / (len(who) + 0.5))
        parts[term] = (who, idf * n * (K1 + 1) / (n + norm[who]))
    found = []
    for text in asked:
        scores = np.zeros(experts)
        for term in set(cut(text)) & parts.keys():
            who, score = parts[term]
            scores[who] += score
        best = np.argsort(-scores, kind="stable")[:MOST]
        found.append(best[scores[best] > 0].tolist())
    return found


# ------------------------------------------------------------------------------------------------------ time


def national_scale(experts: int = 200_000, works: int = 3, applications: int = 100) -> Iterator[str]:
    """Experts whose works are made of halves of real titles; applications are real titles, abstracts and keywords."""
    if not _rows("nsfc-projects.csv") or not _rows("paper-abstracts-dev.csv"):
        return
    ready, each, peak = _timed(experts, works, applications)
    yield (
        f"{experts} experts, {experts * works} works: made ready in {ready:.1f} s, {each:.1f} ms an application with abstract"
        f" (100 nearest), processor time; peak memory {peak:.2f} GB"
    )


def _timed(experts: int, works: int, applications: int) -> tuple[float, float, float]:
    """Seconds to make the pool ready, milliseconds for an application, and the peak of memory in gigabytes."""
    titles = [row["title"] for name in ("nsfc-projects.csv", "paper-titles-by-category.csv") for row in _rows(name)]
    asked = _rows("paper-abstracts-dev.csv")[:applications]
    cut, chance = [terms(title) for title in titles], random.Random(SEED)  # noqa: S311 - the same
    made = []
    for expert in range(experts):
        for _ in range(works):
            one, other = chance.choice(cut), chance.choice(cut)
            made.append(Work(expert, one[: len(one) // 2] + other[len(other) // 2 :]))
    given = [Application(terms(row["title"]), terms(row["abstract"]), terms(row["keywords"])) for row in asked]
    start = time.process_time()
    pool = Expertise(made)
    built = time.process_time()
    pool.nearest(given, 100)
    spent = (time.process_time() - built) / max(1, len(given)) * 1000
    return built - start, spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    main()
