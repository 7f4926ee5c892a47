from __future__ import annotations

from django.urls import path

from keguan.registers.codes import pages

urlpatterns = [
    path("codes/", pages.codes, name="codes"),
    path("codes/<int:pk>/", pages.code_tree, name="code_tree"),
]
