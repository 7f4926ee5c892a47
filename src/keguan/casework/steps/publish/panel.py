"""A notice that stands: until when, and how many objections are open."""

from __future__ import annotations

from typing import Any

from keguan.casework.steps.scene import Scene


def panel(scene: Scene) -> dict[str, Any]:
    """The end of the notice and the objections to it, counted."""
    sides = [one for one in scene.situation.state.sides.values() if one.programme == "object"]
    return {
        "until": scene.situation.state.current.due,
        "objections": len(sides),
        "open_objections": sum(not one.end for one in sides),
    }
