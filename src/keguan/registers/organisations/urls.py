from __future__ import annotations

from django.urls import path

from keguan.registers.organisations import deeds, pages

urlpatterns = [
    path("organisations/", pages.organisations, name="organisations"),
    path("organisations/new/", deeds.organisation_new, name="organisation_new"),
    path("organisations/<int:pk>/", pages.organisation, name="organisation"),
    path("organisations/<int:pk>/correct/", deeds.organisation_correct, name="organisation_correct"),
    path("organisations/<int:pk>/rename/", deeds.organisation_rename, name="organisation_rename"),
    path("organisations/<int:pk>/parents/new/", deeds.parent_new, name="parent_new"),
    path("organisations/<int:pk>/close/", deeds.organisation_close, name="organisation_close"),
    path("organisations/parents/<int:pk>/end/", deeds.parent_end, name="parent_end"),
]
