from __future__ import annotations

from django.urls import path

from keguan.registers.documents import pages

urlpatterns = [
    path("documents/", pages.documents, name="documents"),
    path("documents/<int:pk>/", pages.document, name="document"),
    path("documents/<int:pk>/file/", pages.document_file, name="document_file"),
]
