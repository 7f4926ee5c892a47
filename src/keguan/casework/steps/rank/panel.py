"""A case that waits for its round to be ranked: for the officer, the way to the ranking."""

from __future__ import annotations

from typing import Any

from keguan.casework.steps.scene import Scene
from keguan.language.schema import Rank


def panel(scene: Scene) -> dict[str, Any]:
    """Where the round is ranked, for those who rank it."""
    step = scene.step
    if not isinstance(step, Rank) or scene.case.round is None:
        return {}
    ranks = scene.actor.holds(step.by, programme=scene.case.code)
    return {"round": scene.case.round.code if ranks else "", "step_id": str(step.id)}
