"""What an officer says of the rules."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from keguan.casework.steps import typed
from keguan.engine.decision import Situation
from keguan.language.definition import Definition
from keguan.language.schema import Check, Screen


def read(
    post: QueryDict, definition: Definition, step: Screen | Check, verb: str, situation: Situation
) -> dict[str, Any]:
    """The opinion is a note for a pass and the reason for anything else."""
    if verb == "return":
        return {"reason": typed.text(post, "reason"), "places": typed.places(post), "remarks": typed.remarks(post)}
    opinion = "note" if verb == "pass" else "reason"
    return {opinion: typed.text(post, "reason"), "verdicts": typed.verdicts(post)}
