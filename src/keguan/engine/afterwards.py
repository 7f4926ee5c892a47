"""What is asked of a case beside the verbs of its step: a side case taken back by who made it, a rank moved up into a gap."""

from __future__ import annotations

from keguan.engine.decision import Command, Situation
from keguan.engine.moves import Verb, reason_owed, refuse
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Refusal
from keguan.language.schema import Apply, Endorse, Rank

RETRACT = "retract"
"""The command by which an objection, or the wish to withdraw, is taken back before it is decided."""
RETRACT_VERB = Verb(RETRACT, Text("撤回", "Take it back"), "applicant", is_awaited=False)
MOVE_UP = "move_up"
"""The command by which a recommendation gets a better rank that has come free."""


def against_retracting(situation: Situation, command: Command) -> Refusal | None:
    """Why a case is not taken back by who made it; None where it is."""
    programme, state = situation.definition.programme, situation.state
    if programme.rounds != "side" or isinstance(programme.step(state.step), Apply):
        said = Text(
            "只有已提交、尚未处理的异议或撤回申请可以撤回。",
            "Only an objection or a withdrawal that was handed in is taken back.",
        )
        return refuse("retract.nothing", said)
    return reason_owed(
        command, Text("请写明撤回的理由，处理单位会看到。", "Say why you take it back; whoever would decide reads it.")
    )


def may_retract(situation: Situation) -> bool:
    """Whether who acts may take back what they asked for: handed in, not decided."""
    state, programme = situation.state, situation.definition.programme
    return (
        programme.rounds == "side"
        and not state.end
        and "applicant" in situation.acting.roles
        and not isinstance(programme.step(state.step), Apply)
    )


def ranked_before(situation: Situation) -> Endorse | Refusal:
    """The step at which the case was recommended with a rank, while nothing has been decided by it; or why it stays."""
    state, programme = situation.state, situation.definition.programme
    given = next(
        (
            step
            for step in programme.steps
            if isinstance(step, Endorse)
            and step.ranked
            and (there := state.steps.get(step.id))
            and there.memo.get("rank")
        ),
        None,
    )
    if given is None or given.id == state.step or state.steps[given.id].outcome != "endorsed":
        return refuse("move_up.nothing", Text("本件没有推荐排序。", "This case has no rank."))
    if any(isinstance(step, Rank) and (there := state.steps.get(step.id)) and there.closed for step in programme.steps):
        said = Text("本件已排序，推荐排序不能再变。", "The round is ranked: ranks stay as they are.")
        return refuse("move_up.ranked", said)
    return given


def rank_asked(situation: Situation, given: Endorse, command: Command) -> int | Refusal:
    """The better rank that is asked for, where it is free; the order among recommendations never changes by it."""
    rank, held = command.content.get("rank"), situation.state.steps[given.id].memo["rank"]
    taken = situation.facts.get("ranks_taken") or ()
    if not isinstance(rank, int) or isinstance(rank, bool) or not 1 <= rank < held:
        return refuse("move_up.rank", Text("只能前移。", "A rank only moves up."), where="rank", value=str(rank))
    if any(rank <= one < held for one in taken):
        said = Text("前面的名次已有其他申报，不能越过。", "Another application stands before it: none is passed over.")
        return refuse("move_up.taken", said, where="rank", value=str(rank))
    return rank
