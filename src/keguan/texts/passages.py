"""Passages that two texts share: where they stand in each, however they were moved and whatever words were exchanged.

A passage is a run of the same units in both texts, or several such runs that follow one another with short gaps: a few
words exchanged, added or left out. What is shorter than a clause is no passage, as any two texts of a field share those.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from keguan.texts.fingerprints import WORD, Numbers, Units, numbered, units

SEED = 5
"""Units in a row that begin a run."""
GAP = 8
"""Units between two runs of one passage, at most, in either text: three or four words."""
LEAST = 16
"""Equal characters that a passage needs, a Latin word for two: longer than the set phrases of unrelated abstracts."""
DENSEST = 0.5
"""Share of equal units that a passage needs."""
_PAIRS = 10_000
"""Beginnings that are looked at for two texts, and two more for each unit: what is repeated most is left out first."""

Runs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one text and its counterpart in the other, as offsets in both as they were written: `text[first:after]`.

    other_part: which of the other's texts it stands in. equal: units that are the same in both.
    """

    first: int
    after: int
    other_part: int
    other_first: int
    other_after: int
    equal: int


@dataclass(frozen=True, slots=True)
class Shared:
    """What two texts share. passages: in the order of the first text, none of them overlapping there. covered: units of the
    first text within passages, of `size`."""

    passages: tuple[Passage, ...]
    covered: int
    size: int

    @property
    def share(self) -> float:
        """The part of the first text that stands in the other, 0 to 1."""
        return self.covered / self.size if self.size else 0.0


def shared(one: Units, other: Units) -> Shared:
    """The passages of `one` that stand in `other`."""
    return shared_parts([one], [other])[0]


def shared_parts(one: Sequence[Units], other: Sequence[Units]) -> list[Shared]:
    """The same for two things of several texts each: the passages of each text of `one`, whichever text of `other` they
    stand in. No passage reaches from one text into the next."""
    here, there = _joined(one), _joined(other)
    if np.array_equal(here.codes, there.codes):
        chains = [
            _Chain(begin, begin + len(part), begin, begin + len(part), len(part))
            for begin, part in here.parts
            if len(part)
        ]
    else:
        chains = _apart([chain for chain in _chained(_runs(here.codes, there.codes)) if _counts(chain, here, there)])
    found: list[list[_Chain]] = [[] for _ in one]
    for chain in chains:
        found[here.part_at(chain.at)].append(chain)
    return [
        Shared(
            tuple(_passage(chain, here, there) for chain in of),
            sum(chain.to - chain.at for chain in of),
            len(part),
        )
        for of, part in zip(found, one, strict=True)
    ]


Stretches = list[tuple[int, int]]


def exchanged(one: str, other: str) -> tuple[Stretches, Stretches]:
    """Where two counterparts of a passage differ: stretches of each that do not stand in the other, as offsets.

    What similarity takes for the same (width, punctuation, traditional characters) is the same here. A single unit that
    happens to stand in both between two differences belongs to them: a 的 is not a sameness.
    """
    here, there = units(one), units(other)
    found: list[list[int]] = []
    same = SequenceMatcher(None, here.codes.tolist(), there.codes.tolist(), autojunk=False)
    for what, first, after, other_first, other_after in same.get_opcodes():
        if what == "equal":
            continue
        if found and first - found[-1][1] <= 1 and other_first - found[-1][3] <= 1:
            found[-1][1], found[-1][3] = after, other_after
        else:
            found.append([first, after, other_first, other_after])
    mine = [(int(here.first[at]), int(here.after[to - 1])) for at, to, _, _ in found if to > at]
    return mine, [(int(there.first[at]), int(there.after[to - 1])) for _, _, at, to in found if to > at]


@dataclass(frozen=True, slots=True)
class _Joined:
    """Several texts one after another, with so much nothing between them that no passage reaches across.

    parts: each with the place where it begins, in units.
    """

    codes: Numbers
    parts: tuple[tuple[int, Units], ...]

    def part_at(self, at: int) -> int:
        return bisect_right(self.parts, at, key=lambda part: part[0]) - 1

    def stretch(self, at: int, to: int) -> tuple[int, int, int]:
        """The part that these units stand in, and their offsets there as it was written."""
        number = self.part_at(at)
        begin, part = self.parts[number]
        return number, int(part.first[at - begin]), int(part.after[to - begin - 1])


_NOTHING = np.zeros(GAP + 1, np.uint64)


def _joined(texts: Sequence[Units]) -> _Joined:
    pieces: list[Numbers] = []
    parts: list[tuple[int, Units]] = []
    at = 0
    for text in texts:
        parts.append((at, text))
        pieces += [text.codes, _NOTHING]
        at += len(text) + len(_NOTHING)
    return _Joined(np.concatenate(pieces) if pieces else np.zeros(0, np.uint64), tuple(parts))


