"""A plan of instalments that could not be made yet, because the amount is not known."""

from __future__ import annotations

from typing import Any

from keguan.casework.steps.scene import Scene


def panel(scene: Scene) -> dict[str, Any]:
    """Whether this reader may have the plan made now."""
    return {"can_plan": "plan" in scene.verbs}
