"""The queue in which somebody goes through cases: the list they came from, or what waits for them at the same step."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from keguan.casework.models import Case
from keguan.casework.pages.desks.cases import MOST_ASKED, MOST_IN_QUEUE, ids_in_order, in_queue, listed
from keguan.casework.queries import mine_of, tasks_of
from keguan.casework.versions import definition_of
from keguan.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Queue:
    """Where a case stands in its queue: place of count, counted from 1, and the addresses before and after it, "" at the
    ends. asked: what its list was asked, "" for what waits."""

    asked: str
    place: int
    count: int
    previous: str
    next: str


def queue_for(request: HttpRequest, case: Case, actor: Actor, *, waits: bool) -> Queue | None:
    """The queue of the list that this page was opened from; else, where the case waits for the reader, the other cases of
    its round that wait at the same step, the most urgent first. None where it stands in neither. Two queries."""
    asked = (request.POST if request.method == "POST" else request.GET).get("queue", "")[:MOST_ASKED]
    cases = listed(actor, asked) if asked else []
    if case.pk not in cases:
        asked, cases = "", _waiting(case, actor) if waits else []
    if case.pk not in cases or len(cases) < 2:
        return None
    at = cases.index(case.pk)
    # Thousands may wait, of which two are named.
    beside = dict(Case.objects.filter(pk__in=cases[max(0, at - 1) : at + 2]).values_list("pk", "number"))
    return Queue(
        asked,
        at + 1,
        len(cases),
        in_queue(beside[cases[at - 1]], asked) if at else "",
        in_queue(beside[cases[at + 1]], asked) if at + 1 < len(cases) else "",
    )


def _waiting(case: Case, actor: Actor) -> list[int]:
    # Who opened a colleague's case goes through everybody's.
    found = tasks_of if case.handler_id not in (None, actor.person) else mine_of
    # By the role, too: so they are read in their order, and no further than the queue goes.
    role = getattr(definition_of(case.programme).programme.step(case.step), "by", "")
    rows = found(actor).filter(role=role, person__isnull=True, round=case.round_id, step=case.step, code=case.code)
    return list(dict.fromkeys(ids_in_order(rows.values_list("case_id", flat=True)[:MOST_IN_QUEUE])))
