"""Answering a question: candidates by the index, ranked by what their words tell, narrowed and counted.

However frequent the words are, at most a few thousand entries are looked at closely. Where the words are known to be in more,
their rank says little: then some of those that have every word in their title are looked at, and the latest that match. Nothing
that the reader may not find has any part in an answer: it is left out before counting, and how much a word tells is counted
over what everybody like them may read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from itertools import chain, combinations
from typing import Any, Final, Literal, NamedTuple

from django.db import connection, transaction

from keguan.insight.search import vocabulary
from keguan.insight.search.entries import narrowed_by, numbered
from keguan.insight.search.scopes import closed_to, readable
from keguan.insight.search.vocabulary import TITLED, Frequencies
from keguan.kernel.actors import Actor
from keguan.texts.pieces import quoted
from keguan.texts.terms import Wanted, wanted
from keguan.texts.variants import folded

MOST: Final = 1000
"""Hits of one answer."""
MOST_WORDS: Final = 12
_MEANT_WORDS: Final = 3
"""So many unknown words of one question are looked up."""
_AVERAGE_LENGTH: Final = 60
_RANK: Final = "ts_rank('{0.15, 0.3, 0.5, 1.0}', words, %s::tsquery)"
_COLUMNS: Final = ("id", "kind", "key", "programme", "year", "region", "host", "day", "case", "length", "words")

_WAY: Final = (
    "SET LOCAL enable_seqscan = off; SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL work_mem = '32MB';"
    " SET LOCAL jit = off"
)
CLOSELY: Final = 2000
"""So many entries are looked at closely, all of them where they are no more."""
SOME: Final = 400
"""Where they are more: so many by their title, and about as many of the latest."""
WINDOW: Final = (1000, 3000)
"""Among at least and at most so many of the latest entries one looks for those: the rarer the words, the more."""
_TOO_FEW: Final = 20
_PAIRED: Final = 5
_TITLES: Final = 20_000
"""Reading the index for a word in more titles than that takes longer than all else; the latest entries hold enough of them."""

How = Literal["all", "meant", "some"]
"""By which reading the answer was found: all words, some of them read as others, some of them."""


class Hit(NamedTuple):
    """One entry that was found, with what it is narrowed by and how well it fits. case: by which its rights are asked."""

    entry: int
    kind: str
    key: int
    programme: str
    year: int | None
    region: str
    host: str
    day: date | None
    case: int | None
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question found, the best first. terms: what to mark in the texts. is_more: there is more than was looked at.

    meant: words that were not in use, with the words that were searched instead.
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
        answer = _Search(actor, words, narrowing, after, typed).answer()
    closed = closed_to(actor, {one.case for one in answer.hits if one.case})
    return replace(answer, hits=tuple(one for one in answer.hits if one.case not in closed)) if closed else answer


def _narrowing(asked: Mapping[str, str]) -> list[list[str]]:
    """The terms of facets; of each group one."""
    found = []
    for key, value in asked.items():
        if value:
            values = ("case", "proposal") if (key, value) == ("kind", "case") else (value,)
            found.append([narrowed_by(key[0], one) for one in values])
    return found


def _all(parts: Iterable[str]) -> str:
    return " & ".join(parts)


def _any(parts: Iterable[str]) -> str:
    return "(" + " | ".join(parts) + ")"


@dataclass(frozen=True, slots=True)
class _Arm:
    """A piece of what is looked at: at most so many of what matches, among all entries or the latest so many."""

    query: str
    most: int
    window: int = 0

    @property
    def latest(self) -> str:
        return f" AND search_entry.id > (SELECT max(id) - {self.window} FROM search_entry)" if self.window else ""  # noqa: S608


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to ask the index. share: of all entries, about so many match, as far as words are counted. titled: the same
    of titles alone, "" where that is not asked."""

    query: str
    share: float
    titled: str = ""
    titled_share: float = 0.0


