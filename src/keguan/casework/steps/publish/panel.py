"""A notice that stands: until when, and how many objections are open."""

from __future__ import annotations

from typing import Any

from keguan.casework.models import Case
from keguan.casework.steps.scene import Scene


def panel(scene: Scene) -> dict[str, Any]:
    """The end of the notice and the objections to it, counted; one that is only being written has not come in."""
    came_in = Case.objects.filter(parent=scene.case, programme__code="object", submitted_at__isnull=False)
    ends = list(came_in.values_list("end", flat=True))
    return {
        "until": scene.situation.state.current.due,
        "objections": len(ends),
        "open_objections": ends.count(""),
    }
