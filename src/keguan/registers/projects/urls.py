from __future__ import annotations

from django.urls import path

from keguan.registers.projects import pages

urlpatterns = [
    path("projects/", pages.projects, name="projects"),
    path("projects/<int:pk>/", pages.project, name="project"),
]
