"""Which saved views a reader meets."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from keguan.components.access import actor_on
from keguan.components.list_pages import KeptView, Shelf
from keguan.kernel.actors import Actor
from keguan.registers.views.models import SavedView

MOST = 60


def views_of(actor: Actor) -> QuerySet[SavedView]:
    """One's own views, and those shared with a duty that one holds today."""
    if actor.person is None:
        return SavedView.objects.none()
    found = Q(owner=actor.person)
    for duty in actor.duties:
        found |= Q(role=duty.role, organisation=duty.organisation) & _of_programme(duty.programme)
    return SavedView.objects.filter(found)


def _of_programme(programme: str) -> Q:
    """Who holds a duty for all programmes meets what is shared for one."""
    return Q(programme__in=("", programme)) if programme else Q()


def shelf_for(request: HttpRequest) -> Shelf | None:
    """The views of the list at hand; one query. None for visitors."""
    actor = actor_on(request)
    if actor.person is None:
        return None
    rows = views_of(actor).filter(path=request.path)[:MOST]
    return Shelf(
        tuple(
            KeptView(
                name=one.name,
                href=f"{one.path}?{one.query or 'view=all'}",
                is_mine=one.owner_id == actor.person,
                is_first=one.is_first and one.owner_id == actor.person,
            )
            for one in rows
        )
    )
