"""Casework's jobs, run by the worker."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

log = structlog.get_logger(__name__)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="casework-alarms", pass_context=False)
def ring_alarms(timestamp: int) -> None:
    """Every minute: lapse, close and remind what is due."""
    # Imported when it runs: finding the jobs at start must not load the language.
    from keguan.casework import alarms

    rung = alarms.ring()
    log.info("alarms", acted=rung.acted, reminded=rung.reminded, stale=rung.stale, refused=rung.refused)
