"""The engine's state of a case, to JSON and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from keguan.engine.state import CaseState, Side, StepState, Values


def stored(state: CaseState) -> dict[str, Any]:
    """What `Memo` keeps of a state. Answers are kept as versions of their own, number and revision with the case."""
    return {
        "step": state.step,
        "end": state.end,
        "steps": {
            step_id: {
                "entered": one.entered.isoformat(),
                "due": one.due.isoformat() if one.due else None,
                "attempt": one.attempt,
                "outcome": one.outcome,
                "closed": one.closed.isoformat() if one.closed else None,
                "memo": one.memo,
            }
            for step_id, one in state.steps.items()
        },
        "sides": {number: {"programme": side.programme, "end": side.end} for number, side in state.sides.items()},
        "hands": {body: list(people) for body, people in state.hands.items()},
    }


def restored(kept: Mapping[str, Any], *, number: str, revision: int, answers: Mapping[str, Values]) -> CaseState:
    """The state that `stored` came from."""
    return CaseState(
        number=number,
        step=kept["step"],
        end=kept["end"],
        revision=revision,
        steps={
            step_id: StepState(
                entered=datetime.fromisoformat(one["entered"]),
                due=_moment(one["due"]),
                attempt=one["attempt"],
                outcome=one["outcome"],
                closed=_moment(one["closed"]),
                memo=one["memo"],
            )
            for step_id, one in kept["steps"].items()
        },
        answers=answers,
        sides={number: Side(side["programme"], side["end"]) for number, side in kept["sides"].items()},
        hands={body: tuple(people) for body, people in kept["hands"].items()},
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
