"""Handing over: a case becomes the matter of one officer among those who have the duty.

A handler narrows what the others have to do; it gives no right and takes none: whoever has the duty may still act, in
somebody's absence, say. It is no part of the case's state.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q, QuerySet

from keguan.casework.desk_notes import NOT_YOURS
from keguan.casework.messages import send
from keguan.casework.models import Case
from keguan.casework.permissions import is_own, notes_visible_to
from keguan.engine.moves import refuse
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.names import clean_text
from keguan.kernel.problems import Problem, Refusal
from keguan.language.vocabulary import BODIES
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.models import Duty, Person
from keguan.registers.parties.queries import holders, in_force
from keguan.registers.trace import services as trace

ROLE = "officer"
_TOLD = Text("{number} 已转交给您办理。理由：{reason}", "{number} was handed to you: {reason}")
_TOLD_MANY = Text(
    "{n} 件办件已转交给您办理，其中有 {number}。理由：{reason}",
    "Handed to you, cases: {n}, {number} among them: {reason}",
)


@dataclass(frozen=True, slots=True)
class Handed:
    """What came of it. done: numbers of the cases that were handed over; refused: why others were not, by number."""

    done: tuple[str, ...]
    refused: dict[str, Problem]


def colleagues(actor: Actor, programmes: Iterable[str]) -> QuerySet[Person]:
    """Whom cases of these programmes can be handed to: everybody else who is an officer of all of them today."""
    found = Person.objects.exclude(pk=actor.person or 0)
    for programme in set(programmes):
        found = found.filter(pk__in=holders(ROLE, programme=programme).values("pk"))
    return found.order_by("pinyin", "pk")


def told_of(case: Case, role: str = ROLE) -> set[int]:
    """Whom to tell that somebody with this duty has something to do with the case: whoever handles it and stands in for
    them these days; all who have the duty where nobody does."""
    held = holders(role, programme=case.code)
    if role == ROLE and case.handler_id is not None:
        stands_in = in_force() & Q(role=ROLE, programme__in=["", case.code], delegated_from__person=case.handler_id)
        deputies = Duty.objects.filter(stands_in).values("person")
        if handling := set(held.filter(Q(pk=case.handler_id) | Q(pk__in=deputies)).values_list("pk", flat=True)):
            return handling
    return set(held.values_list("pk", flat=True))


def hand_over(
    numbers: Iterable[str], to: int | None, reason: str, actor: Actor, *, request_id: str = ""
) -> Handed | Refusal:
    """Make these cases the matter of one officer (to), or of all who have the duty again (None). Each case that cannot be
    handed over says why; the others are. Whom they are handed to is told once."""
    said = clean_text(reason).strip()
    if not said:
        return refuse(
            "reason.missing", Text("请写明转交的理由。", "Give the reason for handing it over."), where="reason"
        )
    receiver = actor_for(to) if to is not None else None
    if receiver is not None and not receiver.holds(ROLE):
        return refuse("handing.no_duty", Text("请选择一位经办同事。", "Choose a colleague."), where="to")
    with transaction.atomic():
        trace.stamp(actor, request_id)
        rows = Case.objects.filter(number__in=list(numbers)).select_related("parent")
        cases = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
        may = set(rows.filter(notes_visible_to(actor)).values_list("pk", flat=True))
        acted = dict(rows.values_list("pk", F("memo__state__hands")))
        refused: dict[str, Problem] = {}
        handed: list[Case] = []
        for case in cases:
            if problem := _against(case, receiver, actor, acted[case.pk] or {}, may_handle=case.pk in may):
                refused[case.number] = problem
            else:
                handed.append(case)
        Case.objects.filter(pk__in=[case.pk for case in handed]).update(handler=to)
        tag = "desk:case:handed" if to is not None else "desk:case:returned"
        trace.write_many(
            actor,
            [
                trace.Line(tag, case_number=case.number, payload={"from": case.handler_id, "to": to, "reason": said})
                for case in handed
            ],
        )
        if handed and to is not None and to != actor.person:
            told = _TOLD if len(handed) == 1 else _TOLD_MANY
            line = told.filled(n=len(handed), number=handed[0].number, reason=said)
            send("handed", [to], handed[0], line, clock.now())
    return Handed(tuple(case.number for case in handed), refused)


def _against(
    case: Case, receiver: Actor | None, actor: Actor, hands: dict[str, list[int]], *, may_handle: bool
) -> Problem | None:
    if not may_handle or not actor.holds(ROLE, programme=case.code):
        return Problem("right.missing", NOT_YOURS, value=ROLE)
    if case.end:
        return Problem("case.ended", Text("该办件已办结。", "This case has ended."), value=case.end)
    if receiver is None:
        return None
    if not receiver.holds(ROLE, programme=case.code):
        said = Text("该同事没有本计划的经办职责。", "This colleague is no officer of the programme.")
        return Problem("handing.no_duty", said, where="to")
    if is_own(receiver, case) or (case.parent is not None and is_own(receiver, case.parent)):
        said = Text("不能转交给与本件有关的人。", "Nobody handles a case of their own.")
        return Problem("right.own_case", said, where="to", fix=Text("请另选同事。", "Choose another colleague."))
    if any(receiver.person in people for body, people in hands.items() if body != BODIES[ROLE]):
        said = Text("该同事已在本件其他环节代表另一方办理。", "This colleague acted on the case for another body.")
        return Problem("right.separation", said, where="to", fix=Text("请另选同事。", "Choose another colleague."))
    return None
