"""The lines on the pages of a case and of a round that lead to their findings, for those who may look at them. No query:
the page of a case has none to spare."""

from __future__ import annotations

from django.urls import reverse

from keguan.casework.links import Link, links_by
from keguan.casework.models import Case, Round
from keguan.casework.pages.rounds.places import has_places
from keguan.casework.permissions import is_own
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition

_TITLE = Text("查重结果", "Text shared with others")


def link_for(actor: Actor, case: Case) -> Link | None:
    """What officers and the supervision of the programme meet on the page of an application."""
    if not _looks(actor, case.code) or case.round_id is None or case.submitted_at is None or is_own(actor, case):
        return None
    return Link(_TITLE, f"{reverse('similarity')}?case={case.number}", "similar.share")


@has_places
def places(actor: Actor, of_round: Round, definition: Definition) -> list[tuple[Text, str]]:
    """What they meet on the page of a round."""
    if not _looks(actor, of_round.programme.code):
        return []
    return [(_TITLE, f"{reverse('similarity')}?round={of_round.code}")]


def _looks(actor: Actor, code: str) -> bool:
    return any(actor.holds(role, programme=code) for role in ("officer", "supervision"))


links_by(link_for)
