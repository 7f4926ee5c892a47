"""Whom an officer asks, and what a reviewer answers."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from keguan.casework.steps import typed
from keguan.engine.decision import Situation
from keguan.language.definition import Definition
from keguan.language.schema import Review


def read(post: QueryDict, definition: Definition, step: Review, verb: str, situation: Situation) -> dict[str, Any]:
    """Experts for a seat; a reason; or whole points by criterion with a comment."""
    match verb:
        case "assign":
            return {"experts": [int(one) for one in post.getlist("experts") if one.isdecimal() and len(one) < 19]}
        case "release":
            return {"seat": typed.text(post, "seat"), "reason": typed.text(post, "reason")}
        case "accept":
            return {"confirmed": post.get("confirmed") == "yes"}
        case "decline":
            return {"reason": typed.text(post, "reason")}
    rubric = definition.programme.rubric(step.rubric)
    names = [str(one.criterion) for one in rubric.criteria]
    scores = {name: value for name in names if (value := typed.whole(post, f"scores.{name}")) is not None}
    return {"scores": scores, "comment": typed.text(post, "comment"), "final": True}
