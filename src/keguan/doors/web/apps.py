from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "keguan.doors.web"
    label = "web"
    verbose_name = "网页 / Web pages"

    def ready(self) -> None:
        from keguan.doors.web import sentences  # noqa: F401 - tells its tags
        from keguan.doors.web.accounts import traces  # noqa: F401 - listens to allauth
