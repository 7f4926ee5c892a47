"""The ranks that an authority gives to what it recommends in a round."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import count

from keguan.casework.models import Case, RecommendationOrder


def free_ranks(taken: Collection[int | None]) -> Iterator[int]:
    """The ranks from 1 that no application has yet, the best first, without end."""
    return (rank for rank in count(1) if rank not in taken)


def ordered_rank(case: Case, taken: Collection[int]) -> int | None:
    """The rank that the authority's kept order would give to the case now; None where it stands in none. Two queries."""
    of_desk = RecommendationOrder.objects.filter(round=case.round_id, step=case.step, authority=case.authority_id)
    kept: list[int] = of_desk.values_list("cases", flat=True).first() or []
    if case.pk not in kept:
        return None
    waiting = set(Case.objects.filter(pk__in=kept, step=case.step).values_list("pk", flat=True))
    return dict(zip((pk for pk in kept if pk in waiting), free_ranks(taken), strict=False))[case.pk]
