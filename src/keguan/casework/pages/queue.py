"""The queue in which somebody goes through cases: the list they came from, or what waits for them at the same step."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from keguan.casework.models import Case
from keguan.casework.pages.cases import MOST_ASKED, MOST_IN_QUEUE, in_queue, listed
from keguan.casework.queries import mine_of, tasks_of
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
    its round that wait at the same step, the most urgent first. None where it stands in neither. One query."""
    asked = (request.POST if request.method == "POST" else request.GET).get("queue", "")[:MOST_ASKED]
    numbers = listed(actor, asked) if asked else []
    if case.number not in numbers:
        asked, numbers = "", _waiting(case, actor) if waits else []
    if case.number not in numbers or len(numbers) < 2:
        return None
    at = numbers.index(case.number)
    return Queue(
        asked,
        at + 1,
        len(numbers),
        in_queue(numbers[at - 1], asked) if at else "",
        in_queue(numbers[at + 1], asked) if at + 1 < len(numbers) else "",
    )


def _waiting(case: Case, actor: Actor) -> list[str]:
    # Who opened a colleague's case goes through everybody's.
    found = tasks_of if case.handler_id not in (None, actor.person) else mine_of
    rows = found(actor).filter(case__round=case.round_id, step=case.step, code=case.code)
    return list(dict.fromkeys(rows.values_list("case__number", flat=True)[:MOST_IN_QUEUE]))