def _passage(chain: _Chain, here: _Joined, there: _Joined) -> Passage:
    _, first, after = here.stretch(chain.at, chain.to)
    return Passage(first, after, *there.stretch(chain.other_at, chain.other_to), chain.equal)


@dataclass(slots=True)
class _Chain:
    """Runs that follow one another, in units."""

    at: int
    to: int
    other_at: int
    other_to: int
    equal: int


def _runs(one: Numbers, other: Numbers) -> Runs:
    """Maximal runs of the same units in both: rows of (at, other_at, length), by their place in the first text."""
    here, there = numbered(one, SEED), numbered(other, SEED)
    order = np.argsort(there, kind="stable")
    sorted_there = there[order]
    low = np.searchsorted(sorted_there, here, "left")
    times = np.searchsorted(sorted_there, here, "right") - low
    nowhere = np.cumsum(np.append(0, one == 0))
    times[nowhere[SEED:] != nowhere[:-SEED]] = 0  # between two texts
    often = np.sort(times)
    beyond = int(np.searchsorted(np.cumsum(often), _PAIRS + 2 * len(here), "right"))
    if beyond < len(often):
        times[times >= often[beyond]] = 0
    at = np.repeat(np.arange(len(here)), times)
    if not len(at):
        return np.zeros((0, 3), np.int64)
    within = np.arange(len(at)) - np.repeat(np.cumsum(times) - times, times)
    other_at = order[np.repeat(low, times) + within]
    diagonal = other_at - at
    line = np.lexsort((at, diagonal))
    at, other_at, diagonal = at[line], other_at[line], diagonal[line]
    begins = np.flatnonzero(np.append(True, (np.diff(at) != 1) | (np.diff(diagonal) != 0)))
    lengths = np.diff(np.append(begins, len(at))) + SEED - 1
    runs = np.stack((at[begins], other_at[begins], lengths), axis=1)
    return runs[np.argsort(runs[:, 0], kind="stable")]


def _chained(runs: Runs) -> list[_Chain]:
    """Runs joined over short gaps, each to the chain that ends nearest before it."""
    done: list[_Chain] = []
    open_: list[_Chain] = []
    for at, other_at, length in runs.tolist():
        still = []
        best: tuple[int, _Chain] | None = None
        for chain in open_:
            gap, other_gap = at - chain.to, other_at - chain.other_to
            if gap > GAP:
                done.append(chain)
                continue
            still.append(chain)
            # A run may begin before the last one ends, where a word at the seam stands twice.
            overlap = max(0, -gap, -other_gap)
            fits = other_gap <= GAP and overlap < length and overlap <= SEED
            if fits and (best is None or abs(gap) + abs(other_gap) < best[0]):
                best = (abs(gap) + abs(other_gap), chain)
        open_ = still
        if best is None:
            open_.append(_Chain(at, at + length, other_at, other_at + length, length))
            continue
        chain = best[1]
        chain.equal += length - max(0, chain.to - at, chain.other_to - other_at)
        chain.to, chain.other_to = max(chain.to, at + length), max(chain.other_to, other_at + length)
    return done + open_


def _counts(chain: _Chain, here: _Joined, there: _Joined) -> bool:
    """Whether it is a passage: long and dense enough, or all of a short text."""
    sizes = (len(here.parts[here.part_at(chain.at)][1]), len(there.parts[there.part_at(chain.other_at)][1]))
    least = min(LEAST, *(max(size - 2, SEED) for size in sizes))
    span = max(chain.to - chain.at, chain.other_to - chain.other_at)
    words = int(np.count_nonzero(here.codes[chain.at : chain.to] >= WORD))
    return chain.equal + min(words, chain.equal) >= least and chain.equal >= DENSEST * span


def _apart(chains: Sequence[_Chain]) -> list[_Chain]:
    """The longest first, of each other one what does not stand within those: no unit of the first text counts twice."""
    kept: list[_Chain] = []
    for chain in sorted(chains, key=lambda chain: (-chain.equal, chain.at, chain.other_at)):
        place = bisect_left(kept, chain.at, key=lambda one: one.at)
        early = max(0, kept[place - 1].to - chain.at) if place else 0
        late = max(0, chain.to - kept[place].at) if place < len(kept) else 0
        if early or late:
            if chain.equal - early - late < LEAST // 2:
                continue
            chain.at, chain.other_at = chain.at + early, chain.other_at + early
            chain.to, chain.other_to = chain.to - late, chain.other_to - late
            chain.equal -= early + late
        kept.insert(place, chain)
    return kept
