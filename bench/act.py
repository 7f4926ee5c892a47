"""The write door without the web: submitting an application with its rules, limits and facts."""

from __future__ import annotations

from uuid import uuid4

from bench.measure import Figure, Meter
from bench.world import Draft, Round
from keguan.casework import services
from keguan.engine.decision import Command
from keguan.registers.parties.access import actor_for

TARGET_MS = 4.0
WARM_UP = 12


def measure(round_: Round, *, n: int, batches: int) -> Figure:
    """Submit drafts that nobody submitted yet. The actor is known before, as it is in a request."""
    waiting = iter([(draft, actor_for(draft.person)) for draft in take(round_, n * batches + WARM_UP)])

    def submit() -> None:
        draft, actor = next(waiting)
        command = Command("submit", "apply", {"values": draft.values, "confirmed": True})
        done = services.act(draft.number, command, actor, uuid4().hex)
        if not isinstance(done, services.Done):
            raise RuntimeError(f"{draft.number}: {done}")

    for _ in range(WARM_UP):
        submit()
    spent = Meter().each(submit, n=n, batches=batches)
    note = f"Python {spent.ours:.2f} + PostgreSQL {spent.postgres:.2f}"
    return Figure("act(): submit", spent.total, "ms", TARGET_MS, n=n, batches=batches, note=note)


def take(round_: Round, number: int) -> list[Draft]:
    """So many drafts that no other measurement has used. Raises RuntimeError when they run out."""
    if len(round_.drafts) < number:
        raise RuntimeError(f"{number} drafts are needed and {len(round_.drafts)} are left; make the round larger")
    return [round_.drafts.pop() for _ in range(number)]
