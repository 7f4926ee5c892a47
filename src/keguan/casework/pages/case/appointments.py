"""When the people of a case are expected somewhere: floors above say it, the page of the case shows it to them alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from keguan.casework.links import Link
from keguan.casework.models import Case
from keguan.casework.permissions import is_own
from keguan.components.status import Line
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text


@dataclass(frozen=True, slots=True)
class Expected:
    """One time at which they are expected. lines: when, where, how long, and what to bring."""

    title: Text
    lines: Sequence[Line]
    links: Sequence[Link] = ()
    note: Text | None = None


ExpectedFor = Callable[[Case], Expected | None]
_asked: list[ExpectedFor] = []


def expected_by(ask: ExpectedFor) -> ExpectedFor:
    """Let the page of a case show what this says to the people of the case, where it says anything."""
    if ask not in _asked:
        _asked.append(ask)
    return ask


def expected_for(actor: Actor, case: Case) -> list[Expected]:
    """Where this reader is expected for the case; nothing for anybody but its own people. One query for each source."""
    if case.submitted_at is None or not is_own(actor, case):
        return []
    return [found for ask in _asked if (found := ask(case)) is not None]
