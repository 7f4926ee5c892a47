"""Work that is owed: the way to its form, and the time that is left."""

from __future__ import annotations

from typing import Any

from keguan.casework.steps.corrections import corrections
from keguan.casework.steps.scene import Scene


def panel(scene: Scene) -> dict[str, Any]:
    """The form to fill in and by when, and why it was sent back if it was."""
    step: Any = scene.step
    return {
        "form": str(step.form),
        "closes": scene.situation.state.current.due,
        "correction": corrections(scene.definition, scene.situation.state),
        "is_applicant": "applicant" in scene.situation.acting.roles,
    }
