"""The addresses of subscriptions."""

from __future__ import annotations

from django.urls import path

from keguan.casework.subscriptions import pages

urlpatterns = [
    path("subscriptions/", pages.subscribe, name="subscribe"),
    path("subscriptions/<str:token>/confirm/", pages.confirm, name="subscription_confirm"),
    path("subscriptions/<str:token>/end/", pages.end, name="subscription_end"),
]
