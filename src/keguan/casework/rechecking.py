"""A tie that comes up after a seat was given: seen when people's ties change, raised to the officer, and hidden behind.

The seat stays until its holder declines or the officer releases it; meanwhile a hard tie closes the case to its holder.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from procrastinate.contrib.django import app

from keguan.casework.handing import told_of
from keguan.casework.messages import send
from keguan.casework.models import Case, Recusal, Seat, Task
from keguan.casework.recusal import is_tie, recusals
from keguan.casework.versions import definition_of
from keguan.engine.steps.review import WAITS
from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.recusals import KINDS
from keguan.language.schema import Review
from keguan.registers.parties.changes import when_ties_change
from keguan.registers.trace import services as trace

JOB = "casework.recheck"

_WAYS = {
    "own_case": Text("本人为申报方", "being on the applicant's side"),
    "sees_names": Text("职责可见双盲评审的申报人", "a duty that shows who applies"),
    "not_active": Text("专家已出库", "leaving the pool"),
}


@when_ties_change
def look_again(people: frozenset[int]) -> None:
    """Leave it to a job, which runs once the change stands."""
    app.configure_task(JOB).defer(people=[*sorted(people)])


def recheck(people: Iterable[int]) -> int:
    """Look at every open seat that these people hold, and at those on cases of theirs. Returns how many have a tie."""
    concerned = list(people)
    teams = Q(case__principal__in=concerned) | Q(case__applicant__in=concerned) | Q(case__members__overlap=concerned)
    open_seats = Seat.objects.filter(state__in=WAITS).filter(Q(holder__expert__person__in=concerned) | teams)
    numbers = sorted(set(open_seats.values_list("case_id", flat=True)))
    return sum(_recheck_case(case) for case in numbers)


@transaction.atomic
def _recheck_case(key: int) -> int:
    case = Case.objects.select_for_update(of=("self",)).select_related("programme", "memo").get(pk=key)
    step = definition_of(case.programme).programme.step(case.step) if case.step_kind == "review" else None
    if not isinstance(step, Review):
        return 0
    seats = Seat.objects.filter(case=case, step=case.step, state__in=WAITS).select_related("holder__expert", "recusal")
    held = {one.holder.expert_id: one for one in seats}
    against = recusals(case, step, held, case.memo.answers)
    found = 0
    for expert, seat in held.items():
        problems = [one for one in against[expert] if is_tie(one) or one.code == "recusal.not_active"]
        found += _note(case, seat, problems)
    return found


def _note(case: Case, seat: Seat, problems: list[Problem]) -> int:
    """Keep what stands against a seat, tell of what is new, and forget what stands no longer."""
    stood = getattr(seat, "recusal", None)
    kinds = sorted(one.code.removeprefix("recusal.") for one in problems)
    # A seat that was given with a reason was given in full knowledge of what is soft.
    if seat.reason:
        kinds = sorted(one.code.removeprefix("recusal.") for one in problems if not one.may_override)
    is_hard = any(is_tie(one) and not one.may_override for one in problems)
    if not kinds:
        if stood is not None:
            stood.delete()
            _trace("lifted", case, seat, [])
        return 0
    if stood is not None and (stood.kinds, stood.is_hard) == (kinds, is_hard):
        return 1
    Recusal.objects.update_or_create(seat=seat, defaults={"kinds": kinds, "is_hard": is_hard, "found_at": clock.now()})
    _trace("found", case, seat, kinds)
    _raise(case, seat, is_hard=is_hard)
    return 1


def _raise(case: Case, seat: Seat, *, is_hard: bool) -> None:
    """A task for the officers and a message to whoever handles the case; its holder is asked to decline."""
    now = clock.now()
    Task.objects.get_or_create(
        case=case,
        step=seat.step,
        role="officer",
        person=None,
        defaults={"round_id": case.round_id, "code": case.code, "due_at": case.due_at, "opened_at": now},
    )
    line = Text(
        "{number} 第 {n} 席出现应当核对的利害关系，请解除指派并补派。",
        "{number}: a tie came up on seat {n}; release the reviewer and choose another.",
    ).filled(number=case.number, n=seat.number)
    send("recusal", sorted(told_of(case)), case, line, now)
    if is_hard:
        Task.objects.filter(case=case, step=seat.step, person=seat.holder.expert.person_id).delete()
        said = Text(
            "{number} 出现应当回避的情形，内容不再向您开放，请谢绝评审。",
            "You must keep out of {number}; it is closed to you. Please decline the review.",
        )
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


def recused(case: Case) -> list[Recusal]:
    """What stands against seats of this case, each with `said`, for those who may know reviewers."""
    rows = list(Recusal.objects.filter(seat__case=case, seat__state__in=WAITS).select_related("seat").order_by("seat"))
    for row in rows:
        words = [KINDS.get(kind, _WAYS.get(kind, Text(kind, kind))) for kind in row.kinds]
        row.said = Text("、".join(one.zh for one in words), ", ".join(one.en for one in words))  # type: ignore[attr-defined]
    return rows
