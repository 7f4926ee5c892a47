"""Whose work is near which application, and by which works: a sum over words, the same for every reader who runs it again.

Each work of an expert is compared with the application by sublinear TF-IDF and a pivoted cosine; what an expert's works
reach is joined by a soft maximum, so that one work that is near counts for more than many that are somewhat near, and
nobody's fields are averaged away. Agreement of discipline codes is mixed in.
Sources: Salton and Buckley, Term-weighting approaches in automatic text retrieval, IP&M 24(5), 1988; Singhal, Buckley and
Mitra, Pivoted document length normalization, SIGIR 1996.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SOFTNESS: Final = 3
"""The exponent of the soft maximum over an expert's works: 1 would add them up, infinity take the nearest alone."""
PIVOT: Final = 0.75
"""How far a long work is held against its length: 1 is the cosine, 0 not at all."""
CODES: Final = 0.2
"""The share of agreeing discipline codes in the fit, where the application names any."""
SAID_BY_MOST: Final = 0.1
"""A term that more than this share of many works says tells no two of them apart and is left out."""
FEW: Final = 50
"""Of fewer works than that, how many say a term tells nothing about it."""
MANY: Final = 20_000
"""From so many works on."""
TITLE, KEYWORDS, ABSTRACT = 3.0, 2.0, 1.0
"""How much a term counts by where the application says it."""
_AT_ONCE: Final = 20_000_000
"""So many pairs of application and work are compared in one block at most."""


@dataclass(frozen=True, slots=True)
class Work:
    """One thing an expert did. terms: of its title, abstract and keywords, cut by the caller. weight: see `weight_of`."""

    expert: int
    terms: Sequence[str]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Application:
    """What an application says of itself. All terms cut as those of the works are; codes: of its disciplines."""

    title: Sequence[str]
    abstract: Sequence[str] = ()
    keywords: Sequence[str] = ()
    codes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Near:
    """The experts nearest to one application, the nearest first. fits: 0 to 1, rounded to a millionth, in their order."""

    experts: Ints
    fits: Floats


@dataclass(frozen=True, slots=True)
class Reason:
    """A work that made an expert near. work: its place among the works given; fit: its own; terms: the shared ones, those
    that counted most first."""

    work: int
    fit: float
    terms: tuple[str, ...]


def weight_of(kind: str, years: float | None = None) -> float:
    """How much a work counts: what an expert led in full, what they took part in or said of themselves less, old works less.

    kind: `led`, `member`, `keywords`, `fields` (names of disciplines), any other as a paper. years: its age; None where that is not known.
    A work loses half of its weight in twenty years and never more.
    """
    share = {"led": 1.0, "member": 0.8, "keywords": 0.7, "fields": 0.5}.get(kind, 0.9)
    return share * (1.0 if years is None else max(0.5, 0.5 ** (max(years, 0.0) / 20)))


def agreement(ours: Iterable[str], theirs: Iterable[str]) -> float:
    """How far two sets of discipline codes agree: 1 for the same code, less for a shared discipline above, 0 for none.

    Codes of three levels (3, 5 and 7 characters: GB/T 13745, and NSFC's F0101 alike), with or without the tree they are
    from in front (`gbt13745:2009:52040`); codes of two trees do not agree. The best pair counts.
    """
    ours = list(ours)
    return max((_agreeing(one, other) for one in theirs for other in ours), default=0.0)


@lru_cache(maxsize=65536)
def _agreeing(one: str, other: str) -> float:
    (tree, _, one), (other_tree, _, other) = one.rpartition(":"), other.rpartition(":")
    if tree != other_tree:
        return 0.0
    shared = next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    length = min(len(one), len(other)) if shared is None else shared
    level = max((size for size in (3, 5, 7) if size <= length), default=0)
    return level / max(len(one), len(other)) if level else 0.0


