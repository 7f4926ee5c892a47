"""The jobs of search, run by the worker."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

log = structlog.get_logger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="search.follow", queueing_lock="search.follow", lock="search.keep")
def follow(timestamp: int = 0) -> None:
    """Every minute: bring search up to what was done."""
    # Imported when it runs: finding the jobs at start must not load the rooms.
    from keguan.insight.search import following

    if changed := following.follow():
        log.info("search", changed=changed)


@app.periodic(cron="20 0 * * *")  # 08:20 in Beijing
@app.task(name="search.tell", queueing_lock="search.tell", lock="search.tell")
def tell(timestamp: int = 0) -> None:
    """Each morning: tell people what is new in the searches they keep."""
    from keguan.insight.search import alerts

    log.info("search alerts", told=alerts.tell_all())


@app.periodic(cron="33 18 * * *")  # 02:33 in Beijing; cron counts in UTC
@app.task(name="search.rebuild", queueing_lock="search.rebuild", lock="search.keep")
def rebuild(timestamp: int = 0) -> None:
    """Every night: look at everything once more, and count the words anew."""
    from keguan.insight.search import entries

    log.info("search rebuilt", changed=entries.rebuild())
