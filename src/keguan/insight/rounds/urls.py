"""The addresses of rounds at a glance."""

from __future__ import annotations

from django.urls import path

from keguan.insight.rounds import pages

urlpatterns = [path("rounds/<slug:code>/overview/", pages.overview, name="round_overview")]
