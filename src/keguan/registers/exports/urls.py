from __future__ import annotations

from django.urls import path

from keguan.registers.exports import pages

urlpatterns = [
    path("exports/", pages.exports, name="exports"),
    path("exports/<int:pk>/", pages.export, name="export"),
    path("exports/<int:pk>/cancel/", pages.export_cancel, name="export_cancel"),
    path("exports/<int:pk>/file.xlsx", pages.export_file, name="export_file"),
]
