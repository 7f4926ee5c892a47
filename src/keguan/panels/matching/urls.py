"""The addresses of the assignment desk."""

from __future__ import annotations

from django.urls import path

from keguan.panels.matching import pages

urlpatterns = [
    path("rounds/<slug:code>/panels/<slug:step>/", pages.panels, name="panels"),
    path("rounds/<slug:code>/panels/<slug:step>/propose/", pages.panels_propose, name="panels_propose"),
    path("rounds/<slug:code>/panels/<slug:step>/confirm/", pages.panels_confirm, name="panels_confirm"),
    path("rounds/<slug:code>/panels/<slug:step>/resume/", pages.panels_resume, name="panels_resume"),
    path("rounds/<slug:code>/panels/<slug:step>/seats/<int:pk>/", pages.panels_replace, name="panels_replace"),
]
