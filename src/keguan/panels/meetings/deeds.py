"""What every deed in a meeting shares: the lock, the trace, and the refusals that several of them give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from keguan.engine.moves import refuse
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal
from keguan.panels.meetings.models import Item
from keguan.panels.meetings.sittings import Sitting
from keguan.registers.trace import services as trace

Said = Sitting | Refusal
LONGEST: Final = 2000
_WAY_OUT: Final = Text(
    "请等人数够后继续；或休会：已计票的表决保留，没有计票的作废，复会后重新表决。",
    "Go on when there are enough; or adjourn: ballots that were counted stand, one that was not is void and held again.",
)
NEVER: Final = Text(
    "可表决的委员全部到会也不够，这次会议不能表决本项：请先审议其他议项；由名录管理员增补委员后，另行安排会议审议本项。",
    "Not even all who may vote are enough: this meeting cannot vote on it. Go on with other items; once the registrar has added "
    "members to the body, plan another meeting for this one.",
)
NOT_VOTED: Final = Text("本环节不表决。", "Nothing is voted on at this step.")
NOT_MEMBER = refuse("right.missing", Text("您不是本次会议的成员。", "You are no member of this meeting."))
NO_ITEM = refuse("meeting.item", Text("议程中没有这一项。", "The agenda has no such item."))


@dataclass(frozen=True, slots=True)
class Question(Refusal):
    """Nothing was done yet: whoever asked for it is asked whether they mean it, and why one might not. No refusal, so the
    trace holds nothing of it; what they do then is traced as what it is."""


def ask(code: str, say: Text, *, count: int = 1, fix: Text) -> Question:
    """Ask once more before it is done. count: what the second yes must name, so that it is not said to more than was asked."""
    return Question((Problem(code, say, value=str(count), fix=fix),))


def deed(pk: int, actor: Actor, request_id: str, do: Callable[[Sitting], Refusal | None]) -> Said:
    """Do something with the meeting locked; the meeting as it stands afterwards, or the refusal, which is traced, or a
    question first."""
    with transaction.atomic():
        sitting = Sitting.of(pk, locking=True)
        trace.stamp(actor, request_id)
        refusal = do(sitting)
        if isinstance(refusal, Question):
            return refusal
        if refusal is not None:
            codes = [one.code for one in refusal.problems]
            payload = {"meeting": pk, "problems": codes}
            trace.write("meeting:sitting:refused", actor, outcome="refused", payload=payload, request_id=request_id)
            return refusal
        return Sitting.of(pk)


def note(sitting: Sitting, tag: str, actor: Actor, **payload: object) -> None:
    """Trace what was done in the meeting."""
    trace.write(tag, actor, payload={"code": sitting.meeting.round.code, "meeting": sitting.meeting.pk, **payload})


def lacks_quorum(sitting: Sitting, item: Item) -> Refusal | None:
    """Why the item cannot be taken up or voted on with those who are there; None where enough are."""
    there = sitting.quorum(item)
    if there is None:
        return refuse("meeting.no_vote", NOT_VOTED)
    if there.is_met:
        return None
    source = sitting.vote.source if sitting.vote else ""
    fix = _WAY_OUT if there.is_reachable else NEVER
    return refuse("meeting.no_quorum", there.said(), value=str(there.present), source=source, fix=fix)
