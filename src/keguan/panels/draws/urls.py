"""The addresses of draws: the officer's desk below a round, and what the public sees."""

from __future__ import annotations

from django.urls import path

from keguan.panels.draws import deeds, pages, public

_DESK = "rounds/<slug:code>/draws/<slug:step>/"

urlpatterns = [
    path("draws/", public.announced, name="announced_draws"),
    path("draws/<str:name>.json", public.file, name="draw_file"),
    path("draws/<str:name>/", public.announcement, name="announced_draw"),
    path(_DESK, pages.draws, name="draws"),
    path(f"{_DESK}prepare/", deeds.prepare, name="draw_prepare"),
    path(f"{_DESK}<int:number>/", pages.draw, name="draw"),
    path(f"{_DESK}<int:number>/people/", pages.people, name="draw_people"),
    path(f"{_DESK}<int:number>/fix/", deeds.fix, name="draw_fix"),
    path(f"{_DESK}<int:number>/reveal/", deeds.reveal, name="draw_reveal"),
    path(f"{_DESK}<int:number>/enter/", deeds.enter, name="draw_enter"),
    path(f"{_DESK}<int:number>/settle/", deeds.settle, name="draw_settle"),
    path(f"{_DESK}<int:number>/publish/", deeds.publish, name="draw_publish"),
    path(f"{_DESK}<int:number>/void/", deeds.void, name="draw_void"),
]
