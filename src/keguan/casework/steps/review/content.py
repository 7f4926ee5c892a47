"""Whom an officer asks, and what a reviewer answers."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from keguan.casework.steps import typed
from keguan.engine.decision import Situation
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.schema import Review, Rubric

REMARK = Text("“{title}”的说明", "On “{title}”")
COMMENT = Text("评审意见", "Comment")


def read(post: QueryDict, definition: Definition, step: Review, verb: str, situation: Situation) -> dict[str, Any]:
    """Experts for a seat; a reason; what is declared; or whole points by criterion with comments."""
    match verb:
        case "assign":
            chosen = [int(one) for one in post.getlist("experts") if one.isdecimal() and len(one) < 19]
            return {"experts": chosen, "despite": typed.text(post, "despite")}
        case "release":
            return {"seat": typed.text(post, "seat"), "reason": typed.text(post, "reason")}
        case "accept":
            return {"declared": [one[:40] for one in post.getlist("declared")]}
        case "decline":
            return {"because": typed.text(post, "because"), "reason": typed.text(post, "reason")}
    rubric = definition.programme.rubric(step.rubric)
    return scored(rubric, post) | {"final": True}


def scored(rubric: Rubric, post: QueryDict) -> dict[str, Any]:
    """What was typed into the fields of a rubric, as the engine takes it."""
    names = [str(one.criterion) for one in rubric.criteria]
    scores = {name: value for name in names if (value := typed.whole(post, f"scores.{name}")) is not None}
    comments = {name: said for name in names if (said := typed.text(post, f"comments.{name}"))}
    return {"scores": scores, "comments": comments, "comment": typed.text(post, "comment")}


def fields_of(rubric: Rubric) -> list[str]:
    """The names of all fields of a rubric's sheet."""
    return list(words_of(rubric))


def words_of(rubric: Rubric) -> dict[str, Text]:
    """What the fields of a rubric's sheet are called, by their names."""
    points = {f"scores.{one.criterion}": one.title for one in rubric.criteria}
    remarks = {f"comments.{one.criterion}": REMARK.filled(title=one.title) for one in rubric.criteria}
    return {**points, **remarks, "comment": COMMENT}
