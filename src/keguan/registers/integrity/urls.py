from __future__ import annotations

from django.urls import path

from keguan.registers.integrity import pages

urlpatterns = [
    path("sanctions/", pages.sanctions, name="sanctions"),
    path("sanctions/<int:pk>/", pages.sanction, name="sanction"),
]
