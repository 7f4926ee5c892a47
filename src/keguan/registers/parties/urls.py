from __future__ import annotations

from django.urls import path

from keguan.registers.parties import pages

urlpatterns = [
    path("people/", pages.people, name="people"),
    path("people/<int:pk>/", pages.person, name="person"),
    path("duties/", pages.duties, name="duties"),
]
