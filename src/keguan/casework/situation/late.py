"""Late by exception: one person may still hand in after the deadline, for a reason that is written down.

The published grace rule is for everybody (`Round.grace_minutes`), an extension too (`rounds.extend_round`). This is for the one whom
a fault of the system kept, or a court lets in.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from keguan.casework import store
from keguan.casework.messages import send
from keguan.casework.models import Alarm, Case, LateEntry, Ranking, Round, Task
from keguan.engine.moves import refuse
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Refusal
from keguan.registers.trace import services as trace

MOST = timedelta(days=30)
"""A longer exception is an extension, and that is for everybody."""

_TOLD = Text(
    "批次 {round} 已准予您延后至 {until}（北京时间）提交。",
    "You may hand in to the round {round} until {until} (Beijing time), by exception.",
)


def late_until(of_round: Round, person: int | None) -> datetime | None:
    """Until when this person may still hand in after the deadline, None without an exception. One query."""
    if person is None:
        return None
    return LateEntry.objects.filter(round=of_round, person=person).values_list("until", flat=True).first()


def allow_late(number: str, until: datetime, reason: str, actor: Actor) -> LateEntry | Refusal:
    """Let the applicant of this case hand in until then: the case itself, or a new one where it has lapsed already.

    Raises Case.DoesNotExist.
    """
    with transaction.atomic():
        trace.stamp(actor)
        case = store.hold(number).case
        if refusal := _may_allow(case, until, reason, actor):
            return refusal
        assert case.round is not None and case.applicant_id is not None  # noqa: S101, PT018 - `_may_allow` refuses it
        entry, _ = LateEntry.objects.update_or_create(
            round=case.round,
            person=case.applicant,
            defaults={"until": until, "reason": reason.strip(), "by": actor.person, "at": clock.now()},
        )
        if not case.end:
            _move(case, until)
        payload = {"code": case.round.code, "until": until, "reason": reason.strip()}
        trace.write("case:deadline:moved", actor, case_number=number, payload=payload)
        told = _TOLD.filled(round=case.round.code, until=f"{until.astimezone(clock.BEIJING):%Y-%m-%d %H:%M}")
        send("extended", [case.applicant_id], case, told, clock.now())
        return entry


def _may_allow(case: Case, until: datetime, reason: str, actor: Actor) -> Refusal | None:
    of_round = case.round
    if not actor.holds("planning", programme=case.code) or actor.person in (case.applicant_id, case.principal_id):
        return refuse("right.missing", Text("只有规划处可以这样做。", "Only the planning department can do this."))
    if of_round is None or case.applicant_id is None or case.submitted_at is not None:
        said = Text("只有尚未提交过的申报可以延后。", "Only an application that was never handed in can be late.")
        return refuse("late.handed_in", said, where="number", value=case.number)
    if not max(of_round.closes, clock.now()) < until <= of_round.closes + MOST:
        said = Text(
            "须晚于现在和截止时间，且不晚于截止后{days}天。",
            "It must be later than now and the deadline, and at most {days} days after the deadline.",
        ).filled(days=MOST.days)
        fix = Text("如需更久，请为全体延期。", "If more is needed, extend the round for everybody.")
        return refuse("late.until", said, where="until", value=until.isoformat(), fix=fix)
    if not reason.strip():
        said = Text("请写明准予延后的理由。", "Give the reason for the exception.")
        return refuse("reason.missing", said, where="reason")
    if Ranking.objects.filter(round=of_round).exists():
        said = Text("本批次已完成排序，不能再接收申报。", "This round is ranked already; it takes nothing more.")
        return refuse("round.ranked", said)
    return None


def _move(case: Case, until: datetime) -> None:
    """The draft is due then: its task, its alarm and what the engine remembers. The case is locked."""
    case.memo.state["steps"][case.step]["due"] = until.isoformat()
    case.memo.save(update_fields=["state"])
    Case.objects.filter(pk=case.pk).update(due_at=until)
    Task.objects.filter(case=case, role="applicant").update(due_at=until)
    Alarm.objects.filter(case=case, purpose="due", attempt=1).update(at=until)
