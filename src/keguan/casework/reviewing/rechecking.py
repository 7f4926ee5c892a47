"""A tie that comes up after a seat was given: seen as people's ties change, raised to the officer, and hidden behind.

Who must keep out loses sight of the case in the transaction that enters the tie. A job looks once more when that stands,
for a seat may be given at the same moment; and a nightly one at all panels, for what begins or ends by its date alone.
An open seat stays until its holder declines or the officer releases it; scores that were handed in can be set aside.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from keguan.casework.handing import told_of
from keguan.casework.messages import send
from keguan.casework.models import Case, Recusal, Seat, Task
from keguan.casework.reviewing.recusal import is_tie, recusals
from keguan.casework.versions import definition_of
from keguan.engine.steps.review import WAITS
from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.recusals import KINDS
from keguan.language.schema import Review
from keguan.registers.organisations.changes import when_bodies_change
from keguan.registers.parties.changes import when_ties_change
from keguan.registers.trace import services as trace

JOB: Final = "casework.recheck"
JOB_FOR_ALL: Final = "casework.recheck_all"
AT_ONCE: Final = 100
"""So many cases are looked at in the transaction of a change; the rest of a whole table of works waits for the job."""

UNDECIDED: Final = ("review", "rank", "decide")
"""Kinds of step at which a review can still be set aside, or the deciding body be told."""
_STANDS: Final = (*WAITS, "final")

_WAYS = {
    "own_case": Text("本人为申报方", "being on the applicant's side"),
    "sees_names": Text("职责可见双盲评审的申报人", "a duty that shows who applies"),
    "not_active": Text("专家已出库", "leaving the pool"),
}


@when_ties_change
def look_again(people: frozenset[int]) -> None:
    """Look at once, in the transaction of the change; and leave it to a job to look again once the change stands."""
    for key in _cases_of(people)[:AT_ONCE]:
        _recheck_case(key)
    app.configure_task(JOB).defer(people=[*sorted(people)])


@when_bodies_change
def look_at_all() -> None:
    """Who belongs to one legal entity changed, for thousands at once perhaps: a job looks at every panel."""
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(JOB_FOR_ALL, queueing_lock="casework-recheck-all").defer()


def recheck(people: Iterable[int]) -> int:
    """Look at every seat that these people hold, and at those on cases of theirs. Returns how many have a tie."""
    return sum(_recheck_case(key) for key in _cases_of(list(people)))


def recheck_all() -> int:
    """Look at the panels of all cases that are not decided yet. Returns how many seats have a tie."""
    keys = _standing().order_by("case").values_list("case", flat=True).distinct()
    return sum(_recheck_case(key) for key in list(keys))


def _standing() -> QuerySet[Seat]:
    return Seat.objects.filter(state__in=_STANDS, case__step_kind__in=UNDECIDED, case__end="")


def _cases_of(people: Collection[int]) -> list[int]:
    held = _standing().filter(holder__expert__person__in=people)
    teams = Q(principal__in=people) | Q(applicant__in=people) | Q(members__overlap=list(people))
    theirs = Case.objects.filter(teams, step_kind__in=UNDECIDED, end="").filter(pk__in=_standing().values("case"))
    return sorted({*held.values_list("case", flat=True), *theirs.values_list("pk", flat=True)})


def _recheck_case(key: int) -> int:
    # The case is not locked: whoever enters a tie must not wait for a reviewer's act, nor the other way round.
    case = Case.objects.select_related("programme", "memo").get(pk=key)
    found = 0
    for step in definition_of(case.programme).programme.steps:
        there = case.memo.state["steps"].get(step.id)
        if not isinstance(step, Review) or there is None:
            continue
        states = _STANDS if case.step == step.id else ("final",)
        seats = Seat.objects.filter(case=case, step=step.id, attempt=there["attempt"], state__in=states)
        held = {one.holder.expert_id: one for one in seats.select_related("holder__expert", "recusal")}
        if not held:
            continue
        against = recusals(case, step, held, case.memo.answers)
        for expert, seat in held.items():
            found += _note(case, seat, [one for one in against[expert] if _counts(one, seat)])
    return found


def _counts(problem: Problem, seat: Seat) -> bool:
    return is_tie(problem) or (problem.code == "recusal.not_active" and seat.state in WAITS)


_KEEP = """
  INSERT INTO casework_recusal AS stood (seat_id, kinds, is_hard, found_at) VALUES (%s, %s, %s, %s)
  ON CONFLICT (seat_id) DO UPDATE SET kinds = excluded.kinds, is_hard = excluded.is_hard, found_at = excluded.found_at
    WHERE (stood.kinds, stood.is_hard) IS DISTINCT FROM (excluded.kinds, excluded.is_hard)
  RETURNING true"""
"""Of two who find the same at once, one tells of it."""


def _note(case: Case, seat: Seat, problems: list[Problem]) -> int:
    """Keep what stands against a seat, tell of what is new, and forget what stands no longer."""
    kinds = sorted(one.code.removeprefix("recusal.") for one in problems)
    # A seat that was given with a reason was given in full knowledge of what is soft.
    if seat.reason:
        kinds = sorted(one.code.removeprefix("recusal.") for one in problems if not one.may_override)
    is_hard = any(is_tie(one) and not one.may_override for one in problems)
    if not kinds:
        if getattr(seat, "recusal", None) is not None and Recusal.objects.filter(seat=seat).delete()[0]:
            _trace("lifted", case, seat, [])
        return 0
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [seat.pk, kinds, is_hard, now])
        is_new = cursor.fetchone() is not None
    if is_hard and seat.state in WAITS:
        # What somebody works on this very moment is left to the job.
        theirs = Task.objects.filter(case=case, step=seat.step, person=seat.holder.expert.person_id)
        Task.objects.filter(pk__in=theirs.select_for_update(skip_locked=True).values_list("pk", flat=True)).delete()
    if is_new:
        _trace("found", case, seat, kinds)
        _raise(case, seat, is_hard=is_hard)
    return 1


_OPEN = Text(
    "{number} 第 {n} 席出现应当核对的利害关系，请解除指派并补派。",
    "{number}: a tie came up on seat {n}; release the reviewer and choose another.",
)
_SCORED = Text(
    "{number} 第 {n} 席已评分，之后出现应当核对的利害关系。请在办件页面核对：可写明理由不予采用并补派专家，原评分留存。",
    "{number}: a tie came up on seat {n}, which has scored. Look at it on the page of the case: the review can be set aside"
    " with a reason, and another reviewer be asked; its scores are kept.",
)
_DECLINE = Text(
    "{number} 出现应当回避的情形，内容不再向您开放，请谢绝评审。",
    "You must keep out of {number}; it is closed to you. Please decline the review.",
)
_CLOSED = Text(
    "{number} 出现应当回避的情形，内容不再向您开放。您已提交的评分留存，由项目主管处理。",
    "You must keep out of {number}; it is closed to you. What you scored is kept; the officer decides what becomes of it.",
)


def _raise(case: Case, seat: Seat, *, is_hard: bool) -> None:
    """A task for the officers and a message to whoever handles the case; its holder hears that they must keep out."""
    now = clock.now()
    is_scored = seat.state == "final"
    if case.step == seat.step or is_scored:
        Task.objects.get_or_create(
            case=case,
            step=case.step,
            role="officer",
            person=None,
            defaults={"round_id": case.round_id, "code": case.code, "due_at": case.due_at, "opened_at": now},
        )
    line = _SCORED if is_scored else _OPEN
    send("recusal", sorted(told_of(case)), case, line.filled(number=case.number, n=seat.number), now)
    if is_hard:
        said = _CLOSED if is_scored else _DECLINE
        send("recusal", [seat.holder.expert.person_id], case, said.filled(number=case.number), now)


def _trace(event: str, case: Case, seat: Seat, kinds: list[str]) -> None:
    # The kind is behind a commitment: the applicant may read the trace, and the seat is anonymous to them.
    trace.write(
        f"case:recusal:{event}",
        SYSTEM,
        case_number=case.number,
        payload={"seat": seat.number},
        personal={"kinds": kinds},
    )


def turned_out(case: Case, step: str, attempt: int) -> Mapping[str, list[str]]:
    """What came up against scored seats of a panel, by the seat's number. One query."""
    rows = Recusal.objects.filter(seat__case=case, seat__step=step, seat__attempt=attempt, seat__state="final")
    return {str(number): kinds for number, kinds in rows.values_list("seat__number", "kinds")}


def recused(case: Case) -> list[Recusal]:
    """What stands against seats of this case, each with `said` and its seat, for those who may know reviewers. One query
    for each reading of the case."""
    if (known := case.__dict__.get("_recused")) is not None:
        return list(known)
    rows = list(
        Recusal.objects.filter(seat__case=case, seat__state__in=_STANDS)
        .select_related("seat__holder__expert__person")
        .order_by("seat")
    )
    for row in rows:
        words = [KINDS.get(kind, _WAYS.get(kind, Text(kind, kind))) for kind in row.kinds]
        row.said = Text("、".join(one.zh for one in words), ", ".join(one.en for one in words))  # type: ignore[attr-defined]
    case.__dict__["_recused"] = rows
    return rows
