"""The write door without the web: submitting an application, the heaviest thing it does, and an officer's formal check."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

from bench.measure import Figure, Meter
from bench.world import Draft, Round
from keguan.casework import services
from keguan.casework.models import Case
from keguan.engine.decision import Command
from keguan.kernel.actors import Actor
from keguan.registers.parties.access import actor_for

TARGET_MS = 4.0
WARM_UP = 12

Act = tuple[str, Command, Actor]


def measure(round_: Round, *, n: int, batches: int) -> Iterator[Figure]:
    """Act on cases that nobody acted on yet. The actor is known before, as it is in a request."""
    number = n * batches + WARM_UP
    yield _figure("act(): submit", list(_submitting(round_, number)), n=n, batches=batches)
    yield _figure("act(): formal check", list(_checking(round_, number)), n=n, batches=batches)


def _figure(what: str, waiting: list[Act], *, n: int, batches: int) -> Figure:
    def act() -> None:
        number, command, actor = waiting.pop()
        done = services.act(number, command, actor, uuid4().hex)
        if not isinstance(done, services.Done):
            raise RuntimeError(f"{number}: {done}")

    for _ in range(WARM_UP):
        act()
    spent = Meter().each(act, n=n, batches=batches)
    note = f"Python {spent.ours:.2f} + PostgreSQL {spent.postgres:.2f}"
    return Figure(what, spent.total, "ms", TARGET_MS, n=n, batches=batches, note=note)


def _submitting(round_: Round, number: int) -> Iterator[Act]:
    for draft in take(round_, number):
        yield (
            draft.number,
            Command("submit", "apply", {"values": draft.values, "confirmed": True}),
            actor_for(draft.person),
        )


def _checking(round_: Round, number: int) -> Iterator[Act]:
    officer = actor_for(round_.officer)
    asked = (
        "guide",
        "attachments",
        "classified",
        "cv",
        "principal_employed",
    )  # copies keep the employer of their template
    content = {"verdicts": {f"formal.{rule}": {"result": "meets"} for rule in asked}}
    for waiting in Case.objects.filter(step="screen").order_by("pk").values_list("number", flat=True)[:number]:
        yield waiting, Command("pass", "screen", content), officer


def take(round_: Round, number: int) -> list[Draft]:
    """So many drafts that no other measurement has used. Raises RuntimeError when they run out."""
    if len(round_.drafts) < number:
        raise RuntimeError(f"{number} drafts are needed and {len(round_.drafts)} are left; make the round larger")
    return [round_.drafts.pop() for _ in range(number)]
