from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CodesConfig(AppConfig):
    name = "keguan.registers.codes"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "代码"

    def ready(self) -> None:
        from keguan.registers.codes.shipped import after_migrating

        post_migrate.connect(after_migrating, sender=self)
