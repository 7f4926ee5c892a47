"""Which panel a review can still be set aside from, once the case has gone on: before anybody ranked or decided it."""

from __future__ import annotations

from keguan.engine.decision import Situation
from keguan.engine.moves import refuse
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Refusal
from keguan.language.schema import Decide, Rank, Review

SENT_BACK = "sent_back"
"""The outcome of the step that the case leaves for its panel. No programme routes it."""
_TELL = Text(
    "请在决定前把情况告知决定机构和监督方。", "Tell the deciding body and the supervision before the decision is made."
)


def panel_before(situation: Situation) -> Review | Refusal:
    """The panel whose scores brought the case to where it waits for a ranking or a decision; or why it is too late."""
    state, programme = situation.state, situation.definition.programme
    here = programme.step(state.step)
    before = programme.steps[: programme.steps.index(here)]
    reached = [step for step in before if step.id in state.steps and state.steps[step.id].closed is not None]
    if not isinstance(here, Rank | Decide) or any(
        isinstance(step, Rank) and state.steps[step.id].outcome in ("within", "beyond") for step in reached
    ):
        said = Text("排序或决定已经作出，评分不能再作废。", "The case is ranked or decided: its scores stand.")
        return refuse("review.too_late", said, fix=_TELL)
    panel = next((step for step in reversed(reached) if isinstance(step, Review)), None)
    if panel is None:
        said = Text("本件没有评审。", "This case was not reviewed.")
        return refuse("review.too_late", said)
    return panel
