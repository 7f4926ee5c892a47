"""Members of a deciding body who were sent out of the room for a case: floors above know who; what follows is told here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem

SentOut = Callable[[int, Collection[int] | None], Mapping[int, Text]]
_asked: list[SentOut] = []
_SAID = Text(
    "本件您须回避，不能查看材料、评分和表决：{why}",
    "You must keep out of this case: its papers, scores and ballots are closed to you. {why}",
)
_FIX = Text("如有异议，请联系会议秘书。", "If you object, ask the secretary of the meeting.")


def sent_out_by(ask: SentOut) -> SentOut:
    """Let this say for which of some cases, or of all (None), a person was sent out, and why. One query, however many."""
    if ask not in _asked:
        _asked.append(ask)
    return ask


def sent_out(actor: Actor, cases: Collection[int] | None) -> dict[int, Text]:
    """For which of these cases, or of all (None), the actor was sent out, each with the reason."""
    if actor.person is None or (cases is not None and not cases):
        return {}
    return {case: why for ask in _asked for case, why in ask(actor.person, cases).items()}


def closed_to_who_left(why: Text) -> Problem:
    """What is said to somebody who was sent out and asks all the same. A 403."""
    return Problem("right.recused", _SAID.filled(why=why), fix=_FIX)
