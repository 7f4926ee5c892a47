"""The pool of experts for one panel, narrowed by what the officer looks for."""

from __future__ import annotations

from dataclasses import dataclass

from keguan.casework import queries
from keguan.casework.steps.scene import Scene
from keguan.kernel.names import normal_name

MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Choice:
    """An expert who may be chosen, or is kept out for reasons; is_chosen: ticked on a page that was refused."""

    candidate: queries.Candidate
    is_chosen: bool


def choices(scene: Scene) -> list[Choice]:
    """The experts that the search finds, the free ones first, at most sixty, and those that were ticked already."""
    asked = searched(scene)
    ticked = set(scene.post.getlist("experts")) if scene.post is not None else set()
    pool = queries.pool_for(scene.actor, scene.case, (asked,) if asked.isdecimal() else ())
    found = [one for one in pool if asked.isdecimal() or _fits(one, asked)][:MOST_SHOWN]
    found += [one for one in pool if str(one.expert.pk) in ticked and one not in found]
    return [Choice(one, str(one.expert.pk) in ticked) for one in found]


def searched(scene: Scene) -> str:
    """What the officer looks for in the pool."""
    asked = scene.query if scene.post is None else scene.post
    return str(asked.get("q", "")).strip()[:100]


def _fits(one: queries.Candidate, asked: str) -> bool:
    wanted = normal_name(asked)
    if not wanted:
        return True
    person = one.expert.person
    known = [person.normal_name, person.employer.normal_name if person.employer else ""]
    return any(wanted in text for text in known) or asked in one.expert.keywords
