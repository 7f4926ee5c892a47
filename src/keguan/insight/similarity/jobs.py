"""The jobs of similarity, run by the worker."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

log = structlog.get_logger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="similarity.keep_up", queueing_lock="similarity.keep_up", pass_context=False)
def keep_up(timestamp: int = 0) -> None:
    """Every minute: read and compare what was handed in."""
    # Imported when it runs: finding the jobs at start must not load the rooms.
    from keguan.insight.similarity import services

    done = services.keep_up()
    log.info("similarity", read=done.read, gone=done.gone, compared=done.compared, found=done.found)


@app.periodic(cron="57 18 * * *")  # 02:57 in Beijing; cron counts in UTC
@app.task(name="similarity.read_projects", queueing_lock="similarity.read_projects", pass_context=False)
def read_projects(timestamp: int = 0) -> None:
    """Every night: titles that came into the projects register."""
    from keguan.insight.similarity import services

    while services.read_projects():
        pass
