"""A resolution as its page reads it: what holds for all of it, and the decisions of one page.

One with many decisions is computed, digest and all, at most once a minute for all who read it, and its decisions are kept by
pages. Fixing and signing rest on none of this: they compute everything again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.cache import cache

from keguan.casework.models import Resolution, ResolutionSignature, Round
from keguan.casework.rounds import resolutions
from keguan.casework.rounds.kept_counts import COUNTED_ANEW, KEPT
from keguan.casework.rounds.resolutions import Checked, Content, Decision
from keguan.components.turning import MOST_ROWS
from keguan.kernel import clock
from keguan.kernel.canonical import digest
from keguan.language.schema import Decide

_KEPT_FOR_S = 24 * 60 * 60.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What a resolution comes to. now_digest: of what it would say today; found: of the fixed text, None where none is fixed;
    cases, granted_fen, budget_fen: of the text that is shown. seen: when all this was computed."""

    key: str
    seen: datetime
    now_digest: str
    found: Checked | None
    shown_digest: str
    cases: int
    granted_fen: int
    budget_fen: int
    gives_money: bool
    decisions: tuple[Decision, ...] | None = None

    @property
    def is_kept(self) -> bool:
        """Whether it is long enough to be kept."""
        return self.cases > COUNTED_ANEW

    def found_with(self, signatures: Iterable[ResolutionSignature]) -> Checked | None:
        """What was found of the fixed text, with the signatures under it now."""
        if self.found is None:
            return None
        signed = {one.digest for one in signatures if one.at is not None}
        return replace(self.found, is_whole=self.found.is_whole and signed <= {self.found.computed})


def read(
    of_round: Round, step: Decide, fixed: Resolution | None, waiting: int, *, anew: bool = False
) -> Reading | None:
    """The fixed text, or else what would be fixed now; None before the first decision.

    waiting: how many are not decided yet: each decision makes it another reading. anew: whatever is kept.
    """
    key = f"resolution:{of_round.pk}-{step.id}-{fixed.pk if fixed else ''}-{waiting}"
    now = clock.now()
    kept: Reading | None = cache.get(key)
    if kept is not None and not anew and kept.seen <= now < kept.seen + KEPT:
        return kept
    content = resolutions.content_of(of_round, step)
    if content is None:
        return None
    whole = Resolution.objects.prefetch_related("signatures").get(pk=fixed.pk) if fixed else None
    shown: Content = whole.content if whole else content
    now_digest, found = digest(content), resolutions.check(whole, content) if whole else None
    decisions = tuple(Decision(**one) for one in shown["decisions"])
    made = Reading(
        key=key,
        seen=now,
        now_digest=now_digest,
        found=found,
        shown_digest=found.computed if found else now_digest,
        cases=len(decisions),
        granted_fen=sum(one.amount_fen for one in decisions),
        budget_fen=shown["budget_fen"],
        gives_money=shown["gives_money"],
    )
    if made.is_kept:
        pages = range(0, len(decisions), MOST_ROWS)
        if cache.get(_part(made, 1)) is None:
            parts = {_part(made, at // MOST_ROWS + 1): decisions[at : at + MOST_ROWS] for at in pages}
            cache.set_many(parts, _KEPT_FOR_S)
        cache.set(key, made, _KEPT_FOR_S)
        return made
    return replace(made, decisions=decisions)


def decisions_of(
    of_round: Round, step: Decide, fixed: Resolution | None, reading: Reading, page: int
) -> Sequence[Decision]:
    """The decisions of one page, from 1."""
    part = slice((page - 1) * MOST_ROWS, page * MOST_ROWS)
    if reading.decisions is not None:
        return reading.decisions[part]
    kept: Sequence[Decision] | None = cache.get(_part(reading, page))
    if kept is None:
        kept = _all(of_round, step, fixed)[part]
        cache.set(_part(reading, page), kept, _KEPT_FOR_S)
    return kept


def numbers_of(of_round: Round, step: Decide, fixed: Resolution | None, reading: Reading) -> Iterator[str]:
    """The cases it decides."""
    for page in range(1, -(-reading.cases // MOST_ROWS) + 1):
        yield from (one.number for one in decisions_of(of_round, step, fixed, reading, page))


def _all(of_round: Round, step: Decide, fixed: Resolution | None) -> tuple[Decision, ...]:
    content = fixed.content if fixed else resolutions.content_of(of_round, step)
    return tuple(Decision(**one) for one in content["decisions"]) if content else ()


def _part(reading: Reading, page: int) -> str:
    return f"resolution:{reading.shown_digest}-{page}"
