"""The job of this door, run by the worker."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

log = structlog.get_logger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="mail.deliver", queueing_lock="mail.deliver", lock="mail.deliver")
def deliver(timestamp: int = 0) -> None:
    """Every minute: sort what is new, send what is due."""
    # Imported when it runs: finding the jobs at start must not load the language.
    from keguan.doors.mail import sending, sorting

    lost = sending.give_up_on_the_lost()
    new = 0
    while some := sorting.sort():
        new += some
    mails, texts = sending.send_due("mail"), sending.send_due("text")
    log.info("notices", new=new, mails=mails, texts=texts, lost=lost)
