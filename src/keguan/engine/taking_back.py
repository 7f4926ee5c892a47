"""Taking back a yes that nothing followed: an endorsement or a pass, by the body that gave it, before anybody went on from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from keguan.engine.decision import Ask, Effect, Situation, Wake
from keguan.engine.moves import Move, refuse
from keguan.engine.waiting import reminders
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


def too_late(situation: Situation, given: Step, due: datetime | None) -> Refusal | None:
    """Why nothing is taken back to a desk whose time is over: there the case would lapse at once."""
    if due is None or not isinstance(given, Endorse) or situation.now < due:
        return None
    said = Text(
        "该环节的办理时限已过，收回后即告逾期。",
        "The time of that step is over: taken back, the case would lapse at once.",
    )
    fix = Text("请与后续环节的经办人联系，由其退回。", "Ask those who have it now to return it.")
    return refuse("taking_back.too_late", said, fix=fix)


def due_as_before(situation: Situation, step: Step, move: Move, due: datetime) -> Move:
    """The move that enters a step, with the time that the step had before a yes was given and taken back."""
    if move.due is None:
        return move
    effects: list[Effect] = []
    for one in move.effects:
        if isinstance(one, Ask):
            effects.append(replace(one, due=due))
        elif not isinstance(one, Wake):
            effects.append(one)
        elif one.at == move.due:
            effects.append(replace(one, at=due))
    return replace(move, due=due, effects=(*effects, *reminders(situation, step, due)))
