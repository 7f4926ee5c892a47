"""The ranks that an authority gives to what it recommends in a round."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import count

from django.db import connection

from keguan.casework.models import Case

_WAITING = """
    SELECT waiting.id FROM casework_recommendationorder kept
    CROSS JOIN LATERAL unnest(kept.cases) WITH ORDINALITY AS placed (id, place)
    JOIN casework_case waiting ON waiting.id = placed.id AND waiting.step = kept.step
    WHERE kept.round_id = %s AND kept.step = %s AND kept.authority_id = %s AND %s = ANY(kept.cases)
    ORDER BY placed.place"""


def free_ranks(taken: Collection[int | None]) -> Iterator[int]:
    """The ranks from 1 that no application has yet, the best first, without end."""
    return (rank for rank in count(1) if rank not in taken)


def ordered_rank(case: Case, taken: Collection[int]) -> int | None:
    """The rank that the authority's kept order would give to the case now; None where it stands in none. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [case.round_id, case.step, case.authority_id, case.pk])
        waiting = [pk for (pk,) in cursor.fetchall()]
    return dict(zip(waiting, free_ranks(taken), strict=False)).get(case.pk)
