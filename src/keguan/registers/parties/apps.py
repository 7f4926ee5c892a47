from __future__ import annotations

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "keguan.registers.parties"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "人员"

    def ready(self) -> None:
        from keguan.registers.parties import bodies, sentences  # noqa: F401 - tell what passes to a successor, and its tags
