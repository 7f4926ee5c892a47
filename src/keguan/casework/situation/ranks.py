"""The ranks that an authority gives to what it recommends in a round."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import count


def free_ranks(taken: Collection[int | None]) -> Iterator[int]:
    """The ranks from 1 that no application has yet, the best first, without end."""
    return (rank for rank in count(1) if rank not in taken)
