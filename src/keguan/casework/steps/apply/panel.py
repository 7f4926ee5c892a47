"""Where an application stands while it is being written: the way to its form, and the time that is left."""

from __future__ import annotations

from typing import Any

from keguan.casework.steps.corrections import corrections
from keguan.casework.steps.scene import Scene
from keguan.engine.steps.apply import closes_for, lateness


def panel(scene: Scene) -> dict[str, Any]:
    """The form to fill in, by when, and why it was sent back if it was."""
    step: Any = scene.step
    late = lateness(scene.situation, step)
    return {
        "form": str(step.form),
        "closes": closes_for(scene.situation, step),
        "grace_minutes": scene.situation.terms.grace_minutes if scene.situation.state.current.attempt == 1 else 0,
        "late": late.problems if late else (),
        "correction": corrections(scene.definition, scene.situation.state),
        "is_applicant": "applicant" in scene.situation.acting.roles,
    }
