from __future__ import annotations

from django.urls import path

from keguan.registers.ties import pages

urlpatterns = [
    path("ties/", pages.ties, name="ties"),
    path("ties/<int:pk>/", pages.tie, name="tie"),
    path("ties/<int:pk>/end/", pages.tie_end, name="tie_end"),
    path("people/<int:pk>/ties/new/", pages.tie_new, name="tie_new"),
]
