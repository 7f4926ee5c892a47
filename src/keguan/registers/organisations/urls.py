from __future__ import annotations

from django.urls import path

from keguan.registers.organisations import pages

urlpatterns = [
    path("organisations/", pages.organisations, name="organisations"),
    path("organisations/<int:pk>/", pages.organisation, name="organisation"),
]
