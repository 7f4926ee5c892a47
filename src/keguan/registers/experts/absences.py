"""When an expert takes no new reviews."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused
from keguan.registers.experts.models import Absence, Expert
from keguan.registers.trace import services as trace

LONGEST = timedelta(days=2 * 366)


@transaction.atomic
def add_absence(expert: Expert, since: date, until: date, note: str, actor: Actor) -> Absence:
    """Take no new reviews on these days, both included; what the expert has at hand stays.

    Raises Refused: `absence.order`, `absence.past`, `absence.long`, `absence.again`, all at once.
    """
    Expert.objects.select_for_update().get(pk=expert.pk)
    problems = []
    if until < since:
        said = Text("结束日期早于开始日期。", "The last day is before the first.")
        problems.append(Problem("absence.order", said, "until", str(until)))
    elif until < clock.today():
        said = Text("这段时间已经过去。", "These days are over.")
        problems.append(Problem("absence.past", said, "until", str(until)))
    elif until - since > LONGEST:
        said = Text("一次最长两年。", "Two years at most.")
        fix = Text("更长时间请退出专家库，以后可再申请。", "For longer, leave the pool; you may come back later.")
        problems.append(Problem("absence.long", said, "until", str(until), fix=fix))
    if since <= until and Absence.objects.filter(expert=expert, since__lte=until, until__gte=since).exists():
        said = Text("与已登记的时段重叠。", "It overlaps with days that stand already.")
        fix = Text("请先删除原时段。", "Remove those first.")
        problems.append(Problem("absence.again", said, "since", str(since), fix=fix))
    if problems:
        raise Refused.because(*problems)
    row = Absence.objects.create(expert=expert, since=since, until=until, note=note)
    _trace("absence-added", row, actor)
    return row


@transaction.atomic
def drop_absence(absence: Absence, actor: Actor) -> None:
    """Be there after all; the trace keeps what was said."""
    _trace("absence-dropped", absence, actor)
    absence.delete()


def _trace(event: str, row: Absence, actor: Actor) -> None:
    payload = {"expert": row.expert_id, "since": row.since.isoformat(), "until": row.until.isoformat()}
    trace.write(f"experts:expert:{event}", actor, payload=payload)
