"""Work done later: the queue in PostgreSQL and the worker that empties it."""

from __future__ import annotations

from procrastinate import App


def on_app_ready(app: App) -> None:
    """Give the queue the tasks of every room, once all rooms stand."""
