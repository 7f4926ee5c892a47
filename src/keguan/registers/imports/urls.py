from __future__ import annotations

from django.urls import path

from keguan.registers.imports import pages

urlpatterns = [
    path("imports/", pages.imports, name="imports"),
    path("imports/upload/", pages.upload, name="import_upload"),
    path("imports/templates/<slug:name>.xlsx", pages.template, name="import_template"),
    path("imports/confirm/", pages.confirm, name="import_confirm"),
    path("imports/<int:pk>/", pages.import_run, name="import"),
]
