"""Preparing a list: at once for few cases, by a job for many, whose recusals take minutes to look through."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Literal

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from keguan.casework.models import Round
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused
from keguan.language.schema import Review
from keguan.panels.draws.models import Draw
from keguan.panels.draws.services import prepare, wanted_for

JOB = "draws.prepare"
AT_ONCE = 30
"""So many cases are looked through while their officer waits."""

_BUSY = Problem(
    "draw.busy",
    Text("名单正在准备，请稍候。", "The list is being prepared; wait for it."),
    fix=Text("准备好后会列在“各次抽取”中。", "It will stand among the draws when it is ready."),
)


def ask_for(
    of_round: Round, step: Review, numbers: Sequence[str], reason: str, actor: Actor, request_id: str = ""
) -> Draw | None:
    """As `services.prepare`, or None where a job is going to do it. What can be refused is refused now. Raises Refused."""
    if preparation(of_round, str(step.id)) == "running":
        raise Refused.because(_BUSY)
    if len(wanted_for(of_round, step, numbers, reason, actor)) <= AT_ONCE:
        return prepare(of_round, step, numbers, reason, actor, request_id)
    lock = f"{JOB} {of_round.pk} {step.id}"
    # A savepoint: a second click that comes in between is told by the database, and must not end the request.
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(JOB, queueing_lock=lock).defer(
            code=of_round.code, step=str(step.id), numbers=list(numbers), reason=reason, person=actor.person
        )
    return None


def preparation(of_round: Round, step: str) -> Literal["running", "failed", ""]:
    """How the last job stands that prepares a list here. failed: it broke off, and no list was prepared since."""
    jobs = ProcrastinateJob.objects.filter(task_name=JOB, args__code=of_round.code, args__step=step)
    last = jobs.order_by("-id").first()
    if last is None or last.status not in ("todo", "doing", "failed"):
        return ""
    # A job whose worker went down stays as it was, without a worker.
    if last.status == "todo" or (last.status == "doing" and last.worker_id is not None):
        return "running"
    broke = ProcrastinateEvent.objects.filter(job=last.pk).order_by("-id").values_list("at", flat=True).first()
    since = Draw.objects.filter(round=of_round, step=step, prepared_at__gte=broke) if broke else Draw.objects.none()
    return "" if since.exists() else "failed"
