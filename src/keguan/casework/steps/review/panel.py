"""A panel at work: for the officer the seats and the pool, for a reviewer their own seat, rubric and scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keguan.casework.models import SEAT_STATES
from keguan.casework.steps.review.pool import choices, searched
from keguan.casework.steps.scene import Scene
from keguan.components.fields import Field
from keguan.components.status import Status, Tone
from keguan.engine.steps.review import COMMENT_MOST, LIVE
from keguan.kernel.bilingual import Text
from keguan.language.schema import Review

_TONES: Mapping[str, Tone] = {"invited": "warn", "accepted": "info", "final": "good"}
STATES: Mapping[str, Status] = {name: Status(said, _TONES.get(name, "neutral")) for name, said in SEAT_STATES.items()}
_WHY_RELEASE = Text("解除理由", "Reason")
_WHY_DECLINE = Text("谢绝理由", "Reason")
_COMMENT = Text("评审意见", "Comment")
_HINT = Text(
    "说明打分的依据、优点和不足。立项决定后申报人可以看到，不署名。",
    "Give grounds, strengths and weaknesses. The applicant reads it after the decision, without your name.",
)


def panel(scene: Scene) -> dict[str, Any]:
    """What the officer or the reviewer needs; nothing for anybody else."""
    step = scene.step
    if not isinstance(step, Review):
        return {}
    seats = [one for one in scene.seats if one.step == step.id and one.attempt == scene.situation.state.current.attempt]
    free = step.panel.size - sum(one.state in LIVE for one in seats)
    shown: dict[str, Any] = {"size": step.panel.size, "free": free}
    if "assign" in scene.verbs or "release" in scene.verbs:
        shown |= _officer(scene, seats, free)
    if scene.situation.acting.seat:
        shown |= _reviewer(scene, step, seats)
    return shown


def _officer(scene: Scene, seats: list[Any], free: int) -> dict[str, Any]:
    wants_pool = free > 0 and ("pool" in scene.query or (scene.post is not None and "pool" in scene.post))
    return {
        "is_officer": True,
        "open_seats": [one for one in seats if one.state in ("invited", "accepted")],
        "release_reason": scene.asked(Field("reason", "text", _WHY_RELEASE)),
        "seat_chosen": scene.post.get("seat", "") if scene.post is not None else "",
        "pool": choices(scene) if wants_pool else None,
        "wants_pool": wants_pool,
        "query": searched(scene),
    }


def _reviewer(scene: Scene, step: Review, seats: list[Any]) -> dict[str, Any]:
    mine = next((one for one in seats if str(one.number) == scene.situation.acting.seat), None)
    rubric = scene.definition.programme.rubric(step.rubric)
    return {
        "mine": mine,
        "rubric": rubric,
        "criteria": [
            (one, scene.asked(Field(f"scores.{one.criterion}", "number", one.title, required=True)))
            for one in rubric.criteria
        ],
        "confirmed": scene.asked(Field("confirmed", "hidden", Text("承诺", "Declaration"))),
        "comment": scene.asked(
            Field("comment", "prose", _COMMENT, hint=_HINT, required=rubric.comment, most=COMMENT_MOST)
        ),
        "decline_reason": scene.asked(Field("reason", "text", _WHY_DECLINE)),
    }