class Expertise:
    """All that the experts of a pool did, ready to be compared with any number of applications.

    works: in any order; an expert without any is near by codes alone. codes: expert → the codes of their disciplines.
    """

    def __init__(self, works: Sequence[Work], codes: Mapping[int, Sequence[str]] | None = None) -> None:
        self._codes = {expert: tuple(given) for expert, given in (codes or {}).items()}
        known = {work.expert for work in works} | set(self._codes)
        self.experts: Ints = np.array(sorted(known), dtype=np.int64)
        """Every expert of the pool by id, ascending."""
        self._at: dict[int, int] = {int(expert): at for at, expert in enumerate(self.experts)}
        self._owner: Ints = np.array([self._at[work.expert] for work in works], dtype=np.int64)
        self._terms: dict[str, int] = {}
        counted = _counted((Counter(work.terms) for work in works), self._terms, growing=True)
        self._said_by = np.bincount(counted.indices, minlength=len(self._terms)).astype(np.float64)
        self._idf: Floats = np.log((1 + len(works)) / (1 + self._said_by)) + 1
        if len(works) >= MANY:
            self._idf[self._said_by > len(works) * SAID_BY_MOST] = 0.0
        self._works: Any = self._weighed(counted, np.array([work.weight for work in works], dtype=np.float64))
        self._works_by_term: Any = self._works.T.tocsr()
        self._owned: Any = _one_each(self._owner, len(self.experts))
        self._by_owner: Ints = np.argsort(self._owner, kind="stable")
        self._owners: Ints = self._owner[self._by_owner]
        self._names = list(self._terms)
        self._by_code = _experts_by_code(self._codes, self._at)

    def nearest(self, applications: Sequence[Application], most: int = 100) -> list[Near]:
        """The nearest experts of each application, at most `most`; those with neither word nor code in common are left out.

        Exact: the same as comparing all with all, but block by block, and only where a word is shared.
        """
        asked = self._asked(applications)
        found: list[Near] = []
        for start, stop in self._blocks(asked):
            reached = asked[start:stop] @ self._works_by_term
            reached.data **= SOFTNESS
            by_expert = (reached @ self._owned).tocsr()
            by_expert.data **= 1 / SOFTNESS
            for at in range(start, stop):
                row = slice(by_expert.indptr[at - start], by_expert.indptr[at - start + 1])
                fits = np.zeros(len(self.experts))
                fits[by_expert.indices[row]] = by_expert.data[row]
                found.append(self._nearest(fits, applications[at].codes, most))
        return found

    def share(self, term: str) -> float:
        """Of all works, how many say this term; 0 where none does, or where they are too few to tell."""
        column = self._terms.get(term)
        works = len(self._owner)
        return float(self._said_by[column]) / works if column is not None and works >= FEW else 0.0

    def because(self, application: Application, expert: int, most: int = 3) -> tuple[Reason, ...]:
        """The works that make this expert near, the nearest first, each with the terms it shares; () where none shares any."""
        return self.reasons(application, [expert], most)[expert]

    def reasons(self, application: Application, experts: Iterable[int], most: int = 3) -> dict[int, tuple[Reason, ...]]:
        """The same for several experts at once."""
        asked = self._asked([application])
        said = {column: value for column, value in zip(asked.indices, asked.data, strict=True) if value}
        return {expert: self._because(said, expert, most) for expert in experts}

    def _because(self, said: Mapping[int, float], expert: int, most: int) -> tuple[Reason, ...]:
        at = self._at.get(expert)
        if at is None:
            return ()
        first, last = np.searchsorted(self._owners, [at, at + 1])
        reasons = [self._reason(said, int(work)) for work in self._by_owner[first:last]]
        return tuple(sorted((one for one in reasons if one.terms), key=lambda one: (-one.fit, one.work))[:most])

    def _reason(self, said: Mapping[int, float], work: int) -> Reason:
        row = slice(self._works.indptr[work], self._works.indptr[work + 1])
        shared = {
            self._names[column]: said[column] * value
            for column, value in zip(self._works.indices[row], self._works.data[row], strict=True)
            if column in said and value
        }
        ordered = sorted(shared, key=lambda term: (-shared[term], term))
        return Reason(work, min(1.0, round(float(sum(shared.values())), 6)), tuple(ordered))

    def _asked(self, applications: Sequence[Application]) -> Any:
        """The applications as rows over the terms of the works, each of length one. Terms that no work says count too, as
        what nobody knows about."""
        from scipy.sparse import csr_matrix, diags

        said = [_said(one) for one in applications]
        found = _counted(said, self._terms, growing=False)
        values = (1 + np.log(found.data)) * self._idf[found.indices]
        rows = csr_matrix((values, found.indices, found.indptr), shape=found.shape)
        rarest = np.log(1 + len(self._owner)) + 1
        unknown = [
            sum((1 + np.log(n)) ** 2 for term, n in one.items() if term not in self._terms) * rarest**2 for one in said
        ]
        lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel() + np.array(unknown))
        return (diags(1 / np.where(lengths > 0, lengths, 1.0)) @ rows).tocsr()

    def _weighed(self, counted: Any, weights: Floats) -> Any:
        from scipy.sparse import csr_matrix, diags

        values = (1 + np.log(counted.data)) * self._idf[counted.indices]
        rows = csr_matrix((values, counted.indices, counted.indptr), shape=counted.shape)
        rows.eliminate_zeros()
        lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
        usual = lengths[lengths > 0].mean() if (lengths > 0).any() else 1.0
        return (diags(weights / ((1 - PIVOT) * usual + PIVOT * lengths)) @ rows).tocsr()

    def _blocks(self, asked: Any) -> Iterator[tuple[int, int]]:
        """Stretches of applications small enough to compare at once."""
        by_term = np.diff(self._works_by_term.indptr)
        start, pairs = 0, 0
        for at in range(asked.shape[0]):
            cost = int(by_term[asked.indices[asked.indptr[at] : asked.indptr[at + 1]]].sum())
            if at > start and pairs + cost > _AT_ONCE:
                yield start, at
                start, pairs = at, 0
            pairs += cost
        if start < asked.shape[0]:
            yield start, asked.shape[0]

    def _nearest(self, fits: Floats, codes: Sequence[str], most: int) -> Near:
        fits = np.minimum(fits, 1.0)
        if codes:
            fits = (1 - CODES) * fits + CODES * self._agreements(tuple(codes))
        fits = fits.round(6)
        if len(fits) > most:
            least = np.partition(fits, len(fits) - most)[len(fits) - most]
            above, level = np.flatnonzero(fits > least), np.flatnonzero(fits == least)
            chosen = np.concatenate([above, level[: most - len(above)]])
        else:
            chosen = np.arange(len(fits))
        chosen = chosen[fits[chosen] > 0]
        ordered = chosen[np.lexsort((chosen, -fits[chosen]))]
        return Near(self.experts[ordered], fits[ordered])

    def _agreements(self, codes: tuple[str, ...]) -> Floats:
        found = np.zeros(len(self.experts))
        for theirs, who in self._by_code.items():
            agreeing = max(_agreeing(theirs, one) for one in codes)
            if agreeing:
                found[who] = np.maximum(found[who], agreeing)
        return found


