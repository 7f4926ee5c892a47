from __future__ import annotations

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "keguan.registers.imports"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "导入"

    def ready(self) -> None:
        from keguan.registers.imports import sentences  # noqa: F401 - tells its tags
