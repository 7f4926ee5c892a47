from __future__ import annotations

from django.apps import AppConfig


class TraceConfig(AppConfig):
    name = "keguan.registers.trace"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "痕迹"
