"""The pages of the demo's tour. Elsewhere there are none."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from keguan.components.access import PUBLIC, actor_on, page
from keguan.components.status import Crumb
from keguan.doors.demo import tour as tours
from keguan.kernel.bilingual import Text

TITLE = Text("演示导览", "Tour of the demo")


@page(PUBLIC)
def tour(request: HttpRequest) -> HttpResponseBase:
    """A tour for each role."""
    _only_in_a_demo()
    roles = [
        (tours.title_of(role), reverse("tour_role", args=[role]), len(stops)) for role, stops in tours.TOURS.items()
    ]
    return render(request, "web/tour.html", {"title": TITLE, "roles": roles})


@page(PUBLIC)
def tour_role(request: HttpRequest, role: str) -> HttpResponseBase:
    """The stops of one role, and a button to be somebody who holds it."""
    _only_in_a_demo()
    if role not in tours.TOURS:
        raise Http404
    guide = tours.guide_for(role)
    actor = actor_on(request)
    context = {
        "title": tours.title_of(role),
        "stops": tours.stops(role, guide),
        "guide": guide,
        "is_guide": guide is not None and guide.person_id == actor.person,
        "needs_guide": role != tours.PUBLIC,
        "crumbs": [Crumb(TITLE, reverse("tour")), Crumb(tours.title_of(role))],
    }
    return render(request, "web/tour_role.html", context)


def _only_in_a_demo() -> None:
    if not settings.DEMO:
        raise Http404
