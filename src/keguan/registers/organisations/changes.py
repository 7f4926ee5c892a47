"""Who wants to know when what belongs to one legal entity changes: an organisation goes under another, leaves it, is merged."""

from __future__ import annotations

from collections.abc import Callable

Listener = Callable[[], None]
_listeners: list[Listener] = []


def when_bodies_change(listener: Listener) -> Listener:
    """Let this be called in the transaction of such a change."""
    _listeners.append(listener)
    return listener


def bodies_changed() -> None:
    """What stands under what changed. Needs a transaction."""
    for listener in _listeners:
        listener()
