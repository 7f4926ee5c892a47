"""The words that are in use: how frequent each is, and which one a mistyped word may have meant."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.db import connection, transaction

from keguan.insight.search.models import Word

PUBLIC: Final = ("call", "notice", "award")
MEMBERS: Final = (*PUBLIC, "project")
"""The kinds that everybody, and everybody signed in, may read whole: no other word is counted or proposed."""
LONGEST: Final = 20
_MOST_NEAR = 400
TITLED: Final = "^"
"""Stands before a word that is counted in titles alone."""
_CHINESE_FROM: Final = "\u3400"
_LONGEST_HEARD: Final = 8
"""Characters of the longest word of which it is known how it sounds."""
_LETTERS: Final = re.compile("[a-z]+")
_SYLLABLES: Final = re.compile(r"(?<![a-z0-9])[a-z]{1,6}(?:\s+[a-z]{1,6}){1,11}(?![a-z0-9])")
"""Two short words or more in a row: no syllable of pinyin has more letters than `zhuang`."""


@dataclass(frozen=True, slots=True)
class Frequencies:
    """How many entries the reader's open kinds have, and how many of them each word is in."""

    entries: int
    of: Mapping[str, int]

    def weight(self, word: str) -> float:
        """How much a word tells: the rarer, the more. Never negative.

        Source: Robertson and Zaragoza, The probabilistic relevance framework, 2009 (BM25's inverse document frequency).
        """
        found = min(self.of.get(word, 0), self.entries)
        return math.log(1 + (self.entries - found + 0.5) / (found + 0.5))


def frequencies(words: Collection[str], *, is_member: bool) -> Frequencies:
    """How frequent words are for this reader. One query."""
    column = "members" if is_member else "public"
    rows = dict(Word.objects.filter(word__in=[*words, _TOTAL]).values_list("word", column))
    return Frequencies(max(1, rows.pop(_TOTAL, 1)), rows)


_TOTAL: Final = "="
"""Stands for all entries; begins what they are narrowed by; no text has such a word."""


# ----------------------------------------------------------------------------------------------------------- counting


def count_in(documents: Sequence[tuple[str, Iterable[str]]]) -> None:
    """Count the words of new or changed documents, given with their kinds. A changed one counts twice until the next
    `recount`."""
    public: Counter[str] = Counter()
    members: Counter[str] = Counter()
    for kind, words in documents:
        if kind in MEMBERS:
            said = [*(word for word in words if len(word) <= LONGEST), _TOTAL]
            members.update(said)
            if kind in PUBLIC:
                public.update(said)
    _add({word: (public[word], number) for word, number in members.items()})


@transaction.atomic
def recount() -> None:
    """Count every word anew."""
    counts: dict[str, tuple[int, int]] = {}
    with connection.cursor() as cursor:
        for at, kinds in enumerate((PUBLIC, MEMBERS)):
            listed = ", ".join(f"''{kind}''" for kind in kinds)
            cursor.execute(
                f"SELECT word, ndoc FROM ts_stat('SELECT words FROM search_entry WHERE kind IN ({listed})')"  # noqa: S608
                " WHERE length(word) <= %s",
                [LONGEST],
            )
            for word, number in cursor.fetchall():
                counts[word] = (number if at == 0 else counts.get(word, (0, 0))[0], number)
            cursor.execute("SELECT count(*) FROM search_entry WHERE kind = ANY(%s)", [list(kinds)])
            (total,) = cursor.fetchone()
            counts[_TOTAL] = (total if at == 0 else counts[_TOTAL][0], total)
    Word.objects.all().delete()
    _add(counts)


def _add(counts: Mapping[str, tuple[int, int]]) -> None:
    # In one order, so that two who write at once wait for each other instead of for ever.
    rows = [(word, *counts[word], list(near(word)), sound(word)) for word in sorted(counts)]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO search_word (word, public, members, near, sound) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (word) DO UPDATE SET public = search_word.public + excluded.public,"
            " members = search_word.members + excluded.members",
            rows,
        )


# ----------------------------------------------------------------------------------------------------------- proposing


