from __future__ import annotations

from django.urls import path

from keguan.registers.parties import deeds, entries, pages

urlpatterns = [
    path("people/", pages.people, name="people"),
    path("people/new/", entries.person_new, name="person_new"),
    path("people/mine/", entries.own_entry, name="own_entry"),
    path("people/<int:pk>/correct/", entries.person_correct, name="person_correct"),
    path("people/<int:pk>/", pages.person, name="person"),
    path("people/<int:pk>/duties/new/", deeds.duty_new, name="duty_new"),
    path("people/<int:pk>/account/new/", deeds.account_new, name="account_new"),
    path("people/<int:pk>/account/lock/", deeds.account_lock, name="account_lock"),
    path("people/<int:pk>/kin/new/", deeds.kin_new, name="kin_new"),
    path("duties/", pages.duties, name="duties"),
    path("duties/<int:pk>/end/", deeds.duty_end, name="duty_end"),
    path("password/", deeds.password_change, name="password_change"),
]
