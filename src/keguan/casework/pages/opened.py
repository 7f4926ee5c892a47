"""Opening a case for a reader: found, allowed, and its confidential parts traced as read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from django.http import Http404, HttpRequest

from keguan.casework import store
from keguan.casework.models import Case
from keguan.casework.permissions import Part, is_own, remember_seats, why_not
from keguan.components.access import actor_on
from keguan.kernel.actors import Actor
from keguan.kernel.problems import Forbidden, Problem
from keguan.registers.trace import services as trace

PARTS: tuple[Part, ...] = ("trace", "proposal", "reviews", "reviewers")
SEES = "see this case"


def case_for(request: HttpRequest, number: str) -> tuple[Case, Actor]:
    """The case with all that its pages need, if this reader may know of it. Raises Http404, Forbidden."""
    actor = actor_on(request)
    found = store.look(number, actor.person)
    if found is None:
        raise Http404
    remember_seats(found, actor, found.held)
    if problem := why_not(actor, found, "case"):
        raise Forbidden(SEES, (problem,))
    return found, actor


def closed_parts(actor: Actor, case: Case) -> dict[str, Problem]:
    """The parts of the case that stay closed to this reader, each with the reason."""
    found = {part: why_not(actor, case, part) for part in PARTS}
    return {part: problem for part, problem in found.items() if problem is not None}


def note_reading(request: HttpRequest, case: Case, actor: Actor, things: Iterable[trace.Reading]) -> None:
    """Trace that confidential parts were read, once for each page. Its own people read their own."""
    things = list(things)
    if not things or actor.is_system or is_own(actor, case):
        return
    request_id = cast(str, getattr(request, "request_id", ""))
    lines = [trace.reading(thing, case.number, case_number=case.number, request_id=request_id) for thing in things]
    trace.write_many(actor, lines)
