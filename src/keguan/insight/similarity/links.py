"""The line on the page of a case that leads to its findings, for those who may look at them. No query: that page has none
to spare."""

from __future__ import annotations

from django.urls import reverse

from keguan.casework.models import Case
from keguan.casework.pages.links import Link, links_by
from keguan.casework.permissions import is_own
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text

_TITLE = Text("查重结果", "Text shared with others")


def link_for(actor: Actor, case: Case) -> Link | None:
    """What officers and the supervision of the programme meet on the page of an application."""
    looks = any(actor.holds(role, programme=case.code) for role in ("officer", "supervision"))
    if not looks or case.round_id is None or case.submitted_at is None or is_own(actor, case):
        return None
    return Link(_TITLE, f"{reverse('similarity')}?case={case.number}")


links_by(link_for)
