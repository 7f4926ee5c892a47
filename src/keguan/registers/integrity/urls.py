from __future__ import annotations

from django.urls import path

from keguan.registers.integrity import deeds, pages

urlpatterns = [
    path("sanctions/", pages.sanctions, name="sanctions"),
    path("sanctions/<int:pk>/", pages.sanction, name="sanction"),
    path("sanctions/<int:pk>/lift/", deeds.sanction_lift, name="sanction_lift"),
    path("people/<int:pk>/sanctions/new/", deeds.sanction_person, name="sanction_person"),
    path("organisations/<int:pk>/sanctions/new/", deeds.sanction_organisation, name="sanction_organisation"),
]
