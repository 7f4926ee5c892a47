"""The page of a round leads to the draws of its reviews."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from keguan.casework.models import Round
from keguan.casework.pages.rounds.places import Place, has_places
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.schema import Review
from keguan.panels.draws.rights import watches

_DRAWS = Text("抽取评审专家", "Draws of reviewers")


@has_places
def draws_of(actor: Actor, of_round: Round, definition: Definition) -> Iterator[Place]:
    """The draws of each review that draws, for those who see to them or watch them."""
    for step in definition.programme.steps:
        if isinstance(step, Review) and step.panel.draw is not None and watches(of_round, step, actor):
            yield _DRAWS, reverse("draws", args=[of_round.code, step.id])
