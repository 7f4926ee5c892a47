"""An organisation goes into another: what runs passes over, what is over stays where it was; seen before it is done.

Each register says with `passes_on` what of its own runs, and how it passes. What no register claims stays: payments made,
projects finished, cases ended, certificates. They belong to the name that they were made under, and its page leads to the successor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models, transaction

from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused
from keguan.registers.organisations import services
from keguan.registers.organisations.models import Organisation
from keguan.registers.trace import services as trace

STAYS = frozenset({"absorbed", "former_names", "employments", "certificates", "ties"})
"""Relations that stay as they are: what was, what its issuer must confirm anew, and ties, which are read through the successor."""
BY_THE_REGISTER = frozenset({"parents", "children"})
"""Relations that `services.merge` itself looks after."""


@dataclass
class Passing:
    """One merge under way: from whom to whom, since which day, by whom; what has passed so far; what stands against it."""

    gone: Organisation
    into: Organisation
    day: date
    actor: Actor
    passed: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def count(self, what: str, how_many: int) -> None:
        """So many rows passed. what: table and column."""
        if how_many:
            self.passed[what] = self.passed.get(what, 0) + how_many

    def point(self, rows: models.QuerySet[Any], column: str) -> None:
        """Let these rows, as far as they point at the one that goes, point at the one that stays."""
        changed = rows.filter(**{column: self.gone}).update(**{column: self.into})
        self.count(f"{rows.model._meta.label_lower}.{column}", changed)


Follower = Callable[[Passing], None]
_followers: list[Follower] = []
claimed: set[str] = set()


def passes_on(*relations: str) -> Callable[[Follower], Follower]:
    """Declare what of these relations to an organisation runs, and how it passes to a successor."""

    def declare(follower: Follower) -> Follower:
        _followers.append(follower)
        claimed.update(relations)
        return follower

    return declare


@transaction.atomic
def merge(actor: Actor, gone: Organisation, into: Organisation, *, reason: str) -> Passing:
    """Merge an organisation into another from today on; what runs passes over, or nothing is done. Raises Refused:
    `merge.reason`, as `services.merge`, and what followers put forward."""
    problems = []
    if not reason.strip():
        problems.append(
            Problem("merge.reason", Text("请写明理由和文号", "Give the reason, and its document"), "reason")
        )
    if problems:
        raise Refused.because(*problems)
    passing = Passing(gone, into, clock.today(), actor)
    services.merge(actor, gone, into, on=passing.day)
    for follower in _followers:
        follower(passing)
    if passing.problems:
        raise Refused.because(*passing.problems)
    trace.write(
        "organisations:organisation:passed_on",
        actor,
        on_behalf_of=into.pk,
        payload={"organisation": gone.pk, "into": into.pk, "passed": dict(sorted(passing.passed.items()))},
        personal={"reason": reason.strip()},
    )
    return passing
