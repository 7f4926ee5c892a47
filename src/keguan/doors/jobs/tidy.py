"""Nightly tidying of the queue itself. What the jobs did is in the trace; a finished job is only plumbing."""

from __future__ import annotations

from procrastinate import JobContext
from procrastinate.contrib.django import app

KEPT_HOURS = 72


@app.periodic(cron="17 19 * * *")  # 03:17 in Beijing; cron counts in UTC
@app.task(name="tidy.finished_jobs", queueing_lock="tidy.finished_jobs", pass_context=True)
async def forget_finished_jobs(context: JobContext, timestamp: int = 0) -> None:
    """Delete the jobs that succeeded more than three days ago; failed ones stay until somebody looked."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEPT_HOURS)
