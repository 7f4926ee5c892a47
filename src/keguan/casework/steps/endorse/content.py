"""What the endorsing body says: a note and a rank, or a reason and the places to correct."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from keguan.casework.steps import typed
from keguan.engine.decision import Situation
from keguan.language.definition import Definition
from keguan.language.schema import Endorse


def read(post: QueryDict, definition: Definition, step: Endorse, verb: str, situation: Situation) -> dict[str, Any]:
    """The opinion is a note for an endorsement and the reason for anything else."""
    if verb == "endorse":
        content = {"note": typed.text(post, "reason"), "verdicts": typed.verdicts(post)}
        return content | ({"rank": typed.whole(post, "rank")} if step.ranked else {})
    if verb == "return":
        return {"reason": typed.text(post, "reason"), "places": typed.places(post), "remarks": typed.remarks(post)}
    return {"reason": typed.text(post, "reason"), "places": []}
