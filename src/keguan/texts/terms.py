"""What a text can be found by, and what a question asks for: words with the shorter words inside them, and the places."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from keguan.kernel.names import with_name_dots
from keguan.texts.variants import Folded, fold, folded
from keguan.texts.words import RUNS, STOP_WORDS, singular

LONGEST_TERM: Final = 60
"""Characters of one term; what is longer is no word."""


def terms(text: str) -> Iterator[tuple[str, ...]]:
    """What a text can be found by, word for word in reading order: each word with the shorter words inside it.

    乌鲁木齐市 is found by 乌鲁木齐, 识别方法 by 识别 and by 方法.
    """
    for word in _words(folded(with_name_dots(text))):
        yield (word, *inside(word))


@dataclass(frozen=True, slots=True)
class Wanted:
    """One word that was asked for. all_of: the shorter words that make it up, () where it is found by itself only."""

    word: str
    all_of: tuple[str, ...] = ()


def wanted(question: str, most: int = 12) -> tuple[Wanted, ...]:
    """The words of a question, each once, without those that say nothing (的, 研究) unless there are no others."""
    every = list(dict.fromkeys(_words(folded(with_name_dots(question)))))
    telling = [word for word in every if word not in STOP_WORDS] or every
    return tuple(Wanted(word, _cover(word)) for word in telling[:most])


def _words(text: str) -> Iterator[str]:
    # Imported on first use: its dictionary takes time to load.
    from rjieba import cut

    for chinese, other in RUNS.findall(text):
        if chinese:
            yield from cut(chinese)
        else:
            yield singular(other[:LONGEST_TERM])


@lru_cache(maxsize=65536)
def inside(word: str) -> tuple[str, ...]:
    """The shorter words of the dictionary, of two characters or more, that a Chinese word contains."""
    if len(word) < 3 or word.isascii() or not _CHINESE.fullmatch(word):
        return ()
    from rjieba import has_word

    length = min(len(word), 12)
    found = (word[a:b] for a in range(length - 1) for b in range(a + 2, length + 1) if b - a < len(word))
    return tuple(dict.fromkeys(part for part in found if has_word(part)))


def _cover(word: str) -> tuple[str, ...]:
    """Shorter words that make up the whole word one after the other, the longest first; () where there are none."""
    parts, at = [], 0
    shorter = sorted(inside(word), key=len, reverse=True)
    while at < len(word):
        part = next((one for one in shorter if word.startswith(one, at)), None)
        if part is None:
            return ()
        parts.append(part)
        at += len(part)
    return tuple(dict.fromkeys(parts))


# --------------------------------------------------------------------------------------------------------- passages


def marks(of: Folded, found: Collection[str]) -> list[tuple[int, int]]:
    """Where these terms stand in the original, as pairs of places, in order, none overlapping. Words of letters are
    found whole, or with their plural ending."""
    if not found:
        return []
    spans = [span for span in _spans(of.text, found) if span[0] < span[1]]
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    places = ((of.starts[start], of.starts[end]) for start, end in merged)
    return [(start, end) for start, end in places if start < end]


def _spans(text: str, found: Iterable[str]) -> list[tuple[int, int]]:
    pattern = "|".join(_pattern(term) for term in sorted(found, key=len, reverse=True))
    return [one.span() for one in re.finditer(pattern, text)]


def _pattern(term: str) -> str:
    if _CHINESE.search(term):
        return re.escape(term)
    stem = re.escape(term[:-1]) + "(?:y|ies)" if term.endswith("y") and term.isascii() else re.escape(term) + "(?:e?s)?"
    return rf"(?<![^\W_])(?:{re.escape(term)}|{stem})(?![^\W_{_HAN}])"


def passage(text: str, found: Collection[str], length: int = 160) -> tuple[str, list[tuple[int, int]]]:
    """The piece of a text that holds most of these terms, word for word as it was written, with their places in it.

    length: about so many characters. Begins with the text's own beginning where nothing is found.
    """
    places = marks(fold(with_name_dots(text)), found)
    if len(text) <= length:
        return text, places
    start = 0
    if places:
        best = max(range(len(places)), key=lambda at: (_said(text, places, at, length), -at))
        start = max(0, min(places[best][0] - length // 6, len(text) - length))
        before = max((text.rfind(sign, max(0, start - 20), start + 20) for sign in "。；;\n"), default=-1)
        start = before + 1 if 0 <= before < places[best][0] else start
    end = min(len(text), start + length)
    inside_ = [(max(a, start) - start, min(b, end) - start) for a, b in places if a < end and b > start]
    return text[start:end], inside_


def _said(text: str, places: list[tuple[int, int]], at: int, length: int) -> int:
    """How many different terms stand in the piece that begins with this place."""
    start = places[at][0]
    return len({text[a:b] for a, b in places[at:] if b <= start + length * 5 // 6})


_HAN: Final = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_CHINESE: Final = re.compile(f"[{_HAN}]+")
