"""Time as an actor: steps lapse, notices end, people are reminded. Run every minute; late is fine, twice is harmless."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db import transaction

from keguan.casework.handing import ROLE, told_of
from keguan.casework.messages import send, step_title
from keguan.casework.models import Alarm, Case, Task
from keguan.casework.services import Done, act
from keguan.casework.versions import definition_of
from keguan.engine.decision import Command
from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Refusal
from keguan.language.schema import Publish, Review
from keguan.registers.parties.queries import holders

BATCH = 500
AN_HOUR = timedelta(hours=1)
WAITS_FOR_AN_OBJECTION = "publish.objection_open"
"""The one refusal that needs no second try: answering the objection moves the case."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Rung:
    """What came of the alarms that were due: acted on, reminded of, no longer of interest, refused for now."""

    acted: int = 0
    reminded: int = 0
    stale: int = 0
    refused: int = 0


def ring(most: int = BATCH) -> Rung:
    """Look at every case whose time has come. Each case is its own transaction, so one failure keeps no other waiting.

    An alarm that is refused is tried again in an hour.
    """
    acted = reminded = stale = refused = 0
    while due := _take(most):
        for alarm in due:
            match _one(alarm):
                case "acted":
                    acted += 1
                case "reminded":
                    reminded += 1
                case "stale":
                    stale += 1
                case _:
                    refused += 1
        if len(due) < most:
            break
    return Rung(acted, reminded, stale, refused)


def _take(most: int) -> list[Alarm]:
    """The alarms that are due. Another worker may have taken the same: what they ask for happens once all the same."""
    return list(
        Alarm.objects.filter(at__lte=clock.now())
        .select_related("case", "case__programme", "case__memo")
        .defer("case__programme__sources")[:most]
    )


def _one(alarm: Alarm) -> str:
    case = alarm.case
    if case.step != alarm.step or case.memo.state["steps"][alarm.step]["attempt"] != alarm.attempt:
        alarm.delete()
        return "stale"
    if alarm.purpose == "remind":
        return _once(case, alarm, _remind)
    step = definition_of(case.programme).programme.step(alarm.step)
    if isinstance(step, Review):
        return _once(case, alarm, _escalate)
    verb = "close" if isinstance(step, Publish) else "expire"
    key = f"alarm-{alarm.pk}"
    try:
        answer = act(case.number, Command(verb, alarm.step), SYSTEM, key)
    except Exception:
        # One case with a fault must not keep the others from their deadlines; it is tried again, and the log says why.
        log.exception("alarm failed", case=case.number, step=alarm.step)
        return _again_later(alarm)
    if isinstance(answer, Refusal) and answer.problems[0].code != WAITS_FOR_AN_OBJECTION:
        return _again_later(alarm)
    alarm.delete()
    return "acted" if isinstance(answer, Done) else "refused"


def _again_later(alarm: Alarm) -> str:
    """Tried again in an hour: a working-day calendar without next year's days, say, is filled in some time."""
    Alarm.objects.filter(pk=alarm.pk).update(at=clock.now() + AN_HOUR)
    return "refused"


def _once(case: Case, alarm: Alarm, send_out: Callable[[Case, Alarm], None]) -> str:
    with transaction.atomic():
        # Whoever deletes it sends it: the other worker finds nothing to delete.
        taken, _ = Alarm.objects.filter(pk=alarm.pk).delete()
        if taken:
            send_out(case, alarm)
    return "reminded" if taken else "stale"


def _remind(case: Case, alarm: Alarm) -> None:
    title = step_title(definition_of(case.programme), alarm.step)
    said = Text("{number} 的“{step}”环节即将到期。", "“{step}” of {number} is due soon.").filled(
        number=case.number, step=title
    )
    people: set[int] = set()
    for task in Task.objects.filter(case=case, step=alarm.step):
        if task.person_id is not None:
            people.add(task.person_id)
        elif task.role == ROLE:
            people |= told_of(case)
        else:
            people |= set(
                holders(task.role, organisation=task.organisation_id, programme=task.code).values_list("pk", flat=True)
            )
    send("deadline", sorted(people), case, said, clock.now())


_OVERDUE = Text(
    "{number} 的“{step}”已逾期：{missing}。可在办件页面提醒或改派；整个批次的，在批次页面“逾期未评”中一并提醒。",
    "“{step}” of {number} is overdue: {missing}. Remind them or assign others, on the page of the case; all of a round are"
    " reminded from its page, under “Late reviews”.",
)
_MISSING = {
    "empty": Text("{n}席还没有专家", "seats without a reviewer: {n}"),
    "invited": Text("{n}席未答复", "seats not answered: {n}"),
    "accepted": Text("{n}席未评分", "seats not scored: {n}"),
}


def _escalate(case: Case, alarm: Alarm) -> None:
    """A review is overdue: those who assigned it hear how many are missing, and what they can do; nobody's name."""
    definition = definition_of(case.programme)
    step = definition.programme.step(alarm.step)
    seats: Mapping[str, str] = case.memo.state["steps"][alarm.step]["memo"].get("seats") or {}
    states = Counter(seats.values())
    if isinstance(step, Review):
        states["empty"] = max(0, step.panel.size - sum(states[one] for one in ("invited", "accepted", "final")))
    missing = [words.filled(n=states[one]) for one, words in _MISSING.items() if states[one]]
    said = _OVERDUE.filled(
        number=case.number,
        step=step_title(definition, alarm.step),
        missing=Text("、".join(one.zh for one in missing), ", ".join(one.en for one in missing)),
    )
    role = step.assigned_by if isinstance(step, Review) else "officer"
    send("overdue", sorted(told_of(case, role)), case, said, clock.now())
