from __future__ import annotations

from django.urls import path

from keguan.registers.parties import deeds, pages

urlpatterns = [
    path("people/", pages.people, name="people"),
    path("people/<int:pk>/", pages.person, name="person"),
    path("people/<int:pk>/duties/new/", deeds.duty_new, name="duty_new"),
    path("people/<int:pk>/account/new/", deeds.account_new, name="account_new"),
    path("people/<int:pk>/account/lock/", deeds.account_lock, name="account_lock"),
    path("people/<int:pk>/kin/new/", deeds.kin_new, name="kin_new"),
    path("duties/", pages.duties, name="duties"),
    path("duties/<int:pk>/end/", deeds.duty_end, name="duty_end"),
    path("password/", deeds.password_change, name="password_change"),
]
