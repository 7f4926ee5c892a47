"""Where a round leads to its meetings."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from keguan.casework.models import Round
from keguan.casework.pages.rounds.places import Place, has_places
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.schema import Decide
from keguan.panels.meetings.rights import SEES_MEETINGS


@has_places
def of_meetings(actor: Actor, of_round: Round, definition: Definition) -> Iterable[Place]:
    """The meetings, and for who plans them a new one, where a step of the programme is voted on."""
    steps = [one for one in definition.programme.steps if isinstance(one, Decide) and one.vote]
    if not steps or of_round.status == "draft":
        return
    if SEES_MEETINGS.holds(actor):
        yield Text("会议", "Meetings"), reverse("meetings")
    if actor.holds("officer", programme=of_round.programme.code):
        for step in steps:
            yield Text("安排会议", "Plan a meeting"), reverse("meeting_new", args=[of_round.code, step.id])
