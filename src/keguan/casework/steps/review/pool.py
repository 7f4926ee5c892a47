"""The pool of experts for one panel, narrowed by what the officer looks for."""

from __future__ import annotations

from dataclasses import dataclass

from keguan.casework import queries
from keguan.casework.steps.scene import Scene
from keguan.kernel.names import clean_text, halfwidth
from keguan.registers.experts.queries import say_fields

MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Choice:
    """An expert who may be chosen, or is kept out for reasons; is_chosen: ticked on a page that was refused."""

    candidate: queries.Candidate
    is_chosen: bool


def choices(scene: Scene) -> list[Choice]:
    """The experts that the search finds, the free ones first, at most sixty, and those that were ticked already."""
    sent = scene.post.getlist("experts") if scene.post is not None else []
    ticked = {int(one) for one in sent if one.isdecimal() and len(one) < 19}
    pool = queries.pool_for(scene.actor, scene.case, searched(scene), ticked)
    found = [one for one in pool if one.expert.pk not in ticked][:MOST_SHOWN]
    shown = [one for one in pool if one in found or one.expert.pk in ticked]
    say_fields([one.expert for one in shown])
    return [Choice(one, one.expert.pk in ticked) for one in shown]


def searched(scene: Scene) -> str:
    """What the officer looks for in the pool; full-width letters and digits count as plain ones."""
    asked = scene.query if scene.post is None else scene.post
    return halfwidth(clean_text(str(asked.get("q", "")))).strip()[:100]
