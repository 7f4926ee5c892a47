"""Side cases: small programmes that are opened on a running case, and tell it how they ended."""

from __future__ import annotations

from django.db import transaction

from keguan.casework import services
from keguan.casework.drafting.opening import open_case
from keguan.casework.models import Case, ProgrammeVersion
from keguan.engine import machine
from keguan.engine.decision import Command
from keguan.engine.moves import refuse
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Refusal
from keguan.registers.trace import services as trace


def open_side(number: str, programme: str, actor: Actor, key: str, *, request_id: str = "") -> services.Done | Refusal:
    """Open a side case (`withdraw`, `object`) on a case: a withdrawal by its applicant, an objection by anyone known.

    Answers with the side case, whose form then waits for the one who opened it.
    """
    if actor.person is None:
        return refuse("right.sign_in", Text("请先实名登录。", "Sign in with your real name first."))
    answer = _open_side(number, programme, actor, key, request_id)
    if isinstance(answer, Refusal):
        with transaction.atomic():
            trace.stamp(actor, request_id)
            services.trace_refusal(number, Command("open_side", "", {}), answer, actor)
    return answer


def _open_side(number: str, programme: str, actor: Actor, key: str, request_id: str) -> services.Done | Refusal:
    with transaction.atomic():
        trace.stamp(actor, request_id)
        services.take_locks((f"key:{key}",))
        parent = services.locked(number)
        if answered := services.answered_before(key, services.content_digest(number, f"open-{programme}", {})):
            return answered
        running = Case.objects.filter(parent=parent, programme__code=programme, applicant=actor.person, end="")
        if of_mine := running.first():
            said = Text("您的{number}还在办理，不必另开一件。", "Your {number} is under way; no second one is needed.")
            return refuse("side.open", said.filled(number=of_mine.number), value=of_mine.number)
        version = ProgrammeVersion.objects.filter(code=programme).order_by("-published_at").first()
        if version is None:
            return refuse(
                "side.not_published", Text("该类办件尚未启用。", "This side case is not published."), value=programme
            )
        side = open_case(version, actor, parent=parent)
        if isinstance(side, Refusal):
            transaction.set_rollback(True)
            return side
        command = Command("open_side", parent.step, {"number": side.number, "programme": programme})
        situation = services.situation_for(parent, actor)
        decision = machine.decide(situation, command)
        if isinstance(decision, Refusal):
            transaction.set_rollback(True)
            return decision
        services.carry_out(parent, situation, command, decision, actor)
        done = services.Done(side.number, side.revision, side.step)
        services.remember(
            side, done, actor, f"open-{programme}", key, services.content_digest(number, f"open-{programme}", {})
        )
        return done