def near(word: str) -> tuple[str, ...]:
    """The word, and the word with each of its characters left out: two words of which one stands among those of the other
    are one slip apart.

    Source: Mor and Fraenkel, A hash code method for detecting and correcting spelling errors, CACM 25(12), 1982.
    """
    if len(word) > LONGEST or word.startswith((TITLED, _TOTAL)) or not _can_be_mistyped(word):
        return ()
    return tuple(dict.fromkeys([word, *(word[:at] + word[at + 1 :] for at in range(len(word)))]))


def _can_be_mistyped(word: str) -> bool:
    """Short words are near to far too many others; a wrong character of a short Chinese word mostly sounds right."""
    return len(word) >= (3 if word >= _CHINESE_FROM else 4) and not any(char.isdigit() for char in word)


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """How a Chinese word of two characters or more is pronounced, in letters without tones; "" for any other."""
    if not 2 <= len(word) <= _LONGEST_HEARD or any(char < _CHINESE_FROM for char in word):
        return ""
    # Imported on first use: its dictionaries take a noticeable part of a second to load.
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(word, errors="ignore"))


def meant(words: Sequence[str], *, is_member: bool, most: int = 3) -> dict[str, dict[str, int]]:
    """For words that are not in use, those in use that somebody may have meant, the likeliest first, each with how many
    entries use it: those that sound the same, and those one slip away. Only words that the reader may meet anyway. One
    query, none where nothing can be proposed."""
    from rapidfuzz.distance import OSA

    asked = [(word, _heard(word), near(word)) for word in words]
    sounds = [heard for _, heard, _ in asked if heard]
    forms = [form for _, _, ones in asked for form in ones]
    if not sounds and not forms:
        return {}
    column = "members" if is_member else "public"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT word, {column}, sound FROM search_word"  # noqa: S608 - one of two columns
            f" WHERE ((sound = ANY(%s) AND sound <> '') OR near && %s::text[]) AND {column} > 0 LIMIT %s",
            [sounds, forms, _MOST_NEAR],
        )
        rows = cursor.fetchall()
    found: dict[str, dict[str, int]] = {}
    for word, heard, _ in asked:
        slips = (
            (0 if heard and sound_ == heard else OSA.distance(word, other), -n, other) for other, n, sound_ in rows
        )
        likely = sorted(one for one in slips if one[0] <= 1 and one[2] != word)[:most]
        if likely:
            found[word] = {other: -number for _, number, other in likely}
    return found


def _heard(word: str) -> str:
    """How it sounds; four letters or more may be pinyin themselves, also with a space after each syllable."""
    letters = "".join(word.split())
    return sound(word) or (letters if letters.isascii() and letters.isalpha() and len(letters) > 3 else "")


def spelled(question: str, *, is_member: bool) -> tuple[str, ...]:
    """The words of a folded question that are typed in pinyin syllable by syllable (`mian hua`), as they stand there: those
    that sound like a word in use which the reader may meet anyway. One query, none without two short words in a row."""
    runs = [[one.span() for one in _LETTERS.finditer(question, *run.span())] for run in _SYLLABLES.finditer(question)]
    heard = {
        (run[at][0], run[to][1]): _heard(question[run[at][0] : run[to][1]])
        for run in runs
        for at in range(len(run))
        for to in range(at + 1, min(len(run), at + _LONGEST_HEARD))
    }
    if not (sounds := {one for one in heard.values() if one}):
        return ()
    rows = Word.objects.filter(sound__in=sounds, **{f"{'members' if is_member else 'public'}__gt": 0})
    known = set(rows.values_list("sound", flat=True))
    return tuple(
        dict.fromkeys(
            question[start:end]
            for run in runs
            for start, end in _cover(run, {span for span, letters in heard.items() if letters in known})
        )
    )


def _cover(run: Sequence[tuple[int, int]], words: Collection[tuple[int, int]]) -> list[tuple[int, int]]:
    """Words one after the other that leave the fewest syllables of a run over, and are the fewest."""
    best: list[tuple[int, int, list[tuple[int, int]]]] = [(0, 0, [])]
    for to in range(len(run)):
        left, number, found = best[to]
        ways = [(left + 1, number, found)]
        for at in range(to):
            if (word := (run[at][0], run[to][1])) in words:
                left, number, found = best[at]
                ways.append((left, number + 1, [*found, word]))
        best.append(min(ways))
    return best[-1][2]
