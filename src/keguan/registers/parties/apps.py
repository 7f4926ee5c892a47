from __future__ import annotations

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "keguan.registers.parties"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "人员"

    def ready(self) -> None:
        from keguan.registers.parties import sentences  # noqa: F401 - tells its tags
