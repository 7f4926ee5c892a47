from __future__ import annotations

from django.apps import AppConfig


class TiesConfig(AppConfig):
    name = "keguan.registers.ties"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "利害关系"

    def ready(self) -> None:
        from keguan.registers.ties import merging, sentences  # noqa: F401 - tell what follows a person, and its tags
