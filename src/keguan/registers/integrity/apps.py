from __future__ import annotations

from django.apps import AppConfig


class IntegrityConfig(AppConfig):
    name = "keguan.registers.integrity"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "诚信"

    def ready(self) -> None:
        from keguan.registers.integrity import bodies, sentences  # noqa: F401 - tell what passes to a successor, and its tags
