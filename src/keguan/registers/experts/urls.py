from __future__ import annotations

from django.urls import path

from keguan.registers.experts import deeds, merit_pages, own, pages

urlpatterns = [
    path("experts/", pages.experts, name="experts"),
    path("experts/<int:pk>/", pages.expert, name="expert"),
    path("experts/<int:pk>/works/", pages.works, name="works"),
    path("experts/<int:pk>/works/new/", deeds.work_new, name="work_new"),
    path("works/<int:pk>/drop/", deeds.work_drop, name="work_drop"),
    path("experts/apply/", own.expert_apply, name="expert_apply"),
    path("experts/mine/", own.expert_mine, name="expert_mine"),
    path("experts/<int:pk>/confirm/", own.expert_confirm, name="expert_confirm"),
    path("experts/<int:pk>/correct/", own.expert_correct, name="expert_correct"),
    path("experts/<int:pk>/exit/", own.expert_exit, name="expert_exit"),
    path("experts/<int:pk>/away/", own.absence_new, name="absence_new"),
    path("experts/away/<int:pk>/drop/", own.absence_drop, name="absence_drop"),
    path("experts/<int:pk>/record/", merit_pages.expert_merits, name="expert_merits"),
    path("merits/<int:pk>/rate/", merit_pages.merit_rate, name="merit_rate"),
    path("merits/<int:pk>/answer/", merit_pages.merit_answer, name="merit_answer"),
    path("experts/<int:pk>/<str:move>/", deeds.expert_move, name="expert_move"),
    path("people/<int:pk>/expert/new/", deeds.expert_new, name="expert_new"),
]
