"""A round's scores read together: how the award line moves, who scores high or low, where reviewers differ. It decides nothing."""

from __future__ import annotations

from bisect import insort
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from keguan.casework.models import Ranking, Round, Seat
from keguan.casework.rounds.services import entries_of
from keguan.casework.versions import definition_of
from keguan.engine import rounds as engine
from keguan.fairness.comments import Anchored, Contradiction, contradictions
from keguan.fairness.scores import BY_CASE, RANK_BASED, Score, by_case, hundredths, without_each
from keguan.language.definition import Definition
from keguan.language.schema import Rank, Review, Rubric

COMBINATIONS: Final = (*BY_CASE, RANK_BASED)
_BEHIND_ALL: Final = Fraction(-1)
MOST_WORK: Final = 60_000_000
"""So many places of rankings are looked through for reviewers left out one by one, a quarter of a minute; of a larger round
those who scored most are left out."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one reviewer handed in on one case. expert: the number of their entry in the pool."""

    number: str
    seat: int
    expert: int
    total: int
    scores: Mapping[str, int]
    comment: str


@dataclass(frozen=True, slots=True)
class Moved:
    """What of the award line moves: case numbers that would be within and are not, and the other way round."""

    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True)
class Read:
    """A round at its ranking, with every total of its review."""

    of_round: Round
    step: Rank
    review: Review
    definition: Definition
    entries: Sequence[engine.Entry]
    sheets: Sequence[Sheet]
    official: engine.Ranking
    scores: tuple[Score, ...] = field(default=())

    def under(self, how: str) -> Moved:
        """The award line if totals combined in this way.

        A mean place is no number of points, so the programme's bar cannot be held against it (nor the other way round):
        whoever meets the bar now is then put in the other order, with the same budget. A case that cannot be compared
        comes last of them.
        """
        if (how == RANK_BASED) == (self.review.combine == RANK_BASED):
            return self._against(self.scores, how)
        able = {line.number for line in self.official.lines if line.why not in ("eligible", "unknown")}
        return self._against(self.scores, how, able)

    def each_left_out(self, most_work: int = MOST_WORK) -> dict[int, Moved]:
        """For each reviewer the award line as if they had scored nothing, combined as the programme says; those who scored
        most first, and as many of them as the work allows.

        Leaving somebody out changes the scores of their own cases alone: these are taken out of the order and put in again.
        """
        combine = self.review.combine
        scored = by_case(self.scores, combine)
        entries = {one.number: one for one in self.entries}
        order = sorted((self._weighed(one, scored.get(one.number)) for one in self.entries), key=_key)
        place = {one.number: at for at, one in enumerate(order)}
        now = {line.number for line in self.official.lines if line.within}
        found: dict[int, Moved] = {}
        everybody = sorted(without_each(self.scores, combine), key=lambda one: (-len(one[1]), one[0]))
        for expert, changed in everybody[: max(1, most_work // max(1, len(order)))]:
            then = list(order)
            for at in sorted((place[str(number)] for number in changed), reverse=True):
                del then[at]
            for number, score in changed.items():
                insort(then, self._weighed(entries[str(number)], score), key=_key)
            within = self._within(then)
            found[int(str(expert))] = Moved(tuple(sorted(within - now)), tuple(sorted(now - within)))
        return found

    def _weighed(self, entry: engine.Entry, score: Fraction | None) -> engine.Weighed:
        names = self._named(entry, score)
        return engine.weigh(self.definition, self.step, engine.Entry(entry.number, names, entry.submitted))

    def _within(self, order: Sequence[engine.Weighed]) -> set[str]:
        granted = engine.grants(self.step, order, self.official.budget_fen)
        return {one.number for one, grant in zip(order, granted, strict=True) if grant > 0}

    def _named(self, entry: engine.Entry, score: Fraction | None) -> dict[str, Any]:
        """What the expressions read of a case, with this score."""
        name = f"{self.review.id}.score"
        names = {key: value for key, value in entry.names.items() if key != name}
        return names if score is None else {**names, name: Decimal(hundredths(score)) / 100}

    def _against(self, scores: Iterable[Score], how: str, able: Collection[str] | None = None) -> Moved:
        """able: the cases that meet the bar, where it is not to be asked again."""
        found = by_case(scores, how)
        step = self.step if able is None else replace(self.step, eligible=None)
        entries = []
        for entry in self.entries:
            if able is not None and entry.number not in able:
                continue
            score = found.get(entry.number)
            if score is None and able is not None:
                score = _BEHIND_ALL
            entries.append(engine.Entry(entry.number, self._named(entry, score), entry.submitted))
        lines = engine.rank(self.definition, step, entries, self.official.budget_fen).lines
        now = {line.number for line in self.official.lines if line.within}
        then = {line.number for line in lines if line.within}
        return Moved(tuple(sorted(then - now)), tuple(sorted(now - then)))


def _key(one: engine.Weighed) -> tuple[Any, ...]:
    return one.key


def read_scores(of_round: Round, step: Rank) -> Read | None:
    """The round's scores as its ranking met or would meet them; None where it has no review before the ranking, or no score.

    Two queries, and what the ranking itself needs.
    """
    definition = definition_of(of_round.programme)
    steps = definition.programme.steps
    before = [one for one in steps[: steps.index(step)] if isinstance(one, Review)]
    stands = Ranking.objects.filter(round=of_round, step=step.id).first()
    if not before:
        return None
    numbers = [one["number"] for one in stands.lines] if stands else None
    entries = entries_of(of_round, str(step.id), numbers)
    sheets = sheets_of(of_round, str(before[-1].id), [one.number for one in entries])
    if not sheets:
        return None
    budget = stands.budget_fen if stands else of_round.budget_fen
    scores = tuple(Score(one.number, one.expert, one.total) for one in sheets)
    official = engine.rank(definition, step, entries, budget)
    return Read(of_round, step, before[-1], definition, entries, sheets, official, scores)


def sheets_of(of_round: Round, step: str, numbers: Sequence[str]) -> list[Sheet]:
    """Every final sheet of these cases, of the last time that each was reviewed. One query."""
    seats = Seat.objects.filter(case__round=of_round, case__number__in=numbers, step=step, state="final")
    rows = seats.order_by("case__number", "number").values_list(
        "case__number", "attempt", "number", "holder__expert", "total", "scores", "comment"
    )
    kept = list(rows)
    last: dict[str, int] = {}
    for number, attempt, *_ in kept:
        last[number] = max(last.get(number, 0), attempt)
    return [
        Sheet(number, seat, expert, total or 0, scores, comment)
        for number, attempt, seat, expert, total, scores, comment in kept
        if attempt == last[number]
    ]


def contradicting(sheets: Iterable[Sheet], rubric: Rubric) -> list[tuple[Sheet, Contradiction]]:
    """Comments that say another thing than the scores, for the officer to look at."""
    return [
        (sheet, one)
        for sheet in sheets
        for one in contradictions(sheet.comment, sheet.total, anchors=_anchored(sheet, rubric))
    ]


def _anchored(sheet: Sheet, rubric: Rubric) -> Iterable[Anchored]:
    for criterion in rubric.criteria:
        given = sheet.scores.get(str(criterion.criterion))
        most = criterion.points
        for anchor in sorted(criterion.anchors, key=lambda one: -one.least):
            if given is not None:
                for wording in (anchor.say.zh, anchor.say.en):
                    yield Anchored(wording, anchor.least, most, given)
            most = anchor.least - 1
