"""Entries in registers are made on arrival; nobody waits here."""

from __future__ import annotations

from typing import Any

from keguan.casework.steps.scene import Scene


def panel(scene: Scene) -> dict[str, Any]:
    """Nothing to do."""
    return {}
