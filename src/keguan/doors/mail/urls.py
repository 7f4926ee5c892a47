"""The addresses of notices by mail."""

from __future__ import annotations

from django.urls import path

from keguan.doors.mail import pages

urlpatterns = [
    path("me/notices/", pages.notice_wishes, name="notice_wishes"),
    path("me/notices/stop/<str:token>/", pages.notices_stop, name="notices_stop"),
    path("me/mobile/", pages.mobile, name="mobile"),
    path("me/mobile/code/", pages.mobile_code, name="mobile_code"),
    path("me/mobile/remove/", pages.mobile_remove, name="mobile_remove"),
]
