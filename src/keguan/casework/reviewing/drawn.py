"""Who was drawn for a case. Draws are kept upstairs; the write door asks here before a seat is given."""

from __future__ import annotations

from collections.abc import Callable

from keguan.casework.models import Case
from keguan.engine.state import Values

Keeper = Callable[[Case, str, int, Values], frozenset[int]]
"""Given case, step, attempt and what the command says of its draw (`draw`, `digest`): the experts to whom that draw, as
its log stands, gives a seat there."""

_keepers: list[Keeper] = []


def kept_by(keeper: Keeper) -> None:
    """Let this keeper answer from now on; called once, when its app is ready."""
    if keeper not in _keepers:
        _keepers.append(keeper)


def drawn_for(case: Case, step: str, attempt: int, said: object) -> frozenset[int]:
    """The experts whom a draw gives a seat of this case; nobody where the command names no draw or another one."""
    if not isinstance(said, dict):
        return frozenset()
    return frozenset(one for keeper in _keepers for one in keeper(case, step, attempt, said))
