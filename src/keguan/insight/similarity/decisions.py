"""What a person decides about a finding, and why. The machine decides nothing."""

from __future__ import annotations

from django.db import transaction

from keguan.casework.permissions import can_handle
from keguan.insight.similarity.models import Finding
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.names import clean_text
from keguan.kernel.problems import Problem, Refusal
from keguan.registers.trace import services as trace

MOST_REASON = 1000
NOT_YOURS = Text("只有本计划的项目主管可以判定。", "Only officers of the programme decide this.")


def decide(
    finding: int, state: str, reason: str, actor: Actor, *, seen: str, request_id: str = ""
) -> Finding | Refusal:
    """A person says whether a finding matters, and why; deciding again replaces the decision, and the trace keeps both.

    seen: the state that the page showed. Raises Finding.DoesNotExist.
    """
    with transaction.atomic():
        trace.stamp(actor, request_id)
        found = Finding.objects.select_for_update(of=("self",)).select_related("document__case__parent").get(pk=finding)
        case = found.document.case
        if case is None or actor.person is None or not can_handle(actor, case):
            return Refusal((Problem("right.missing", NOT_YOURS, value="officer"),))
        said = clean_text(reason).strip()
        if problems := _against(found, state, said, seen):
            return Refusal(problems)
        before = found.state
        found.state, found.reason, found.decided_by_id, found.decided_at = state, said, actor.person, clock.now()
        found.save(update_fields=["state", "reason", "decided_by", "decided_at"])
        trace.write(
            "similarity:finding:decided",
            actor,
            case_number=case.number,
            payload={"finding": found.pk, "before": before, "after": state, "percent": found.share // 10},
            personal={"reason": said},
        )
        return found


def _against(found: Finding, state: str, reason: str, seen: str) -> tuple[Problem, ...]:
    problems = []
    if state not in ("no_matter", "matters"):
        problems.append(
            Problem("similarity.state", Text("请选择判定结果。", "Choose what you decide."), "state", state[:40])
        )
    if not reason:
        said = Text("请写明理由。", "Give the reason.")
        problems.append(Problem("similarity.reason", said, "reason"))
    if len(reason) > MOST_REASON:
        said = Text("理由最多{most}字。", "The reason has at most {most} characters.").filled(most=MOST_REASON)
        problems.append(Problem("text.too_long", said, "reason", str(len(reason))))
    if seen != found.state:
        said = Text("您打开页面后，已有人对此作出判定。", "Somebody decided this since you opened the page.")
        fix = Text(
            "请看页面上的判定，仍要改的再提交一次。",
            "Read what was decided; send again if you still want to change it.",
        )
        problems.append(Problem("similarity.stale", said, "state", found.state, fix=fix))
    return tuple(problems)
