from __future__ import annotations

from django.urls import path

from keguan.registers.views import pages

urlpatterns = [
    path("views/", pages.views, name="views"),
    path("views/new/", pages.view_new, name="view_new"),
    path("views/<int:pk>/drop/", pages.view_drop, name="view_drop"),
]
