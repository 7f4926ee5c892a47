"""The pool of experts for one panel, narrowed by what the officer looks for."""

from __future__ import annotations

from dataclasses import dataclass

from keguan.casework import queries
from keguan.casework.steps.review.suggestions import Suggestion, suggestions
from keguan.casework.steps.scene import Scene
from keguan.kernel.names import clean_text, halfwidth
from keguan.registers.experts.queries import say_fields

AT_ONCE, MOST_SHOWN = 15, 60
"""Experts shown at first and by each “more”, and by all of them."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An expert who may be chosen, or is kept out for reasons; is_chosen: ticked on a page that was refused. near: how
    near their work is to the case, where that is known. is_fresh: the first of those that “more” brought."""

    candidate: queries.Candidate
    is_chosen: bool
    near: Suggestion | None = None
    is_fresh: bool = False

    @property
    def percent(self) -> int | None:
        """The fit in whole percent."""
        return None if self.near is None else round(self.near.fit * 100)


@dataclass(frozen=True, slots=True)
class Shown:
    """So much of the pool as is shown. upto: how many from the top; more: how many “more” would bring."""

    choices: tuple[Choice, ...]
    upto: int
    more: int


def choices(scene: Scene) -> Shown:
    """The experts that the search finds, the free ones first and the nearest of them at the top, a piece at a time, and those
    that were ticked already. Where nothing is looked for, whoever is near is among them."""
    sent = scene.post.getlist("experts") if scene.post is not None else []
    ticked = {int(one) for one in sent if one.isdecimal() and len(one) < 19}
    near = {one.expert: one for one in suggestions(scene.case)}
    words = searched(scene)
    pool = queries.pool_for(scene.actor, scene.case, words, ticked if words else {*ticked, *near})
    pool.sort(key=lambda one: (not one.is_free, -_fit(near.get(one.expert.pk)), one.at_hand, one.expert.pk))
    before, upto = _upto(scene)
    shown = [one for place, one in enumerate(pool) if place < upto or one.expert.pk in ticked]
    fresh = pool[before : before + 1]
    say_fields([one.expert for one in shown])
    return Shown(
        tuple(Choice(one, one.expert.pk in ticked, near.get(one.expert.pk), one in fresh) for one in shown),
        upto,
        min(AT_ONCE, max(min(len(pool), MOST_SHOWN) - upto, 0)),
    )


def _upto(scene: Scene) -> tuple[int, int]:
    """After how many something is new, and how many are shown: more where that was asked, as many where the form came back
    refused, and from the beginning for another search."""
    sent, button = ("", "yes") if scene.post is None else (scene.post.get("upto", ""), scene.post.get("redraw", ""))
    before = min(max(int(sent), AT_ONCE), MOST_SHOWN) if sent.isdecimal() and len(sent) < 4 else AT_ONCE
    if button == "more":
        return before, min(before + AT_ONCE, MOST_SHOWN)
    return MOST_SHOWN, AT_ONCE if button else before


def _fit(near: Suggestion | None) -> float:
    return 0.0 if near is None else near.fit


def searched(scene: Scene) -> str:
    """What the officer looks for in the pool; full-width letters and digits count as plain ones."""
    asked = scene.query if scene.post is None else scene.post
    return halfwidth(clean_text(str(asked.get("q", "")))).strip()[:100]
