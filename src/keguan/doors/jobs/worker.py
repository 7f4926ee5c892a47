"""The worker: takes jobs from the queue in the database, one by one, until told to stop."""

from __future__ import annotations

from django.db import connection
from procrastinate.contrib.django import app

_PATIENCE = 30.0  # seconds that a running job may take to end after the worker was told to stop


def work(*, once: bool = False, concurrency: int = 2) -> None:
    """Do the jobs that were put off. once: return when none is left. Needs Django set up and the tables in place.

    A job that raises is kept as failed, with its error in the log; the worker goes on.
    """
    # Jobs run in threads that come and go: one that ends must not leave its connection open behind it.
    connection.settings_dict["CONN_MAX_AGE"] = 0
    with app.replace_connector(app.connector.get_worker_connector()) as working:  # type: ignore[attr-defined]
        working.run_worker(
            wait=not once,
            concurrency=concurrency,
            shutdown_graceful_timeout=_PATIENCE,
            install_signal_handlers=True,
            listen_notify=True,
        )
