from __future__ import annotations

from django.urls import path

from keguan.registers.experts import pages

urlpatterns = [
    path("experts/", pages.experts, name="experts"),
    path("experts/<int:pk>/", pages.expert, name="expert"),
]
