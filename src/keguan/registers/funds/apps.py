from __future__ import annotations

from django.apps import AppConfig


class FundsConfig(AppConfig):
    name = "keguan.registers.funds"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "经费"

    def ready(self) -> None:
        from keguan.registers.funds import bodies, sentences  # noqa: F401 - tell what passes to a successor, and its tags
