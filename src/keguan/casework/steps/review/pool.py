"""The pool of experts for one panel, narrowed by what the officer looks for."""

from __future__ import annotations

from dataclasses import dataclass

from keguan.casework import queries
from keguan.casework.steps.review.suggestions import Suggestion, suggestions
from keguan.casework.steps.scene import Scene
from keguan.kernel.names import clean_text, halfwidth
from keguan.registers.experts.queries import say_fields

MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Choice:
    """An expert who may be chosen, or is kept out for reasons; is_chosen: ticked on a page that was refused. near: how
    near their work is to the case, where that is known."""

    candidate: queries.Candidate
    is_chosen: bool
    near: Suggestion | None = None

    @property
    def percent(self) -> int | None:
        """The fit in whole percent."""
        return None if self.near is None else round(self.near.fit * 100)


def choices(scene: Scene) -> list[Choice]:
    """The experts that the search finds, the free ones first and the nearest of them at the top, at most sixty, and those
    that were ticked already. Where nothing is looked for, whoever is near is among them."""
    sent = scene.post.getlist("experts") if scene.post is not None else []
    ticked = {int(one) for one in sent if one.isdecimal() and len(one) < 19}
    near = {one.expert: one for one in suggestions(scene.case)}
    words = searched(scene)
    pool = queries.pool_for(scene.actor, scene.case, words, ticked if words else {*ticked, *near})
    pool.sort(key=lambda one: (not one.is_free, -_fit(near.get(one.expert.pk)), one.at_hand, one.expert.pk))
    found = [one for one in pool if one.expert.pk not in ticked][:MOST_SHOWN]
    shown = [one for one in pool if one in found or one.expert.pk in ticked]
    say_fields([one.expert for one in shown])
    return [Choice(one, one.expert.pk in ticked, near.get(one.expert.pk)) for one in shown]


def _fit(near: Suggestion | None) -> float:
    return 0.0 if near is None else near.fit


def searched(scene: Scene) -> str:
    """What the officer looks for in the pool; full-width letters and digits count as plain ones."""
    asked = scene.query if scene.post is None else scene.post
    return halfwidth(clean_text(str(asked.get("q", "")))).strip()[:100]
