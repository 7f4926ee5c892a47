"""Links on the page of a case to what floors above know of it: they say what they have, casework imports nobody above."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from keguan.casework.models import Case
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text


@dataclass(frozen=True, slots=True)
class Link:
    """One line on the page of a case. fact: what rules read and the place behind the link explains; a rule that reads it
    is shown with the link where somebody judges it."""

    title: Text
    href: str
    fact: str = ""


LinkFor = Callable[[Actor, Case], Link | None]
_asked: list[LinkFor] = []


def links_by(ask: LinkFor) -> None:
    """Let the page of a case show what this says, where it says anything. It asks nothing of the database: the desk of a
    queue has no query to spare."""
    if ask not in _asked:
        _asked.append(ask)


def links_for(actor: Actor, case: Case) -> list[Link]:
    """What this reader is offered beside the case."""
    return [link for ask in _asked if (link := ask(actor, case)) is not None]
