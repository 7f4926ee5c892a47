from __future__ import annotations

from django.apps import AppConfig


class ExpertsConfig(AppConfig):
    name = "keguan.registers.experts"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "专家"

    def ready(self) -> None:
        from keguan.registers.experts import merging, sentences  # noqa: F401 - tell what follows a person, and its tags