class _Search:
    """One question on its way to an answer."""

    def __init__(
        self, actor: Actor, words: Sequence[Wanted], facets: Sequence[Sequence[str]], after: int, typed: str
    ) -> None:
        self.is_member = actor.is_known
        self.words, self.facets = words, facets
        self.narrowing = [_any(map(quoted, group)) for group in facets]
        self.parts = _statements(actor)
        self.after, self.typed = after, typed
        self.number = quoted(numbered(typed)) if typed.strip() else ""
        self.frequencies = Frequencies(1, {})

    def answer(self) -> Answer:
        terms = _terms(self.words)
        titled = [TITLED + one for one in terms]
        counted = [*terms, *titled, *chain.from_iterable(self.facets)]
        self.frequencies = vocabulary.frequencies(counted, is_member=self.is_member)
        every = self._every([(one.word,) for one in self.words])
        if self.number:
            numbers = _all([self.number, *self.narrowing])
            every = replace(every, query=_any([every.query, numbers]))
        found = self._found("all", [every], terms)
        if found.hits:
            return found
        if not self.narrowing:
            for words in filter(None, (self._spelled(), self.words)):
                if (meant := self._meant(words)) and (read := self._read_as(words, meant)).hits:
                    return read
        if len(self.words) > 1:
            return self._found("some", self._partly(), terms)
        return found

    def _every(self, asked: Sequence[Sequence[str]]) -> _Way:
        """Of each group, one of its words."""
        titled = [[TITLED + one for one in group] for group in asked]
        return _Way(
            _all([*map(self._one_of, asked), *self.narrowing]),
            math.prod(map(self._share, [*asked, *self.facets])),
            _all([*map(self._one_of, titled), *self.narrowing]) if asked else "",
            math.prod(map(self._share, [*titled, *self.facets])),
        )

    def _one_of(self, group: Sequence[str]) -> str:
        return _any(_all(map(quoted, self._made_up(one))) for one in group)

    def _made_up(self, word: str) -> tuple[str, ...]:
        """A word by itself, or by all the shorter words that make it up: a text may have been cut otherwise."""
        mark, plain = (TITLED, word[1:]) if word.startswith(TITLED) else ("", word)
        parts = next((one.all_of for one in self.words if one.word == plain), ())
        return tuple(mark + part for part in parts) or (word,)

    def _share(self, group: Iterable[str]) -> float:
        """Of all entries, about how many have one of these; as if words that make up another met by chance."""
        of, every = self.frequencies.of, self.frequencies.entries
        found = 0.0
        for one in group:
            parts = self._made_up(one)
            found += max(of.get(one, 0) / every, math.prod(of.get(part, 0) / every for part in parts))
        return min(1.0, found)

    def _spelled(self) -> list[Wanted]:
        """The words of the question where some are typed in pinyin syllable by syllable, [] where none is."""
        rest = folded(self.typed)
        found = vocabulary.spelled(rest, is_member=self.is_member)
        for one in found:
            rest = rest.replace(one, " ")
        return [*map(Wanted, found), *wanted(rest, MOST_WORDS - len(found))] if found else []

    def _meant(self, words: Sequence[Wanted]) -> dict[str, tuple[str, ...]]:
        unknown = [one.word for one in words if not any(self.frequencies.of.get(term) for term in _terms([one]))]
        most = max(_MEANT_WORDS, sum(" " in one for one in unknown))
        found = vocabulary.meant(unknown[:most], is_member=self.is_member)
        instead = {word: number for ones in found.values() for word, number in ones.items()}
        self.frequencies = replace(self.frequencies, of={**self.frequencies.of, **instead})
        return {word: tuple(ones) for word, ones in found.items()}

    def _read_as(self, words: Sequence[Wanted], meant: Mapping[str, tuple[str, ...]]) -> Answer:
        asked = [meant.get(one.word) or (one.word,) for one in words]
        terms = [
            *_terms([one for one in words if one.word not in meant]),
            *(one for ones in meant.values() for one in ones),
        ]
        return replace(self._found("meant", [self._every(asked)], terms), meant=meant)

    def _partly(self) -> list[_Way]:
        """Where nothing has all the words: what has those that are in use, or all but one; what has two of them in its title;
        and what has one of the rare ones."""
        every = [one.word for one in self.words]
        used = [one for one in every if self._share([one])]
        kept = [used] if 0 < len(used) < len(every) else [every[:at] + every[at + 1 :] for at in range(len(every))]
        ways = [self._every([(one,) for one in some]) for some in kept if len(some) > 1]
        titled = [_all(self._one_of([TITLED + one]) for one in two) for two in combinations(every[:_PAIRED], 2)]
        rare = [one for one in every if self._number(self._share([one])) <= SOME]
        rest = [_any(titled), *([self._one_of(rare)] if rare else [])]
        if len(used) == 1:
            ways.append(self._every([(used[0],)]))
        return ways + [_Way(_all([query, *self.narrowing]), 0.0) for query in rest]

    def _found(self, how: How, ways: Sequence[_Way], terms: Sequence[str]) -> Answer:
        most = (CLOSELY if len(ways) == 1 else SOME) + 1
        whole = [one for one in ways if not self._is_too_many(one)]
        many = [one for one in ways if self._is_too_many(one)]
        rows = self._rows([*(_Arm(one.query, most) for one in whole), *self._some(many)], terms)
        is_more = bool(many)
        if many and len(rows) < _TOO_FEW:
            # Each word is frequent, and they are seldom together.
            rows += self._rows([_Arm(one.query, SOME + 1) for one in many], terms)
            is_more = rows[-1][-1] > SOME if rows else False
        elif len(ways) > 1:
            is_more = is_more or bool(rows and rows[0][-1] > SOME)
        elif rows and rows[0][-1] > CLOSELY and not many:
            # Those that came first are neither the best nor the latest.
            rows += self._rows(self._some(ways), terms)
            is_more = True
        hits = list({row[0]: Hit._make(row[:-1]) for row in rows}.values())
        hits.sort(key=lambda one: (-one.score, -one.entry))
        return Answer(tuple(hits[:MOST]), frozenset(terms), how, is_more or len(hits) > MOST)

    def _is_too_many(self, way: _Way) -> bool:
        # How many of what is new have a word is not counted; nor is a facet of what only some may read.
        return not self.after and self._number(way.share) > CLOSELY

    def _number(self, share: float) -> float:
        return share * self.frequencies.entries

    def _some(self, ways: Iterable[_Way]) -> list[_Arm]:
        """What is looked at where a way leads to very many."""
        least, most = WINDOW
        found = []
        for way in ways:
            window = most if self.narrowing else round(max(least, min(most, SOME / max(way.share, 0.001))))
            found.append(_Arm(way.query, SOME * 2, window))
            if way.titled and self._number(way.titled_share) <= _TITLES:
                found.append(_Arm(way.titled, SOME))
        return found

    def _rows(self, arms: Sequence[_Arm], terms: Sequence[str]) -> list[tuple[Any, ...]]:
        """The best of what the arms find, each row with how many they found at its end."""
        weights = [(self.frequencies.weight(term), quoted(term)) for term in terms]
        score = " + ".join(f"%s::float8 * {_RANK}" for _ in weights) or "0::float8"
        after = f" AND search_entry.id > {int(self.after)}" if self.after else ""
        looked_at, values = [], []
        for arm in arms:
            for sql, params in self.parts:
                looked_at.append(f"({sql} AND words @@ %s::tsquery{after}{arm.latest} LIMIT {arm.most})")
                values += [*params, arm.query]
        statement = (
            f"WITH hit AS MATERIALIZED ({' UNION ALL '.join(looked_at)})"  # noqa: S608 - texts of the house, values bound
            f" SELECT {', '.join(map(connection.ops.quote_name, _COLUMNS[:9]))}, ({score}) / (0.7::float8 + 0.3::float8 * least(length, 600) / {_AVERAGE_LENGTH})"
            f" AS score, count(*) OVER () FROM hit ORDER BY score DESC, id DESC LIMIT {MOST + SOME}"
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, [*values, *(value for pair in weights for value in pair)])
            return cursor.fetchall()


@lru_cache(maxsize=256)
def _statements(actor: Actor) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    """What the reader may find as SQL. It says who asks, not what they may read at this moment: the database answers that.
    Remembered, for composing it costs more than asking."""
    return tuple(part.values_list(*_COLUMNS).query.sql_with_params() for part in readable(actor))


def _terms(words: Iterable[Wanted]) -> list[str]:
    return list(dict.fromkeys(term for one in words for term in (one.word, *one.all_of)))
