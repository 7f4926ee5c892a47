"""Who wants to know when what ties people to one another, or to organisations, changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Listener = Callable[[frozenset[int]], None]
_listeners: list[Listener] = []


def when_ties_change(listener: Listener) -> Listener:
    """Let this be called, in the transaction of the change, with the ids of the people concerned."""
    _listeners.append(listener)
    return listener


def ties_changed(people: Iterable[int | None]) -> None:
    """An employer, a relation, a work or a project of these people changed. Needs a transaction."""
    concerned = frozenset(one for one in people if one is not None)
    if concerned:
        for listener in _listeners:
            listener(concerned)