def _said(application: Application) -> dict[str, float]:
    counts: dict[str, float] = {}
    for terms, weight in (
        (application.title, TITLE),
        (application.keywords, KEYWORDS),
        (application.abstract, ABSTRACT),
    ):
        for term in terms:
            counts[term] = counts.get(term, 0.0) + weight
    return counts


def _counted(texts: Iterable[Mapping[str, float]], terms: dict[str, int], *, growing: bool) -> Any:
    """How often each text says each term, as a sparse matrix. growing: whether terms not met before get a column."""
    from scipy.sparse import csr_matrix

    starts, columns, counts = [0], [], []
    for said in texts:
        for term, n in said.items():
            column = terms.setdefault(term, len(terms)) if growing else terms.get(term)
            if column is not None:
                columns.append(column)
                counts.append(n)
        starts.append(len(columns))
    parts = (np.array(counts, dtype=np.float64), np.array(columns, dtype=np.int64), np.array(starts, dtype=np.int64))
    return csr_matrix(parts, shape=(len(starts) - 1, len(terms)))


def _one_each(owner: Ints, experts: int) -> Any:
    from scipy.sparse import csr_matrix

    return csr_matrix((np.ones(len(owner)), owner, np.arange(len(owner) + 1)), shape=(len(owner), experts))


def _experts_by_code(codes: Mapping[int, Sequence[str]], at: Mapping[int, int]) -> dict[str, Ints]:
    found: dict[str, list[int]] = {}
    for expert, given in codes.items():
        for code in given:
            found.setdefault(code, []).append(at[expert])
    return {code: np.array(who, dtype=np.int64) for code, who in found.items()}
