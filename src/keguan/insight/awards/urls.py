"""The addresses of results."""

from __future__ import annotations

from django.urls import path

from keguan.insight.awards import pages

urlpatterns = [
    path("awards/", pages.awards, name="awards"),
    path("awards/<int:pk>/", pages.award, name="award"),
    path("awards/statistics/", pages.statistics, name="awards_statistics"),
    path("awards/charts/<slug:digest>.svg", pages.picture, name="chart"),
    path("awards/data/", pages.data, name="awards_data"),
    path("awards/data/awards.csv", pages.data_csv, name="awards_csv"),
    path("awards/data/360giving.json", pages.data_360giving, name="awards_360giving"),
]
