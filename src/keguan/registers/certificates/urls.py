from __future__ import annotations

from django.urls import path

from keguan.registers.certificates import pages

urlpatterns = [
    path("certificates/", pages.certificates, name="certificates"),
    path("certificates/<int:pk>/", pages.certificate, name="certificate"),
]
