"""The officer's desk: every rule with its verdict, answers to those that need a person, an opinion, places to correct."""

from __future__ import annotations

from typing import Any

from keguan.casework.steps.opinion import opinion, place_boxes
from keguan.casework.steps.scene import Scene
from keguan.casework.steps.verdict_rows import rows_to_answer
from keguan.kernel.bilingual import Text

_OPINION = Text("审查意见", "Opinion")
_OWED = Text("退回或不通过时必填，申报人会看到。", "Owed for a return or a fail; the applicant reads it.")


def panel(scene: Scene) -> dict[str, Any]:
    """The table of verdicts to answer; nothing for those whose turn it is not."""
    step: Any = scene.step
    if not scene.verbs:
        return {}
    return {
        "verdicts": rows_to_answer(scene, step.rules),
        "opinion": opinion(scene, _OPINION, _OWED),
        "places": place_boxes(scene),
    }
