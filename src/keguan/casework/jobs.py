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


@app.periodic(cron="10 0 * * *")  # 08:10 in Beijing; cron counts in UTC
@app.task(name="casework.expert_reminders", queueing_lock="casework-expert-reminders", pass_context=False)
def remind_experts(timestamp: int = 0) -> None:
    """Each morning: remind experts whose yearly confirmation is owed."""
    from keguan.casework.reviewing import experts

    log.info("experts", reminded=experts.remind())


@app.periodic(cron="40 23 * * *")  # 07:40 in Beijing, for the daily mails of eight
@app.task(
    name="casework.tell_desks", queueing_lock="casework-tell-desks", lock="casework-tell-desks", pass_context=False
)
def tell_desks(timestamp: int = 0) -> None:
    """Each morning: tell whoever holds a duty what came to their desk."""
    from keguan.casework.desks import arriving

    log.info("desks", told=arriving.tell_desks())


@app.task(name="casework.typeset")
def typeset(name: str) -> None:
    """Set a long document that somebody waits for."""
    from keguan.casework.documents import shelf

    shelf.make(name)


@app.periodic(cron="47 19 * * *")  # 03:47 in Beijing; cron counts in UTC
@app.task(queueing_lock="casework-documents", pass_context=False)
def clear_documents(timestamp: int = 0) -> None:
    """Every night: throw away long documents that were made a day ago."""
    from keguan.casework.documents import shelf

    log.info("documents", cleared=shelf.clear())


@app.periodic(cron="27 19 * * *")  # 03:27 in Beijing; cron counts in UTC
@app.task(queueing_lock="casework-messages", pass_context=False)
def forget_messages(timestamp: int = 0) -> None:
    """Every night: delete messages that were kept for as long as is stated."""
    from keguan.casework import messages
    from keguan.kernel import clock

    log.info("messages", forgotten=messages.forget_old(clock.now()))


@app.task(name="casework.read_scores")
def read_scores(of_round: int, step: str) -> None:
    """Read the scores of a large round together, for a page that somebody opened."""
    from keguan.casework.rounds import scores_told

    scores_told.make(of_round, step)


@app.task(name="casework.recheck")
def recheck_seats(people: list[int]) -> None:
    """Look again at the open seats of people whose ties changed, and at those on cases of theirs."""
    from keguan.casework.reviewing import rechecking

    log.info("recheck", tied=rechecking.recheck(people))


@app.periodic(cron="5 16 * * *")  # 00:05 in Beijing; cron counts in UTC
@app.task(name="casework.recheck_all", queueing_lock="casework-recheck-all", pass_context=False)
def recheck_all_seats(timestamp: int = 0) -> None:
    """Just after midnight, and when organisations changed: look at every panel, for ties begin and end by their dates."""
    from keguan.casework.reviewing import rechecking

    log.info("recheck all", tied=rechecking.recheck_all())


@app.task(name="casework.batch")
def go_on_with_batch(batch: int) -> None:
    """Look over, carry out or take back one long batch."""
    from keguan.casework.desks import batches
    from keguan.casework.desks import undoing as batch_undoing

    batches.go_on(batch)
    batch_undoing.go_on(batch)


@app.periodic(cron="37 19 * * *")  # 03:37 in Beijing; cron counts in UTC
@app.task(queueing_lock="casework-batches", pass_context=False)
def clear_batches(timestamp: int = 0) -> None:
    """Every night: forget batches that nobody confirmed, and old ones."""
    from keguan.casework.desks import batches

    log.info("batches", cleared=batches.clear())
