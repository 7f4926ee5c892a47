"""Taking back a yes that nothing followed: an endorsement or a pass, by the body that gave it, before anybody went on from it."""

from __future__ import annotations

from keguan.engine.decision import Situation
from keguan.engine.moves import refuse
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Refusal
from keguan.language.schema import Check, Decide, Endorse, Rank, Review, Screen, Step

TAKE_BACK = "take_back"
"""The command. No step has it among its verbs: it is asked for beside them."""
TAKEN_BACK = "taken_back"
"""The outcome of the step that the case had come to. No programme routes it: the case was never meant to be there."""
YES = {"endorsed": "endorse", "passed": "pass"}
"""Outcomes that can be taken back, with their verbs. A no, or a return, has been told to those concerned: it stands."""

_AT_A_DESK = (Endorse, Screen, Check, Review, Rank, Decide)
"""Steps that only wait. The others have told the public, the applicant or a register something on being entered."""


def given_before(situation: Situation) -> Step | Refusal:
    """The step whose yes brought the case to where it waits, untouched since; or why nothing can be taken back."""
    state, programme = situation.state, situation.definition.programme
    here, now_at = state.current, programme.step(state.step)
    before = programme.steps[: programme.steps.index(now_at)]
    given = next(
        (
            step
            for step in reversed(before)
            if (there := state.steps.get(step.id)) and there.closed == here.entered and there.outcome in YES
        ),
        None,
    )
    if given is None:
        said = Text("没有可以收回的同意或通过。", "There is no endorsement or pass to be taken back.")
        return refuse("taking_back.nothing", said)
    if not isinstance(now_at, _AT_A_DESK):
        said = Text("后续环节已经生效，不能收回。", "What follows has taken effect: it cannot be taken back.")
        return refuse("taking_back.took_effect", said)
    if any(here.memo.values()) or state.open_sides:
        said = Text("后续环节已经开始办理，不能收回。", "Somebody has gone on from it: it cannot be taken back.")
        return refuse("taking_back.went_on", said)
    return given
