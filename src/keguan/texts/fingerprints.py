"""Fingerprints of a text: few numbers by which a text finds, among a million others, those that share passages with it.

A text is read as units: one for each Chinese character, one for each run of Latin letters or digits. Width, capitals,
traditional characters, punctuation and spaces make no difference. Every six units in a row (a shingle) have a number; of these
numbers the small ones are kept, the smaller the longer the text, so that a text keeps about a hundred whatever its length
and two texts keep the same ones of what they share (FracMinHash: Irber et al. 2022; shingles: Broder 1997).

Characters, not words: a word cut differently in two places would hide a shared passage, and cutting takes ten times as long.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from keguan.texts.variants import simplified

SHINGLE = 6
"""Units in a row that have one number. With every tenth word exchanged, 76 % of six characters in a row stay, and two
unrelated abstracts share three of them once in 3 000 pairs."""
KEPT = 128
"""A text keeps at most about so many fingerprints."""

WORD = np.uint64(1) << np.uint64(32)
"""The codes of Latin words begin here; below are those of characters."""
_STEP = np.uint64(0x100000001B3)

Numbers = NDArray[np.uint64]
Fingerprints = NDArray[np.uint32]
Places = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Units:
    """A text as it is compared. codes: one number for each unit; first, after: where each unit begins and ends in the text as it
    was written, in characters."""

    codes: Numbers
    first: Places
    after: Places

    def __len__(self) -> int:
        return len(self.codes)


def units(text: str) -> Units:
    """Read a text as units. Any text will do; what holds no letter and no digit has none."""
    written = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    plain = _plain()[np.minimum(written, _LAST)]
    counts = plain != 0
    latin = counts & (plain < _CHINESE)
    goes_on = np.zeros(len(plain), bool)
    goes_on[1:] = latin[1:] & latin[:-1]
    at = np.flatnonzero(counts & ~goes_on).astype(np.int32)
    if not len(at):
        nothing = np.zeros(0, np.int32)
        return Units(np.zeros(0, np.uint64), nothing, nothing)
    codes = plain[at].astype(np.uint64)
    after = at + 1
    if goes_on.any():
        begins = np.flatnonzero(latin & ~goes_on)
        ends = np.flatnonzero(latin & ~np.append(goes_on[1:], False)) + 1
        words = latin[at]
        after[words] = ends
        codes[words] = _words(plain, begins, ends)
    return Units(codes, at, after)


def shingles(of: Units) -> Numbers:
    """The number of every six units in a row, in their order; none where the text is shorter."""
    return numbered(of.codes, SHINGLE)


def numbered(codes: Numbers, size: int) -> Numbers:
    """A number for every `size` codes in a row, in their order."""
    count = len(codes) - size + 1
    if count <= 0:
        return np.zeros(0, np.uint64)
    found = codes[:count].copy()
    for place in range(1, size):
        found *= _STEP
        found += codes[place : place + count]
    return _mixed(found)


def fingerprints(of: Units) -> Fingerprints:
    """The fingerprints of a text, sorted, each once."""
    found = shingles(of)
    if len(found) > KEPT:
        # Every doubling of the length halves the share that is kept: what a long text keeps, a short one keeps too.
        mask = np.uint64((1 << (len(found) - 1).bit_length() - KEPT.bit_length() + 1) - 1)
        found = found[(found & mask) == 0]
    return np.unique((found >> np.uint64(32)).astype(np.uint32))


def combined(found: Sequence[Fingerprints]) -> Fingerprints:
    """The fingerprints of something with several texts (a form's fields). Each text has kept its own share, so that a
    title is found as surely as ten pages."""
    return np.unique(np.concatenate(found)) if found else np.zeros(0, np.uint32)


def _mixed(numbers: Numbers) -> Numbers:
    """Spread evenly over 64 bits (the last steps of MurmurHash3), in place: whether a number is small must not depend on
    which characters are common."""
    numbers ^= numbers >> np.uint64(33)
    numbers *= np.uint64(0xFF51AFD7ED558CCD)
    numbers ^= numbers >> np.uint64(33)
    numbers *= np.uint64(0xC4CEB9FE1A85EC53)
    numbers ^= numbers >> np.uint64(33)
    return numbers


def _words(plain: NDArray[np.uint32], begins: NDArray[np.int64], ends: NDArray[np.int64]) -> Numbers:
    """One number for each run of letters, above all characters' own."""
    lengths = ends - begins
    places = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    letters = plain[np.repeat(begins, lengths) + places].astype(np.uint64) + np.uint64(1)
    powers = np.cumprod(np.full(int(lengths.max()), _STEP, np.uint64))
    return np.add.reduceat(letters * powers[places], np.cumsum(lengths) - lengths) | WORD


_CHINESE = 0x2E80
_LAST = 0x33480
"""Beyond the last Chinese character that Unicode knows."""


@cache
def _plain() -> NDArray[np.uint32]:
    """What each character is compared as, by its number; 0 for those that make no difference."""
    letters = [at for at in range(_LAST) if not 0xD800 <= at < 0xE000 and chr(at).isalnum()]
    folded = [unicodedata.normalize("NFKC", chr(at)).casefold()[:1] for at in letters]
    # Each on a line of its own: next to one another they would be converted as phrases.
    alone = simplified("\n".join(folded)).split("\n")
    table = np.zeros(_LAST + 1, np.uint32)
    table[letters] = [ord(one) if one and one.isalnum() else 0 for one in alone]
    table.flags.writeable = False
    return table
