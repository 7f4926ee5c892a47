"""Who sees to the draws of a round, and who watches them."""

from __future__ import annotations

from keguan.casework.models import Round
from keguan.components.access import holding
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.language.schema import Review

DRAWS = holding(Text("办理抽取", "see to the draws of a round"), "officer", "planning")
WATCHES = holding(Text("查看抽取", "see the draws of a round"), "officer", "planning", "supervision")


def runs(of_round: Round, step: Review, actor: Actor) -> bool:
    """Whether the actor sees to the draws of this step."""
    return actor.person is not None and actor.holds(step.assigned_by, programme=of_round.programme.code)


def watches(of_round: Round, step: Review, actor: Actor) -> bool:
    """Whether the actor may look at them: those who see to them, and supervision."""
    return runs(of_round, step, actor) or actor.holds("supervision", programme=of_round.programme.code)
