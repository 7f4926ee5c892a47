from __future__ import annotations

from django.urls import path

from keguan.registers.experts import deeds, pages

urlpatterns = [
    path("experts/", pages.experts, name="experts"),
    path("experts/<int:pk>/", pages.expert, name="expert"),
    path("experts/<int:pk>/works/", pages.works, name="works"),
    path("experts/<int:pk>/works/new/", deeds.work_new, name="work_new"),
    path("works/<int:pk>/drop/", deeds.work_drop, name="work_drop"),
    path("experts/<int:pk>/<str:move>/", deeds.expert_move, name="expert_move"),
    path("people/<int:pk>/expert/new/", deeds.expert_new, name="expert_new"),
]
