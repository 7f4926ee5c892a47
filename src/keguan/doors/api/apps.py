"""The door for machines."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Tokens, routes and webhooks."""

    name = "keguan.doors.api"
    label = "api"
    verbose_name = "接口 / API"

    def ready(self) -> None:
        from keguan.doors.api import bodies, sentences  # noqa: F401 - tell what passes to a successor, and its tags
