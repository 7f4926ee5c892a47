"""The jobs of this door, run by the worker."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

log = structlog.get_logger(__name__)


@app.periodic(cron="7 * * * *")
@app.task(name="api.forget", queueing_lock="api.forget")
def forget(timestamp: int = 0) -> None:
    """Every hour: delete answers to requests that nobody will send again, who asks no more, and deliveries of long ago."""
    # Imported when it runs: finding the jobs at start must not load the routes.
    from keguan.doors.api import idempotency, paces
    from keguan.doors.api.webhooks import sending

    log.info("api", answers=idempotency.forget_old(), paces=paces.forget_old(), deliveries=sending.forget_old())


@app.periodic(cron="* * * * *")
@app.task(name="api.webhooks", queueing_lock="api.webhooks", lock="api.webhooks")
def tell_webhooks(timestamp: int = 0) -> None:
    """Every minute: find what is to be told, send what is due."""
    from keguan.doors.api.webhooks import listening, sending

    log.info("webhooks", found=listening.listen(), sent=sending.send_due())
