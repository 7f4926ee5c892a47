"""The job of subscriptions, run by the worker."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

log = structlog.get_logger(__name__)


@app.periodic(cron="*/10 * * * *")
@app.task(name="subscriptions.tell", queueing_lock="subscriptions.tell", lock="subscriptions.tell")
def tell(timestamp: int = 0) -> None:
    """Every ten minutes: mail new calls to those who asked for them."""
    # Imported when it runs: finding the jobs at start must not load the language.
    from keguan.casework.subscriptions import services

    log.info("subscriptions", mails=services.tell_all())
