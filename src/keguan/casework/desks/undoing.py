"""Taking a batch back: each case that nothing followed returns to the desk, by an act of its own and with the reason.

Only a yes is taken back, by whoever gave it: a no and a return have been told to those concerned. A case that somebody has
gone on with stays as it is and says why.
"""

from __future__ import annotations

from hashlib import sha256

from django.db import transaction

from keguan.casework import services
from keguan.casework.desks.batches import beat, is_long, kept_problems, key_of, lines_of, put_off_if_long
from keguan.casework.models import Batch, BatchLine, Deed
from keguan.engine.decision import Command
from keguan.engine.moves import refuse
from keguan.engine.taking_back import TAKE_BACK, YES
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal
from keguan.registers.parties.access import actor_for
from keguan.registers.trace import services as trace


def can_take_back(batch: Batch) -> bool:
    """Whether the batch did something of which some may still be taken back."""
    over = batch.state in ("done", "stopped") and batch.verb in YES.values()
    return over and batch.lines.filter(state="done").exists()


def take_back(batch: Batch, actor: Actor, reason: str, request_id: str = "") -> Refusal | None:
    """Take back what the batch did, as far as nothing followed: at once, or by a job. Asking twice does nothing twice."""
    if not reason.strip():
        said = Text("请写明收回的理由，将留在痕迹中。", "Give the reason; the trace keeps it.")
        return refuse("reason.missing", said, where="undone_because")
    if not can_take_back(batch):
        return None
    with transaction.atomic():
        mine = Batch.objects.filter(pk=batch.pk, state=batch.state)
        if not mine.update(state="undoing", undone_because=reason.strip(), request_id=request_id, beat_at=clock.now()):
            return None
        payload = {"batch": batch.pk, "verb": batch.verb, "cases": batch.lines.filter(state="done").count()}
        trace.write("batch:cases:undoing", actor, payload=payload, request_id=request_id)
        put_off_if_long(batch)
    if not is_long(batch):
        go_on(batch.pk)
    return None


def go_on(pk: int) -> None:
    """Take back what is left to be taken back of a batch, with the duties that its person holds now."""
    batch = Batch.objects.filter(pk=pk, state="undoing").first()
    if batch is None:
        return
    actor = actor_for(batch.person_id)
    for line in lines_of(batch, "done"):
        if not beat(batch, "undoing"):
            return
        _undo(batch, line, actor)
    Batch.objects.filter(pk=pk, state="undoing").update(state="done", beat_at=clock.now())


def _undo(batch: Batch, line: BatchLine, actor: Actor) -> None:
    number = line.case.number
    done = Deed.objects.filter(key=key_of(batch, number)).values_list("answer", flat=True).first()
    if done is None:
        return
    command = Command(TAKE_BACK, str(done["step"]), {"reason": batch.undone_because})
    key = sha256(f"{batch.key}:{number} back".encode()).hexdigest()[:32]
    # The revision that the batch left: whatever happened since, be it a side case, keeps it as it is.
    answer = services.act(number, command, actor, key, revision=int(done["revision"]), request_id=batch.request_id)
    line.state = "done" if isinstance(answer, Refusal) else "undone"
    line.problems = kept_problems(_why(answer)) if isinstance(answer, Refusal) else []
    line.save(update_fields=["state", "problems"])


_WENT_ON = Problem(
    "taking_back.went_on",
    Text("此后已有办理，不能收回。", "Something was done with it since: it cannot be taken back."),
)


def _why(refusal: Refusal) -> tuple[Problem, ...]:
    went_on = any(one.code in ("case.stale", "case.moved_on", "case.ended") for one in refusal.problems)
    return (_WENT_ON,) if went_on else refusal.problems
