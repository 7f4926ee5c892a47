"""The addresses of search."""

from __future__ import annotations

from django.urls import path

from keguan.insight.search import feeds, pages

urlpatterns = [
    path("search/", pages.search, name="search"),
    path("search/feed.atom", feeds.search_atom, name="search_atom"),
    path("search/alerts/<int:pk>/", pages.search_alert, name="search_alert"),
]
