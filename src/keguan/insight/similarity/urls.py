"""The addresses of similarity."""

from __future__ import annotations

from django.urls import path

from keguan.insight.similarity import pages

urlpatterns = [
    path("similarity/", pages.similarity, name="similarity"),
    path("similarity/<int:pk>/", pages.finding, name="similarity_finding"),
]
