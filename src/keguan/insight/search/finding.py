"""Answering a question: candidates by the index, ranked by what their words tell, narrowed and counted.

However frequent the words are, few thousand entries are looked at closely: of the latest ones all that match, of the others
those that have every word in their title and as many more as come first. Nothing that the reader may not find has any part in an answer: it is left out before counting, and
how much a word tells is counted over what everybody like them may read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any, Final, Literal

from django.db import connection, transaction

from keguan.insight.search import vocabulary
from keguan.insight.search.entries import narrowed_by, quoted
from keguan.insight.search.scopes import readable
from keguan.insight.search.vocabulary import Frequencies
from keguan.kernel.actors import Actor
from keguan.texts.terms import Wanted, wanted

MOST: Final = 1000
MOST_WORDS: Final = 12
_MEANT_WORDS: Final = 3
"""So many unknown words of one question are looked up."""
_AVERAGE_LENGTH: Final = 60
_RANK: Final = "ts_rank('{0.15, 0.3, 0.5, 1.0}', words, %s::tsquery)"
_COLUMNS: Final = ("id", "kind", "key", "programme", "year", "region", "host", "day", "length", "words")

_WAY: Final = (
    "SET LOCAL enable_seqscan = off; SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL work_mem = '32MB';"
    " SET LOCAL jit = off"
)
LATEST: Final = 3000
"""So many of the latest entries are always looked at, however frequent a word is."""

How = Literal["all", "meant", "some"]
"""By which reading the answer was found: all words, some of them read as others, some of them."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One entry that was found, with what it is narrowed by and how well it fits."""

    entry: int
    kind: str
    key: int
    programme: str
    year: int | None
    region: str
    host: str
    day: date | None
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question found, the best first. terms: what to mark in the texts. is_more: there is more than was looked at.

    meant: words that were not in use, with the words that were searched instead (or may be, where `how` is "all").
    """

    hits: tuple[Hit, ...] = ()
    terms: frozenset[str] = frozenset()
    how: How = "all"
    is_more: bool = False
    meant: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def find(actor: Actor, typed: str, asked: Mapping[str, str] | None = None, *, after: int = 0) -> Answer:
    """Answer a question within what the actor may find.

    typed: words in any order and script. asked: facets (`kind`, `programme`, `year`, `region`, `host`). after: only
    entries made later than this one.
    """
    words = wanted(typed, MOST_WORDS)
    narrowing = _narrowing(asked or {})
    if not words and not narrowing:
        return Answer()
    with transaction.atomic(savepoint=False):
        with connection.cursor() as cursor:
            # The index is always the way: reading every entry's words would take seconds, and the planner cannot know.
            cursor.execute(_WAY)
        return _Search(actor, words, narrowing, after).answer()


def _narrowing(asked: Mapping[str, str]) -> list[str]:
    found = []
    for key, value in asked.items():
        if value:
            values = ("case", "proposal") if (key, value) == ("kind", "case") else (value,)
            found.append(_any(quoted(narrowed_by(key[0], one)) for one in values))
    return found


def _all(parts: Iterable[str]) -> str:
    return " & ".join(parts)


def _any(parts: Iterable[str]) -> str:
    return "(" + " | ".join(parts) + ")"


class _Search:
    """One question on its way to an answer."""

    def __init__(self, actor: Actor, words: Sequence[Wanted], narrowing: Sequence[str], after: int) -> None:
        self.is_member = actor.is_known
        self.words, self.narrowing = words, narrowing
        self.parts = _statements(actor)
        self.after = after
        self.frequencies = Frequencies(1, {})

    def answer(self) -> Answer:
        terms = _terms(self.words)
        self.frequencies = vocabulary.frequencies(terms, is_member=self.is_member) if terms else self.frequencies
        titled = [f"^{one.word}" for one in self.words]
        found = self._found("all", [[_asked(one) for one in self.words]], terms, titled)
        if len(found.hits) < 3 and not self.narrowing and (meant := self._meant()):
            if found.hits:
                return replace(found, meant=meant)
            read = self._read_as(meant)
            if read.hits:
                return read
        if not found.hits and len(self.words) > 1:
            return self._found("some", [self._all_but_one(), [_any(map(_asked, self.words))]], terms)
        return found

    def _meant(self) -> dict[str, tuple[str, ...]]:
        unknown = [one.word for one in self.words if not any(self.frequencies.of.get(term) for term in _terms([one]))]
        found = vocabulary.meant(unknown[:_MEANT_WORDS], is_member=self.is_member)
        instead = {word: number for ones in found.values() for word, number in ones.items()}
        self.frequencies = replace(self.frequencies, of={**self.frequencies.of, **instead})
        return {word: tuple(ones) for word, ones in found.items()}

    def _read_as(self, meant: Mapping[str, tuple[str, ...]]) -> Answer:
        asked = [_any(map(quoted, meant[one.word])) if one.word in meant else _asked(one) for one in self.words]
        terms = [
            *_terms([one for one in self.words if one.word not in meant]),
            *(one for ones in meant.values() for one in ones),
        ]
        return replace(self._found("meant", [asked], terms), meant=meant)

    def _all_but_one(self) -> list[str]:
        every = [_asked(one) for one in self.words]
        return [_any(_all(every[:at] + every[at + 1 :]) for at in range(len(every)))]

    def _found(
        self, how: How, ways: Sequence[Sequence[str]], terms: Sequence[str], titled: Sequence[str] = ()
    ) -> Answer:
        """ways: what is asked, part by part, one way after the other. titled: the same of the title alone."""
        queries = [_all([*asked, *self.narrowing]) for asked in ways]
        rows = self._rows(queries, terms)
        is_more = len(rows) > MOST
        if is_more:
            # Those that came first are neither the best nor the latest.
            rows += self._rows(queries[:1], terms, is_latest=True)
            rows += self._rows([_all([*map(quoted, titled), *self.narrowing])], terms) if titled else []
        rows = list({row[0]: row for row in rows}.values())
        hits = sorted((Hit(*row) for row in rows), key=lambda one: (-one.score, -one.entry))
        return Answer(tuple(hits), frozenset(terms), how, is_more)

    def _rows(self, queries: Sequence[str], terms: Sequence[str], *, is_latest: bool = False) -> list[tuple[Any, ...]]:
        weights = [(self.frequencies.weight(term), quoted(term)) for term in terms]
        score = " + ".join(f"%s * {_RANK}" for _ in weights) or "0"
        matches = "words @@ %s::tsquery" + (_LATEST if is_latest else "")
        matches += f" AND search_entry.id > {int(self.after)}" if self.after else ""
        arms = [(sql, (*params, query)) for query in queries for sql, params in self.parts]
        looked_at = " UNION ALL ".join(f"({sql} AND {matches} LIMIT {MOST + 1})" for sql, _ in arms)
        statement = (
            f"WITH hit AS MATERIALIZED ({looked_at})"  # noqa: S608 - texts of the house, values bound
            f" SELECT {', '.join(_COLUMNS[:8])}, ({score}) / (0.7 + 0.3 * least(length, 600) / {_AVERAGE_LENGTH}) FROM hit"
        )
        values = [value for _, params in arms for value in params]
        with connection.cursor() as cursor:
            cursor.execute(statement, [*values, *(value for pair in weights for value in pair)])
            return cursor.fetchall()


@lru_cache(maxsize=256)
def _statements(actor: Actor) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    """What the reader may find as SQL. It says who asks, not what they may read at this moment: the database answers that.
    Remembered, for composing it costs more than asking."""
    return tuple(part.values_list(*_COLUMNS).query.sql_with_params() for part in readable(actor))


_LATEST: Final = f" AND search_entry.id > (SELECT max(id) - {LATEST} FROM search_entry)"  # noqa: S608 - a number of the house


def _terms(words: Iterable[Wanted]) -> list[str]:
    return list(dict.fromkeys(term for one in words for term in (one.word, *one.all_of)))


def _asked(one: Wanted) -> str:
    """A word by itself, or by all the shorter words that make it up: a text may have been cut otherwise."""
    return _all(map(quoted, one.all_of)) if one.all_of else quoted(one.word)
